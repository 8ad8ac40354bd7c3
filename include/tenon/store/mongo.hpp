#pragma once
// The MongoDB engine's entry. Services call tenon::open; this is for those who stack their own middleware.

#include <memory>

#include <tenon/store/config.hpp>
#include <tenon/store/store.hpp>

namespace tenon::mongo {

/// Connects to the deployment of a "mongodb://" or "mongodb+srv://" URI.
/// @errors invalid_argument (a bad URI or option, no database named), network, auth, unsupported.
[[nodiscard]] Result<std::shared_ptr<Store>> open_store(const Config& config);

}  // namespace tenon::mongo
