#pragma once
// MongoDB's comparison order over all BSON values (MongoDB manual, "Comparison/Sort Order").

#include <compare>
#include <cstddef>

#include <tenon/bson/document.hpp>

namespace tenon::bson {

/// The bracket of a type in the order, as MongoDB numbers them: MinKey < missing and undefined < null < numbers < strings
/// and symbols < documents < arrays < binary < ObjectId < bool < date < timestamp < regex < dbPointer < code < code with
/// scope < MaxKey. Types of one bracket compare by value.
[[nodiscard]] int bracket(Type type) noexcept;

/// -1, 0 or 1 by MongoDB's order. Numbers of any type compare by exact value, NaN equal to itself and below all
/// numbers, -0.0 equal to 0. Binary by length, subtype, bytes. Documents and arrays by element: bracket, key, value; the
/// shorter one first. Strings and code by bytes. Missing equals undefined, and is below null.
[[nodiscard]] int compare(ValueRef a, ValueRef b) noexcept;
[[nodiscard]] int compare(View a, View b) noexcept;  ///< as documents

/// compare(...) == 0.
[[nodiscard]] inline bool equal(ValueRef a, ValueRef b) noexcept { return compare(a, b) == 0; }

/// A hash that agrees with `equal`: 1, 1.0 and Decimal128 1.00 hash alike.
[[nodiscard]] std::size_t hash(ValueRef value) noexcept;

/// Values as map keys, in MongoDB's order.
[[nodiscard]] inline std::weak_ordering operator<=>(const Value& a, const Value& b) noexcept { return compare(a.ref(), b.ref()) <=> 0; }

}  // namespace tenon::bson

template <>
struct std::hash<tenon::bson::Value> {
    std::size_t operator()(const tenon::bson::Value& v) const noexcept { return tenon::bson::hash(v.ref()); }
};
