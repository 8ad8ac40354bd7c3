#pragma once
// Clients: those of one process, with the driver's pool that makes them and the topology that it watches.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <tenon/store/health.hpp>
#include <tenon/store/monitor.hpp>

#include "mongo/open_cursors.hpp"
#include "mongo/scout.hpp"
#include "mongo/settings.hpp"
#include "mongo/stream.hpp"

namespace tenon::mongo {

struct KeptCollection {
    std::string   database{};
    std::string   name{};
    CollectionPtr handle{};
};

/// A client of the driver's pool that is never given back to it: closing it is our affair.
struct Client {
    Bounds                                             bounds{};
    Owned<mongoc_client_t, mongoc_client_destroy>      handle{};  // ends before the bounds: its connections read them
    std::vector<KeptCollection>                        collections{};
    std::chrono::steady_clock::time_point              idle_since{};
};

/// @threads all members may be called from many threads at once.
class Clients : public std::enable_shared_from_this<Clients> {
public:
    /// @errors invalid_argument (options that make no client), network (no SRV record).
    [[nodiscard]] static Result<std::shared_ptr<Clients>> make(std::shared_ptr<const Settings> settings);
    Clients(const Clients&)            = delete;
    Clients& operator=(const Clients&) = delete;
    ~Clients();

    /// @errors as Pool::lease.
    [[nodiscard]] Result<Client*> borrow(const Context& context, const Wanted& wanted);
    void                          give_back(Client* client) noexcept;

    /// Ends every connection, for good; what cursors hold is taken from them. While no call runs, and none comes: the pool sees to that.
    /// @errors timeout: a client is in use; may be called again.
    [[nodiscard]] Result<void> close(const Deadline& deadline);

    [[nodiscard]] const std::shared_ptr<OpenCursors>& cursors() const noexcept { return cursors_; }
    [[nodiscard]] const std::shared_ptr<Topology>& topology() const noexcept { return topology_; }
    [[nodiscard]] PoolHealth health() const;
    /// Null: the Config has none.
    [[nodiscard]] Monitor* monitor() const noexcept { return settings_->config.monitor.get(); }

private:
    explicit Clients(std::shared_ptr<const Settings> settings);
    [[nodiscard]] Result<void> start();
    /// An idle client that is fit for use, or null. With the lock held; those that are not fit are moved to `unfit`.
    [[nodiscard]] std::unique_ptr<Client> take_idle(std::vector<std::unique_ptr<Client>>& unfit);
    /// Moves those that were idle for longer than the pool's maximum to `unfit`, but for the minimum. With the lock held.
    void                                  take_expired(std::vector<std::unique_ptr<Client>>& unfit);
    [[nodiscard]] bool                    expired(const Client& client) const noexcept;
    [[nodiscard]] std::unique_ptr<Client> make_client();
    void                                  keep_minimum(const std::stop_token& stop);
    void                                  stop_keeper();
    /// Ends the clients at rest, what is theirs on the server, and the watch of the servers. Done once.
    /// `self`: null where it is the destructor that ends, which waits for the driver however long that takes.
    void                                  end(const Deadline& deadline, std::shared_ptr<Clients> self);
    PoolEvent                             put_back(std::unique_ptr<Client> back) noexcept;
    /// For keep_minimum: one that has no connection, at rest or new; null: enough have. Those that lost theirs or were idle for too long are moved to
    /// `unfit`.
    [[nodiscard]] std::unique_ptr<Client> take_unconnected(std::vector<std::unique_ptr<Client>>& unfit);
    /// In use, or at rest with a connection. With the lock held.
    [[nodiscard]] std::uint32_t           connected() const noexcept;
    /// With the lock held; the Monitor is told without it.
    [[nodiscard]] PoolEvent               event() const noexcept;

    std::shared_ptr<const Settings>                          settings_;
    std::shared_ptr<Topology>                                topology_;
    std::shared_ptr<OpenCursors>                             cursors_ = std::make_shared<OpenCursors>();
    Owned<mongoc_client_pool_t, mongoc_client_pool_destroy>  pool_{};
    std::unique_ptr<Scout>                                   scout_{};
    std::uint64_t                                            process_;
    mutable std::mutex                                       mutex_{};
    std::condition_variable_any                              free_{};
    std::vector<std::unique_ptr<Client>>                     idle_{};  // the last one given back is the last one here, and is taken first
    std::uint32_t                                            open_    = 0;
    std::uint32_t                                            in_use_  = 0;
    std::uint32_t                                            waiting_ = 0;
    std::condition_variable_any                              below_minimum_{};
    std::jthread                                             keeper_{};  // only where there is a minimum
};

}  // namespace tenon::mongo
