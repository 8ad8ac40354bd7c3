#pragma once
// Pool: the clients of one deployment. Shared by the stores of its databases, their cursors and transactions.
//
// The driver's own pool hands out clients and watches the topology; how many there are, who waits and what is kept open is ours: its
// minPoolSize is a cap on idle clients, its wait is not bound to a deadline, and it tells nobody what it does.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <tenon/store/capabilities.hpp>
#include <tenon/store/config.hpp>
#include <tenon/store/context.hpp>
#include <tenon/store/health.hpp>

#include "mongo/clients.hpp"
#include "mongo/driver.hpp"
#include "mongo/log.hpp"
#include "mongo/lookup.hpp"
#include "mongo/stream.hpp"

namespace tenon::mongo {

/// A client on loan. Goes back when it ends; keeps the pool.
class Lease {
public:
    Lease() = default;
    Lease(std::shared_ptr<Clients> clients, Client* client) noexcept : clients_(std::move(clients)), client_(client) {}
    Lease(Lease&& other) noexcept : clients_(std::move(other.clients_)), client_(std::exchange(other.client_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept {
        std::swap(clients_, other.clients_);
        std::swap(client_, other.client_);
        return *this;
    }
    ~Lease() {
        if (client_ != nullptr) clients_->give_back(client_);
    }

    [[nodiscard]] mongoc_client_t* get() const noexcept { return client_ == nullptr ? nullptr : client_->handle.get(); }

    /// Of the client, which keeps it: making one takes the driver a dozen allocations.
    [[nodiscard]] mongoc_collection_t* collection(const std::string& database, const std::string& name) const;

    [[nodiscard]] Topology& topology() const noexcept { return *clients_->topology(); }
    [[nodiscard]] const std::shared_ptr<OpenCursors>& cursors() const noexcept { return clients_->cursors(); }

    /// From here on the client's calls end at this deadline and with this stop token, whatever the server does: as {code: 50,
    /// MaxTimeMSExpired} or {code: 11601, Interrupted}. Of a transaction each operation has its own.
    void bind(const Deadline& deadline, const std::stop_token& stop) const;
    /// Why the last call ended without the server's answer.
    [[nodiscard]] Ended ended() const noexcept { return client_->bounds.ended; }
    /// The call sent no command, so it did nothing. False too where that cannot be seen.
    [[nodiscard]] bool nothing_sent() const noexcept { return client_ != nullptr && streams_can_be_bound() && !client_->bounds.sent; }
    [[nodiscard]] std::uint64_t replies() const noexcept { return client_->bounds.replies; }
    [[nodiscard]] std::uint32_t reply_bytes() const noexcept { return client_->bounds.reply_bytes; }
    /// Commands that the call sent, the driver's second attempts with them.
    [[nodiscard]] std::uint32_t sendings() const noexcept { return client_ == nullptr ? 0 : client_->bounds.sendings; }
    /// The client is closed when it comes back: its connection is in a state that nobody knows.
    void spend() const noexcept { client_->bounds.spent = true; }

private:
    std::shared_ptr<Clients> clients_{};
    Client*                  client_ = nullptr;
};

class Pool : public std::enable_shared_from_this<Pool> {
public:
    /// Connects to nothing yet, but looks up the SRV record of a "mongodb+srv://" URI; a lazy config waits a second for it at most. `make_clients` is
    /// what looks it up; null: the driver.
    /// @errors invalid_argument: a bad URI or option, no database named. network: no SRV record, unless the config is lazy.
    [[nodiscard]] static Result<std::shared_ptr<Pool>> make(const Config& config, MakeClients make_clients = {});
    Pool(const Pool&)            = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool();

    /// A client that gives up at the context's deadline, whatever the server does. Waits for a server that serves `wanted`, then for a
    /// client to come free.
    /// @errors network (no server), timeout (all clients are in use until the deadline or the wait queue's time), cancelled.
    [[nodiscard]] Result<Lease> lease(const Context& context, const Wanted& wanted = {});

    /// The servers of reads that name no preference of their own: the URI's.
    [[nodiscard]] Wanted reads() const { return Wanted{settings_->reads}; }
    /// The database that the URI or the config names; never empty.
    [[nodiscard]] const std::string& database() const noexcept { return settings_->database; }
    [[nodiscard]] const Settings&    settings() const noexcept { return *settings_; }
    /// The clients of this process. Waits for an SRV record, until the deadline and for the server selection's time.
    /// @errors network: no SRV record. cancelled: the caller asked to stop, or the pool is closed.
    [[nodiscard]] Result<std::shared_ptr<Clients>> clients(const Deadline& deadline, const std::stop_token& stop);

    /// As Store::close.
    [[nodiscard]] Result<void> close(const Deadline& deadline);

    /// What the deployment can do, as last observed; of one that was not seen yet what every MongoDB can.
    [[nodiscard]] Capabilities capabilities() const;

    // What fork.cpp calls around a fork.
    void before_fork() { mutex_.lock(); }
    void after_fork_in_parent() { mutex_.unlock(); }
    void after_fork_in_child();

private:
    Pool(std::shared_ptr<const Settings> settings, MakeClients make_clients) noexcept
        : settings_(std::move(settings)), tap_(settings_->config.log), make_clients_(std::move(make_clients)) {}

    /// With the lock held.
    [[nodiscard]] MadeClients keep(MadeClients made);

    std::shared_ptr<const Settings> settings_;
    LogTap                          tap_;  // outlives the clients, which end their sessions last
    MakeClients                     make_clients_;
    mutable std::mutex              mutex_{};
    std::shared_ptr<Clients>        clients_{};
    std::shared_ptr<Lookup>         lookup_{};     // under way, or ended with nobody waiting
    std::uint64_t                   process_ = 0;  // that clients_ belong to
    bool                            closed_  = false;
};

}  // namespace tenon::mongo
