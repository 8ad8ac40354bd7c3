#pragma once
// Whether ids that differ may be equal to a call.

#include <tenon/store/server_options.hpp>

namespace tenon {

/// Under a collation several ids of a collection may be equal. Under {locale: "simple"} none are: it compares bytes.
[[nodiscard]] inline bool collated(const ServerOptions* options) noexcept {
    if (options == nullptr || options->collation.empty()) return false;
    const auto locale = options->collation["locale"];
    return locale.type() != bson::Type::string || locale.as_string() != "simple";
}

}  // namespace tenon
