#pragma once
// The tree's simplifications, so that a planner and the matcher meet one shape for one meaning.

#include <vector>

#include "mql/filter.hpp"

namespace tenon::mql::detail {

/// All of the children: merges nested and_, drops always_true, orders as MongoDB evaluates (it decides which array
/// element the positional operator means).
[[nodiscard]] Node all_of(std::vector<Node> children);
/// Any of the children: merges nested or_, drops always_false; equalities of one path become an `in`, as in MongoDB,
/// where it lets the positional operator see them.
[[nodiscard]] Node any_of(std::vector<Node> children);
[[nodiscard]] Node none_of(std::vector<Node> children);
[[nodiscard]] Node negation(Node child);
/// An `in` of one value or pattern becomes eq or regex, an empty one always_false. Sorts the values.
[[nodiscard]] Node membership(Node in);

}  // namespace tenon::mql::detail
