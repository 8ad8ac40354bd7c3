#pragma once
// The options of each call: aggregates, to be filled by name: `remove(id, {.call = {.deadline = Deadline::after(2s)}})`.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/store/context.hpp>
#include <tenon/store/full_document.hpp>
#include <tenon/store/zones.hpp>

namespace tenon {

/// What every call takes.
struct CallOptions {
    Deadline        deadline{};                     ///< when to give up with Errc::timeout; none: Config::timeout
    std::stop_token stop{};                         ///< ends the call with Errc::cancelled
    Visibility      visibility = Visibility::live;  ///< which documents of a soft-deleting model the call sees
    std::string     actor{};                        ///< who acts, for hooks and logs
    std::optional<ServerOptions> server{};          ///< concerns, comment, collation, batch size: `.server = {{.comment = "nightly"}}`
};

struct FindOptions {
    bson::Document sort{};        ///< {path: 1 or -1, ...}; empty: no promised order
    bson::Document projection{};  ///< empty: whole documents
    std::int64_t   skip  = 0;     ///< documents passed over, 0 or more
    std::int64_t   limit = 0;     ///< documents at most; 0: all
    std::string    hint{};        ///< name of an index to use; "$natural": none; empty: the planner's choice
    CallOptions    call{};
};

struct CountOptions {
    std::int64_t skip  = 0;
    std::int64_t limit = 0;  ///< stops counting there; 0: all
    std::string  hint{};
    CallOptions  call{};
};

struct AggregateOptions {
    std::string hint{};  ///< name of an index to use; "$natural": none; empty: the planner's choice
    CallOptions call{};  ///< batch size, allow_disk_use, collation and concerns are its `server` options
};

/// Of Repository::watch. At most one of `resume_after` and `start_at` (invalid_argument); neither: from now on.
struct WatchOptions {
    FullDocument   full_document = FullDocument::none;  ///< the document behind an update; inserts and replaces always bring theirs
    FullDocument   before_change = FullDocument::none;  ///< the one before any change: none, when_available or required
    bson::Document resume_after{};                      ///< a resume_token of an earlier stream or event
    std::optional<bson::Timestamp> start_at{};          ///< cluster time of the first event; as far back as the server's oplog reaches
    std::chrono::milliseconds      max_await{1000};     ///< how long one wait on the server lasts, 1 ms or more
    std::vector<bson::Document>    pipeline{};          ///< further stages on the events, in MongoDB's form ($match, $project, ...); they keep _id
    CallOptions    call{};  ///< its deadline is of the opening, its stop token of the stream; collation, batch size, comment are its `server` options
};

struct InsertManyOptions {
    bool        ordered = true;  ///< false: each is tried, and the failures are listed by index
    CallOptions call{};
};

struct UpdateOptions {
    /// Inserts what filter and update make when nothing matches. Its _id is one that they state, or a generated ObjectId or Uuid; a model
    /// whose ids the caller chooses refuses an upsert that states none (invalid_argument, path "upsert").
    bool                        upsert = false;
    std::vector<bson::Document> array_filters{};     ///< conditions of `$[name]` in the update's paths
    std::string                 hint{};
    std::optional<std::int64_t> expected_version{};  ///< of a versioned model: version_conflict when the stored one differs
    CallOptions                 call{};
};

struct ReplaceOptions {
    bool                        upsert = false;  ///< inserts the document when nothing matches; its _id as UpdateOptions says
    std::string                 hint{};
    std::optional<std::int64_t> expected_version{};
    CallOptions                 call{};
};

struct RemoveOptions {
    std::string                 hint{};
    std::optional<std::int64_t> expected_version{};
    CallOptions                 call{};
};

/// Of find_and_update, find_and_replace and find_and_remove.
struct FindAndModifyOptions {
    bson::Document              sort{};               ///< which one, when several match
    bson::Document              projection{};         ///< of what comes back; of a typed call it keeps all that T requires
    bool                        return_after = true;  ///< false: the document as it was; a remove always returns it so
    bool                        upsert       = false;
    std::vector<bson::Document> array_filters{};
    std::string                 hint{};
    std::optional<std::int64_t> expected_version{};
    CallOptions                 call{};
};

struct CommandOptions {
    bool        admin = false;  ///< on the database "admin", where the deployment's own commands run
    CallOptions call{};
};

/// Of Database::shard.
struct ShardOptions {
    std::vector<ZoneShard>                        shards{};  ///< put into their zones first: a zone of a range has at least one
    std::map<std::string, std::vector<ZoneRange>> ranges{};  ///< by collection; those that are there already may be given again
    CallOptions                                   call{};    ///< its deadline is of all collections together
};

struct BulkOptions {
    bool        ordered = true;  ///< false: each item is tried, and the failures are listed by index
    CallOptions call{};
};

/// Options of a page. At most one of `after`, `before` (keyset) and `number` (offset): invalid_argument.
struct PageOptions {
    std::uint32_t                size = 50;  ///< documents per page, 1 to 1000
    std::optional<std::string>   after{};    ///< a Page::next of the same query
    std::optional<std::string>   before{};   ///< a Page::prev of the same query
    std::optional<std::uint64_t> number{};   ///< offset paging: page number from 0; Page::total is filled
};

}  // namespace tenon
