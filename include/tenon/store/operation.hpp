#pragma once
// Operations are data: one plain struct a verb, `Operation` the variant of them, and the Reply each names.
// Services need not include this header; middleware and engines do.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/store/change_cursor.hpp>
#include <tenon/store/cursor.hpp>
#include <tenon/store/full_document.hpp>
#include <tenon/store/model_info.hpp>
#include <tenon/store/zones.hpp>

namespace tenon {

// Replies ------------------------------------------------------------------------------------------------------------

struct FindReply {
    std::unique_ptr<Cursor> cursor{};
};
struct InsertReply {
    std::vector<bson::Document> stored{};  ///< the documents as stored (with _id and the library's fields), in the caller's order
};
struct UpdateReply {
    std::int64_t               matched  = 0;
    std::int64_t               modified = 0;
    std::optional<bson::Value> upserted_id{};
};
struct DeleteReply {
    std::int64_t deleted = 0;
};
struct FindAndModifyReply {
    std::optional<bson::Document> value{};  ///< the document before or after, as asked; empty: nothing matched
    bool                          updated_existing = false;
    std::optional<bson::Value>    upserted_id{};
};
struct CountReply {
    std::int64_t count = 0;
};
struct DistinctReply {
    bson::Array values{};  ///< in the comparison order
};
struct BulkReply {
    struct Upserted {
        std::size_t index = 0;
        bson::Value id{};
    };
    std::int64_t          inserted = 0;
    std::int64_t          matched  = 0;
    std::int64_t          modified = 0;
    std::int64_t          deleted  = 0;
    std::vector<Upserted> upserted{};
};
struct ExplainReply {
    bson::Document plan{};  ///< {stage, index?, keys_examined, documents_examined, returned, ...}
};
struct IndexesReply {
    std::vector<IndexSpec> indexes{};  ///< the one on _id first
};
struct CollectionsReply {
    std::vector<std::string> names{};  ///< sorted
};
struct WatchReply {
    std::unique_ptr<ChangeCursor> changes{};
};
struct CommandReply {
    bson::Document reply{};  ///< the server's, with {ok: 1}
};
struct DoneReply {
    bool changed = true;  ///< false: it was so already
};

using Reply = std::variant<DoneReply, FindReply, InsertReply, UpdateReply, DeleteReply, FindAndModifyReply, CountReply,
                           DistinctReply, BulkReply, ExplainReply, IndexesReply, CollectionsReply, WatchReply, CommandReply>;

// Operations ---------------------------------------------------------------------------------------------------------

/// MongoDB manual: find. Documents that match, in `sort` order, else in no promised one.
struct Find {
    using Reply = FindReply;
    bson::Document filter{};
    bson::Document sort{};
    bson::Document projection{};
    std::int64_t   skip  = 0;
    std::int64_t   limit = 0;   ///< 0: all
    std::string    hint{};      ///< name of an index to use; "$natural": none; empty: the planner's choice
};

/// Inserts each document; ordered ones stop at the first failure (those before it stay, as MongoDB's do).
struct Insert {
    using Reply = InsertReply;
    std::vector<bson::Document> documents{};
    bool                        ordered = true;
};

/// Update operators on the first match or on all.
struct Update {
    using Reply = UpdateReply;
    bson::Document              filter{};
    bson::Document              update{};         ///< operators only: a bare document is refused
    std::vector<bson::Document> array_filters{};
    bool                        many   = false;
    bool                        upsert = false;
    std::string                 hint{};
};

/// Replaces the first match; its _id stays.
struct Replace {
    using Reply = UpdateReply;
    bson::Document filter{};
    bson::Document replacement{};
    bool           upsert = false;
    std::string    hint{};
};

/// Removes the first match or all. Soft-deleting models mark instead, unless `purge`.
struct Delete {
    using Reply = DeleteReply;
    bson::Document filter{};
    bool           many  = false;
    bool           purge = false;  ///< removes the bytes whatever the model says
    std::string    hint{};
};

/// Undoes a soft delete. The soft-delete middleware makes an Update of it; engines refuse it.
struct Restore {
    using Reply = UpdateReply;
    bson::Document filter{};
    bool           many = false;
    std::string    hint{};
};

/// Changes or removes one document and returns it, atomically.
struct FindAndModify {
    using Reply = FindAndModifyReply;
    enum class Kind : std::uint8_t { update, replace, remove };
    Kind                        kind = Kind::update;
    bson::Document              filter{};
    bson::Document              change{};         ///< operators (update) or the new document (replace)
    std::vector<bson::Document> array_filters{};
    bson::Document              sort{};           ///< which one, when several match
    bson::Document              projection{};
    bool                        return_after = true;
    bool                        upsert       = false;
    bool                        purge        = false;  ///< remove: as Delete::purge
    std::string                 hint{};
};

struct Count {
    using Reply = CountReply;
    bson::Document filter{};
    std::int64_t   skip  = 0;
    std::int64_t   limit = 0;  ///< 0: all
    std::string    hint{};
};

/// The collection's size from its metadata: fast, and off by what runs at the moment. No filter: where the
/// middleware must scope the call it becomes a Count.
struct EstimatedCount {
    using Reply = CountReply;
};

struct Distinct {
    using Reply = DistinctReply;
    std::string    path{};
    bson::Document filter{};
};

struct Aggregate {
    using Reply = FindReply;
    std::vector<bson::Document> pipeline{};
    std::string                 hint{};
};

/// Many writes in one call, in order (the first failure ends it) or not (each is tried).
struct BulkWrite {
    using Reply = BulkReply;
    struct InsertOne {
        bson::Document document{};
    };
    using Item = std::variant<InsertOne, Update, Replace, Delete>;
    std::vector<Item> items{};
    /// Per item, on versioned models: the version the caller read. Empty, or as long as `items`.
    std::vector<std::optional<std::int64_t>> expected_versions{};
    bool              ordered = true;
};

/// How a Find or Count would run, after running it.
struct Explain {
    using Reply = ExplainReply;
    std::variant<Find, Count> operation{};
};

struct CreateIndexes {
    using Reply = DoneReply;  ///< changed: false when all were there
    std::vector<IndexSpec> indexes{};
};
struct ListIndexes {
    using Reply = IndexesReply;
};
struct DropIndexes {
    using Reply = DoneReply;
    std::vector<std::string> names{};  ///< empty: all but the one on _id
};
struct HideIndex {
    using Reply = DoneReply;
    std::string name{};
    bool        hidden = true;
};
struct CreateCollection {
    using Reply = DoneReply;
};
struct DropCollection {
    using Reply = DoneReply;  ///< changed: false when there was none
};
struct ListCollections {
    using Reply = CollectionsReply;
};

/// MongoDB manual: Change Streams. The events of a collection, or with an empty Request::collection of the whole database.
struct Watch {
    using Reply = WatchReply;
    using FullDocument = tenon::FullDocument;
    std::vector<bson::Document> pipeline{};          ///< stages behind $changeStream: $match, $project, ...
    FullDocument                full_document = FullDocument::none;    ///< of updates; inserts and replaces always bring theirs
    FullDocument                before_change = FullDocument::none;    ///< the document before: none, when_available or required (6.0)
    bson::Document              resume_after{};      ///< a ChangeCursor::resume_token, that of an event which ended its stream, too
    std::optional<bson::Timestamp> start_at{};       ///< cluster time to start at; not with resume_after
    std::chrono::milliseconds   max_await{1000};     ///< how long one wait on the server lasts
};

/// A database command as it stands. For what no other verb says; refused where a tenant is set.
struct Command {
    using Reply = CommandReply;
    bson::Document command{};  ///< its name is the first key
    std::string    database{}; ///< "admin", or empty: this one
};

/// Shards the collection through a mongos, and keeps key ranges in zones. store/shard_plan.hpp has what is sent.
/// MongoDB manual: shardCollection, addShardToZone, updateZoneKeyRange.
struct ShardCollection {
    using Reply = DoneReply;   ///< changed: false when it was sharded by this key already
    ShardKeySpec           key{};
    std::vector<ZoneShard> shards{};
    std::vector<ZoneRange> ranges{};
};

struct Operation : std::variant<Find, Insert, Update, Replace, Delete, Restore, FindAndModify, Count, EstimatedCount, Distinct,
                                Aggregate, BulkWrite, Explain, CreateIndexes, ListIndexes, DropIndexes, HideIndex,
                                CreateCollection, DropCollection, ListCollections, Watch, Command, ShardCollection> {
    using variant::variant;
};

/// The verb's name as errors, logs and metrics write it: "find", "insert", "find_and_modify".
[[nodiscard]] std::string_view verb(const Operation& operation) noexcept;
/// True for verbs that change documents, indexes or collections.
[[nodiscard]] bool is_write(const Operation& operation) noexcept;

template <class... Fs>
struct overloaded : Fs... {
    using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

}  // namespace tenon
