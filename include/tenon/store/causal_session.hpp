#pragma once
// CausalSession: an order over calls that are in no transaction.

#include <memory>

namespace tenon {

class CausalOrder;

/// Calls bound to one (`repository.in(session)`) see what calls bound to it wrote or read before them, whichever member of the replica
/// set answers: a read from a secondary waits until that member has come so far. Writes and reads take the concern "majority" for
/// that to hold through a failover, too. On the embedded store every call sees all that was written before it, bound or not.
///
/// Copies are cheap and are the same session. It holds no connection: it may be kept for as long as a user's own session lasts.
/// `TransactionOptions::session` puts a transaction into the order.
/// @threads safe; of calls that run at once neither is before the other.
/// MongoDB manual: Causal Consistency and Read and Write Concerns.
class CausalSession {
public:
    CausalSession();

    /// For the rooms of this library.
    [[nodiscard]] const std::shared_ptr<CausalOrder>& order() const noexcept { return order_; }

private:
    std::shared_ptr<CausalOrder> order_;
};

}  // namespace tenon
