#pragma once
// Sharding as data: the commands that shard a collection, in the order in which a mongos must get them.
// Services need not include this header; Database::shard does all of it.

#include <string_view>
#include <vector>

#include <tenon/result.hpp>
#include <tenon/store/operation.hpp>

namespace tenon {

/// What the cluster knows of a collection before it is sharded.
struct ShardState {
    std::string_view server_version{};   ///< "6.0.5", "7.0"; empty: not known
    bool             sharded = false;    ///< by this key already
    bool             empty   = true;     ///< or not there
    bool             indexed = false;    ///< an index serves the key
};

/// @errors invalid_argument, with the path of what is wrong ("key", "shards.0.zone", "ranges.1.min.tenant"): a key without fields, or with
///         another part than 1 and one "hashed"; a hashed one that is unique; a zone or shard without a name; a bound with other fields than the
///         key's first ones in their order, or with a value that no key has; a range that is empty or overlaps another one.
[[nodiscard]] Result<void> check(const ShardCollection& operation);

/// The commands, in their order; Command::database is "admin", or empty for the collection's own.
/// @errors as check.
[[nodiscard]] Result<std::vector<Command>> shard_plan(const ShardCollection& operation, std::string_view database, std::string_view collection,
                                                      const ShardState& state);

}  // namespace tenon
