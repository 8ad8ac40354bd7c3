#pragma once
// The exact decimal digits of any BSON number: what makes int32, int64, double and decimal comparable as digits,
// and index keys of equal numbers equal bytes.

#include <array>
#include <cstdint>

#include <tenon/bson/values.hpp>

namespace tenon::bson::detail {

/// value = (-1)^negative * 0.d1d2d3... * 10^exponent. Unique for each value, whatever type held it.
struct Expansion {
    enum class Kind : std::uint8_t { nan, neg_inf, zero, finite, pos_inf };  ///< neg_inf < zero and finite < pos_inf

    Kind kind     = Kind::zero;
    bool negative = false;  ///< of a finite one; zero has no sign here
    int  exponent = 0;      ///< of a finite one
    int  count    = 0;      ///< digits in use; 0 unless finite

    /// 0 to 9, the first and the last of them not 0. A double needs at most 767. Left as it is past `count`: to clear
    /// it would cost more than the expansion of most numbers.
    std::array<std::uint8_t, 800> digits;

    Expansion() noexcept {}  // NOLINT: digits stay unset, see above
};

void expand(double value, Expansion& out) noexcept;
void expand(const Decimal128& value, Expansion& out) noexcept;
void expand(std::int64_t value, Expansion& out) noexcept;

/// -1, 0 or 1 by value; NaN equals itself and is below all.
[[nodiscard]] int compare(const Expansion& a, const Expansion& b) noexcept;

}  // namespace tenon::bson::detail
