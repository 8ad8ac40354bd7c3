// Plain JSON as an entity's document, and every problem that it has.

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <tenon/bson/json.hpp>
#include <tenon/mapping/json.hpp>

#include "bson/base64.hpp"
#include "bson/json_numbers.hpp"
#include "mapping/json_names.hpp"

namespace tenon::mapping {

namespace {

std::string_view described(bson::Type type) noexcept {
    switch (type) {
        case bson::Type::string:    return "text";
        case bson::Type::boolean:   return "true or false";
        case bson::Type::null:      return "null";
        case bson::Type::array:     return "a list";
        case bson::Type::document:  return "an object";
        case bson::Type::object_id: return "an id";
        case bson::Type::datetime:  return "a date";
        default: return bson::is_number(type) ? "a number" : "a value of another type";
    }
}

std::string_view expected(const TypeInfo& type) noexcept {
    switch (type.shape) {
        case Shape::structure: case Shape::map: return "an object";
        case Shape::array: return "a list";
        case Shape::variant: return "one of the member's alternatives";
        case Shape::any: return type.type == 0x04 ? "a list" : type.type == 0x03 ? "an object" : "a value";
        case Shape::value: break;
    }
    if (type.names != nullptr) return "a name of the enum";
    switch (type.type) {
        case 0x01: return "a number";
        case 0x02: return "text";
        case 0x05: return type.uuid ? "a UUID as text" : "base64 text";
        case 0x07: return "an id of 24 hexadecimal digits";
        case 0x08: return "true or false";
        case 0x09: return "a date as ISO 8601 text";
        case 0x0A: return "null";
        case 0x10: case 0x12: return "a whole number";
        case 0x13: return "a decimal number";
        default: return "another type";
    }
}

struct Problem {
    std::string path{};
    std::string what{};
};

/// The plain numbers of a JSON text that are doubles in its document, as they are written: a decimal takes its digits from there.
class Numbers {
public:
    /// `reals` in the order of the text, which is the document's.
    Numbers(bson::View document, std::vector<std::string_view> reals) : texts_(std::move(reals)) {
        collect(document);
        if (places_.size() != texts_.size()) texts_.clear();
    }
    /// Of a double: how it is written. Empty: it is not known.
    [[nodiscard]] std::string_view text_of(bson::ValueRef value) const noexcept {
        const auto at = std::lower_bound(places_.begin(), places_.end(), value.bytes().data());
        if (at == places_.end() || *at != value.bytes().data() || texts_.empty()) return {};
        return texts_[static_cast<std::size_t>(at - places_.begin())];
    }

private:
    void collect(bson::View document) {
        for (const bson::Element& element : document) {
            const auto type = element.value.type();
            if (type == bson::Type::float64) places_.push_back(element.value.bytes().data());
            if (type == bson::Type::document || type == bson::Type::array) collect(element.value.as_view());
        }
    }

    std::vector<const std::uint8_t*> places_{};  // ascending
    std::vector<std::string_view>    texts_{};
};

/// Turns plain JSON into what the mapping stores, by the shape of the type; goes on after a problem.
class Converter {
public:
    explicit Converter(const Numbers& numbers) noexcept : numbers_(numbers) {}

    std::vector<Problem> problems{};

    void object(bson::View document, const TypeInfo& type, const std::string& path, bson::Builder& out) {
        std::vector<bool> seen(type.field_count);
        for (const bson::Element& element : document) {
            const std::string at    = path.empty() ? std::string(element.key) : path + "." + std::string(element.key);
            const auto*       end   = type.fields + type.field_count;
            const auto*       known = std::find_if(type.fields, end, [&](const FieldInfo& f) { return !f.name.empty() && shown(f.name) == element.key; });
            if (known == end) {
                if (type.open) {
                    free_form(element.value, at, out, across_id(element.key, type));
                } else if (element.key != tag_key_) {
                    problem(at, "is no field of the entity");
                }
                continue;
            }
            const auto index = static_cast<std::size_t>(known - type.fields);
            if (seen[index]) {
                problem(at, "is there twice");
                continue;
            }
            seen[index] = true;
            if (known->hidden || known->read_only) {
                problem(at, "cannot be set");
            } else if (element.value.type() == bson::Type::null && known->nullable) {
                out.append(known->name, bson::Null{});
            } else {
                value(element.value, known->type(), at, out, known->name);
            }
        }
        for (std::size_t i = 0; i < type.field_count; ++i) {
            const FieldInfo& field = type.fields[i];
            if (field.name.empty() || seen[i] || field.nullable) continue;
            if (field.required && !field.hidden && !field.read_only) {
                problem(path.empty() ? std::string(shown(field.name)) : path + "." + std::string(shown(field.name)), "is missing");
                continue;
            }
            // Left out by right: what the struct begins with. Where that cannot be stored, decode says whether the member may be missing.
            if (const auto initial = type.initial(i)) out.append(field.name, (*initial)[field.name]);
        }
    }

    void value(bson::ValueRef given, const TypeInfo& type, const std::string& path, bson::Builder& out, std::string_view key) {
        if (given.type() == bson::Type::null && type.nullable) {
            out.append(key, bson::Null{});
        } else if (type.takes == nullptr) {
            shaped(given, type, path, out, key);
        } else {
            bson::Builder alone;
            const auto    before = problems.size();
            shaped(given, type, path, alone, key);
            if (problems.size() != before) return;
            const auto read  = alone.take();
            const auto fault = type.takes(read[key]);
            if (!fault) return problem(fault.error().path.empty() ? path : path + "." + fault.error().path, fault.error().message);
            out.append(key, read[key]);
        }
    }

private:
    void shaped(bson::ValueRef given, const TypeInfo& type, const std::string& path, bson::Builder& out, std::string_view key) {
        switch (type.shape) {
            case Shape::value: plain(given, type, path, out, key); return;
            case Shape::any: free_form(given, path, out, key, type.type); return;
            case Shape::structure: {
                if (given.type() != bson::Type::document) return mismatch(path, given, type);
                out.open_document(key);
                const auto outer = std::exchange(tag_key_, {});
                object(given.as_view(), type, path, out);
                tag_key_ = outer;
                out.close();
                return;
            }
            case Shape::map:
                if (given.type() != bson::Type::document) return mismatch(path, given, type);
                out.open_document(key);
                for (const bson::Element& e : given.as_view()) value(e.value, type.element(), path + "." + std::string(e.key), out, e.key);
                out.close();
                return;
            case Shape::array: {
                if (given.type() != bson::Type::array) return mismatch(path, given, type);
                out.open_array(key);
                for (const bson::Element& e : given.as_view()) value(e.value, type.element(), path + "." + std::string(e.key), out, e.key);
                out.close();
                return;
            }
            case Shape::variant: variant(given, type, path, out, key); return;
        }
    }

    /// What has no fields of its own is Extended JSON. A `type` of 0 takes every BSON type.
    void free_form(bson::ValueRef given, const std::string& path, bson::Builder& out, std::string_view key, Byte type = 0) {
        const auto read = bson::value_from_json(bson::to_json(given));
        if (!read) return problem(path, "holds a form of Extended JSON that is none");
        if (type != 0 && static_cast<Byte>(read->type()) != type) return mismatch(path, read->ref(), {.shape = Shape::any, .type = type});
        out.append(key, *read);
    }

    void problem(std::string path, std::string what) { problems.push_back({std::move(path), std::move(what)}); }
    void mismatch(const std::string& path, bson::ValueRef given, const TypeInfo& type) {
        problem(path, std::string("is ").append(described(given.type())).append(", ").append(expected(type)).append(" is expected"));
    }

    void plain(bson::ValueRef given, const TypeInfo& type, const std::string& path, bson::Builder& out, std::string_view key) {
        const bool text = given.type() == bson::Type::string;
        switch (type.type) {
            case 0x01:
                if (!given.is_number()) return mismatch(path, given, type);
                if (const auto number = given.to_double().value_or(0); !type.single) {
                    out.append(key, number);
                } else if (std::abs(number) <= double{std::numeric_limits<float>::max()}) {
                    out.append(key, double{static_cast<float>(number)});  // the nearest: in text, no number is single
                } else {
                    problem(path, "is too large for a number of single precision");
                }
                return;
            case 0x02:
                if (!text) return mismatch(path, given, type);
                if (type.names != nullptr && std::find(type.names, type.names + type.name_count, given.as_string()) == type.names + type.name_count) {
                    std::string what = "is none of";
                    for (std::size_t i = 0; i < type.name_count; ++i) what.append(i == 0 ? " " : ", ").append(type.names[i]);
                    return problem(path, std::move(what));
                }
                out.append(key, given);
                return;
            case 0x07: return parsed(text ? bson::ObjectId::parse(given.as_string()) : fail(Errc::invalid_argument, ""), given, type, path, out, key);
            case 0x09: return parsed(text ? bson::DateTime::parse(given.as_string()) : fail(Errc::invalid_argument, ""), given, type, path, out, key);
            case 0x13:
                if (given.type() == bson::Type::float64) {
                    const auto exact = bson::Decimal128::parse(numbers_.text_of(given));
                    if (!exact) return problem(path, "is a number that a decimal cannot hold as it is written; give it as text");
                    out.append(key, *exact);
                    return;
                }
                if (given.is_number()) return parsed(bson::Decimal128::parse(bson::to_json(given)), given, type, path, out, key);
                return parsed(text ? bson::Decimal128::parse(given.as_string()) : fail(Errc::invalid_argument, ""), given, type, path, out, key);
            case 0x05: {
                if (type.uuid) return parsed(text ? bson::Uuid::parse(given.as_string()) : fail(Errc::invalid_argument, ""), given, type, path, out, key);
                std::vector<Byte> bytes;
                if (!text) return mismatch(path, given, type);
                if (!bson::detail::read_base64(given.as_string(), bytes)) return problem(path, "is not base64");
                out.append_binary(key, bytes);
                return;
            }
            case 0x10: case 0x12: {
                const auto number = given.to_int64();
                if (!given.is_number()) return mismatch(path, given, type);
                if (!number) return problem(path, "is not a whole number that fits");
                if (*number < type.lowest || *number > type.highest) {
                    return problem(path, "is outside the range from " + std::to_string(type.lowest) + " to " + std::to_string(type.highest));
                }
                out.append(key, *number);
                return;
            }
            // Regular expressions, timestamps and the like have no plain form.
            default: free_form(given, path, out, key, type.type);
        }
    }

    template <class U>
    void parsed(const Result<U>& result, bson::ValueRef given, const TypeInfo& type, const std::string& path, bson::Builder& out, std::string_view key) {
        if (result) {
            out.append(key, *result);
        } else if (given.type() == bson::Type::string) {
            problem(path, std::string("is not ").append(expected(type)));
        } else {
            mismatch(path, given, type);
        }
    }

    void variant(bson::ValueRef given, const TypeInfo& type, const std::string& path, bson::Builder& out, std::string_view key) {
        std::string_view tag_key;
        for (std::size_t i = 0; i < type.alternative_count; ++i) {
            if (!type.tags[i].key.empty()) tag_key = type.tags[i].key;
        }
        if (given.type() == bson::Type::document && !tag_key.empty()) {
            const auto tag = given.as_view()[tag_key];
            for (std::size_t i = 0; i < type.alternative_count; ++i) {
                if (tag.type() != bson::Type::string || type.tags[i].key.empty() || type.tags[i].name != tag.as_string()) continue;
                out.open_document(key);
                out.append(tag_key, tag.as_string());
                const auto outer = std::exchange(tag_key_, tag_key);
                object(given.as_view(), type.alternatives[i](), path, out);
                tag_key_ = outer;
                out.close();
                return;
            }
            return problem(path + "." + std::string(tag_key), tag.missing() ? "is missing" : "names no alternative");
        }
        // The first alternative without a tag that takes it.
        for (std::size_t i = 0; i < type.alternative_count; ++i) {
            if (!type.tags[i].key.empty()) continue;
            Converter     trial(numbers_);
            bson::Builder ignored;
            trial.value(given, type.alternatives[i](), path, ignored, key);
            if (trial.problems.empty()) return value(given, type.alternatives[i](), path, out, key);
        }
        mismatch(path, given, type);
    }

    const Numbers&   numbers_;
    std::string_view tag_key_{};
};

Error error_of(const std::vector<Problem>& problems) {
    Error error;
    error.code = Errc::validation;
    error.path = problems.front().path;
    for (const Problem& p : problems) {
        const std::string line = p.path.empty() ? p.what : p.path + ": " + p.what;
        if (!error.message.empty()) error.message += '\n';
        error.message += line;
        error.items.push_back({error.items.size(), Errc::validation, 0, line});
    }
    return error;
}

}  // namespace

Result<bson::Document> read_json(std::string_view text, const TypeInfo& type) {
    std::vector<std::string_view> reals;
    auto                          document = bson::detail::from_plain_json(text, reals);
    if (!document) return document;
    const Numbers numbers(document->view(), std::move(reals));
    Converter     converter(numbers);
    bson::Builder out;
    converter.object(document->view(), type, "", out);
    if (!converter.problems.empty()) return fail(error_of(converter.problems));
    return out.finish();
}

namespace detail {

Error without_field(Error error) {
    // The message of a Mapper's is its own, all others begin with the field.
    const std::string field = "field \"" + error.path + "\" ";
    if (error.message.starts_with(field)) error.message.erase(0, field.size());
    error.path.erase(0, error.path.starts_with("v.") ? 2 : error.path.size());
    return error;
}

}  // namespace detail

Error as_problem(const Error& decode_error) {
    const std::string what = decode_error.message;
    return error_of({{decode_error.path == "_id" ? "id" : decode_error.path, what}});
}

}  // namespace tenon::mapping
