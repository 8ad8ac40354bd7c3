#pragma once
// Options of a regular expression as a text.

#include <string>
#include <string_view>

namespace tenon::bson::detail {

/// The options in alphabetical order, as BSON wants them.
[[nodiscard]] std::string sorted_options(std::string_view options);

}  // namespace tenon::bson::detail
