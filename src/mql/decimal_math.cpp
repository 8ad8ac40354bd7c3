#include "mql/decimal_math.hpp"

#include <cmath>

// How this build of the library is called: arguments by value, rounding as an argument, flags by pointer.
#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>

namespace tenon::mql {

using bson::Decimal128;

namespace {

constexpr unsigned nearest_even = 0;
constexpr int      exponent_bias = 6176;
constexpr int      double_digits = 15;

BID_UINT128 in(Decimal128 d) noexcept {
    BID_UINT128 x{};
    x.w[0] = d.low;
    x.w[1] = d.high;
    return x;
}

Decimal128 out(BID_UINT128 x) noexcept {
    Decimal128 d;
    d.low  = x.w[0];
    d.high = x.w[1];
    return d;
}

unsigned mode(DecimalRounding rounding) noexcept {
    switch (rounding) {
        case DecimalRounding::nearest_even: return 0;
        case DecimalRounding::down: return 1;
        case DecimalRounding::up: return 2;
        case DecimalRounding::toward_zero: return 3;
    }
    return nearest_even;
}

}  // namespace

Decimal128 add(Decimal128 a, Decimal128 b) noexcept {
    unsigned flags = 0;
    return out(bid128_add(in(a), in(b), nearest_even, &flags));
}

Decimal128 subtract(Decimal128 a, Decimal128 b) noexcept {
    unsigned flags = 0;
    return out(bid128_sub(in(a), in(b), nearest_even, &flags));
}

Decimal128 multiply(Decimal128 a, Decimal128 b) noexcept {
    unsigned flags = 0;
    return out(bid128_mul(in(a), in(b), nearest_even, &flags));
}

Decimal128 divide(Decimal128 a, Decimal128 b) noexcept {
    unsigned flags = 0;
    return out(bid128_div(in(a), in(b), nearest_even, &flags));
}

Decimal128 modulo(Decimal128 a, Decimal128 b) noexcept {
    unsigned flags = 0;
    return out(bid128_fmod(in(a), in(b), &flags));
}

Decimal128 round_integral(Decimal128 value, DecimalRounding rounding) noexcept {
    unsigned flags = 0;
    switch (rounding) {
        case DecimalRounding::nearest_even: return out(bid128_round_integral_nearest_even(in(value), &flags));
        case DecimalRounding::down: return out(bid128_round_integral_negative(in(value), &flags));
        case DecimalRounding::up: return out(bid128_round_integral_positive(in(value), &flags));
        case DecimalRounding::toward_zero: return out(bid128_round_integral_zero(in(value), &flags));
    }
    return value;
}

Decimal128 quantize(Decimal128 value, int exponent, DecimalRounding rounding) noexcept {
    Decimal128 quantum;
    quantum.low    = 1;
    quantum.high   = static_cast<std::uint64_t>(exponent + exponent_bias) << 49U;
    unsigned flags = 0;
    return out(bid128_quantize(in(value), in(quantum), mode(rounding), &flags));
}

Decimal128 absolute(Decimal128 value) noexcept {
    value.high &= ~(1ULL << 63U);
    return value;
}

bool same_value(Decimal128 a, Decimal128 b) noexcept {
    unsigned flags = 0;
    return bid128_quiet_equal(in(a), in(b), &flags) != 0;
}

Decimal128 decimal_from_double_exact(double value) noexcept {
    unsigned flags = 0;
    return out(binary64_to_bid128(value, nearest_even, &flags));
}

Decimal128 decimal_from_double(double value) noexcept {
    const Decimal128 wide = decimal_from_double_exact(value);
    if (value == 0.0 || !std::isfinite(value)) return wide;
    unsigned         flags  = 0;
    const int        lead   = bid128_ilogb(in(wide), &flags);
    const Decimal128 narrow = quantize(wide, lead - (double_digits - 1), DecimalRounding::nearest_even);
    // 9.999...9 rounds up into a 16th digit.
    const int carried = bid128_ilogb(in(narrow), &flags);
    return carried == lead ? narrow : quantize(wide, carried - (double_digits - 1), DecimalRounding::nearest_even);
}

double decimal_to_double(Decimal128 value) noexcept {
    unsigned flags = 0;
    return bid128_to_binary64(in(value), nearest_even, &flags);
}

std::optional<std::int64_t> decimal_to_int64(Decimal128 value) noexcept {
    unsigned       flags  = 0;
    const BID_SINT64 number = bid128_to_int64_int(in(value), &flags);
    if ((flags & BID_INVALID_EXCEPTION) != 0) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

}  // namespace tenon::mql
