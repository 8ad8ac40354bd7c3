// Extended JSON v2 read straight into a Builder.
//
// An object whose first key is one of the `$` forms is that form and nothing else: another key beside it, a form's key
// after a plain one, or a wrong type inside is a mistake. All other keys with a `$` are data, so that filters and
// updates ({"$set": {...}}, {"$regex": "x", "$options": "i"}) can be written as JSON.

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenon/bson/json.hpp>

#include "bson/json_forms.hpp"
#include "bson/json_numbers.hpp"
#include "bson/json_scanner.hpp"

namespace tenon::bson {

namespace {

using detail::form_of;
using detail::JsonForm;
using detail::json_integer;

// Where a value goes: under a key, or next in the open array.
struct Slot {
    bool             in_array = false;
    std::string_view key{};
};

class JsonParser {
public:
    explicit JsonParser(std::string_view json, std::vector<std::string_view>* reals = nullptr) noexcept : in_(json), reals_(reals) {}

    Result<Document> whole_document() {
        if (!plain_document() || !in_.at_end()) return fail(in_.error());
        return finished();
    }

    Result<Value> whole_value() {
        depth_ = 1;  // the document that carries it to the builder
        if (!value({false, "v"}) || !in_.at_end()) return fail(in_.error());
        auto wrapper = finished();
        if (!wrapper) return fail(std::move(wrapper.error()));
        return Value((*wrapper)["v"]);
    }

private:
    using Text = std::optional<std::string_view>;

    Result<Document> finished() {
        auto document = out_->finish();
        if (!document) {  // the size, or a depth that showed only later; everything else was seen here first
            document.error().code    = Errc::invalid_argument;
            document.error().message = "JSON: " + document.error().message;
        }
        return document;
    }

    template <class T>
    bool put(Slot slot, const T& v) {
        if (slot.in_array) {
            out_->push(v);
        } else {
            out_->append(slot.key, v);
        }
        return true;
    }

    bool value(Slot slot) {
        switch (in_.peek()) {
            case '{': return object(slot);
            case '[': return array(slot);
            case '"': {
                const Text text = in_.string(held_);
                return text && put(slot, *text);
            }
            case 't': return in_.word("true") && put(slot, true);
            case 'f': return in_.word("false") && put(slot, false);
            case 'n': return in_.word("null") && put(slot, Null{});
            case '-':
            case '0': case '1': case '2': case '3': case '4':
            case '5': case '6': case '7': case '8': case '9': return number(slot);
            default:  return in_.wrong(in_.position(), "expected a value");
        }
    }

    bool number(Slot slot) {
        const std::size_t begin = in_.position();
        const Text        text  = in_.number();
        if (!text) return false;
        if (const auto small = json_integer<std::int32_t>(*text)) return put(slot, *small);
        if (const auto large = json_integer<std::int64_t>(*text)) return put(slot, *large);
        const auto real = detail::json_double(*text);
        if (!real) return in_.wrong(begin, "this number is too large for a double");
        if (reals_ != nullptr) reals_->push_back(*text);
        return put(slot, *real);
    }

    bool array(Slot slot) {
        if (!deeper() || !in_.expect('[')) return false;
        if (slot.in_array) {
            out_->push_array();
        } else {
            out_->open_array(slot.key);
        }
        if (!in_.take(']')) {
            do {
                if (!value({true, {}})) return false;
            } while (in_.take(','));
            if (!in_.take(']')) return in_.wrong(in_.position(), "expected ',' or ']'");
        }
        out_->close();
        --depth_;
        return true;
    }

    bool object(Slot slot) {
        const std::size_t begin = in_.position();
        if (!in_.expect('{')) return false;
        std::string first_held;
        Text        first{};
        if (!in_.take('}')) {
            first = key(first_held);
            if (!first || !in_.expect(':')) return false;
            if (const JsonForm form = meaning_of(*first); form != JsonForm::none) return this->form(form, slot);
            if (*first == "$scope" && reals_ == nullptr) return scope_first(slot);
        }
        if (!deeper(begin)) return false;
        open_document(slot);
        if (first && !members(*first)) return false;
        out_->close();
        --depth_;
        return true;
    }

    // A document that is no `$` form, into the open one of the builder.
    bool plain_document() {
        const std::size_t begin = in_.position();
        if (!deeper() || !in_.take('{')) return in_.wrong(begin, "expected a document");
        if (!in_.take('}')) {
            std::string held;
            const Text  first = key(held);
            if (!first || !in_.expect(':')) return false;
            if (meaning_of(*first) != JsonForm::none) return in_.wrong(begin, "expected a document, this is another type");
            if (!members(*first)) return false;
        }
        --depth_;
        return true;
    }

    // From the first value to the closing brace.
    bool members(std::string_view first) {
        if (!value({false, first})) return false;
        std::string held;
        while (in_.take(',')) {
            const std::size_t begin = in_.position();
            const Text        next  = key(held);
            if (!next || !in_.expect(':')) return false;
            if (meaning_of(*next) != JsonForm::none) return in_.wrong(begin, stands_alone);
            if (!value({false, *next})) return false;
        }
        return in_.take('}') || in_.wrong(in_.position(), "expected ',' or '}'");
    }

    Text key(std::string& held) {
        const std::size_t begin = in_.position();
        const Text        text  = in_.string(held);
        if (text && std::memchr(text->data(), 0, text->size()) != nullptr) {
            in_.wrong(begin, "a key may not hold NUL");
            return std::nullopt;
        }
        return text;
    }

    void open_document(Slot slot) {
        if (slot.in_array) {
            out_->push_document();
        } else {
            out_->open_document(slot.key);
        }
    }

    bool deeper() { return deeper(in_.position()); }
    bool deeper(std::size_t begin) {
        return ++depth_ <= max_depth || in_.wrong(begin, "nested more than 100 levels deep");
    }

    [[nodiscard]] JsonForm meaning_of(std::string_view key) const noexcept { return reals_ == nullptr ? form_of(key) : JsonForm::none; }

    bool form(JsonForm form, Slot slot) {
        if (form == JsonForm::code) return code(slot);
        const ValueRef read = forms_.read(form);
        return !read.missing() && put(slot, read) && end_of_form();
    }

    bool end_of_form() {
        return in_.take('}') || in_.wrong(in_.position(), "expected '}': this form takes no other key");
    }

    bool code(Slot slot) {
        const ValueRef source = forms_.code();
        if (source.missing()) return false;
        if (!in_.take(',')) return put(slot, source) && end_of_form();
        const std::size_t begin = in_.position();
        const Text        next  = in_.string(held_);
        if (!next) return false;
        if (*next != "$scope") return in_.wrong(begin, "$code takes no other key than $scope");
        const Value kept(source);  // the scope may hold forms of its own
        Document    scope;
        if (!in_.expect(':')) return false;
        const std::size_t at = in_.position();
        return apart(scope) && put_code_scope(slot, kept.ref(), scope, at) && end_of_form();
    }

    // {"$scope": ... is code when "$code" follows, else a plain document.
    bool scope_first(Slot slot) {
        const std::size_t begin = in_.position();
        // Read as the level it has under a code. In a plain document it is one deeper, which the builder checks again.
        Document scope;
        if (!apart(scope)) return false;
        std::string held;
        Text        next{};
        if (in_.take(',')) {
            const std::size_t at = in_.position();
            next                 = key(held);
            if (!next || !in_.expect(':')) return false;
            if (*next == "$code") {
                const ValueRef source = forms_.code();
                return !source.missing() && put_code_scope(slot, source, scope, begin) && end_of_form();
            }
            if (form_of(*next) != JsonForm::none) return in_.wrong(at, stands_alone);
        }
        if (!deeper(begin)) return false;
        open_document(slot);
        out_->append("$scope", scope["v"]);
        if (next) {
            if (!members(*next)) return false;
        } else if (!in_.take('}')) {
            return in_.wrong(in_.position(), "expected ',' or '}'");
        }
        out_->close();
        --depth_;
        return true;
    }

    // A value of its own, as {"v": value}.
    bool apart(Document& wrapper) {
        const std::size_t begin = in_.position();
        Builder           inner;
        Builder*          outer = std::exchange(out_, &inner);
        const bool        read  = value({false, "v"});
        out_                    = outer;
        if (!read) return false;
        auto finished = inner.finish();
        if (!finished) return in_.wrong(begin, finished.error().message);
        wrapper = std::move(*finished);
        return true;
    }

    bool put_code_scope(Slot slot, ValueRef code, const Document& wrapper, std::size_t begin) {
        const ValueRef scope = wrapper["v"];
        if (scope.type() != Type::document) return in_.wrong(begin, "$scope takes a document");
        const auto                source = code.bytes();
        const auto                inner  = scope.bytes();
        const auto                size   = static_cast<std::uint32_t>(4 + source.size() + inner.size());
        std::vector<std::uint8_t> payload(4);
        std::memcpy(payload.data(), &size, 4);
        payload.insert(payload.end(), source.begin(), source.end());
        payload.insert(payload.end(), inner.begin(), inner.end());
        return put(slot, ValueRef(Type::code_scope, payload.data(), size));
    }

    static constexpr const char* stands_alone = "this key has a meaning of its own and must stand alone";

    detail::JsonScanner    in_;
    detail::JsonFormReader forms_{in_};
    Builder                root_{};
    Builder*               out_   = &root_;
    std::size_t            depth_ = 0;
    std::string            held_{};  // the last string value with escapes
    std::vector<std::string_view>* reals_;  // the text of each double, empty for one of a form
};

}  // namespace

Result<Document> from_json(std::string_view json) { return JsonParser(json).whole_document(); }

Result<Document> detail::from_plain_json(std::string_view json, std::vector<std::string_view>& reals) {
    return JsonParser(json, &reals).whole_document();
}

Result<Value> value_from_json(std::string_view json) { return JsonParser(json).whole_value(); }

Result<Document> Document::from_json(std::string_view json) { return bson::from_json(json); }

}  // namespace tenon::bson
