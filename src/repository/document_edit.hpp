#pragma once
// Changing a few fields of a document, filter or update in place, without building it anew.

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <tenon/bson/document.hpp>

namespace tenon::repository {

/// A small fixed-width value with its bytes in the object: a date, an integer or null, to be written without a Builder.
class Scalar {
public:
    [[nodiscard]] static Scalar date(bson::DateTime at) noexcept { return {bson::Type::datetime, at.ms, 8}; }
    [[nodiscard]] static Scalar int64(std::int64_t n) noexcept { return {bson::Type::int64, n, 8}; }
    [[nodiscard]] static Scalar int32(std::int32_t n) noexcept { return {bson::Type::int32, n, 4}; }
    [[nodiscard]] static Scalar integer(std::int64_t n, bool narrow) noexcept {
        return narrow ? int32(static_cast<std::int32_t>(n)) : int64(n);
    }
    [[nodiscard]] static Scalar null() noexcept { return {bson::Type::null, 0, 0}; }

    [[nodiscard]] bson::ValueRef ref() const noexcept { return {type_, bytes_.data(), size_}; }

private:
    Scalar(bson::Type type, std::int64_t value, std::uint32_t size) noexcept : size_(size), type_(type) {
        std::memcpy(bytes_.data(), &value, sizeof value);  // BSON and our targets are little-endian
    }

    std::array<std::uint8_t, 8> bytes_{};
    std::uint32_t               size_;
    bson::Type                  type_;
};

/// Sets a top-level field: overwrites its value where it stands, else appends it. The value may not lie in the document.
void set_field(bson::Document& document, std::string_view key, bson::ValueRef value);

/// As set_field, with the new field in front when the document lacks it.
void set_first_field(bson::Document& document, std::string_view key, bson::ValueRef value);

/// The filter with one more condition: appended where the caller's has no such key, else {$and: [filter, {key: condition}]}.
void add_condition(bson::Document& filter, std::string_view key, bson::ValueRef condition);
/// `{op: operand}` as a condition.
void add_condition(bson::Document& filter, std::string_view key, std::string_view op, bson::ValueRef operand);

/// True for a value that a filter takes as itself, not as an operator or a pattern.
[[nodiscard]] bool is_plain_value(bson::ValueRef value) noexcept;
/// The id when the filter is {_id: plain value} or {_id: {$eq: value}} and nothing else; else missing.
[[nodiscard]] bson::ValueRef only_id(bson::View filter) noexcept;
/// The id that a filter's `_id` demands, whatever stands beside it; else missing.
[[nodiscard]] bson::ValueRef id_of(bson::View filter) noexcept;

}  // namespace tenon::repository
