#pragma once
// Store: what runs Requests. Engines and middleware are Stores; a middleware holds the next one.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include <tenon/result.hpp>
#include <tenon/store/capabilities.hpp>
#include <tenon/store/context.hpp>
#include <tenon/store/health.hpp>
#include <tenon/store/operation.hpp>

namespace tenon {

/// One call on its way down: the operation, the model's facts and the context. Passed by value: a layer may
/// change its own copy and move it on; nothing is copied on the way.
struct Request {
    std::string      collection{};
    Operation        operation;
    const ModelInfo* model = nullptr;  ///< never null below Database::run (the untyped form has a plain one)
    Context          context{};
};

/// "find on orders" as an Error's where: "orders.find".
[[nodiscard]] std::string where(const Request& request);

/// What a call runs in. A plain Session is "no transaction"; engines derive their own for transactions.
/// Used by one thread at a time.
class Session {
public:
    Session()                          = default;
    Session(const Session&)            = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session()                 = default;

    [[nodiscard]] virtual bool in_transaction() const noexcept { return false; }
};

/// The Session of a CausalSession: how far the deployment's clock was in all that its calls saw. An engine that has such a clock sends
/// it with each call and writes down what comes back; others pass it over. MongoDB manual: Server Sessions, clusterTime.
/// @threads safe, unlike other Sessions.
class CausalOrder final : public Session, public std::enable_shared_from_this<CausalOrder> {
public:
    struct Seen {
        bson::Document                 cluster_time{};    ///< as the server signed it
        std::optional<bson::Timestamp> operation_time{};  ///< of the last operation
    };

    [[nodiscard]] Seen seen() const;
    /// Takes over what is later than what was seen before.
    void saw(const Seen& now);

private:
    mutable std::mutex mutex_;
    Seen               seen_{};
};

/// @threads all members may be called from many threads at once; a Session by one at a time.
class Store {
public:
    Store()                        = default;
    Store(const Store&)            = delete;
    Store& operator=(const Store&) = delete;
    virtual ~Store()               = default;

    /// Runs one operation. The Reply's alternative is the one the operation names.
    virtual Result<Reply> run(Request request, Session& session) = 0;

    /// Opens a transaction. @errors timeout (a writer held on past the deadline), transient, io, network, unsupported.
    virtual Result<std::unique_ptr<Session>> begin(const TransactionOptions& options, const Context& context) = 0;
    /// Ends it. On an error nothing was written unless Error::outcome says unknown; transient: run the body again. An error labelled
    /// UnknownTransactionCommitResult leaves the session as it was: commit may be called again and does no harm, however it ended.
    virtual Result<void> commit(Session& session, const Context& context) = 0;
    virtual void         abort(Session& session) noexcept                 = 0;

    /// What the deployment can do, as last observed.
    [[nodiscard]] virtual Capabilities capabilities() const = 0;

    /// How the deployment is. Never throws and never outlasts the deadline (none: 5 s).
    [[nodiscard]] virtual Health health(const Deadline& deadline) noexcept = 0;
    /// Waits until the deployment takes writes. @errors timeout, auth, invalid_argument, cancelled; network when the deadline met no server.
    virtual Result<void> wait_until_ready(const Deadline& deadline, const std::stop_token& stop) = 0;

    /// Ends its connections, for good: every call from now on is `cancelled`. Called while nothing runs, by one thread at a time (Database
    /// sees to both); cursors and change streams that are held lose what they hold, and their next call is `cancelled`, too. Of a closed
    /// store: does nothing.
    /// @errors timeout: connections are in use still, and it may be called again. io: it is closed, but the log of a file could not be moved into it.
    virtual Result<void> close(const Deadline& deadline) = 0;
};

}  // namespace tenon
