#pragma once
// Extended JSON for those who need a number as it is written: a double keeps 17 of its digits and no trailing zero.

#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::bson::detail {

/// As bson::from_json. `reals` gets an entry for each double in the order of the text: how the plain number is written, a view of `json`; empty for
/// one of a `$` form.
[[nodiscard]] Result<Document> from_json(std::string_view json, std::vector<std::string_view>& reals);

}  // namespace tenon::bson::detail
