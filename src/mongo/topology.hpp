#pragma once
// What the driver's monitors know of the deployment, kept where a call can wait for it within its own deadline.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include <tenon/result.hpp>
#include <tenon/store/context.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

using ReadPrefs       = std::shared_ptr<const mongoc_read_prefs_t>;
using DescriptionPtr  = Owned<mongoc_topology_description_t, mongoc_topology_description_destroy>;

/// Which servers may serve a call: the one that takes writes, or those that a read preference names.
struct Wanted {
    ReadPrefs read{};  ///< null: a server that takes writes
};

/// @threads all members may be called from many threads at once.
class Topology {
public:
    explicit Topology(std::chrono::milliseconds selection) noexcept : selection_(selection) {}

    /// Called when a wait begins and when it ends: monitors at rest look again only when somebody asks for a server.
    void set_scout(std::function<void(const Wanted*)> scout) { scout_ = std::move(scout); }
    /// Called by the driver's monitors.
    void changed(const mongoc_topology_description_t* now);
    void heartbeat_failed(const char* host, const bson_error_t& why);

    /// Waits until a server serves `wanted`, at most until the deadline and for the server selection's timeout.
    /// @errors network (none does), timeout (none answered at all: a server that is stopped), cancelled.
    [[nodiscard]] Result<void> wait_for(const Wanted& wanted, const Deadline& deadline, const std::stop_token& stop);

    /// How often the server was lost so far. A connection remembers the number it was made at.
    [[nodiscard]] std::uint64_t losses(const char* host) const;
    /// After a connection to `host` broke: waits until a server serves `wanted` that was found since. `alive` asks the host itself
    /// whether it takes connections; a live one ends the wait, for then it was the connection alone.
    /// False: the deadline passed, the caller stopped or the selection's timeout is over.
    [[nodiscard]] bool wait_after_loss(const char* host, std::uint64_t losses_seen, const Wanted& wanted, const Deadline& deadline,
                                       const std::stop_token& stop, const std::function<bool()>& alive);

    /// Calls `look(description)` on the last one known; false: none is.
    bool look(const std::function<void(mongoc_topology_description_t*)>& look) const;

private:
    [[nodiscard]] bool serves(const Wanted& wanted) const;  // with the lock held
    [[nodiscard]] Error nothing_found(const Wanted& wanted) const;

    std::chrono::milliseconds           selection_;
    std::function<void(const Wanted*)>  scout_{};
    std::atomic<bool>                   writable_{false};  // spares a call the lock
    mutable std::mutex                  mutex_{};
    std::condition_variable_any         news_{};
    DescriptionPtr                      known_{};
    std::map<std::string, bool>         up_{};       // by host, of the last description
    std::map<std::string, std::uint64_t> losses_{};  // by host
    std::map<std::string, std::pair<bool, std::string>> failures_{};  // by host: whether it was silence, and the driver's words
};

}  // namespace tenon::mongo
