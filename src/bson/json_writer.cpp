// BSON printed as Extended JSON v2.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <tenon/bson/json.hpp>

#include "bson/base64.hpp"
#include "bson/json_text.hpp"

namespace tenon::bson {

namespace {

// The years 1970 to 9999, the ones relaxed mode prints as ISO 8601.
constexpr std::int64_t first_iso_ms = 0;
constexpr std::int64_t last_iso_ms  = 253'402'300'799'999;

constexpr char hex_digits[] = "0123456789abcdef";

// Bytes that cannot stand in a JSON string as they are.
constexpr auto needs_escape = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
    table['"']  = true;
    table['\\'] = true;
    return table;
}();

class JsonWriter {
public:
    JsonWriter(std::string& out, JsonMode mode) noexcept : out_(out), canonical_(mode == JsonMode::canonical) {}

    void document(View view) {
        out_ += '{';
        bool first = true;
        for (const Element& element : view) {
            if (!first) out_ += ',';
            first = false;
            string(element.key);
            out_ += ':';
            value(element.value);
        }
        out_ += '}';
    }

    void value(ValueRef v) {
        switch (v.type()) {
            case Type::missing:    return;
            case Type::float64:    return float64(v.as_double());
            case Type::string:     return string(v.as_string());
            case Type::document:   return document(v.as_view());
            case Type::array:      return array(v.as_view());
            case Type::binary:     return binary(v.binary_subtype(), v.binary_bytes());
            case Type::undefined:  out_ += R"({"$undefined":true})"; return;
            case Type::object_id:  return object_id(v.as_object_id());
            case Type::boolean:    out_ += v.as_bool() ? "true" : "false"; return;
            case Type::datetime:   return datetime(v.as_datetime());
            case Type::null:       out_ += "null"; return;
            case Type::regex:      return regex(v.regex_pattern(), v.regex_options());
            case Type::db_pointer: return db_pointer(v.bytes());
            case Type::code:       return wrapped("$code", v.as_string());
            case Type::symbol:     return wrapped("$symbol", v.as_string());
            case Type::code_scope: return code_scope(v.code_source(), v.code_scope());
            case Type::int32:      return integer("$numberInt", v.as_int32());
            case Type::timestamp:  return timestamp(v.as_timestamp());
            case Type::int64:      return integer("$numberLong", v.as_int64());
            case Type::decimal128: return wrapped("$numberDecimal", v.as_decimal128().to_string());
            case Type::max_key:    out_ += R"({"$maxKey":1})"; return;
            case Type::min_key:    out_ += R"({"$minKey":1})"; return;
        }
    }

private:
    void string(std::string_view text) {
        out_ += '"';
        const char*       from = text.data();
        const char* const end  = from + text.size();
        for (const char* at = from; at != end; ++at) {
            if (!needs_escape[static_cast<unsigned char>(*at)]) continue;
            out_.append(from, at);
            escape(*at);
            from = at + 1;
        }
        out_.append(from, end);
        out_ += '"';
    }

    void escape(char c) {
        out_ += '\\';
        switch (c) {
            case '"':
            case '\\': out_ += c; return;
            case '\b': out_ += 'b'; return;
            case '\f': out_ += 'f'; return;
            case '\n': out_ += 'n'; return;
            case '\r': out_ += 'r'; return;
            case '\t': out_ += 't'; return;
            default:
                out_ += "u00";
                out_ += hex_digits[static_cast<unsigned char>(c) >> 4U];
                out_ += hex_digits[static_cast<unsigned char>(c) & 15U];
        }
    }

    template <class Integer>
    void number(Integer n) {
        std::array<char, 24> text{};
        out_.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), n).ptr);
    }

    void open(std::string_view key) {
        out_ += "{\"";
        out_ += key;
        out_ += "\":";
    }

    template <class Integer>
    void quoted_number(std::string_view key, Integer n) {
        open(key);
        out_ += '"';
        number(n);
        out_ += "\"}";
    }

    template <class Integer>
    void integer(std::string_view key, Integer n) {
        if (canonical_) {
            quoted_number(key, n);
        } else {
            number(n);
        }
    }

    void wrapped(std::string_view key, std::string_view text) {
        open(key);
        string(text);
        out_ += '}';
    }

    void float64(double d) {
        const bool finite = std::isfinite(d);
        if (canonical_ || !finite) out_ += R"({"$numberDouble":")";
        if (std::isnan(d)) {
            out_ += "NaN";
        } else if (!finite) {
            out_ += d < 0 ? "-Infinity" : "Infinity";
        } else {
            finite_double(d);
        }
        if (canonical_ || !finite) out_ += "\"}";
    }

    // The shortest digits that read back as the same double, and a point or an exponent so that they read back as one.
    void finite_double(double d) {
        const double         size  = std::fabs(d);
        const bool           plain = size == 0 || (size >= 1e-5 && size < 1e17);
        std::array<char, 32> text{};
        char* const          end = std::to_chars(text.data(), text.data() + text.size(), d,
                                                 plain ? std::chars_format::fixed : std::chars_format::scientific).ptr;
        out_.append(text.data(), end);
        if (plain && std::find(text.data(), end, '.') == end) out_ += ".0";
    }

    void array(View view) {
        out_ += '[';
        bool first = true;
        for (const Element& element : view) {
            if (!first) out_ += ',';
            first = false;
            value(element.value);
        }
        out_ += ']';
    }

    void object_id(const ObjectId& id) {
        out_ += R"({"$oid":")";
        for (const std::uint8_t byte : id.bytes) {
            out_ += hex_digits[byte >> 4U];
            out_ += hex_digits[byte & 15U];
        }
        out_ += "\"}";
    }

    void datetime(DateTime at) {
        open("$date");
        if (!canonical_ && at.ms >= first_iso_ms && at.ms <= last_iso_ms) {
            string(at.to_string());
        } else {
            quoted_number("$numberLong", at.ms);
        }
        out_ += '}';
    }

    void binary(std::uint8_t subtype, std::span<const std::uint8_t> bytes) {
        out_ += R"({"$binary":{"base64":")";
        detail::append_base64(bytes, out_);
        out_ += R"(","subType":")";
        out_ += hex_digits[subtype >> 4U];
        out_ += hex_digits[subtype & 15U];
        out_ += "\"}}";
    }

    void regex(std::string_view pattern, std::string_view options) {
        out_ += R"({"$regularExpression":{"pattern":)";
        string(pattern);
        out_ += R"(,"options":)";
        string(detail::sorted_options(options));
        out_ += "}}";
    }

    void db_pointer(std::span<const std::uint8_t> bytes) {
        const std::size_t id = bytes.size() - 12;  // after an int32 length, the text and its NUL
        out_ += R"({"$dbPointer":{"$ref":)";
        string({reinterpret_cast<const char*>(bytes.data() + 4), id - 5});
        out_ += R"(,"$id":)";
        ObjectId oid;
        std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(id), bytes.end(), oid.bytes.begin());
        object_id(oid);
        out_ += "}}";
    }

    void code_scope(std::string_view source, View scope) {
        open("$code");
        string(source);
        out_ += R"(,"$scope":)";
        document(scope);
        out_ += '}';
    }

    void timestamp(Timestamp at) {
        out_ += R"({"$timestamp":{"t":)";
        number(at.seconds);
        out_ += R"(,"i":)";
        number(at.increment);
        out_ += "}}";
    }

    std::string& out_;
    bool         canonical_;
};

}  // namespace

std::string to_json(View document, JsonMode mode) {
    std::string out;
    out.reserve(std::size_t{2} * document.size());
    JsonWriter(out, mode).document(document);
    return out;
}

std::string to_json(ValueRef value, JsonMode mode) {
    std::string out;
    JsonWriter(out, mode).value(value);
    return out;
}

}  // namespace tenon::bson
