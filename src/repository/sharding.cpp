#include <utility>
#include <vector>

#include <tenon/repository/database.hpp>
#include <tenon/repository/run.hpp>
#include <tenon/store/shard_plan.hpp>

#include "repository/database_state.hpp"

namespace tenon {

namespace {

struct Planned {
    const ModelInfo* model = nullptr;
    ShardCollection  operation{};
};

Error of_call(Error error, const ModelInfo& model, bool changed) {
    error.where = model.collection + ".shard";
    if (changed && error.outcome == Outcome::none) error.outcome = Outcome::partial;
    return error;
}

Error of_database(std::string message, std::string path = {}) { return {Errc::invalid_argument, std::move(message), "shard", std::move(path)}; }

/// The range's place in the options: "ranges.1.min.at" of a collection is "ranges.orders.1.min.at".
Error in_options(Error error, const ModelInfo& model) {
    constexpr std::string_view ranges = "ranges.";
    if (error.path.starts_with(ranges)) error.path.insert(ranges.size(), model.collection + ".");
    if (error.path.starts_with("key")) error.path.insert(0, "shard_");
    return of_call(std::move(error), model, false);
}

}  // namespace

Result<std::vector<std::string>> Database::shard(ShardOptions options) const {
    std::vector<Planned> planned;
    for (const auto* model : state_->models()) {
        const auto& key = model->shard_key;
        if (!key) continue;
        // The zones are the cluster's: they are made with the first collection.
        auto& operation = planned.emplace_back(Planned{model, {*key, std::exchange(options.shards, {}), {}}}).operation;
        if (auto given = options.ranges.extract(model->collection)) operation.ranges = std::move(given.mapped());
    }
    if (planned.empty()) return fail(of_database("no known model declares a shard_key; give its models<...>() to open"));
    if (!options.ranges.empty()) return fail(of_database("no known model of this collection declares a shard_key", "ranges." + options.ranges.begin()->first));
    for (const auto& [model, operation] : planned) {
        if (auto fine = check(operation); !fine) return fail(in_options(std::move(fine.error()), *model));
    }

    Context context;
    context.deadline = options.call.deadline;
    context.stop     = std::move(options.call.stop);
    context.actor    = std::move(options.call.actor);
    if (options.call.server) context.server = std::make_shared<const ServerOptions>(std::move(*options.call.server));
    const detail::Running    at_work(state_->gate.get());  // one call, which close does not cut in two
    std::vector<std::string> sharded;
    for (auto& [model, operation] : planned) {
        auto reply = tenon::run(*this, Request{model->collection, std::move(operation), model, context});
        if (!reply) return fail(of_call(std::move(reply.error()), *model, !sharded.empty()));
        if (std::get<DoneReply>(*reply).changed) sharded.push_back(model->collection);
    }
    return sharded;
}

}  // namespace tenon
