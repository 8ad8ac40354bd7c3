#pragma once
// The embedded engine as a Store.

#include <memory>
#include <string>

#include <tenon/store/sqlite.hpp>
#include <tenon/store/store.hpp>

#include "sqlite/catalogue.hpp"
#include "sqlite/engine.hpp"
#include "sqlite/fork.hpp"
#include "sqlite/row_watch.hpp"

namespace tenon::sqlite {

/// What a transaction holds. Its cursors share it, so that they notice its end.
struct TransactionState {
    Reader        reader{};  ///< of a snapshot
    Writer        writer{};  ///< of a writing transaction
    Connection*   connection = nullptr;
    bool          read_only  = false;
    bool          open       = true;
    bool          failed     = false;  ///< a call in it was refused: only abort is left, as on MongoDB
    Deadline      deadline{};
    std::uint64_t generation = 0;      ///< fork_generation() at its begin
    RowWatches    watches{};           ///< of its open cursors

    TransactionState()                                   = default;
    TransactionState(const TransactionState&)            = delete;
    TransactionState& operator=(const TransactionState&) = delete;
    ~TransactionState();
    /// Rolls back what is open.
    void roll_back() noexcept;
    /// After a commit: gives the connection back.
    void release() noexcept;
};

class TransactionSession final : public Session {
public:
    TransactionSession(const Store& store, std::shared_ptr<TransactionState> state) : store_(&store), state_(std::move(state)) {}
    ~TransactionSession() override;
    [[nodiscard]] bool in_transaction() const noexcept override { return true; }
    [[nodiscard]] const Store* store() const noexcept { return store_; }
    [[nodiscard]] const std::shared_ptr<TransactionState>& state() const noexcept { return state_; }

private:
    const Store*                      store_;
    std::shared_ptr<TransactionState> state_;
};

/// One call at work.
struct Call {
    std::shared_ptr<Engine>           engine{};
    std::string                       collection{};
    Limits                            limits{};
    std::shared_ptr<TransactionState> transaction{};  ///< null outside
};

class SqliteStore final : public Store {
public:
    explicit SqliteStore(std::shared_ptr<Engine> engine);
    ~SqliteStore() override;

    Result<Reply> run(Request request, Session& session) override;
    Result<std::unique_ptr<Session>> begin(const TransactionOptions& options, const Context& context) override;
    Result<void> commit(Session& session, const Context& context) override;
    void abort(Session& session) noexcept override;
    [[nodiscard]] Capabilities capabilities() const override;
    [[nodiscard]] Health health(const Deadline& deadline) noexcept override;
    Result<void> wait_until_ready(const Deadline& deadline, const std::stop_token& stop) override;
    Result<void> close(const Deadline& deadline) override;

    // Around fork(), from fork.cpp; one thread is left then.
    [[nodiscard]] Engine& engine() noexcept { return *engine_; }
    void replace_engine_in_child();

private:
    [[nodiscard]] Result<Reply> dispatch(Request& request, Session& session);
    [[nodiscard]] Result<std::shared_ptr<TransactionState>> transaction_of(Session& session) const;

    std::shared_ptr<Engine> engine_;
};

}  // namespace tenon::sqlite
