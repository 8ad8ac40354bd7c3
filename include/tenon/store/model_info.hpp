#pragma once
// What the stores and the middleware know of a model: the facts of Model<T> with the type erased.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon {

/// What a model's `id` member holds.
enum class IdKind : std::uint8_t {
    object_id,  ///< generated when empty
    uuid,       ///< generated when empty
    string,     ///< the caller's; empty is refused
    int64,      ///< the caller's; zero is refused
    other,      ///< the untyped form: any BSON value, an ObjectId when there is none
};

/// An index as MongoDB's createIndexes takes it.
struct IndexSpec {
    bson::Document keys{};            ///< path -> 1 or -1 ("text", "hashed", "2dsphere": unsupported on the embedded store)
    std::string    name{};            ///< empty: derived from the keys, "conversation_id_1_created_at_-1"
    bool           unique = false;
    bool           sparse = false;    ///< documents that lack every key field have no entry
    bool           hidden = false;    ///< kept up to date, not used by the planner
    bson::Document partial_filter{};  ///< only matching documents have an entry; empty: all
    std::optional<std::int64_t> expire_after_seconds{};  ///< TTL; unsupported on the embedded store

    /// The name that will be stored: `name`, or the keys joined by '_' as MongoDB does.
    [[nodiscard]] std::string effective_name() const;
};

/// The key by which a sharded cluster spreads the documents of a collection. MongoDB manual: Shard Keys.
struct ShardKeySpec {
    bson::Document fields{};                ///< path -> 1 or "hashed"
    bool           unique         = false;  ///< no two documents have the same key; not of a hashed one
    bool           presplit_zones = false;  ///< of a hashed one: each zone's ranges are split over its shards at once
};

/// How a model is deleted softly. Live documents hold `field: null`; missing counts as live.
struct SoftDeleteInfo {
    std::string    field = "deleted_at";
    bson::Document set_on_delete{};   ///< further fields a remove sets (`status: "removed"`)
    bson::Document set_on_restore{};  ///< and those a restore sets
};

/// A model with its type erased. Lives as long as the program (one per model), or as the Collection that made it.
struct ModelInfo {
    std::string                   collection{};
    IdKind                        id = IdKind::other;
    std::vector<std::string>      fields{};        ///< stored names of the struct's top-level members; empty: untyped
    std::optional<SoftDeleteInfo> soft_delete{};
    std::string                   created_at{};    ///< stored name; empty: none
    std::string                   updated_at{};
    std::string                   version{};       ///< stored name of the optimistic version; empty: none
    bool                          version_is_int32 = false;
    std::vector<IndexSpec>        indexes{};
    std::optional<ShardKeySpec>   shard_key{};     ///< of a collection that Database::shard shards

    /// True when the library keeps a field of this model itself.
    [[nodiscard]] bool plain() const noexcept {
        return !soft_delete && created_at.empty() && updated_at.empty() && version.empty();
    }
};

}  // namespace tenon
