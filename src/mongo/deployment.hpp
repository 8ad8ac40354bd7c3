#pragma once
// What kind of deployment this is and what it can do, from what its servers say of themselves.

#include <cstdint>
#include <string>
#include <string_view>

#include <tenon/store/capabilities.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

/// As last observed. MongoDB source: hello.
struct Deployment {
    std::string   topology{};        ///< as Capabilities::topology; empty: no server was seen yet
    std::int32_t  wire     = 0;      ///< maxWireVersion; 0: not known
    bool          sessions = false;  ///< logicalSessionTimeoutMinutes is there
    std::uint32_t max_document_size = 0;  ///< 0: not known
    std::uint32_t max_message_size  = 0;
    std::uint32_t max_write_batch   = 0;
};

/// From the driver's names of the topology's and the server's kind, and the server's hello.
[[nodiscard]] Deployment deployment_of(std::string_view topology, std::string_view server, const bson_t& hello);

/// The version that a server of this maxWireVersion has: "6.0"; empty: not known.
[[nodiscard]] std::string version_of(std::int32_t wire);

/// `version` is what the server said of itself; empty: it was not asked.
[[nodiscard]] Capabilities capabilities_of(const Deployment& deployment, std::string version);

}  // namespace tenon::mongo
