#include "sqlite/keys.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include <tenon/bson/compare.hpp>

#include "bson/number_expansion.hpp"

namespace tenon::sqlite {

namespace {

using bson::Type;
using bson::ValueRef;
using bson::View;

constexpr int exponent_bias = 0x4000;

void push(std::string& out, unsigned byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); }
void push(std::string& out, Tag tag) { push(out, static_cast<unsigned>(tag)); }

template <class T>
void push_big_endian(std::string& out, T value) {
    char bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        bytes[i] = static_cast<char>(static_cast<unsigned char>(value >> (8U * (sizeof(T) - 1U - i))));
    }
    out.append(bytes, sizeof(T));
}

void append_text(std::string& out, std::string_view text) {
    append_text_prefix(out, text);
    out.push_back('\0');
}

void append_raw(std::string& out, std::span<const std::uint8_t> bytes) {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// The key of a whole number without its expansion: most numbers in documents are such.
void append_integer(std::string& out, std::int64_t value) {
    if (value == 0) return push(out, Tag::zero);
    const bool    negative  = value < 0;
    std::uint64_t magnitude = negative ? 0U - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    char          buffer[13];
    char*         at       = buffer + sizeof buffer;
    int           exponent = 0;
    bool          last     = true;
    const auto    pair     = [&](unsigned digits) {
        // Pairs of zeros at the end are no digits: the last one may not be 0.
        if (last && digits == 0) return;
        *--at = static_cast<char>(2U * digits + (last ? 0U : 1U));
        last  = false;
    };
    int digits = 1;
    for (std::uint64_t rest = magnitude; rest >= 10; rest /= 10) ++digits;
    exponent = digits;
    if (digits % 2 != 0) {
        pair(static_cast<unsigned>(magnitude % 10) * 10U);
        magnitude /= 10;
    }
    for (; magnitude != 0; magnitude /= 100) pair(static_cast<unsigned>(magnitude % 100));
    const unsigned biased = static_cast<unsigned>(exponent + exponent_bias);
    *--at                 = static_cast<char>(static_cast<unsigned char>(biased & 0xFFU));
    *--at                 = static_cast<char>(static_cast<unsigned char>(biased >> 8U));
    if (negative) {
        for (char* p = at; p != buffer + sizeof buffer; ++p) *p = static_cast<char>(~*p);
    }
    push(out, negative ? Tag::negative : Tag::positive);
    out.append(at, static_cast<std::size_t>(buffer + sizeof buffer - at));
}

void append_expansion(std::string& out, const bson::detail::Expansion& number) {
    using Kind = bson::detail::Expansion::Kind;
    switch (number.kind) {
        case Kind::nan:     return push(out, Tag::nan);
        case Kind::neg_inf: return push(out, Tag::neg_inf);
        case Kind::zero:    return push(out, Tag::zero);
        case Kind::pos_inf: return push(out, Tag::pos_inf);
        case Kind::finite:  break;
    }
    push(out, number.negative ? Tag::negative : Tag::positive);
    const std::size_t start  = out.size();
    const auto        biased = static_cast<unsigned>(number.exponent + exponent_bias);
    push(out, biased >> 8U);
    push(out, biased & 0xFFU);
    for (int i = 0; i < number.count; i += 2) {
        const auto     at    = static_cast<std::size_t>(i);
        const unsigned tens  = number.digits[at];
        const unsigned ones  = i + 1 < number.count ? number.digits[at + 1] : 0U;
        const bool     final = i + 2 >= number.count;
        push(out, 2U * (tens * 10U + ones) + (final ? 0U : 1U));
    }
    if (number.negative) {
        for (std::size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
    }
}

void append_double(std::string& out, double value) {
    if (value >= -0x1p53 && value <= 0x1p53 && value == std::trunc(value)) {
        return append_integer(out, static_cast<std::int64_t>(value));
    }
    bson::detail::Expansion number;
    bson::detail::expand(value, number);
    append_expansion(out, number);
}

unsigned type_order(Type type) noexcept {
    switch (type) {
        case Type::min_key:    return static_cast<unsigned>(Tag::min_key);
        case Type::missing:
        case Type::undefined:  return static_cast<unsigned>(Tag::undefined);
        case Type::null:       return static_cast<unsigned>(Tag::null);
        case Type::float64:
        case Type::int32:
        case Type::int64:
        case Type::decimal128: return static_cast<unsigned>(Tag::nan);
        case Type::string:
        case Type::symbol:     return static_cast<unsigned>(Tag::text);
        case Type::document:   return static_cast<unsigned>(Tag::document);
        case Type::array:      return static_cast<unsigned>(Tag::array);
        case Type::binary:     return static_cast<unsigned>(Tag::binary);
        case Type::object_id:  return static_cast<unsigned>(Tag::object_id);
        case Type::boolean:    return static_cast<unsigned>(Tag::bool_false);
        case Type::datetime:   return static_cast<unsigned>(Tag::datetime);
        case Type::timestamp:  return static_cast<unsigned>(Tag::timestamp);
        case Type::regex:      return static_cast<unsigned>(Tag::regex);
        case Type::db_pointer: return static_cast<unsigned>(Tag::db_pointer);
        case Type::code:       return static_cast<unsigned>(Tag::code);
        case Type::code_scope: return static_cast<unsigned>(Tag::code_scope);
        case Type::max_key:    return static_cast<unsigned>(Tag::max_key);
    }
    return static_cast<unsigned>(Tag::max_key);
}

void append_elements(std::string& out, View document) {
    for (const auto& [key, value] : document) {
        push(out, type_order(value.type()));
        append_text(out, key);
        append_key(out, value);
    }
    out.push_back('\0');
}

// Payloads that start with their own length.
void append_sized(std::string& out, std::span<const std::uint8_t> payload) {
    push_big_endian(out, static_cast<std::uint32_t>(payload.size()));
    append_raw(out, payload.subspan(4));
}

}  // namespace

void append_text_prefix(std::string& out, std::string_view text) {
    const char* at  = text.data();
    const char* end = at + text.size();
    while (at != end) {
        const char* run = at;
        while (run != end && static_cast<unsigned char>(*run) > 1) ++run;
        out.append(at, run);
        if (run == end) return;
        out.push_back('\1');
        out.push_back(*run == '\0' ? '\1' : '\2');
        at = run + 1;
    }
}

void append_key(std::string& out, ValueRef value) {
    switch (value.type()) {
        case Type::int32:   return append_integer(out, value.as_int32());
        case Type::int64:   return append_integer(out, value.as_int64());
        case Type::float64: return append_double(out, value.as_double());
        case Type::decimal128: {
            bson::detail::Expansion number;
            bson::detail::expand(value.as_decimal128(), number);
            return append_expansion(out, number);
        }
        default: break;
    }
    push(out, type_order(value.type()));
    switch (value.type()) {
        case Type::string:
        case Type::symbol:
        case Type::code: return append_text(out, value.as_string());
        case Type::object_id: return append_raw(out, value.bytes());
        case Type::boolean:
            if (value.as_bool()) out.back() = static_cast<char>(Tag::bool_true);
            return;
        case Type::datetime:
            return push_big_endian(out, static_cast<std::uint64_t>(value.as_datetime().ms) ^ (std::uint64_t{1} << 63U));
        case Type::timestamp: {
            const auto at = value.as_timestamp();
            push_big_endian(out, at.seconds);
            return push_big_endian(out, at.increment);
        }
        case Type::document:
        case Type::array: return append_elements(out, value.as_view());
        case Type::binary:
        case Type::db_pointer: return append_sized(out, value.bytes());
        case Type::regex:
            append_text(out, value.regex_pattern());
            return append_text(out, value.regex_options());
        case Type::code_scope:
            append_text(out, value.code_source());
            return append_elements(out, value.code_scope());
        default: return;  // the byte of the type says all
    }
}

void append_key(std::string& out, ValueRef value, bool descending) {
    const std::size_t start = out.size();
    append_key(out, value);
    if (!descending) return;
    for (std::size_t i = start; i < out.size(); ++i) out[i] = static_cast<char>(~out[i]);
}

void invert(std::string& bytes) noexcept {
    for (char& c : bytes) c = static_cast<char>(~c);
}

std::string after_prefix(std::string prefix) {
    while (!prefix.empty()) {
        if (static_cast<unsigned char>(prefix.back()) != 0xFFU) {
            prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1U);
            return prefix;
        }
        prefix.pop_back();
    }
    return prefix;
}

}  // namespace tenon::sqlite
