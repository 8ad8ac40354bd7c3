// Arithmetic, rounding and the accumulators that work as expressions.

#include <cmath>
#include <cstdint>
#include <limits>

#include "mql/arithmetic.hpp"
#include "mql/arithmetic_sum.hpp"
#include "mql/decimal_math.hpp"
#include "mql/expression_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::Value;
using bson::ValueRef;

namespace {

Evaluated number(Frame& frame, const Number& value) { return frame.keep(value.value()); }

bool either(const Number& a, const Number& b, bool (Number::*is)() const noexcept) { return (a.*is)() || (b.*is)(); }

Number integer_like(std::int64_t value, const Number& a, const Number& b) {
    return a.is_int32() && b.is_int32() ? Number::narrow(value) : Number(value);
}

// Operands are evaluated one by one, as MongoDB does: a null or a fault hides what stands behind it.
Evaluated add_all(Frame& frame, const ExpressionNode& self) {
    Sum                           sum;
    std::optional<bson::DateTime> date;
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto operand = argument(frame, self, i);
        if (!operand) return operand;
        const ValueRef value = *operand;
        if (value.is_number()) {
            sum.add(Number::from(value));
        } else if (value.type() == Type::datetime) {
            if (date) return mql_error(16612, "only one date allowed in an $add expression");
            date = value.as_datetime();
        } else if (is_nullish(value)) {
            return null_value();
        } else {
            return mql_error(16554, "$add only supports numeric or date types, not " + type_name(value));
        }
    }
    if (!date) return number(frame, sum.result());
    sum.add(Number(date->ms));  // the fraction is cut off the whole, as MongoDB does
    const auto moved = sum.whole();
    if (!moved) return mql_error(code::overflow, "date overflow in $add");
    return frame.keep(Value(bson::DateTime(*moved)));
}

Evaluated subtract_two(Frame& frame, const ExpressionNode& self) {
    auto second = argument(frame, self, 1);  // first, as MongoDB does: of two faults this one is named
    if (!second) return second;
    auto first = argument(frame, self, 0);
    if (!first) return first;
    const ValueRef left  = *first;
    const ValueRef right = *second;
    if (left.is_number() && right.is_number()) {
        const Number a = Number::from(left);
        const Number b = Number::from(right);
        if (either(a, b, &Number::is_decimal)) return number(frame, Number(subtract(a.to_decimal(), b.to_decimal())));
        if (either(a, b, &Number::is_double)) return number(frame, Number(a.to_double() - b.to_double()));
        std::int64_t difference = 0;
        if (__builtin_sub_overflow(a.integer(), b.integer(), &difference)) return number(frame, Number(a.to_double() - b.to_double()));
        return number(frame, integer_like(difference, a, b));
    }
    if (is_nullish(left) || is_nullish(right)) return null_value();
    if (left.type() == Type::datetime && (right.type() == Type::datetime || right.is_number())) {
        const bool both = right.type() == Type::datetime;
        Sum        sum;
        if (!both) sum.add(Number::from(right));
        const auto   amount = both ? std::optional(right.as_datetime().ms) : sum.whole();
        std::int64_t moved  = 0;
        if (!amount) return mql_error(31109, "can't coerce an out of range value to a long");
        if (__builtin_sub_overflow(left.as_datetime().ms, *amount, &moved)) {
            return mql_error(code::overflow, "date overflow in $subtract");
        }
        return both ? frame.keep(Value(moved)) : frame.keep(Value(bson::DateTime(moved)));
    }
    return mql_error(code::type_mismatch, "can't $subtract " + type_name(right) + " from " + type_name(left));
}

Evaluated multiply_all(Frame& frame, const ExpressionNode& self) {
    Number product(std::int32_t{1});
    double as_double = 1;  // what the product becomes when an int64 overflows
    bool   overflown = false;
    Type   widest    = Type::int32;

    std::vector<Number> factors;
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto operand = argument(frame, self, i);
        if (!operand) return operand;
        const ValueRef value = *operand;
        if (is_nullish(value)) return null_value();
        if (!value.is_number()) return mql_error(code::type_mismatch, "$multiply only supports numeric types, not " + type_name(value));
        const Number factor = Number::from(value);
        factors.push_back(factor);
        if (factor.is_decimal() || (factor.is_double() && widest != Type::decimal128) || (factor.is_int64() && widest == Type::int32)) {
            widest = factor.type();
        }
        as_double *= factor.to_double();
        if (!overflown) {
            // Integers are multiplied as int64: the result narrows only at the end.
            const auto next = multiply(product.is_integer() ? Number(product.integer()) : product, factor);
            overflown       = !next;
            if (next) product = *next;
        }
    }
    if (overflown && widest != Type::decimal128) return number(frame, Number(as_double));
    if (widest == Type::decimal128 && overflown) {
        bson::Decimal128 exact = bson::Decimal128::from_int64(1);
        for (const auto& factor : factors) exact = multiply(exact, factor.to_decimal());
        return number(frame, Number(exact));
    }
    if (widest == Type::int32 && product.is_integer()) return number(frame, Number::narrow(product.integer()));
    return number(frame, product);
}

Evaluated divide_two(Frame& frame, const ExpressionNode& self) {
    auto second = argument(frame, self, 1);  // first, as in $subtract
    if (!second) return second;
    auto first = argument(frame, self, 0);
    if (!first) return first;
    const ValueRef left  = *first;
    const ValueRef right = *second;
    if (left.is_number() && right.is_number()) {
        const Number a = Number::from(left);
        const Number b = Number::from(right);
        if (!right.truthy()) return mql_error(code::bad_value, "can't $divide by zero");
        if (either(a, b, &Number::is_decimal)) return number(frame, Number(divide(a.to_decimal(), b.to_decimal())));
        return number(frame, Number(a.to_double() / b.to_double()));
    }
    if (is_nullish(left) || is_nullish(right)) return null_value();
    return mql_error(code::type_mismatch, "$divide only supports numeric types, not " + type_name(left) + " and " + type_name(right));
}

/// What MongoDB divides by: a double that is a whole number in int32's range is taken for that integer.
Number divisor(const Number& number) noexcept {
    if (!number.is_double()) return number;
    const double value = number.to_double();
    const bool   whole = value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max() && std::trunc(value) == value;
    return whole ? Number(static_cast<std::int32_t>(value)) : number;
}

Evaluated mod_two(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    const ValueRef left = (*values)[0];
    const ValueRef right = (*values)[1];
    if (left.is_number() && right.is_number()) {
        const Number a = Number::from(left);
        const Number b = Number::from(right);
        if (!right.truthy()) return mql_error(either(a, b, &Number::is_decimal) ? 5733415 : 16610, "can't $mod by zero");
        if (either(a, b, &Number::is_decimal)) return number(frame, Number(modulo(a.to_decimal(), b.to_decimal())));
        const Number by = divisor(b);
        if (either(a, by, &Number::is_double)) return number(frame, Number(std::fmod(a.to_double(), b.to_double())));
        const std::int64_t rest = by.integer() == -1 ? 0 : a.integer() % by.integer();
        return number(frame, integer_like(rest, a, by));
    }
    if (is_nullish(left) || is_nullish(right)) return null_value();
    return mql_error(16611, "$mod only supports numeric types, not " + type_name(left) + " and " + type_name(right));
}

enum Single : int { abs, ceil, floor };

Evaluated single(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    if (is_nullish(*value)) return null_value();
    if (!value->is_number()) return mql_error(28765, std::string(self.op) + " only supports numeric types, not " + type_name(*value));
    const Number n = Number::from(*value);
    if (self.mode == abs) {
        if (n.is_decimal()) return number(frame, Number(absolute(n.to_decimal())));
        if (n.is_double()) return number(frame, Number(std::fabs(n.to_double())));
        if (n.integer() == std::numeric_limits<std::int64_t>::min()) return mql_error(28680, "can't take $abs of the lowest int64");
        const std::int64_t positive = n.integer() < 0 ? -n.integer() : n.integer();
        return number(frame, n.is_int32() ? Number::narrow(positive) : Number(positive));
    }
    if (n.is_integer()) return *value;
    const bool up = self.mode == ceil;
    if (n.is_double()) return number(frame, Number(up ? std::ceil(n.to_double()) : std::floor(n.to_double())));
    return number(frame, Number(quantize(n.to_decimal(), 0, up ? DecimalRounding::up : DecimalRounding::down)));
}

// $round and $trunc: to a number of places, negative ones left of the point. mode: a DecimalRounding.
Evaluated round_trunc(Frame& frame, const ExpressionNode& self) {
    auto rounded_value = argument(frame, self, 0);
    if (!rounded_value) return rounded_value;
    const ValueRef value = *rounded_value;
    std::int64_t   place = 0;
    if (self.arguments.size() == 2) {
        if (is_nullish(value)) return null_value();
        if (!value.is_number()) return mql_error(51081, std::string(self.op) + " only supports numeric types, not " + type_name(value));
        auto precision = argument(frame, self, 1);
        if (!precision) return precision;
        if (is_nullish(*precision)) return null_value();
        if (!precision->is_number()) return mql_error(16004, "can't convert from BSON type " + type_name(*precision) + " to long");
        const auto wanted = precision->to_int64();
        if (!wanted) return mql_error(51082, "the precision of " + std::string(self.op) + " must be an integer");
        if (*wanted < -20 || *wanted > 100) return mql_error(51083, "the precision of " + std::string(self.op) + " is from -20 to 100");
        place = *wanted;
    }
    if (is_nullish(value)) return null_value();
    if (!value.is_number()) return mql_error(51081, std::string(self.op) + " only supports numeric types, not " + type_name(value));
    const auto   rounding = static_cast<DecimalRounding>(self.mode);
    const int    exponent = -static_cast<int>(place);
    const Number n        = Number::from(value);
    if (n.is_decimal()) {
        if (n.to_decimal().is_nan() || n.to_decimal().is_infinite()) return value;
        const auto rounded = quantize(n.to_decimal(), exponent, rounding);
        if (!rounded.is_nan()) return number(frame, Number(rounded));
        return number(frame, Number(add(n.to_decimal(), quantize(bson::Decimal128(), exponent, rounding))));  // all 34 digits
    }
    if (n.is_double()) {
        if (!std::isfinite(n.to_double())) return value;
        const auto rounded = quantize(decimal_from_double_exact(n.to_double()), exponent, rounding);
        return rounded.is_nan() ? Evaluated(value) : number(frame, Number(decimal_to_double(rounded)));  // too many places
    }
    if (place >= 0) return value;
    const auto rounded = decimal_to_int64(quantize(n.to_decimal(), exponent, rounding));
    if (!rounded) return mql_error(51080, "the result of " + std::string(self.op) + " does not fit an int64");
    return number(frame, n.is_int32() ? Number::narrow(*rounded) : Number(*rounded));
}

// What an accumulator runs over: the elements of an array that is the only argument, else the arguments.
Result<std::vector<ValueRef>> accumulated(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (values && values->size() == 1 && values->front().type() == Type::array) return elements_of(values->front());
    return values;
}

enum Total : int { sum, avg };

Evaluated total(Frame& frame, const ExpressionNode& self) {
    auto values = accumulated(frame, self);
    if (!values) return fail(std::move(values.error()));
    Sum          all;
    std::int64_t count = 0;
    for (const auto& value : *values) {
        if (!value.is_number()) continue;
        all.add(Number::from(value));
        ++count;
    }
    if (self.mode == sum) return number(frame, all.result());
    return count == 0 ? Evaluated(null_value()) : number(frame, all.mean(count));
}

// mode: 1 for the highest, -1 for the lowest.
Evaluated extreme(Frame& frame, const ExpressionNode& self) {
    auto values = accumulated(frame, self);
    if (!values) return fail(std::move(values.error()));
    ValueRef best;
    for (const auto& value : *values) {
        if (is_nullish(value)) continue;
        if (best.missing() || compare_values(value, best) * self.mode > 0) best = value;
    }
    return best.missing() ? null_value() : best;
}

}  // namespace

std::span<const OperatorSpec> arithmetic_operators() {
    static constexpr OperatorSpec table[] = {
        {"$add", 0, any_number, add_all, 0, Grouping::any_order},
        {"$subtract", 2, 2, subtract_two},
        {"$multiply", 0, any_number, multiply_all, 0, Grouping::any_order},
        {"$divide", 2, 2, divide_two},
        {"$mod", 2, 2, mod_two},
    };
    return table;
}

std::span<const OperatorSpec> rounding_operators() {
    static constexpr OperatorSpec table[] = {
        {"$abs", 1, 1, single, abs},
        {"$ceil", 1, 1, single, ceil},
        {"$floor", 1, 1, single, floor},
        {"$round", 1, 2, round_trunc, static_cast<int>(DecimalRounding::nearest_even)},
        {"$trunc", 1, 2, round_trunc, static_cast<int>(DecimalRounding::toward_zero)},
    };
    return table;
}

std::span<const OperatorSpec> accumulator_operators() {
    static constexpr OperatorSpec table[] = {
        {"$sum", 0, any_number, total, sum, Grouping::any_order, true},
        {"$avg", 0, any_number, total, avg},
        {"$min", 0, any_number, extreme, -1, Grouping::any_order, true},
        {"$max", 0, any_number, extreme, 1, Grouping::any_order, true},
    };
    return table;
}

}  // namespace tenon::mql
