#pragma once
// What a deployment can do, and what a transaction asks of it. Light: services include this without the operations.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <tenon/store/causal_session.hpp>
#include <tenon/store/context.hpp>

namespace tenon {

/// What the live deployment can do.
struct Capabilities {
    bool          transactions     = false;
    bool          aggregation      = false;
    bool          text_indexes     = false;
    bool          ttl_indexes      = false;
    bool          change_streams   = false;
    bool          sharding         = false;  ///< a mongos: Database::shard works
    bool          collation        = false;
    bool          single_writer    = false;  ///< a transaction keeps every other writer waiting, not those of its documents alone
    bool          retryable_writes = false;
    bool          persistent       = true;   ///< false: gone when the last handle closes
    std::string   engine{};                  ///< "sqlite", "mongodb"
    std::string   engine_version{};
    std::string   database{};                ///< of calls that name no other; empty: the store has but one, and no call names another
    std::string   topology{};                ///< "embedded", "standalone", "replica_set", "sharded", "load_balanced"; empty: not known yet
    std::uint32_t max_document_size = 16U * 1024U * 1024U;
    std::uint32_t max_message_size  = 48'000'000U;
    std::uint32_t max_write_batch   = 100'000U;
};

struct TransactionOptions {
    bool      read_only = false;  ///< one snapshot for all reads, taken at the first of them or before; a write is invalid_argument
    Deadline  deadline{};         ///< of the whole transaction, waiting and reruns included; none: 120 s
    /// Of every operation in it, of the commit the write concern; what is empty is the URI's. The embedded store needs none of them.
    std::optional<ReadConcern>    read_concern{};    ///< local, majority or snapshot; read_only: snapshot alone
    std::optional<WriteConcern>   write_concern{};
    std::optional<ReadPreference> read_preference{}; ///< primary alone, as on MongoDB
    std::chrono::milliseconds     max_commit_time{0};///< how long the server may take to commit; 0: until the deadline
    bool                          causal_consistency = true;  ///< false: `session` is not looked at. MongoDB manual: Causal Consistency
    std::optional<CausalSession>  session{};         ///< the transaction sees what came before in it, and what comes after sees the transaction
};

}  // namespace tenon
