#pragma once
// Arithmetic on Decimal128 by libintelrdfpmath, the library MongoDB uses, so that every digit is MongoDB's.

#include <cstdint>
#include <optional>

#include <tenon/bson/values.hpp>

namespace tenon::mql {

/// How a decimal becomes an integer.
enum class DecimalRounding : std::uint8_t { nearest_even, down, up, toward_zero };

/// Round half to even; infinities and NaN as IEEE 754 says.
[[nodiscard]] bson::Decimal128 add(bson::Decimal128 a, bson::Decimal128 b) noexcept;
[[nodiscard]] bson::Decimal128 subtract(bson::Decimal128 a, bson::Decimal128 b) noexcept;
[[nodiscard]] bson::Decimal128 multiply(bson::Decimal128 a, bson::Decimal128 b) noexcept;
[[nodiscard]] bson::Decimal128 divide(bson::Decimal128 a, bson::Decimal128 b) noexcept;
/// The remainder of the division truncated toward zero.
[[nodiscard]] bson::Decimal128 modulo(bson::Decimal128 a, bson::Decimal128 b) noexcept;
/// To an integral value; keeps the exponent at zero or above.
[[nodiscard]] bson::Decimal128 round_integral(bson::Decimal128 value, DecimalRounding rounding) noexcept;
/// To a multiple of 10^exponent.
[[nodiscard]] bson::Decimal128 quantize(bson::Decimal128 value, int exponent, DecimalRounding rounding) noexcept;
[[nodiscard]] bson::Decimal128 absolute(bson::Decimal128 value) noexcept;
/// Equal by value; false when either is NaN.
[[nodiscard]] bool same_value(bson::Decimal128 a, bson::Decimal128 b) noexcept;

/// A double at 15 significant digits, as MongoDB widens one that meets a decimal.
[[nodiscard]] bson::Decimal128 decimal_from_double(double value) noexcept;
/// A double at all the 34 digits.
[[nodiscard]] bson::Decimal128 decimal_from_double_exact(double value) noexcept;
[[nodiscard]] double decimal_to_double(bson::Decimal128 value) noexcept;
/// Truncated toward zero; empty when it is no int64 (NaN and infinities too).
[[nodiscard]] std::optional<std::int64_t> decimal_to_int64(bson::Decimal128 value) noexcept;

}  // namespace tenon::mql
