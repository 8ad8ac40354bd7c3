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

// insert.cpp
[[nodiscard]] Result<Reply> run_insert(Call& call, Insert& op);

}  // namespace tenon::mongo
