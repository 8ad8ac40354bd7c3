#pragma once
// Pool: the clients of one deployment. Shared by the stores of its databases, their cursors and transactions.

#include <memory>
#include <string>

#include <tenon/store/config.hpp>
#include <tenon/store/context.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

class Pool;

/// A client on loan. Goes back when it ends; keeps the pool.
class Lease {
public:
    Lease() = default;
    Lease(std::shared_ptr<Pool> pool, mongoc_client_t* client) noexcept : pool_(std::move(pool)), client_(client) {}
    Lease(Lease&& other) noexcept : pool_(std::move(other.pool_)), client_(std::exchange(other.client_, nullptr)) {}
    Lease& operator=(Lease&& other) noexcept {
        std::swap(pool_, other.pool_);
        std::swap(client_, other.client_);
        return *this;
    }
    ~Lease();

    [[nodiscard]] mongoc_client_t* get() const noexcept { return client_; }

private:
    std::shared_ptr<Pool> pool_{};
    mongoc_client_t*      client_ = nullptr;
};

class Pool : public std::enable_shared_from_this<Pool> {
public:
    /// @errors invalid_argument: a bad URI or option.
    [[nodiscard]] static Result<std::shared_ptr<Pool>> make(const Config& config);
    Pool(const Pool&)            = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool();

    /// A client that gives up at the deadline, whatever the server does.
    /// @errors timeout (all are in use until the deadline or the wait queue's time), cancelled.
    [[nodiscard]] Result<Lease> lease(const Context& context);

    /// The database that the URI or the config names; never empty.
    [[nodiscard]] const std::string& database() const noexcept { return database_; }

private:
    friend class Lease;
    Pool() = default;
    void give_back(mongoc_client_t* client) noexcept;

    Owned<mongoc_client_pool_t, mongoc_client_pool_destroy> pool_{};
    std::string                                             database_{};
};

}  // namespace tenon::mongo
