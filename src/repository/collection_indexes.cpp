#include "repository/caller.hpp"

namespace tenon {

Result<bool> Collection::create_indexes(CallOptions call) const {
    if (model_->indexes.empty()) return false;
    return create_indexes(model_->indexes, std::move(call));
}

Result<bool> Collection::create_indexes(std::vector<IndexSpec> indexes, CallOptions call) const {
    auto reply = Caller{*this, "create_indexes"}(CreateIndexes{std::move(indexes)}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return reply->changed;
}

Result<std::vector<IndexSpec>> Collection::list_indexes(CallOptions call) const {
    auto reply = Caller{*this, "list_indexes"}(ListIndexes{}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->indexes);
}

Result<void> Collection::drop_index(std::string name, CallOptions call) const {
    const Caller run{*this, "drop_index"};
    if (name.empty()) return run.failed(Errc::invalid_argument, "the index to drop has no name", "name");
    auto reply = run(DropIndexes{{std::move(name)}}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return {};
}

Result<void> Collection::drop_indexes(CallOptions call) const {
    auto reply = Caller{*this, "drop_indexes"}(DropIndexes{}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return {};
}

Result<void> Collection::hide_index(std::string name, bool hidden, CallOptions call) const {
    auto reply = Caller{*this, "hide_index"}(HideIndex{std::move(name), hidden}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return {};
}

Result<bool> Collection::create(CallOptions call) const {
    auto reply = Caller{*this, "create"}(CreateCollection{}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return reply->changed;
}

Result<bool> Collection::drop(CallOptions call) const {
    auto reply = Caller{*this, "drop"}(DropCollection{}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return reply->changed;
}

}  // namespace tenon
