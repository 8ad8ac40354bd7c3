#pragma once
// MongoDB's arithmetic over int32, int64, double and decimal128: the wider type wins, an int32 that overflows becomes int64,
// an int64 that overflows is an error of the caller's.

#include <cstdint>
#include <optional>
#include <variant>

#include <tenon/bson/document.hpp>

namespace tenon::mql {

/// A number of any BSON type.
class Number {
public:
    Number() = default;
    explicit Number(std::int32_t value) noexcept : value_(value) {}
    explicit Number(std::int64_t value) noexcept : value_(value) {}
    explicit Number(double value) noexcept : value_(value) {}
    explicit Number(bson::Decimal128 value) noexcept : value_(value) {}

    /// `value` must be a number.
    [[nodiscard]] static Number from(bson::ValueRef value) noexcept;
    /// int32 when it fits, else int64.
    [[nodiscard]] static Number narrow(std::int64_t value) noexcept;

    [[nodiscard]] bson::Type type() const noexcept;
    [[nodiscard]] bson::Value value() const;

    [[nodiscard]] bool is_decimal() const noexcept { return std::holds_alternative<bson::Decimal128>(value_); }
    [[nodiscard]] bool is_double() const noexcept { return std::holds_alternative<double>(value_); }
    [[nodiscard]] bool is_integer() const noexcept { return !is_decimal() && !is_double(); }
    [[nodiscard]] bool is_int32() const noexcept { return std::holds_alternative<std::int32_t>(value_); }
    [[nodiscard]] bool is_int64() const noexcept { return std::holds_alternative<std::int64_t>(value_); }

    [[nodiscard]] std::int64_t integer() const noexcept;  ///< of an integer
    [[nodiscard]] double to_double() const noexcept;
    /// A double becomes 15 digits, as MongoDB does where a double meets a decimal.
    [[nodiscard]] bson::Decimal128 to_decimal() const noexcept;

    /// Same type and numerically equal; NaN is identical to nothing. What $inc and $mul take as no change.
    [[nodiscard]] bool identical(const Number& other) const noexcept;

private:
    std::variant<std::int32_t, std::int64_t, double, bson::Decimal128> value_{};
};

/// The sum; empty when an int64 overflows.
[[nodiscard]] std::optional<Number> add(const Number& a, const Number& b) noexcept;
/// The product; empty when an int64 overflows.
[[nodiscard]] std::optional<Number> multiply(const Number& a, const Number& b) noexcept;

enum class BitOperation : std::uint8_t { and_, or_, xor_ };
/// Of integers; int64 when either is.
[[nodiscard]] Number bitwise(BitOperation operation, const Number& a, const Number& b) noexcept;

}  // namespace tenon::mql
