#pragma once
// ServerOptions: what a call may ask of the server beside its answer. Per call, per repository or per transaction.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/store/retry_policy.hpp>

namespace tenon {

/// Which members of a replica set may answer a read. MongoDB manual: Read Preference.
enum class ReadMode : std::uint8_t { primary, primary_preferred, secondary, secondary_preferred, nearest };

struct ReadPreference {
    ReadMode                    mode = ReadMode::primary;
    std::vector<bson::Document> tags{};  ///< tag sets, tried in order; not with `primary`
    std::optional<std::chrono::seconds> max_staleness{};  ///< 90 s or more; not with `primary`
};

/// How much of the replica set a read must have seen. MongoDB manual: Read Concern.
enum class ReadConcern : std::uint8_t { local, available, majority, linearizable, snapshot };

/// Whom a write waits for. MongoDB manual: Write Concern.
struct WriteConcern {
    std::optional<std::int32_t> w{};         ///< members, 1 or more; none: `tag`, or the deployment's default
    std::string                 tag{};       ///< "majority" or a custom one; instead of `w`
    std::optional<bool>         journal{};   ///< wait for the journal
    std::chrono::milliseconds   timeout{0};  ///< wtimeout; 0: none, the call's deadline bounds it

    [[nodiscard]] static WriteConcern majority() { return {.tag = "majority"}; }
};

/// What is left empty is the URI's, else the deployment's default. The embedded store answers every read from its one up-to-date copy and
/// commits every write before it returns, so that it needs none of the concerns; a collation it refuses (Errc::unsupported).
struct ServerOptions {
    std::optional<ReadPreference> read_preference{};
    std::optional<ReadConcern>    read_concern{};
    std::optional<WriteConcern>   write_concern{};   ///< not inside a transaction: it has its own (invalid_argument)
    std::optional<std::chrono::milliseconds> timeout{};  ///< deadline of calls that set none, instead of Config::timeout
    std::string                   comment{};         ///< shown in the server's log, profiler and currentOp
    bson::Document                collation{};       ///< {locale: "en", strength: 2}; empty: by bytes
    std::int32_t                  batch_size = 0;    ///< documents of a cursor's batch; 0: the server's choice
    std::optional<bool>           allow_disk_use{};  ///< of sorts and aggregations that outgrow the server's memory
    std::optional<RetryPolicy>    retry{};           ///< instead of Config::retry; passed over inside a transaction

    /// `other` where this says nothing.
    [[nodiscard]] ServerOptions or_else(const ServerOptions& other) const;
};

}  // namespace tenon
