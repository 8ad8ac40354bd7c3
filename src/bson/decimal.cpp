// Decimal128 as text and as bits (IEEE 754-2008 decimal128, binary integer encoding).
//
//   bit 127      sign
//   bits 126-113 exponent, biased by 6176      } unless bits 126-125 are both set: then infinity, NaN
//   bits 112-0   coefficient, at most 10^34-1  } or the large form, whose coefficients are all past 10^34-1

#include "bson/decimal_parts.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace tenon::bson {

namespace detail {

namespace {

constexpr std::uint64_t sign_bit        = 0x8000000000000000ULL;
constexpr std::uint64_t infinity_bits   = 0x7800000000000000ULL;
constexpr std::uint64_t nan_bits        = 0x7C00000000000000ULL;
constexpr std::uint64_t large_form_bits = 0x6000000000000000ULL;
constexpr std::uint64_t high_digits     = 0x0001FFFFFFFFFFFFULL;
constexpr Uint128       max_coefficient = power_of_10(decimal_max_digits) - 1U;

}  // namespace

int digit_count(Uint128 value) noexcept {
    int           digits = 1;
    std::uint64_t small  = 0;
    constexpr Uint128 chunk = power_of_10(19);
    if (value >= chunk) {
        digits += 19;
        value /= chunk;
    }
    if (value >= chunk) {
        digits += 19;
        value /= chunk;
    }
    small = static_cast<std::uint64_t>(value);
    while (small >= 10U) {
        small /= 10U;
        ++digits;
    }
    return digits;
}

DecimalParts unpack(const Decimal128& value) noexcept {
    DecimalParts parts;
    parts.negative = value.is_negative();
    if (value.is_nan()) {
        parts.kind = DecimalParts::Kind::nan;
    } else if (value.is_infinite()) {
        parts.kind = DecimalParts::Kind::infinite;
    } else if ((value.high & large_form_bits) == large_form_bits) {
        parts.exponent = static_cast<int>((value.high >> 47U) & 0x3FFFU) + decimal_min_exponent;
    } else {
        parts.exponent    = static_cast<int>((value.high >> 49U) & 0x3FFFU) + decimal_min_exponent;
        parts.coefficient = (static_cast<Uint128>(value.high & high_digits) << 64U) | value.low;
        if (parts.coefficient > max_coefficient) parts.coefficient = 0;
    }
    return parts;
}

Decimal128 pack(const DecimalParts& parts) noexcept {
    Decimal128 value;
    value.low = 0;
    switch (parts.kind) {
        case DecimalParts::Kind::nan:      value.high = nan_bits; return value;
        case DecimalParts::Kind::infinite: value.high = infinity_bits; break;
        case DecimalParts::Kind::finite:
            value.low  = static_cast<std::uint64_t>(parts.coefficient);
            value.high = (static_cast<std::uint64_t>(parts.exponent - decimal_min_exponent) << 49U) |
                         static_cast<std::uint64_t>(parts.coefficient >> 64U);
            break;
    }
    if (parts.negative) value.high |= sign_bit;
    return value;
}

}  // namespace detail

namespace {

using detail::DecimalParts;
using detail::Uint128;

bool is_word(std::string_view text, std::string_view lower) noexcept {
    return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

tl::unexpected<Error> malformed() {
    return fail(Errc::invalid_argument,
                "not a decimal number: expected digits with an optional sign, point and exponent, Infinity or NaN");
}

tl::unexpected<Error> inexact() {
    return fail(Errc::invalid_argument, "a Decimal128 cannot hold this number exactly: it has 34 digits");
}

}  // namespace

Result<Decimal128> Decimal128::parse(std::string_view text) {
    DecimalParts parts;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        parts.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (is_word(text, "nan")) {
        parts.kind = DecimalParts::Kind::nan;
        return detail::pack(parts);
    }
    if (is_word(text, "infinity") || is_word(text, "inf")) {
        parts.kind = DecimalParts::Kind::infinite;
        return detail::pack(parts);
    }

    std::int64_t exponent  = 0;
    int          digits    = 0;  // held in the coefficient, leading zeros left out
    bool         any       = false;
    bool         point     = false;
    bool         lost      = false;  // a digit other than zero came after the 34th
    std::size_t  at        = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c)) break;
        any = true;
        if (digits == detail::decimal_max_digits) {
            lost = lost || c != '0';
            if (!point) ++exponent;
            continue;
        }
        parts.coefficient = parts.coefficient * 10U + static_cast<unsigned>(c - '0');
        if (parts.coefficient != 0) ++digits;
        if (point) --exponent;
    }
    if (!any) return malformed();
    if (at < text.size()) {
        if (text[at] != 'e' && text[at] != 'E') return malformed();
        ++at;
        bool below_zero = false;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) below_zero = text[at++] == '-';
        if (at == text.size()) return malformed();
        std::int64_t written = 0;
        for (; at < text.size(); ++at) {
            if (!is_digit(text[at])) return malformed();
            // Held at a bound that no run of digits in memory can bring back into range.
            written = std::min<std::int64_t>(written * 10 + (text[at] - '0'), 1'000'000'000'000'000);
        }
        exponent += below_zero ? -written : written;
    }
    if (lost) return inexact();

    if (parts.coefficient == 0) {
        exponent = std::clamp<std::int64_t>(exponent, detail::decimal_min_exponent, detail::decimal_max_exponent);
    }
    while (exponent > detail::decimal_max_exponent && digits < detail::decimal_max_digits) {
        parts.coefficient *= 10U;
        ++digits;
        --exponent;
    }
    while (exponent < detail::decimal_min_exponent && parts.coefficient % 10U == 0) {
        parts.coefficient /= 10U;
        ++exponent;
    }
    if (exponent < detail::decimal_min_exponent) return inexact();
    if (exponent > detail::decimal_max_exponent) {
        return fail(Errc::invalid_argument, "a Decimal128 cannot hold this number: its exponent is past 6144");
    }
    parts.exponent = static_cast<int>(exponent);
    return detail::pack(parts);
}

Decimal128 Decimal128::from_int64(std::int64_t value) noexcept {
    DecimalParts parts;
    parts.negative = value < 0;
    // Negating the unsigned copy is right for int64's minimum too.
    parts.coefficient = value < 0 ? 0U - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    return detail::pack(parts);
}

std::string Decimal128::to_string() const {
    const DecimalParts parts = detail::unpack(*this);
    if (parts.kind == DecimalParts::Kind::nan) return "NaN";
    if (parts.kind == DecimalParts::Kind::infinite) return parts.negative ? "-Infinity" : "Infinity";

    std::array<char, 40> buffer{};
    auto                 first = buffer.end();
    Uint128              rest  = parts.coefficient;
    do {
        *--first = static_cast<char>('0' + static_cast<int>(rest % 10U));
        rest /= 10U;
    } while (rest != 0);
    const std::string_view digits(first, buffer.end());
    const int              count    = static_cast<int>(digits.size());
    const int              adjusted = parts.exponent + count - 1;

    std::string text;
    if (parts.negative) text += '-';
    if (parts.exponent > 0 || adjusted < -6) {
        text += digits.front();
        if (count > 1) {
            text += '.';
            text += digits.substr(1);
        }
        text += 'E';
        text += adjusted < 0 ? '-' : '+';
        text += std::to_string(adjusted < 0 ? -adjusted : adjusted);
    } else if (parts.exponent == 0) {
        text += digits;
    } else if (adjusted >= 0) {
        const auto whole = static_cast<std::size_t>(adjusted) + 1;
        text += digits.substr(0, whole);
        text += '.';
        text += digits.substr(whole);
    } else {
        text += "0.";
        text.append(static_cast<std::size_t>(-adjusted - 1), '0');
        text += digits;
    }
    return text;
}

}  // namespace tenon::bson
