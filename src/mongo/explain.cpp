#include "mongo/operations.hpp"

#include <vector>

#include "mongo/command.hpp"

namespace tenon::mongo {

namespace {

std::string_view stage_name(bson::View node) noexcept {
    const auto stage = node["stage"];
    return stage.type() == bson::Type::string ? stage.as_string() : std::string_view();
}

/// What the winning plan says, from its root to where it reads.
struct Path {
    bson::View                    access{};  ///< the stage that reads: IXSCAN, COLLSCAN, IDHACK, ...
    std::vector<std::string_view> branches{};  ///< the indexes of an OR
    bool                          sorts = false;
};

bool is_or(std::string_view stage) noexcept { return stage == "OR" || stage == "SORT_MERGE"; }

bson::View first_child(bson::View node) noexcept {
    for (const char* key : {"inputStage", "queryPlan", "outerStage", "thenStage"}) {
        if (const auto child = node[key]; child.type() == bson::Type::document) return child.as_view();
    }
    for (const char* key : {"inputStages", "shards"}) {
        const auto children = node[key];
        if (children.type() != bson::Type::array || children.as_view().empty()) continue;
        const auto first = children.as_view().begin()->value;
        if (first.type() != bson::Type::document) continue;
        const auto plan = first.as_view()["winningPlan"];
        return plan.type() == bson::Type::document ? plan.as_view() : first.as_view();
    }
    return {};
}

Path walk(bson::View node) {
    Path path;
    for (;;) {
        const auto stage = stage_name(node);
        path.access      = node;
        if (stage.starts_with("SORT") && stage != "SORT_MERGE") path.sorts = true;
        if (is_or(stage)) {
            const auto children = node["inputStages"];
            if (children.type() != bson::Type::array) return path;
            for (const auto& [key, child] : children.as_view()) {
                if (child.type() != bson::Type::document) continue;
                const auto index = walk(child.as_view()).access["indexName"];
                if (index.type() == bson::Type::string) path.branches.push_back(index.as_string());
            }
            return path;
        }
        const auto child = first_child(node);
        if (child.empty()) return path;
        node = child;
    }
}

/// The reply in the words of ExplainReply.
bson::Document described(bson::View reply, bool counts, bool ordered) {
    const auto planned = reply.at_path("queryPlanner.winningPlan");
    const auto path    = walk(planned.type() == bson::Type::document ? planned.as_view() : bson::View());
    auto       stage   = stage_name(path.access);
    // A read by _id names no index in the plan; to the caller it is one stage wherever it runs.
    if (stage == "CLUSTERED_IXSCAN" || stage == "EXPRESS_IXSCAN") stage = "IDHACK";
    bson::Builder builder;
    builder.append("stage", is_or(stage) ? std::string_view("OR") : stage);
    if (const auto index = path.access["indexName"]; index.type() == bson::Type::string) builder.append("index", index);
    else if (stage == "IDHACK") builder.append("index", std::string_view("_id_"));
    if (const auto keys = path.access["keyPattern"]; keys.type() == bson::Type::document) builder.append("keys", keys);
    if (const auto multikey = path.access["isMultiKey"]; multikey.type() == bson::Type::boolean) builder.append("multikey", multikey);
    if (const auto direction = path.access["direction"]; direction.type() == bson::Type::string && stage == "IXSCAN") builder.append("direction", direction);
    if (!path.branches.empty()) {
        builder.open_array("branches");
        for (const auto& index : path.branches) builder.push(index);
        builder.close();
    }
    const auto number = [&](const char* at) { return reply.at_path(at).to_int64().value_or(0); };
    builder.append("keys_examined", number("executionStats.totalKeysExamined"));
    builder.append("documents_examined", number("executionStats.totalDocsExamined"));
    builder.append("returned", counts ? number("executionStats.executionStages.nCounted") : number("executionStats.nReturned"));
    builder.append("sorted", std::string_view(!ordered ? "none" : path.sorts ? "memory" : "index"));
    return builder.take();
}

}  // namespace

Result<Reply> run_explain(Call& call, const Explain& op) {
    const auto* counting = std::get_if<Count>(&op.operation);
    const auto* finding  = std::get_if<Find>(&op.operation);
    Bson        inner;
    if (counting != nullptr) {
        inner.add("count", call.collection).add("query", counting->filter);
        if (counting->skip != 0) inner.add("skip", counting->skip);
        if (counting->limit != 0) inner.add("limit", counting->limit);
        add_hint(inner, counting->hint);
    } else {
        inner.add("find", call.collection).add("filter", finding->filter);
        if (!finding->sort.empty()) inner.add("sort", finding->sort);
        if (!finding->projection.empty()) inner.add("projection", finding->projection);
        if (finding->skip != 0) inner.add("skip", finding->skip);
        if (finding->limit != 0) inner.add("limit", finding->limit);
        add_hint(inner, finding->hint);
        if (const auto& allowed = call.server().allow_disk_use) inner.add("allowDiskUse", *allowed);
    }
    if (!call.server().collation.empty()) inner.add("collation", call.server().collation);
    Bson command;
    command.add("explain", inner).add("verbosity", "executionStats");
    auto reply = read_command(call, command, takes::listing);
    if (!reply) return fail(name_fault(std::move(reply.error()), {finding != nullptr ? finding->filter : counting->filter},
                                       finding != nullptr ? finding->hint : counting->hint));
    auto view = received(*(*reply)->get());
    if (!view) return fail(std::move(view.error()));
    return Reply(ExplainReply{described(*view, counting != nullptr, finding != nullptr && !finding->sort.empty())});
}

}  // namespace tenon::mongo
