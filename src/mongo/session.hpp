#pragma once
// Transactions and causal sessions on the driver's client sessions.
//
// A client session belongs to one client, so a transaction keeps its client on loan until it and its cursors have ended. A causal session
// holds none: it is the clock that its calls saw, and each call starts a client session of its own at that time.

#include <memory>

#include <tenon/store/operation.hpp>
#include <tenon/store/store.hpp>

#include "mongo/call.hpp"
#include "mongo/pool.hpp"

namespace tenon::mongo {

/// A transaction as Store::begin hands it out. Aborts when it goes while it is open.
class TransactionSession final : public Session {
public:
    explicit TransactionSession(std::shared_ptr<TransactionState> state) noexcept : state_(std::move(state)) {}
    ~TransactionSession() override;
    [[nodiscard]] bool in_transaction() const noexcept override { return true; }
    [[nodiscard]] const std::shared_ptr<TransactionState>& state() const noexcept { return state_; }

private:
    std::shared_ptr<TransactionState> state_;
};

/// @errors unsupported: a standalone server has no transactions; timeout, network, invalid_argument (a write concern that cannot be).
[[nodiscard]] Result<std::unique_ptr<Session>> begin_transaction(const std::shared_ptr<Pool>& pool, const TransactionOptions& options,
                                                                 const Context& context);
/// As Store::commit says.
[[nodiscard]] Result<void> commit_transaction(TransactionState& state, const Context& context);
void                       abort_transaction(TransactionState& state) noexcept;

/// The state of a session that is one of this store's transactions; null: it is in none.
/// @errors invalid_argument: a transaction of another deployment, or one that ended.
[[nodiscard]] Result<std::shared_ptr<TransactionState>> transaction_of(const std::shared_ptr<Pool>& pool, Session& session);

/// Gives a call its client: the transaction's, or one on loan, with a client session where the session is a causal one.
/// @errors those of Pool::lease; invalid_argument: the transaction ended, was broken by an earlier failure or is read-only.
[[nodiscard]] Result<void> join(Call& call, const std::shared_ptr<Pool>& pool, Session& session, const Operation& operation);

/// After a failed call: what the server refused inside a transaction has ended it. Null: there is none.
void note_failure(TransactionState* transaction, const Error& error) noexcept;

}  // namespace tenon::mongo
