#include "mql/arithmetic.hpp"

#include <limits>

#include "mql/decimal_math.hpp"

namespace tenon::mql {

using bson::Type;

namespace {

bool fits_int32(std::int64_t value) noexcept {
    return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
}

// An integer result of two operands: int32 only when both were and it fits.
Number integer_result(std::int64_t value, const Number& a, const Number& b) noexcept {
    return a.is_int32() && b.is_int32() ? Number::narrow(value) : Number(value);
}

}  // namespace

Number Number::from(bson::ValueRef value) noexcept {
    switch (value.type()) {
        case Type::int32: return Number(value.as_int32());
        case Type::int64: return Number(value.as_int64());
        case Type::float64: return Number(value.as_double());
        default: return Number(value.as_decimal128());
    }
}

Number Number::narrow(std::int64_t value) noexcept {
    return fits_int32(value) ? Number(static_cast<std::int32_t>(value)) : Number(value);
}

Type Number::type() const noexcept {
    constexpr Type types[] = {Type::int32, Type::int64, Type::float64, Type::decimal128};
    return types[value_.index()];
}

bson::Value Number::value() const {
    return std::visit([](const auto& v) { return bson::Value(v); }, value_);
}

std::int64_t Number::integer() const noexcept {
    if (const auto* small = std::get_if<std::int32_t>(&value_)) return *small;
    const auto* wide = std::get_if<std::int64_t>(&value_);
    return wide == nullptr ? 0 : *wide;
}

double Number::to_double() const noexcept {
    if (const auto* d = std::get_if<double>(&value_)) return *d;
    if (const auto* d = std::get_if<bson::Decimal128>(&value_)) return decimal_to_double(*d);
    return static_cast<double>(integer());
}

bson::Decimal128 Number::to_decimal() const noexcept {
    if (const auto* d = std::get_if<bson::Decimal128>(&value_)) return *d;
    if (const auto* d = std::get_if<double>(&value_)) return decimal_from_double(*d);
    return bson::Decimal128::from_int64(integer());
}

bool Number::identical(const Number& other) const noexcept {
    if (type() != other.type()) return false;
    if (is_decimal()) return same_value(to_decimal(), other.to_decimal());
    if (is_double()) return to_double() == other.to_double();
    return integer() == other.integer();
}

std::optional<Number> add(const Number& a, const Number& b) noexcept {
    if (a.is_decimal() || b.is_decimal()) return Number(add(a.to_decimal(), b.to_decimal()));
    if (a.is_double() || b.is_double()) return Number(a.to_double() + b.to_double());
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.integer(), b.integer(), &sum)) return std::nullopt;
    return integer_result(sum, a, b);
}

std::optional<Number> multiply(const Number& a, const Number& b) noexcept {
    if (a.is_decimal() || b.is_decimal()) return Number(multiply(a.to_decimal(), b.to_decimal()));
    if (a.is_double() || b.is_double()) return Number(a.to_double() * b.to_double());
    std::int64_t product = 0;
    if (__builtin_mul_overflow(a.integer(), b.integer(), &product)) return std::nullopt;
    return integer_result(product, a, b);
}

Number bitwise(BitOperation operation, const Number& a, const Number& b) noexcept {
    std::int64_t result = 0;
    switch (operation) {
        case BitOperation::and_: result = a.integer() & b.integer(); break;
        case BitOperation::or_: result = a.integer() | b.integer(); break;
        case BitOperation::xor_: result = a.integer() ^ b.integer(); break;
    }
    return integer_result(result, a, b);
}

}  // namespace tenon::mql
