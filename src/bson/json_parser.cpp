// Extended JSON v2 read straight into a Builder.
//
// An object whose first key is one of the `$` forms is that form and nothing else: another key beside it, a form's key
// after a plain one, or a wrong type inside is a mistake. All other keys with a `$` are data, so that filters and
// updates ({"$set": {...}}, {"$regex": "x", "$options": "i"}) can be written as JSON.

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/json.hpp>

#include "bson/hex.hpp"
#include "bson/json_scanner.hpp"
#include "bson/json_text.hpp"

namespace tenon::bson {

namespace {

enum class Form : std::uint8_t {
    none, oid, symbol, number_int, number_long, number_double, number_decimal, binary, uuid, code, timestamp,
    regular_expression, db_pointer, date, min_key, max_key, undefined,
};

Form form_of(std::string_view key) noexcept {
    struct Name { std::string_view key; Form form; };
    static constexpr Name names[] = {
        {"$oid", Form::oid}, {"$date", Form::date}, {"$numberLong", Form::number_long}, {"$numberInt", Form::number_int},
        {"$numberDouble", Form::number_double}, {"$numberDecimal", Form::number_decimal}, {"$binary", Form::binary},
        {"$uuid", Form::uuid}, {"$code", Form::code}, {"$timestamp", Form::timestamp},
        {"$regularExpression", Form::regular_expression}, {"$minKey", Form::min_key}, {"$maxKey", Form::max_key},
        {"$symbol", Form::symbol}, {"$dbPointer", Form::db_pointer}, {"$undefined", Form::undefined},
    };
    if (key.empty() || key.front() != '$') return Form::none;
    for (const Name& name : names) {
        if (name.key == key) return name.form;
    }
    return Form::none;
}

// Where a value goes: under a key, or next in the open array.
struct Slot {
    bool             in_array = false;
    std::string_view key{};
};

template <class Integer>
std::optional<Integer> integer_of(std::string_view text) noexcept {
    bool    integer = false;
    Integer value{};
    if (!detail::is_json_number(text, integer) || !integer) return std::nullopt;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return std::nullopt;
    return value;
}

class JsonParser {
public:
    explicit JsonParser(std::string_view json) noexcept : in_(json) {}

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
        if (!document) {  // the size; everything else was seen here first
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

    bool put_payload(Slot slot, Type type, const std::vector<std::uint8_t>& payload) {
        return put(slot, ValueRef(type, payload.data(), static_cast<std::uint32_t>(payload.size())));
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
        if (const auto small = integer_of<std::int32_t>(*text)) return put(slot, *small);
        if (const auto large = integer_of<std::int64_t>(*text)) return put(slot, *large);
        const auto real = detail::json_double(*text);
        return real ? put(slot, *real) : in_.wrong(begin, "this number is too large for a double");
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
            if (const Form form = form_of(*first); form != Form::none) return read_form(form, slot) && end_of_form();
            if (*first == "$scope" && in_.peek() == '{') return scope_first(slot);
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
            if (form_of(*first) != Form::none) return in_.wrong(begin, "expected a document, this is another type");
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
            if (form_of(*next) != Form::none) return in_.wrong(begin, "this key has a meaning of its own and must stand alone");
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

    // ---- the `$` forms; each reads the value behind the form's key

    bool read_form(Form form, Slot slot) {
        switch (form) {
            case Form::none:               return false;
            case Form::oid:                return object_id(slot);
            case Form::symbol:             return symbol(slot);
            case Form::number_int:         return quoted_integer<std::int32_t>(slot, "$numberInt takes an int32 in a string");
            case Form::number_long:        return quoted_integer<std::int64_t>(slot, "$numberLong takes an int64 in a string");
            case Form::number_double:      return number_double(slot);
            case Form::number_decimal:     return number_decimal(slot);
            case Form::binary:             return binary(slot);
            case Form::uuid:               return uuid(slot);
            case Form::code:               return code(slot);
            case Form::timestamp:          return timestamp(slot);
            case Form::regular_expression: return regular_expression(slot);
            case Form::db_pointer:         return db_pointer(slot);
            case Form::date:               return date(slot);
            case Form::min_key:            return one("$minKey takes the number 1") && put(slot, MinKey{});
            case Form::max_key:            return one("$maxKey takes the number 1") && put(slot, MaxKey{});
            case Form::undefined:          return in_.word("true") && put(slot, ValueRef(Type::undefined, nullptr, 0));
        }
        return false;
    }

    bool end_of_form() {
        return in_.take('}') || in_.wrong(in_.position(), "expected '}': this form takes no other key");
    }

    bool object_id(Slot slot) {
        const auto id = oid_text();
        return id && put(slot, *id);
    }

    std::optional<ObjectId> oid_text() {
        const std::size_t begin = in_.position();
        const Text        text  = in_.string(held_);
        if (!text) return std::nullopt;
        ObjectId id;
        if (text->size() != 24 || !detail::read_hex(text->data(), id.bytes)) {
            in_.wrong(begin, "$oid takes 24 hexadecimal digits");
            return std::nullopt;
        }
        return id;
    }

    template <class Integer>
    bool quoted_integer(Slot slot, const char* rule) {
        const std::size_t begin = in_.position();
        const Text        text  = in_.string(held_);
        if (!text) return false;
        const auto n = integer_of<Integer>(*text);
        return n ? put(slot, *n) : in_.wrong(begin, rule);
    }

    bool number_double(Slot slot) {
        const std::size_t begin = in_.position();
        const Text        text  = in_.string(held_);
        if (!text) return false;
        if (*text == "NaN") return put(slot, std::numeric_limits<double>::quiet_NaN());
        if (*text == "Infinity") return put(slot, std::numeric_limits<double>::infinity());
        if (*text == "-Infinity") return put(slot, -std::numeric_limits<double>::infinity());
        bool       integer = false;
        const auto number  = detail::is_json_number(*text, integer) ? detail::json_double(*text) : std::nullopt;
        return number ? put(slot, *number) : in_.wrong(begin, "$numberDouble takes a number, Infinity, -Infinity or NaN in a string");
    }

    bool number_decimal(Slot slot) {
        const std::size_t begin = in_.position();
        const Text        text  = in_.string(held_);
        if (!text) return false;
        const auto decimal = Decimal128::parse(*text);
        return decimal ? put(slot, *decimal) : in_.wrong(begin, "$numberDecimal: " + decimal.error().message);
    }

    // {"first": ..., "second": ...}: both keys, once each, in any order, no others. `read` gets 0 for the first.
    template <class Read>
    bool two_fields(std::string_view first, std::string_view second, const char* rule, Read read) {
        const std::size_t begin = in_.position();
        if (!in_.take('{')) return in_.wrong(begin, rule);
        std::array<bool, 2> seen{};
        std::string         held;
        do {
            const std::size_t at   = in_.position();
            const Text        name = in_.string(held);
            if (!name || !in_.expect(':')) return false;
            const std::size_t which = *name == first ? 0 : 1;
            if ((which == 1 && *name != second) || seen[which]) return in_.wrong(at, rule);
            seen[which] = true;
            if (!read(which)) return false;
        } while (in_.take(','));
        return (seen[0] && seen[1] && in_.take('}')) || in_.wrong(in_.position(), rule);
    }

    bool binary(Slot slot) {
        std::vector<std::uint8_t> bytes;
        std::uint8_t              subtype = 0;
        const bool read = two_fields("base64", "subType", R"($binary takes {"base64": ..., "subType": ...})", [&](std::size_t which) {
            const std::size_t begin = in_.position();
            const Text        text  = in_.string(held_);
            if (!text) return false;
            if (which == 0) return detail::read_base64(*text, bytes) || in_.wrong(begin, "this is not base64");
            return subtype_of(*text, subtype) || in_.wrong(begin, "subType takes one or two hexadecimal digits");
        });
        return read && put_binary(slot, bytes, subtype);
    }

    static bool subtype_of(std::string_view text, std::uint8_t& subtype) noexcept {
        if (text.empty() || text.size() > 2) return false;
        unsigned value = 0;
        for (const char c : text) {
            const int digit = detail::hex_digit(c);
            if (digit < 0) return false;
            value = value * 16U + static_cast<unsigned>(digit);
        }
        subtype = static_cast<std::uint8_t>(value);
        return true;
    }

    bool put_binary(Slot slot, std::span<const std::uint8_t> bytes, std::uint8_t subtype) {
        std::vector<std::uint8_t> payload;
        const bool                old = subtype == 2;  // holds its length a second time
        payload.reserve(bytes.size() + 9);
        append_int32(payload, bytes.size() + (old ? 4 : 0));
        payload.push_back(subtype);
        if (old) append_int32(payload, bytes.size());
        payload.insert(payload.end(), bytes.begin(), bytes.end());
        return put_payload(slot, Type::binary, payload);
    }

    bool uuid(Slot slot) {
        const std::size_t begin = in_.position();
        const Text        text  = in_.string(held_);
        if (!text) return false;
        std::string digits;
        for (std::size_t i = 0; i < text->size(); ++i) {
            const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
            if (dash != ((*text)[i] == '-')) break;
            if (!dash) digits += (*text)[i];
        }
        Uuid id;
        if (text->size() != 36 || digits.size() != 32 || !detail::read_hex(digits.data(), id.bytes)) {
            return in_.wrong(begin, "$uuid takes hexadecimal digits as 8-4-4-4-12");
        }
        return put_binary(slot, id.bytes, 4);
    }

    bool symbol(Slot slot) {
        const Text text = in_.string(held_);
        if (!text) return false;
        std::vector<std::uint8_t> payload;
        append_text(payload, *text);
        return put_payload(slot, Type::symbol, payload);
    }

    bool code(Slot slot) {
        const Text text = in_.string(held_);
        if (!text) return false;
        std::vector<std::uint8_t> source;
        append_text(source, *text);
        if (!in_.take(',')) return put_payload(slot, Type::code, source);
        const std::size_t begin = in_.position();
        const Text        next  = in_.string(held_);
        if (!next || !in_.expect(':')) return false;
        if (*next != "$scope") return in_.wrong(begin, "$code takes no other key than $scope");
        Document scope;
        return nested(scope) && put_code_scope(slot, source, scope);
    }

    // {"$scope": {...} ...: code when "$code" follows, else a plain document.
    bool scope_first(Slot slot) {
        const std::size_t begin = in_.position();
        Document          scope;
        if (!deeper(begin) || !nested(scope)) return false;
        --depth_;
        std::string held;
        Text        next{};
        if (in_.take(',')) {
            const std::size_t at = in_.position();
            next                 = key(held);
            if (!next || !in_.expect(':')) return false;
            if (*next == "$code") {
                const Text text = in_.string(held_);
                if (!text) return false;
                std::vector<std::uint8_t> source;
                append_text(source, *text);
                return put_code_scope(slot, source, scope) && end_of_form();
            }
            if (form_of(*next) != Form::none) return in_.wrong(at, "this key has a meaning of its own and must stand alone");
        }
        open_document(slot);
        out_->append("$scope", scope);
        ++depth_;
        if (next) {
            if (!members(*next)) return false;
        } else if (!in_.take('}')) {
            return in_.wrong(in_.position(), "expected ',' or '}'");
        }
        out_->close();
        --depth_;
        return true;
    }

    // A plain document of its own.
    bool nested(Document& document) {
        Builder  inner;
        Builder* outer = std::exchange(out_, &inner);
        const bool read = plain_document();
        out_ = outer;
        if (!read) return false;
        auto finished = inner.finish();
        if (!finished) return in_.wrong(in_.position(), finished.error().message);
        document = std::move(*finished);
        return true;
    }

    bool put_code_scope(Slot slot, const std::vector<std::uint8_t>& source, const Document& scope) {
        const auto                inner = scope.view().bytes();
        std::vector<std::uint8_t> payload;
        append_int32(payload, 4 + source.size() + inner.size());
        payload.insert(payload.end(), source.begin(), source.end());
        payload.insert(payload.end(), inner.begin(), inner.end());
        return put_payload(slot, Type::code_scope, payload);
    }

    bool timestamp(Slot slot) {
        std::array<std::uint32_t, 2> parts{};
        const bool read = two_fields("t", "i", R"($timestamp takes {"t": ..., "i": ...})", [&](std::size_t which) {
            const std::size_t begin = in_.position();
            const Text        text  = in_.number();
            const auto        n     = text ? integer_of<std::uint32_t>(*text) : std::nullopt;
            if (n) parts[which] = *n;
            return n.has_value() || in_.wrong(begin, "t and i take whole numbers from 0 to 4294967295");
        });
        return read && put(slot, Timestamp{.seconds = parts[0], .increment = parts[1]});
    }

    bool regular_expression(Slot slot) {
        std::array<std::string, 2> parts;
        const bool read = two_fields("pattern", "options", R"($regularExpression takes {"pattern": ..., "options": ...})",
                                     [&](std::size_t which) {
            const std::size_t begin = in_.position();
            const Text        text  = in_.string(held_);
            if (!text) return false;
            parts[which] = *text;
            return text->find('\0') == text->npos || in_.wrong(begin, "a regular expression may not hold NUL");
        });
        if (!read) return false;
        std::vector<std::uint8_t> payload;
        for (const std::string& part : {parts[0], detail::sorted_options(parts[1])}) {
            payload.insert(payload.end(), part.begin(), part.end());
            payload.push_back(0);
        }
        return put_payload(slot, Type::regex, payload);
    }

    bool db_pointer(Slot slot) {
        std::string             collection;
        std::optional<ObjectId> id;
        const bool read = two_fields("$ref", "$id", R"($dbPointer takes {"$ref": ..., "$id": {"$oid": ...}})", [&](std::size_t which) {
            if (which == 0) {
                const Text text = in_.string(held_);
                if (text) collection = *text;
                return text.has_value();
            }
            if (!only_key("$oid")) return false;
            id = oid_text();
            return id && end_of_form();
        });
        if (!read) return false;
        std::vector<std::uint8_t> payload;
        append_text(payload, collection);
        payload.insert(payload.end(), id->bytes.begin(), id->bytes.end());
        return put_payload(slot, Type::db_pointer, payload);
    }

    bool date(Slot slot) {
        const std::size_t begin = in_.position();
        if (in_.peek() == '{') {
            if (!only_key("$numberLong")) return false;
            const std::size_t at   = in_.position();
            const Text        text = in_.string(held_);
            if (!text) return false;
            const auto ms = integer_of<std::int64_t>(*text);
            if (!ms) return in_.wrong(at, "$numberLong takes an int64 in a string");
            return end_of_form() && put(slot, DateTime(*ms));
        }
        const Text text = in_.string(held_);
        if (!text) return false;
        const auto at = DateTime::parse(*text);
        return at ? put(slot, *at) : in_.wrong(begin, "$date takes an ISO 8601 date and time with a zone");
    }

    bool only_key(std::string_view wanted) {
        const std::size_t begin = in_.position();
        std::string       held;
        if (!in_.expect('{')) return false;
        const Text name = in_.string(held);
        if (!name || !in_.expect(':')) return false;
        return *name == wanted || in_.wrong(begin, "expected " + std::string(wanted));
    }

    bool one(const char* rule) {
        const std::size_t begin = in_.position();
        const Text        text  = in_.number();
        return text && (*text == "1" || in_.wrong(begin, rule));
    }

    static void append_int32(std::vector<std::uint8_t>& out, std::size_t n) {
        for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(n >> shift));
    }

    static void append_text(std::vector<std::uint8_t>& out, std::string_view text) {
        append_int32(out, text.size() + 1);
        out.insert(out.end(), text.begin(), text.end());
        out.push_back(0);
    }

    detail::JsonScanner in_;
    Builder             root_{};
    Builder*            out_   = &root_;
    std::size_t         depth_ = 0;
    std::string         held_{};  // the last string value with escapes
};

}  // namespace

Result<Document> from_json(std::string_view json) { return JsonParser(json).whole_document(); }

Result<Value> value_from_json(std::string_view json) { return JsonParser(json).whole_value(); }

Result<Document> Document::from_json(std::string_view json) { return bson::from_json(json); }

}  // namespace tenon::bson
