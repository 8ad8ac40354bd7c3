#pragma once
// Names of an entity's JSON.

#include <string_view>

namespace tenon::mapping {

/// The name that an API shows for a stored one.
[[nodiscard]] inline std::string_view shown(std::string_view stored) noexcept { return stored == "_id" ? std::string_view("id") : stored; }

}  // namespace tenon::mapping
