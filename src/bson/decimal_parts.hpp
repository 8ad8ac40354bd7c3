#pragma once
// The three fields of a Decimal128 taken out of its BID bits, and put back.

#include <cstdint>

#include <tenon/bson/values.hpp>

namespace tenon::bson::detail {

__extension__ typedef unsigned __int128 Uint128;

/// (-1)^negative * coefficient * 10^exponent, or one of the special values.
struct DecimalParts {
    enum class Kind : std::uint8_t { finite, infinite, nan };
    Kind    kind        = Kind::finite;
    bool    negative    = false;
    int     exponent    = 0;
    Uint128 coefficient = 0;
};

inline constexpr int decimal_min_exponent = -6176;
inline constexpr int decimal_max_exponent = 6111;
inline constexpr int decimal_max_digits   = 34;

/// 10^n for n up to 38.
[[nodiscard]] constexpr Uint128 power_of_10(int n) noexcept {
    Uint128 power = 1;
    for (; n > 0; --n) power *= 10U;
    return power;
}

/// Decimal digits of a coefficient; 0 has one.
[[nodiscard]] int digit_count(Uint128 value) noexcept;

/// Significands that no canonical encoding holds (past 10^34 - 1, and all of the large form) read as zero.
[[nodiscard]] DecimalParts unpack(const Decimal128& value) noexcept;

/// The coefficient must be below 10^34 and the exponent in range.
[[nodiscard]] Decimal128 pack(const DecimalParts& parts) noexcept;

}  // namespace tenon::bson::detail
