#include <tenon/store/shard_plan.hpp>

#include <tenon/bson/compare.hpp>
#include <tenon/bson/json.hpp>

#include "mongo/command.hpp"
#include "mongo/operations.hpp"

namespace tenon::mongo {

namespace {

constexpr int already_initialized = 23;  // sharded, and not as the command says
constexpr int namespace_not_found = 26;

/// Sends a command to the primaries, as it stands. Its name is the path of an error.
Result<bson::Document> send(const Call& call, const std::string& database, const bson::Document& command, const Takes& takes, Effect effect) {
    Bson options;
    if (auto added = add_options(options, call, takes); !added) return fail(std::move(added.error()));
    Bson         reply;
    bson_error_t said{};
    if (!mongoc_client_command_with_opts(call.client, database.c_str(), Borrowed(command).get(), nullptr, options.get(), reply.get(), &said)) {
        auto error = to_error(said, reply.get(), effect, call.context);
        error.path = command.begin()->key;
        return fail(std::move(error));
    }
    auto view = received(*reply.get());
    if (!view) return fail(std::move(view.error()));
    return bson::Document(*view);
}

/// The first batch of a reading command. @errors network: a reply without one.
Result<std::vector<bson::Document>> batch(const Call& call, const std::string& database, const bson::Document& command) {
    auto reply = send(call, database, command, takes::listing, Effect::read);
    if (!reply) return fail(std::move(reply.error()));
    const auto found = reply->at_path("cursor.firstBatch");
    if (found.type() != bson::Type::array) return fail(Errc::network, "the server's reply has no cursor");
    std::vector<bson::Document> documents;
    for (const auto& [at, document] : found.as_view()) {
        if (document.type() == bson::Type::document) documents.emplace_back(document.as_view());
    }
    return documents;
}

bson::Document find_one(std::string_view collection, const bson::Document& filter) {
    return bson::doc("find", collection, "filter", filter, "limit", 1, "singleBatch", true);
}

Error sharded_otherwise(const std::string& how) {
    return {Errc::invalid_argument, "the collection is sharded by another key" + how + "; MongoDB changes it with reshardCollection", {}, "shard_key"};
}

/// Whether the collection is sharded by this key. MongoDB manual: Config Database, config.collections.
/// @errors invalid_argument: by another one.
Result<bool> is_sharded(const Call& call, const ShardKeySpec& key) {
    auto found = batch(call, "config", find_one("collections", bson::doc("_id", call.database + "." + call.collection)));
    if (!found) return fail(std::move(found.error()));
    if (found->empty()) return false;
    const auto& entry = found->front();
    // One that was dropped (before 5.0), and one that lives whole on one shard (from 8.0 on), are listed as well.
    if (entry["dropped"].truthy() || entry["unsplittable"].truthy()) return false;
    const auto stored = entry["key"];
    if (stored.type() != bson::Type::document) return fail(Errc::network, "the cluster lists the collection without a shard key");
    if (bson::compare(stored.as_view(), key.fields.view()) != 0) return fail(sharded_otherwise(", " + bson::to_json(stored.as_view())));
    if (entry["unique"].truthy() != key.unique) return fail(sharded_otherwise(key.unique ? ", which is not unique" : ", which is unique"));
    return true;
}

/// MongoDB manual: Shard Keys, "Shard Key Indexes"; whether it is multikey only the server knows.
bool serves(bson::View index, const ShardKeySpec& key) {
    for (const char* unfit : {"sparse", "hidden", "partialFilterExpression", "collation"}) {
        if (index[unfit].truthy()) return false;
    }
    const auto keys = index["key"];
    if (keys.type() != bson::Type::document) return false;
    auto at = keys.as_view().begin();
    for (const auto& [path, part] : key.fields) {
        if (at == std::default_sentinel || at->key != path || !bson::equal(at->value, part)) return false;
        ++at;
    }
    // A unique key needs an index on itself alone that is; the one on _id always is.
    if (!key.unique) return true;
    return at == std::default_sentinel && (index["unique"].truthy() || key.fields.begin()->key == "_id");
}

Result<bool> has_index(const Call& call, const ShardKeySpec& key) {
    // A collection has 64 indexes at most, so that one batch holds them all.
    auto indexes = batch(call, call.database, bson::doc("listIndexes", call.collection, "cursor", bson::Document()));
    if (!indexes && indexes.error().server.code == namespace_not_found) return false;
    if (!indexes) return fail(std::move(indexes.error()));
    for (const auto& index : *indexes) {
        if (serves(index, key)) return true;
    }
    return false;
}

Result<void> check_mongos(const Capabilities& can) {
    // Of a deployment that is not known yet the server decides.
    if (!can.sharding && !can.topology.empty()) {
        const auto* kind = can.topology == "standalone" ? "a standalone server" : "a replica set";
        return fail(Errc::unsupported, std::string("collections are sharded through a mongos; this is ") + kind);
    }
    return {};
}

}  // namespace

Result<Reply> run_shard_collection(Call& call, const ShardCollection& op, const Capabilities& can) {
    if (auto fine = check_mongos(can); !fine) return fail(std::move(fine.error()));
    if (auto fine = check(op); !fine) return fail(std::move(fine.error()));
    ShardState state{.server_version = can.engine_version};
    auto       sharded = is_sharded(call, op.key);
    if (!sharded) return fail(std::move(sharded.error()));
    state.sharded = *sharded;
    if (!state.sharded) {
        auto first = batch(call, call.database, find_one(call.collection, {}));
        if (!first) return fail(std::move(first.error()));
        state.empty = first->empty();
    }
    if (!state.sharded && !state.empty) {
        auto indexed = has_index(call, op.key);
        if (!indexed) return fail(std::move(indexed.error()));
        state.indexed = *indexed;
    }

    auto plan = shard_plan(op, call.database, call.collection, state);
    if (!plan) return fail(std::move(plan.error()));
    bool begun = false;
    for (const auto& [command, database] : *plan) {
        auto reply = send(call, database.empty() ? call.database : database, command, takes::listing, Effect::write);
        if (!reply) {
            auto error = std::move(reply.error());
            // Another one was faster, with another key.
            if (error.server.code == already_initialized) {
                error.message = sharded_otherwise("").message;
                error.path    = "shard_key";
            }
            if (begun && error.outcome == Outcome::none) error.outcome = Outcome::partial;
            return fail(std::move(error));
        }
        begun = true;
    }
    return Reply(DoneReply{!state.sharded});
}

}  // namespace tenon::mongo
