#pragma once
// The verbs of the engine; one function each, called by SqliteStore::run.

#include <tenon/store/operation.hpp>

#include "sqlite/store.hpp"

namespace tenon::sqlite {

// read_operations.cpp
[[nodiscard]] Result<Reply> run_find(const Call& call, Find& op);
[[nodiscard]] Result<Reply> run_count(const Call& call, const Count& op);
[[nodiscard]] Result<Reply> run_estimated_count(const Call& call);
[[nodiscard]] Result<Reply> run_distinct(const Call& call, const Distinct& op);
[[nodiscard]] Result<Reply> run_explain(const Call& call, const Explain& op);
[[nodiscard]] Result<Reply> run_list_collections(const Call& call);

// write_operations.cpp
[[nodiscard]] Result<Reply> run_insert(const Call& call, Insert& op);
[[nodiscard]] Result<Reply> run_update(const Call& call, const Update& op);
[[nodiscard]] Result<Reply> run_replace(const Call& call, const Replace& op);
[[nodiscard]] Result<Reply> run_delete(const Call& call, const Delete& op);
[[nodiscard]] Result<Reply> run_find_and_modify(const Call& call, const FindAndModify& op);
[[nodiscard]] Result<Reply> run_bulk_write(const Call& call, BulkWrite& op);

// index_operations.cpp
[[nodiscard]] Result<Reply> run_create_indexes(const Call& call, const CreateIndexes& op);
[[nodiscard]] Result<Reply> run_list_indexes(const Call& call);
[[nodiscard]] Result<Reply> run_drop_indexes(const Call& call, const DropIndexes& op);
[[nodiscard]] Result<Reply> run_hide_index(const Call& call, const HideIndex& op);
[[nodiscard]] Result<Reply> run_create_collection(const Call& call);
[[nodiscard]] Result<Reply> run_drop_collection(const Call& call);

}  // namespace tenon::sqlite
