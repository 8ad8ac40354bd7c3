#pragma once
// Monitor: what the library does on its connections to a server, and what it learns of the deployment; for metrics and traces.

#include <chrono>
#include <cstdint>
#include <string_view>

#include <tenon/result.hpp>

namespace tenon {

/// A command on its way to a server, or back. There is more than one to a call: a cursor's batches, a retry, the steps of a transaction.
struct CommandEvent {
    std::string_view          name{};            ///< "find", "insert", "getMore", "commitTransaction": as MongoDB calls it
    std::string_view          database{};
    std::string_view          collection{};      ///< empty: of no one collection
    std::int64_t              request_id = 0;    ///< the same of a command's beginning and end
    std::string_view          server{};          ///< "db1:27017"
    std::chrono::microseconds duration{};        ///< once it has ended
    Errc                      error{};           ///< of one that failed
    std::int32_t              server_code = 0;   ///< of one that a server refused: MongoDB's code; 0: it did not answer
};

/// A connection of the pool.
struct ConnectionEvent {
    std::string_view server{};
};

/// A call and the pool. The numbers are those right after the event.
struct PoolEvent {
    std::uint32_t             open    = 0;  ///< clients that exist; each has at most one connection to a server
    std::uint32_t             in_use  = 0;
    std::uint32_t             waiting = 0;  ///< calls that wait for one
    std::uint32_t             maximum = 0;
    std::chrono::microseconds waited{};     ///< of checked_out and wait_failed: for a client to come free
    Errc                      error{};      ///< of wait_failed: timeout or cancelled
};

/// A server of the deployment.
struct ServerEvent {
    std::string_view          server{};
    std::string_view          before{};     ///< of server_changed: "Unknown", "RSPrimary", "RSSecondary", "Standalone", "Mongos", ...
    std::string_view          now{};
    std::chrono::microseconds duration{};   ///< of a heartbeat that ended
};

/// The deployment as a whole.
struct TopologyEvent {
    std::string_view before{};  ///< of topology_changed: "Unknown", "ReplicaSetNoPrimary", "ReplicaSetWithPrimary", "Sharded", "Single", ...
    std::string_view now{};
};

/// Told of every event; override what is of interest. Config::monitor takes one. The embedded store has none of these events.
///
/// No event holds a value of a document or a password: commands come without their bodies, the steps of a login not at all.
/// What an event views is gone when the call returns.
/// @threads called from many threads at once, the monitors' own among them. A call of this library from inside may lock for ever: note
///          the event, and return.
/// MongoDB manual: Command Monitoring, Connection Pool Monitoring, SDAM Monitoring.
class Monitor {
public:
    Monitor()                          = default;
    Monitor(const Monitor&)            = delete;
    Monitor& operator=(const Monitor&) = delete;
    virtual ~Monitor()                 = default;

    /// Each command begins once and ends once; one that got no answer failed.
    virtual void command_started(const CommandEvent&) noexcept {}
    virtual void command_succeeded(const CommandEvent&) noexcept {}
    virtual void command_failed(const CommandEvent&) noexcept {}

    /// A connection to a server was opened, and was closed.
    virtual void connection_created(const ConnectionEvent&) noexcept {}
    virtual void connection_closed(const ConnectionEvent&) noexcept {}

    /// A call got a client of the pool and gave it back; had to wait for one, and got none.
    virtual void checked_out(const PoolEvent&) noexcept {}
    virtual void returned(const PoolEvent&) noexcept {}
    virtual void wait_started(const PoolEvent&) noexcept {}
    virtual void wait_failed(const PoolEvent&) noexcept {}

    /// A server is known of from now on, is seen to be another, is known of no more; answered a heartbeat, or did not.
    virtual void server_opened(const ServerEvent&) noexcept {}
    virtual void server_changed(const ServerEvent&) noexcept {}
    virtual void server_closed(const ServerEvent&) noexcept {}
    virtual void heartbeat_succeeded(const ServerEvent&) noexcept {}
    virtual void heartbeat_failed(const ServerEvent&) noexcept {}

    /// The deployment is watched from now on, is seen to be another, is watched no more.
    virtual void topology_opened(const TopologyEvent&) noexcept {}
    virtual void topology_changed(const TopologyEvent&) noexcept {}
    virtual void topology_closed(const TopologyEvent&) noexcept {}
};

}  // namespace tenon
