#pragma once
// One call at work: what every verb is given.

#include <memory>
#include <string>

#include <tenon/store/context.hpp>

#include "mongo/driver.hpp"
#include "mongo/pool.hpp"

namespace tenon {
class CausalOrder;
}

namespace tenon::mongo {

/// What a transaction holds. Its cursors share it, so that they notice its end.
struct TransactionState {
    Lease       lease{};
    SessionPtr  session{};            ///< ends before its client goes back
    const Pool* pool       = nullptr; ///< of the deployment that it is on
    Deadline    deadline{};           ///< of every call in it
    bool        open       = false;
    bool        read_only  = false;
    bool        committing = false;   ///< a commit was sent: what came of it only the server can say
    bool        broken     = false;   ///< the server refused a call in it, which ended it there; only abort is left
    bool        broken_by_conflict = false;      ///< by one that running the body again may mend
    bool        no_server  = false;   ///< the last call or commit waited for one in vain, and not for want of its own time
    std::shared_ptr<CausalOrder> order{};        ///< told of the commit; null: none
};

/// The client session of one call in a CausalSession, and of its cursor. Its end tells the order what it saw.
struct CausalUse {
    SessionPtr                   session{};
    std::shared_ptr<CausalOrder> order{};

    CausalUse()                            = default;
    CausalUse(const CausalUse&)            = delete;
    CausalUse& operator=(const CausalUse&) = delete;
    ~CausalUse();
};

struct Call {
    Lease                             lease{};        ///< of this call alone; empty inside a transaction. A cursor takes it along.
    std::shared_ptr<TransactionState> transaction{};  ///< null outside
    std::shared_ptr<CausalUse>        causal{};           ///< null outside a causal session; ends before the lease
    mongoc_client_t*                  client  = nullptr;  ///< the lease's, or the transaction's
    mongoc_client_session_t*          session = nullptr;  ///< the transaction's or the causal use's, else null; to be appended to every command's options
    std::string                       database{};
    std::string                       collection{};
    Context                           context{};

    [[nodiscard]] const ServerOptions& server() const noexcept {
        static const ServerOptions none;
        return context.server ? *context.server : none;
    }
    /// The client's own, for as long as this call has it.
    [[nodiscard]] mongoc_collection_t* handle() const { return (transaction ? transaction->lease : lease).collection(database, collection); }
};

}  // namespace tenon::mongo
