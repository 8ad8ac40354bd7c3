#include "bson/decimal_compare.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "bson/decimal_parts.hpp"
#include "bson/number_expansion.hpp"

namespace tenon::bson::detail {

namespace {

int sign(int order) noexcept { return order < 0 ? -1 : (order > 0 ? 1 : 0); }

// Where a value lies before digits are looked at: -3 NaN, -2 and 2 infinite, 0 zero, else its sign.
int rank(const DecimalParts& parts) noexcept {
    if (parts.kind == DecimalParts::Kind::nan) return -3;
    if (parts.kind == DecimalParts::Kind::infinite) return parts.negative ? -2 : 2;
    if (parts.coefficient == 0) return 0;
    return parts.negative ? -1 : 1;
}

int rank(double value) noexcept {
    if (std::isnan(value)) return -3;
    if (std::isinf(value)) return value < 0 ? -2 : 2;
    return value < 0 ? -1 : (value > 0 ? 1 : 0);
}

// Of two finite ones that are not zero.
int compare_magnitude(const DecimalParts& a, const DecimalParts& b) noexcept {
    const int top_a = digit_count(a.coefficient) + a.exponent;
    const int top_b = digit_count(b.coefficient) + b.exponent;
    if (top_a != top_b) return top_a < top_b ? -1 : 1;
    // With the same leading position the exponents differ by 33 at most, and the scaled coefficient keeps to 34 digits.
    Uint128 ca = a.coefficient;
    Uint128 cb = b.coefficient;
    if (a.exponent > b.exponent) ca *= power_of_10(a.exponent - b.exponent);
    if (b.exponent > a.exponent) cb *= power_of_10(b.exponent - a.exponent);
    return ca == cb ? 0 : (ca < cb ? -1 : 1);
}

int compare_parts(const DecimalParts& a, const DecimalParts& b) noexcept {
    const int ra = rank(a);
    const int rb = rank(b);
    if (ra != rb) return sign(ra - rb);
    if (ra != 1 && ra != -1) return 0;
    return ra * compare_magnitude(a, b);
}

}  // namespace

int compare_decimal(Decimal128 a, Decimal128 b) noexcept { return compare_parts(unpack(a), unpack(b)); }

int compare_decimal(Decimal128 a, std::int64_t b) noexcept {
    return compare_parts(unpack(a), unpack(Decimal128::from_int64(b)));
}

int compare_decimal(Decimal128 a, double b) noexcept {
    const int ra = rank(unpack(a));
    const int rb = rank(b);
    if (ra != rb) return sign(ra - rb);
    if (ra != 1 && ra != -1) return 0;
    Expansion ea;
    Expansion eb;
    expand(a, ea);
    expand(b, eb);
    return compare(ea, eb);
}

std::optional<std::int64_t> to_int64(Decimal128 value) noexcept {
    const DecimalParts parts = unpack(value);
    if (parts.kind != DecimalParts::Kind::finite) return std::nullopt;
    if (parts.coefficient == 0) return 0;
    Uint128 whole = parts.coefficient;
    if (parts.exponent > 0) {
        if (digit_count(whole) + parts.exponent > 19) return std::nullopt;
        whole *= power_of_10(parts.exponent);
    } else if (parts.exponent < 0) {
        if (-parts.exponent >= decimal_max_digits) return std::nullopt;
        const Uint128 unit = power_of_10(-parts.exponent);
        if (whole % unit != 0) return std::nullopt;
        whole /= unit;
    }
    const Uint128 limit = static_cast<Uint128>(std::numeric_limits<std::int64_t>::max()) + (parts.negative ? 1U : 0U);
    if (whole > limit) return std::nullopt;
    const auto magnitude = static_cast<std::uint64_t>(whole);
    return static_cast<std::int64_t>(parts.negative ? 0U - magnitude : magnitude);
}

double to_double(Decimal128 value) noexcept {
    const DecimalParts parts = unpack(value);
    if (parts.kind == DecimalParts::Kind::nan) return std::numeric_limits<double>::quiet_NaN();
    double magnitude = 0;
    if (parts.kind == DecimalParts::Kind::infinite) {
        magnitude = std::numeric_limits<double>::infinity();
    } else if (parts.coefficient != 0) {
        std::array<char, 48> text;  // NOLINT: written before it is read
        auto                 first = text.data() + 40;
        const auto           end   = std::to_chars(first + 1, text.data() + text.size(), parts.exponent).ptr;
        *first                     = 'e';
        for (Uint128 rest = parts.coefficient; rest != 0; rest /= 10U) {
            *--first = static_cast<char>('0' + static_cast<int>(rest % 10U));
        }
        const auto read = std::from_chars(first, end, magnitude);
        if (read.ec == std::errc::result_out_of_range) {
            magnitude = parts.exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
        }
    }
    return parts.negative ? -magnitude : magnitude;
}

}  // namespace tenon::bson::detail
