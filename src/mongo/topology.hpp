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
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/result.hpp>
#include <tenon/store/context.hpp>

#include "mongo/deployment.hpp"
#include "mongo/driver.hpp"

namespace tenon::mongo {

using ReadPrefs       = std::shared_ptr<const mongoc_read_prefs_t>;
using DescriptionPtr  = Owned<mongoc_topology_description_t, mongoc_topology_description_destroy>;

/// Which servers may serve a call: the one that takes writes, or those that a read preference names.
struct Wanted {
    ReadPrefs read{};  ///< null: a server that takes writes
};

/// A server that answered its monitor.
struct ServerSeen {
    std::uint32_t id = 0;        ///< the driver's
    std::string   host{};
    std::string   kind{};        ///< "RSPrimary", ... as the driver names it
    std::int64_t  round_trip = 0;  ///< of its monitor, in milliseconds
};

/// What a topology is told at its start.
struct Patience {
    std::chrono::milliseconds selection{};   ///< a call waits no longer for a server
    std::chrono::milliseconds connect{};     ///< a monitor waits no longer for an answer
    std::string               replica_set{}; ///< the name that the URI asks for
};

/// @threads all members may be called from many threads at once.
class Topology {
public:
    explicit Topology(Patience patience) noexcept : patience_(std::move(patience)) {}

    /// Called when a wait begins and when it ends: monitors at rest look again only when somebody asks for a server.
    void set_scout(std::function<void(const Wanted*)> scout) { scout_ = std::move(scout); }
    /// Called by the driver's monitors.
    void changed(const mongoc_topology_description_t* now);
    void heartbeat_failed(const char* host, const bson_error_t& why, std::chrono::microseconds took);
    void watches(const char* host);
    void watches_no_more(const char* host);

    /// `looked_once`: also ends when each server was looked at since in vain.
    enum class Until : std::uint8_t { found, looked_once };
    /// Waits until a server serves `wanted`, at most until the deadline and for the server selection's timeout.
    /// @errors network (none does), timeout (none answered at all: a server that is stopped), cancelled, invalid_argument (none of the hosts
    ///         belongs to the URI's replica set).
    [[nodiscard]] Result<void> wait_for(const Wanted& wanted, const Deadline& deadline, const std::stop_token& stop, Until until = Until::found);

    /// How often the server was lost so far. A connection remembers the number it was made at.
    [[nodiscard]] std::uint64_t losses(const char* host) const;
    /// After a connection to `host` broke: waits until a server serves `wanted` that was found since. `alive` asks the host itself
    /// whether it takes connections; a live one ends the wait, for then it was the connection alone.
    /// False: the deadline passed, the caller stopped or the selection's timeout is over.
    [[nodiscard]] bool wait_after_loss(const char* host, std::uint64_t losses_seen, const Wanted& wanted, const Deadline& deadline,
                                       const std::stop_token& stop, const std::function<bool()>& alive);

    /// How often what is known of the deployment changed.
    [[nodiscard]] std::uint64_t changes() const noexcept { return changes_.load(std::memory_order_relaxed); }
    /// After a member refused a command since it is no primary: waits until the monitors know of it (`changes_seen`: when the command was sent) and a
    /// server serves `wanted`. Where they go on taking it for what it was, the driver is to ask it. False: as above.
    [[nodiscard]] bool wait_after_refusal(std::uint64_t changes_seen, const Wanted& wanted, const Deadline& deadline, const std::stop_token& stop);

    /// Those that answered last, and all hosts that are watched.
    [[nodiscard]] std::vector<ServerSeen> servers() const;
    [[nodiscard]] std::vector<std::string> hosts() const;

    /// As last observed: what is not known for the moment stays as it was.
    [[nodiscard]] Deployment deployment() const;
    /// What the server said its version is; empty: it was not asked since a server of another version took over.
    [[nodiscard]] std::string version() const;
    void has_version(std::string version);

    /// Calls `look(description)` on the last one known; false: none is.
    bool look(const std::function<void(mongoc_topology_description_t*)>& look) const;

private:
    /// Why a monitor could not look at its server.
    enum class Trouble : std::uint8_t { silent, unreachable, unresolved, tls, closed };
    struct Failure {
        Trouble       what{};
        std::string   words{};  ///< the driver's
        std::uint64_t number = 0;
    };
    [[nodiscard]] static std::string_view said_of(Trouble what) noexcept;

    // With the lock held.
    [[nodiscard]] bool serves(const Wanted& wanted) const;
    [[nodiscard]] bool is_empty() const noexcept { return opened_ && hosts_.empty(); }
    [[nodiscard]] Error nothing_found(const Wanted& wanted) const;

    Patience                            patience_;
    std::function<void(const Wanted*)>  scout_{};
    std::atomic<bool>                   writable_{false};  // spares a call the lock
    std::atomic<std::uint64_t>          changes_{0};
    mutable std::mutex                  mutex_{};
    std::condition_variable_any         news_{};
    DescriptionPtr                      known_{};
    std::map<std::string, bool>         up_{};       // by host, of the last description
    std::map<std::string, std::uint64_t> losses_{};  // by host
    Deployment                          deployment_{};
    std::string                         version_{};
    std::int32_t                        version_wire_ = 0;  // of the deployment when version_ was asked for
    std::set<std::string>               hosts_{};     // that are watched
    bool                                opened_ = false;
    std::map<std::string, Failure>      failures_{};  // by host, of the last look at it
    std::uint64_t                       failed_looks_ = 0;
};

}  // namespace tenon::mongo
