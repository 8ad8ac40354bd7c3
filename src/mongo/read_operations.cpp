#include "mongo/operations.hpp"

#include <algorithm>

#include <tenon/bson/compare.hpp>

#include "mongo/command.hpp"
#include "mongo/cursor.hpp"
#include "mongo/write_errors.hpp"
#include "mql/mql_error.hpp"
#include "store/collated.hpp"

namespace tenon::mongo {

namespace {

/// True for `{_id: value}` with a value that no operator can hide in: such a find without a collation has one document at most.
bool is_by_id(bson::View filter) noexcept {
    const auto first = filter.begin();
    if (first == filter.end() || first->key != "_id") return false;
    switch (first->value.type()) {
        case bson::Type::document:
        case bson::Type::array:
        case bson::Type::regex: return false;
        default: break;
    }
    auto second = first;
    return ++second == filter.end();
}

void add_query(Bson& to, const Find& op) {
    if (!op.sort.empty()) to.add("sort", op.sort);
    if (!op.projection.empty()) to.add("projection", op.projection);
    if (op.skip != 0) to.add("skip", op.skip);
    add_hint(to, op.hint);
}

/// Of one document at most: a command and its reply, so that the client goes back before the caller looks at it.
Result<Reply> find_one(Call& call, const Find& op) {
    Bson command;
    command.add("find", call.collection).add("filter", op.filter);
    add_query(command, op);
    command.add("limit", std::int64_t{1}).add("singleBatch", true);
    auto reply = read_command(call, command, takes::find);
    if (!reply) return fail(name_fault(std::move(reply.error()), {op.filter, op.sort, op.projection}, op.hint));
    auto cursor = batch_cursor(std::move(*reply), call.context);
    if (!cursor) return fail(std::move(cursor.error()));
    return Reply(FindReply{std::move(*cursor)});
}

/// The stage that an aggregation writes with stands last.
bool writes(const std::vector<bson::Document>& pipeline) noexcept {
    if (pipeline.empty() || pipeline.back().empty()) return false;
    const auto stage = pipeline.back().begin()->key;
    return stage == "$out" || stage == "$merge";
}

}  // namespace

Result<Reply> run_find(Call& call, const Find& op) {
    const bool at_most_one = op.limit == 0 && op.skip == 0 && is_by_id(op.filter) && !collated(&call.server());
    if (op.limit == 1 || at_most_one) return find_one(call, op);
    Bson options;
    add_query(options, op);
    if (op.limit != 0) options.add("limit", op.limit);
    if (auto added = add_options(options, call, takes::find); !added) return fail(std::move(added.error()));
    auto preference = read_preference(call);
    if (!preference) return fail(std::move(preference.error()));
    auto* const collection = call.handle();
    CursorPtr  cursor(mongoc_collection_find_with_opts(collection, Borrowed(op.filter).get(), options.get(), preference->get()));
    auto       made = stream_cursor(call, std::move(cursor), Effect::read);
    if (!made) return fail(name_fault(std::move(made.error()), {op.filter, op.sort, op.projection}, op.hint));
    return Reply(FindReply{std::move(*made)});
}

Result<Reply> run_aggregate(Call& call, const Aggregate& op) {
    Bson pipeline;
    pipeline.add_array("pipeline", op.pipeline);
    const bool writing = writes(op.pipeline);
    Bson       options;
    add_hint(options, op.hint);
    if (auto added = add_options(options, call, writing ? takes::aggregate_write : takes::aggregate); !added) return fail(std::move(added.error()));
    auto preference = read_preference(call);
    if (!preference) return fail(std::move(preference.error()));
    auto* const collection = call.handle();
    CursorPtr  cursor(mongoc_collection_aggregate(collection, MONGOC_QUERY_NONE, pipeline.get(), options.get(), preference->get()));
    auto       made = stream_cursor(call, std::move(cursor), writing ? Effect::write : Effect::read);
    if (!made) {
        Error error = std::move(made.error());
        for (const auto& stage : op.pipeline) error = name_fault(std::move(error), {stage}, op.hint);
        // $merge writes one document after another, where $out puts all in place at its end.
        const bool merges = writing && !op.pipeline.back()["$merge"].missing();
        if (merges && error.outcome == Outcome::none && error.server.code != 0) error.outcome = outcome_of_many(error);
        return fail(std::move(error));
    }
    return Reply(FindReply{std::move(*made)});
}

// MongoDB manual: countDocuments. Exact on a sharded cluster too, which the count command is not.
Result<Reply> run_count(Call& call, const Count& op) {
    const auto number = [](const char* stage, std::int64_t n) { return bson::doc(stage, n); };
    std::vector<bson::Document> pipeline;
    pipeline.push_back(bson::doc("$match", op.filter));
    if (op.skip != 0) pipeline.push_back(number("$skip", op.skip));
    if (op.limit != 0) pipeline.push_back(number("$limit", op.limit));
    pipeline.push_back(bson::doc("$group", bson::doc("_id", 1, "n", bson::doc("$sum", 1))));
    Bson command;
    command.add("aggregate", call.collection).add_array("pipeline", pipeline).add("cursor", Bson());
    add_hint(command, op.hint);
    auto reply = read_command(call, command, takes::count);
    if (!reply) return fail(name_fault(std::move(reply.error()), {op.filter}, op.hint));
    return Reply(CountReply{number_at(*(*reply)->get(), "cursor.firstBatch.0.n")});
}

Result<Reply> run_estimated_count(Call& call) {
    // MongoDB's transactions take no count command.
    if (call.transaction) return run_count(call, Count{});
    Bson command;
    command.add("count", call.collection);
    auto reply = read_command(call, command, takes::count);
    if (!reply) return fail(std::move(reply.error()));
    return Reply(CountReply{number_at(*(*reply)->get(), "n")});
}

Result<Reply> run_distinct(Call& call, const Distinct& op) {
    if (op.path.empty() || op.path.find('\0') != std::string::npos) {
        return mql::mql_error(mql::code::bad_value, "distinct needs the path of a field", "path");
    }
    Bson command;
    command.add("distinct", call.collection).add("key", op.path).add("query", op.filter);
    auto reply = read_command(call, command, takes::count);
    if (!reply) return fail(name_fault(std::move(reply.error()), {op.filter}));
    auto view = received(*(*reply)->get());
    if (!view) return fail(std::move(view.error()));
    const auto found = (*view)["values"];
    if (found.type() != bson::Type::array) return fail(Errc::network, "the server's reply has no values");
    std::vector<bson::ValueRef> values;
    for (const auto& [key, value] : found.as_view()) values.push_back(value);
    std::sort(values.begin(), values.end(), [](bson::ValueRef a, bson::ValueRef b) { return bson::compare(a, b) < 0; });
    bson::Builder builder;
    for (const auto& value : values) builder.push(value);
    auto array = builder.finish();
    if (!array) return fail(std::move(array.error()));
    return Reply(DistinctReply{bson::Array(std::move(*array))});
}

}  // namespace tenon::mongo
