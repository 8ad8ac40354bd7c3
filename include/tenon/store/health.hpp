#pragma once
// Health: how a deployment is, as far as it can be told within a deadline.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenon {

enum class HealthStatus : std::uint8_t {
    healthy,    ///< reads and writes work
    degraded,   ///< reads do, writes do not (no primary, a member is down)
    unhealthy,  ///< nothing answers
};

/// A member of a replica set.
struct MemberHealth {
    std::string host{};
    std::string state{};  ///< "PRIMARY", "SECONDARY", ... as the server names it
    bool        up = false;
    std::optional<std::chrono::milliseconds> lag{};  ///< behind the primary; none: not known (no right to ask, or no primary)
};

struct PoolHealth {
    std::uint32_t open   = 0;  ///< connections or handles that exist
    std::uint32_t in_use = 0;
    std::uint32_t waiting = 0; ///< calls that wait for one
    std::uint32_t maximum = 0;
};

struct Health {
    HealthStatus status    = HealthStatus::unhealthy;
    std::string  engine{};          ///< "sqlite", "mongodb"
    bool         connected = false;
    std::string  role{};            ///< of the member that answered: "primary", "secondary", "standalone", "mongos", "embedded"
    std::string  server_version{};
    std::optional<std::chrono::microseconds> round_trip{};
    std::vector<MemberHealth> members{};
    PoolHealth   pool{};
    std::string  problem{};         ///< what is wrong, in one line without values or passwords; empty: nothing

    /// {"status":"healthy","mongodb":{"connected":true,...}}: the engine's name is the second key.
    [[nodiscard]] std::string to_json() const;
};

}  // namespace tenon
