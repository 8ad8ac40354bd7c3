#pragma once
// The values that MongoDB's `distinct` sees in a document.

#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::mql {

/// Appends the values at a dotted path: arrays on the way are searched, an array at its end counts as its elements (one level).
/// A missing path adds nothing. The values borrow from `document`; equal ones are not removed here.
void collect_distinct(bson::View document, std::string_view path, std::vector<bson::ValueRef>& out);

}  // namespace tenon::mql
