#pragma once
// Random filters with every operator, and the expressions of $expr.

#include "differential/documents.hpp"

namespace tenon::differential {

[[nodiscard]] bson::Document random_filter(RandomBson& random);
/// One to three operators on a value: {$gt: 1, $exists: true}. Also what $not, $elemMatch and $pull hold.
[[nodiscard]] bson::Document random_operators(RandomBson& random, int depth);
/// The condition on one path: a value, a pattern or operators.
void append_condition(RandomBson& random, bson::Builder& builder, std::string_view key, int depth);
/// An expression as $expr and computed fields of a projection hold it.
void append_expression(RandomBson& random, bson::Builder& builder, std::string_view key, int depth);

}  // namespace tenon::differential
