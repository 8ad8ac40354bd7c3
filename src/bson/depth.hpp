#pragma once
// How deep a document is nested.

#include <tenon/bson/view.hpp>

namespace tenon::bson::detail {

/// True when the document, itself the first level, has at most `levels`. Stops at the first that is deeper.
[[nodiscard]] bool depth_within(View document, std::size_t levels) noexcept;

}  // namespace tenon::bson::detail
