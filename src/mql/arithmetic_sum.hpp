#pragma once
// Sums as $add, $sum and $avg make them: integers exact, doubles with the lost low part kept beside the sum, decimals apart.

#include "mql/arithmetic.hpp"

namespace tenon::mql {

/// Sum of doubles with twice their precision (Knuth's two-sum), so that the order of the terms hardly matters.
class Sum {
public:
    void add(const Number& number) noexcept;

    /// int32 when all terms were and it fits, else int64 when it fits, else double; double or decimal when there was one.
    [[nodiscard]] Number result() const noexcept;
    /// The same divided by `count`: decimal when there was one, else double.
    [[nodiscard]] Number mean(std::int64_t count) const noexcept;
    /// The sum as an int64, a double's fraction cut off and a decimal's rounded to even; empty when it does not fit.
    [[nodiscard]] std::optional<std::int64_t> whole() const noexcept;

private:
    void                           add_double(double value) noexcept;
    [[nodiscard]] double           rounded() const noexcept;
    [[nodiscard]] bson::Decimal128 as_decimal() const noexcept;

    double           sum_     = 0;
    double           addend_  = 0;  // what sum_ could not hold
    double           special_ = 0;  // the plain sum: infinities and NaN come out of it
    __extension__ __int128 exact_ = 0;
    bson::Decimal128 decimal_{};
    bson::Type       widest_ = bson::Type::int32;
};

}  // namespace tenon::mql
