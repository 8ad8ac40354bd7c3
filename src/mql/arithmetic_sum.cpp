#include "mql/arithmetic_sum.hpp"

#include <cmath>
#include <limits>

#include "mql/decimal_math.hpp"

namespace tenon::mql {

using bson::Type;

void Sum::add_double(double value) noexcept {
    special_ += value;
    // two-sum: s + c is exactly sum_ + value
    const auto two_sum = [](double a, double b, double& low) {
        const double s = a + b;
        const double t = s - a;
        low            = (a - (s - t)) + (b - t);
        return s;
    };
    double       low  = 0;
    const double high = two_sum(value, sum_, low);
    low += addend_;
    sum_ = two_sum(high, low, addend_);
}

void Sum::add(const Number& number) noexcept {
    if (number.is_decimal()) {
        decimal_ = mql::add(decimal_, number.to_decimal());
        widest_  = Type::decimal128;
        return;
    }
    if (number.is_double()) {
        add_double(number.to_double());
        if (widest_ != Type::decimal128) widest_ = Type::float64;
        return;
    }
    if (number.is_int64() && widest_ == Type::int32) widest_ = Type::int64;
    const std::int64_t value = number.integer();
    exact_ += value;
    const std::int64_t low = value % (std::int64_t{1} << 32);  // two parts that a double holds
    add_double(static_cast<double>(low));
    add_double(static_cast<double>(value - low));
}

double Sum::rounded() const noexcept { return std::isnan(sum_) ? special_ : sum_; }

bson::Decimal128 Sum::as_decimal() const noexcept {
    if (!std::isfinite(sum_)) return decimal_from_double_exact(rounded());
    return mql::add(decimal_from_double_exact(sum_), decimal_from_double_exact(addend_));
}

Number Sum::result() const noexcept {
    switch (widest_) {
        case Type::decimal128: return Number(mql::add(decimal_, as_decimal()));
        case Type::float64: return Number(rounded());
        default: break;
    }
    const bool fits = exact_ >= std::numeric_limits<std::int64_t>::min() && exact_ <= std::numeric_limits<std::int64_t>::max();
    if (!fits) return Number(rounded());
    const auto value = static_cast<std::int64_t>(exact_);
    return widest_ == Type::int32 ? Number::narrow(value) : Number(value);
}

Number Sum::mean(std::int64_t count) const noexcept {
    if (widest_ == Type::decimal128) {
        return Number(divide(mql::add(decimal_, as_decimal()), bson::Decimal128::from_int64(count)));
    }
    return Number(rounded() / static_cast<double>(count));
}

std::optional<std::int64_t> Sum::whole() const noexcept {
    if (widest_ == Type::decimal128) {
        return decimal_to_int64(round_integral(mql::add(decimal_, as_decimal()), DecimalRounding::nearest_even));
    }
    const Number sum = result();
    if (sum.is_integer()) return sum.integer();
    const double value = std::trunc(sum.to_double());
    if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

}  // namespace tenon::mql
