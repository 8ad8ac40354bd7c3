#pragma once
// Whether a query's filter implies an index's: a partial or sparse index may serve only such queries.

#include "mql/filter.hpp"

namespace tenon::sqlite {

/// True when every document that matches `query` matches `wanted`. False when that cannot be told.
[[nodiscard]] bool implies(const mql::Node& query, const mql::Node& wanted);
/// True when every document that matches `query` has the field at `path`.
[[nodiscard]] bool implies_exists(const mql::Node& query, const mql::FieldPath& path);
/// What MongoDB 6.0 allows in a partialFilterExpression. @errors CannotCreateIndex (67).
[[nodiscard]] Result<void> check_partial_filter(bson::View filter);

}  // namespace tenon::sqlite
