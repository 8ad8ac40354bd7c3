#pragma once
// One call at work: what every verb is given.

#include <memory>
#include <string>

#include <tenon/store/context.hpp>

#include "mongo/driver.hpp"
#include "mongo/pool.hpp"

namespace tenon::mongo {

/// What a transaction holds. Its cursors share it, so that they notice its end.
struct TransactionState {
    Lease      lease{};
    SessionPtr session{};  ///< ends before its client goes back
    bool       open = true;
};

struct Call {
    Lease                             lease{};        ///< of this call alone; empty inside a transaction. A cursor takes it along.
    std::shared_ptr<TransactionState> transaction{};  ///< null outside
    mongoc_client_t*                  client  = nullptr;  ///< the lease's, or the transaction's
    mongoc_client_session_t*          session = nullptr;  ///< null outside a transaction; to be appended to every command's options
    std::string                       database{};
    std::string                       collection{};
    Context                           context{};

    [[nodiscard]] const ServerOptions& server() const noexcept {
        static const ServerOptions none;
        return context.server ? *context.server : none;
    }
    [[nodiscard]] CollectionPtr handle() const {
        return CollectionPtr(mongoc_client_get_collection(client, database.c_str(), collection.c_str()));
    }
};

}  // namespace tenon::mongo
