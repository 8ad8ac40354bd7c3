#pragma once
// Decimal128 against the other numbers, by exact value. NaN equals itself and is below all numbers; zeros are equal.

#include <cstdint>
#include <optional>

#include <tenon/bson/values.hpp>

namespace tenon::bson::detail {

/// -1, 0 or 1.
[[nodiscard]] int compare_decimal(Decimal128 a, Decimal128 b) noexcept;
[[nodiscard]] int compare_decimal(Decimal128 a, double b) noexcept;
[[nodiscard]] int compare_decimal(Decimal128 a, std::int64_t b) noexcept;

/// The value when it is an integer of int64's range; else empty.
[[nodiscard]] std::optional<std::int64_t> to_int64(Decimal128 value) noexcept;
/// The nearest double, ties to even; infinities and NaN stay what they are.
[[nodiscard]] double to_double(Decimal128 value) noexcept;

}  // namespace tenon::bson::detail
