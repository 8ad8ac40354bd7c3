#include "bson/json_forms.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <type_traits>

#include "bson/base64.hpp"
#include "bson/hex.hpp"
#include "bson/json_text.hpp"

namespace tenon::bson::detail {

JsonForm form_of(std::string_view key) noexcept {
    struct Name {
        std::string_view key;
        JsonForm         form;
    };
    static constexpr Name names[] = {
        {"$oid", JsonForm::oid},
        {"$date", JsonForm::date},
        {"$numberLong", JsonForm::number_long},
        {"$numberInt", JsonForm::number_int},
        {"$numberDouble", JsonForm::number_double},
        {"$numberDecimal", JsonForm::number_decimal},
        {"$binary", JsonForm::binary},
        {"$uuid", JsonForm::uuid},
        {"$code", JsonForm::code},
        {"$timestamp", JsonForm::timestamp},
        {"$regularExpression", JsonForm::regular_expression},
        {"$minKey", JsonForm::min_key},
        {"$maxKey", JsonForm::max_key},
        {"$symbol", JsonForm::symbol},
        {"$dbPointer", JsonForm::db_pointer},
        {"$undefined", JsonForm::undefined},
    };
    if (key.empty() || key.front() != '$') return JsonForm::none;
    for (const Name& name : names) {
        if (name.key == key) return name.form;
    }
    return JsonForm::none;
}

namespace {

Type type_of(JsonForm form) noexcept {
    switch (form) {
        case JsonForm::none:               return Type::missing;
        case JsonForm::oid:                return Type::object_id;
        case JsonForm::symbol:             return Type::symbol;
        case JsonForm::number_int:         return Type::int32;
        case JsonForm::number_long:        return Type::int64;
        case JsonForm::number_double:      return Type::float64;
        case JsonForm::number_decimal:     return Type::decimal128;
        case JsonForm::binary:
        case JsonForm::uuid:               return Type::binary;
        case JsonForm::code:               return Type::code;
        case JsonForm::timestamp:          return Type::timestamp;
        case JsonForm::regular_expression: return Type::regex;
        case JsonForm::db_pointer:         return Type::db_pointer;
        case JsonForm::date:               return Type::datetime;
        case JsonForm::min_key:            return Type::min_key;
        case JsonForm::max_key:            return Type::max_key;
        case JsonForm::undefined:          return Type::undefined;
    }
    return Type::missing;
}

// One or two hexadecimal digits.
bool read_subtype(std::string_view text, std::uint8_t& subtype) noexcept {
    if (text.empty() || text.size() > 2) return false;
    unsigned value = 0;
    for (const char c : text) {
        const int digit = hex_digit(c);
        if (digit < 0) return false;
        value = value * 16U + static_cast<unsigned>(digit);
    }
    subtype = static_cast<std::uint8_t>(value);
    return true;
}

// 8-4-4-4-12 digits. Uuid::parse would take them without dashes too.
bool read_uuid(std::string_view text, std::array<std::uint8_t, 16>& bytes) noexcept {
    if (text.size() != 36) return false;
    std::array<char, 32> digits{};
    std::size_t          count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text[i] == '-')) return false;
        if (!dash) digits[count++] = text[i];
    }
    return read_hex(digits.data(), bytes);
}

}  // namespace

ValueRef JsonFormReader::read(JsonForm form) {
    payload_.clear();
    if (!payload_of(form)) return {};
    return {type_of(form), payload_.data(), static_cast<std::uint32_t>(payload_.size())};
}

ValueRef JsonFormReader::code() {
    payload_.clear();
    if (!text()) return {};
    return {Type::code, payload_.data(), static_cast<std::uint32_t>(payload_.size())};
}

bool JsonFormReader::payload_of(JsonForm form) {
    switch (form) {
        case JsonForm::none:               return false;
        case JsonForm::oid:                return object_id();
        case JsonForm::code:
        case JsonForm::symbol:             return text();
        case JsonForm::number_int:         return int32();
        case JsonForm::number_long:        return int64("$numberLong takes an int64 in a string");
        case JsonForm::number_double:      return float64();
        case JsonForm::number_decimal:     return decimal();
        case JsonForm::binary:             return binary();
        case JsonForm::uuid:               return uuid();
        case JsonForm::timestamp:          return timestamp();
        case JsonForm::regular_expression: return regular_expression();
        case JsonForm::db_pointer:         return db_pointer();
        case JsonForm::date:               return date();
        case JsonForm::min_key:            return one("$minKey takes the number 1");
        case JsonForm::max_key:            return one("$maxKey takes the number 1");
        case JsonForm::undefined:          return in_.word("true");
    }
    return false;
}

bool JsonFormReader::object_id() {
    const std::size_t begin = in_.position();
    const Text        hex   = in_.string(held_);
    ObjectId          id;
    if (!hex) return false;
    const bool good = read_hex(*hex, id.bytes);
    return good ? append(id.bytes) : in_.wrong(begin, "$oid takes 24 hexadecimal digits");
}

bool JsonFormReader::text() {
    const Text read = in_.string(held_);
    return read && append_text(*read);
}

bool JsonFormReader::int32() {
    const std::size_t begin  = in_.position();
    const Text        digits = in_.string(held_);
    if (!digits) return false;
    const auto n = json_integer<std::int32_t>(*digits);
    return n ? append(*n) : in_.wrong(begin, "$numberInt takes an int32 in a string");
}

bool JsonFormReader::int64(const char* rule) {
    const std::size_t begin  = in_.position();
    const Text        digits = in_.string(held_);
    if (!digits) return false;
    const auto n = json_integer<std::int64_t>(*digits);
    return n ? append(*n) : in_.wrong(begin, rule);
}

bool JsonFormReader::float64() {
    using Limits            = std::numeric_limits<double>;
    const std::size_t begin = in_.position();
    const Text        read  = in_.string(held_);
    if (!read) return false;
    if (*read == "NaN") return append(Limits::quiet_NaN());
    if (*read == "Infinity") return append(Limits::infinity());
    if (*read == "-Infinity") return append(-Limits::infinity());
    bool       integer = false;
    const auto number  = is_json_number(*read, integer) ? json_double(*read) : std::nullopt;
    if (!number) return in_.wrong(begin, "$numberDouble takes a double, Infinity, -Infinity or NaN in a string");
    return append(*number);
}

bool JsonFormReader::decimal() {
    const std::size_t begin = in_.position();
    const Text        read  = in_.string(held_);
    if (!read) return false;
    const auto number = Decimal128::parse(*read);
    if (!number) return in_.wrong(begin, "$numberDecimal: " + number.error().message);
    return append(number->low) && append(number->high);
}

bool JsonFormReader::binary() {
    constexpr const char*     rule = R"($binary takes {"base64": ..., "subType": ...})";
    std::vector<std::uint8_t> bytes;
    std::uint8_t              subtype = 0;
    const bool                read    = two_fields("base64", "subType", rule, [&](std::size_t which) {
        const std::size_t begin = in_.position();
        const Text        part  = in_.string(held_);
        if (!part) return false;
        if (which == 0) return read_base64(*part, bytes) || in_.wrong(begin, "this is not base64");
        return read_subtype(*part, subtype) || in_.wrong(begin, "subType takes one or two hexadecimal digits");
    });
    return read && append_binary(bytes.data(), bytes.size(), subtype);
}

bool JsonFormReader::uuid() {
    const std::size_t begin = in_.position();
    const Text        read  = in_.string(held_);
    if (!read) return false;
    std::array<std::uint8_t, 16> bytes{};
    if (!read_uuid(*read, bytes)) return in_.wrong(begin, "$uuid takes hexadecimal digits as 8-4-4-4-12");
    return append_binary(bytes.data(), bytes.size(), 4);
}

bool JsonFormReader::timestamp() {
    constexpr const char*        rule = R"($timestamp takes {"t": ..., "i": ...})";
    std::array<std::uint32_t, 2> parts{};
    const bool                   read = two_fields("t", "i", rule, [&](std::size_t which) {
        const std::size_t begin  = in_.position();
        const Text        digits = in_.number();
        if (!digits) return false;
        const auto n = json_integer<std::uint32_t>(*digits);
        if (!n) return in_.wrong(begin, "t and i take whole numbers from 0 to 4294967295");
        parts[which] = *n;
        return true;
    });
    return read && append(parts[1]) && append(parts[0]);  // BSON keeps the increment first
}

bool JsonFormReader::regular_expression() {
    constexpr const char*      rule = R"($regularExpression takes {"pattern": ..., "options": ...})";
    std::array<std::string, 2> parts;
    const bool                 read = two_fields("pattern", "options", rule, [&](std::size_t which) {
        const std::size_t begin = in_.position();
        const Text        part  = in_.string(held_);
        if (!part) return false;
        parts[which] = *part;
        return part->find('\0') == part->npos || in_.wrong(begin, "a regular expression may not hold NUL");
    });
    if (!read) return false;
    parts[1] = sorted_options(parts[1]);
    for (const std::string& part : parts) payload_.insert(payload_.end(), part.c_str(), part.c_str() + part.size() + 1);
    return true;
}

bool JsonFormReader::db_pointer() {
    constexpr const char* rule = R"($dbPointer takes {"$ref": ..., "$id": {"$oid": ...}})";
    std::string           collection;
    const bool            read = two_fields("$ref", "$id", rule, [&](std::size_t which) {
        if (which == 1) return only_key("$oid") && object_id() && end();
        const Text part = in_.string(held_);
        if (part) collection = *part;
        return part.has_value();
    });
    if (!read) return false;
    // The id was read into the payload, whichever key came first; the text goes before it.
    std::array<std::uint8_t, 12> id{};
    std::memcpy(id.data(), payload_.data(), id.size());
    payload_.clear();
    return append_text(collection) && append(id);
}

bool JsonFormReader::date() {
    if (in_.peek() == '{') {
        return only_key("$numberLong") && int64("$date takes an int64 in a string as $numberLong") && end();
    }
    const std::size_t begin = in_.position();
    const Text        read  = in_.string(held_);
    if (!read) return false;
    const auto at = DateTime::parse(*read);
    return at ? append(at->ms) : in_.wrong(begin, "$date takes an ISO 8601 date and time with a zone");
}

bool JsonFormReader::one(const char* rule) {
    const std::size_t begin = in_.position();
    const Text        read  = in_.number();
    return read && (*read == "1" || in_.wrong(begin, rule));
}

// {"first": ..., "second": ...}: both keys, once each, in any order, no others. `read` gets 0 for the first.
template <class Read>
bool JsonFormReader::two_fields(std::string_view first, std::string_view second, const char* rule, Read read) {
    const std::size_t begin = in_.position();
    if (!in_.take('{')) return in_.wrong(begin, rule);
    std::array<bool, 2> seen{};
    do {
        const std::size_t at   = in_.position();
        const Text        name = in_.string(held_);
        if (!name) return false;
        const std::size_t which = *name == first ? 0 : 1;
        if ((which == 1 && *name != second) || seen[which]) return in_.wrong(at, rule);
        seen[which] = true;
        if (!in_.expect(':') || !read(which)) return false;
    } while (in_.take(','));
    return (seen[0] && seen[1] && in_.take('}')) || in_.wrong(in_.position(), rule);
}

// The opening of an object that has one key.
bool JsonFormReader::only_key(std::string_view wanted) {
    const std::size_t begin = in_.position();
    if (!in_.expect('{')) return false;
    const Text name = in_.string(held_);
    if (!name) return false;
    return (*name == wanted || in_.wrong(begin, "expected " + std::string(wanted))) && in_.expect(':');
}

bool JsonFormReader::end() {
    return in_.take('}') || in_.wrong(in_.position(), "expected '}': this form takes no other key");
}

template <class T>
bool JsonFormReader::append(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto at = payload_.size();
    payload_.resize(at + sizeof value);
    std::memcpy(payload_.data() + at, &value, sizeof value);
    return true;
}

bool JsonFormReader::append_text(std::string_view text) {
    append(static_cast<std::uint32_t>(text.size() + 1));
    payload_.insert(payload_.end(), text.begin(), text.end());
    payload_.push_back(0);
    return true;
}

bool JsonFormReader::append_binary(const std::uint8_t* bytes, std::size_t size, std::uint8_t subtype) {
    const bool old = subtype == 2;  // repeats the length inside
    append(static_cast<std::uint32_t>(size + (old ? 4 : 0)));
    payload_.push_back(subtype);
    if (old) append(static_cast<std::uint32_t>(size));
    payload_.insert(payload_.end(), bytes, bytes + size);
    return true;
}

}  // namespace tenon::bson::detail
