#pragma once
// The projection of a page: it must keep what the page is sorted by, or no cursor can be made.

#include "repository/keyset.hpp"

namespace tenon::repository {

/// The projection with the sort keys added where an inclusion lacks them.
/// @errors invalid_argument: an exclusion that drops a sort key, a computed field under a sort key's name (its path).
[[nodiscard]] Result<bson::Document> with_sort_keys(const bson::Document& projection, const PageOrder& order);

}  // namespace tenon::repository
