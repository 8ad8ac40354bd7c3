#pragma once
// JSON for those who read it as plain JSON: no `$` forms, and numbers as they are written (a double keeps 17 digits and no trailing zero).

#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::bson::detail {

/// As bson::from_json, but `{"$oid": ...}` and its like are documents with that key. `reals` gets an entry for each double in the order of the text:
/// how it is written, a view of `json`.
[[nodiscard]] Result<Document> from_plain_json(std::string_view json, std::vector<std::string_view>& reals);

}  // namespace tenon::bson::detail
