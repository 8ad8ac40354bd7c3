#pragma once
// The verbs of the engine; one function each, called by MongoStore::run. A verb may take the call's lease along in a cursor.

#include <tenon/store/operation.hpp>

#include "mongo/call.hpp"

namespace tenon::mongo {

// read_operations.cpp
[[nodiscard]] Result<Reply> run_find(Call& call, const Find& op);
[[nodiscard]] Result<Reply> run_aggregate(Call& call, const Aggregate& op);
[[nodiscard]] Result<Reply> run_count(Call& call, const Count& op);
[[nodiscard]] Result<Reply> run_estimated_count(Call& call);
[[nodiscard]] Result<Reply> run_distinct(Call& call, const Distinct& op);

// explain.cpp
[[nodiscard]] Result<Reply> run_explain(Call& call, const Explain& op);

// insert.cpp
[[nodiscard]] Result<Reply> run_insert(Call& call, Insert& op);
// write_operations.cpp
[[nodiscard]] Result<Reply> run_update(Call& call, const Update& op);
[[nodiscard]] Result<Reply> run_replace(Call& call, const Replace& op);
[[nodiscard]] Result<Reply> run_delete(Call& call, const Delete& op);
[[nodiscard]] Result<Reply> run_find_and_modify(Call& call, const FindAndModify& op);
// bulk.cpp
[[nodiscard]] Result<Reply> run_bulk_write(Call& call, BulkWrite& op);

// index_operations.cpp
[[nodiscard]] Result<Reply> run_create_indexes(Call& call, const CreateIndexes& op);
[[nodiscard]] Result<Reply> run_list_indexes(Call& call);
[[nodiscard]] Result<Reply> run_drop_indexes(Call& call, const DropIndexes& op);
[[nodiscard]] Result<Reply> run_hide_index(Call& call, const HideIndex& op);
// collection_operations.cpp
[[nodiscard]] Result<Reply> run_create_collection(Call& call);
[[nodiscard]] Result<Reply> run_drop_collection(Call& call);
[[nodiscard]] Result<Reply> run_list_collections(Call& call);

// change_stream.cpp
/// `call` goes along in the stream.
[[nodiscard]] Result<Reply> run_watch(Call& call, Watch& op, const std::shared_ptr<Pool>& pool);

// sharding.cpp
[[nodiscard]] Result<Reply> run_shard_collection(Call& call, const ShardCollection& op, const Capabilities& can);

// run_command.cpp
[[nodiscard]] Result<Reply> run_command(Call& call, const Command& op);

}  // namespace tenon::mongo
