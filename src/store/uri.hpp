#pragma once
// A store's URI as it may be shown.

#include <string>
#include <string_view>

namespace tenon {

/// The URI with the password of its user part and the values of options that carry secrets replaced by "***".
[[nodiscard]] std::string redacted(std::string_view uri);

}  // namespace tenon
