#include <tenon/store/shard_plan.hpp>

#include <algorithm>
#include <charconv>
#include <string>

#include <tenon/bson/compare.hpp>

namespace tenon {

namespace {

constexpr std::string_view admin = "admin";

bool is_hashed(bson::ValueRef part) noexcept { return part.type() == bson::Type::string && part.as_string() == "hashed"; }
bool is_end(bson::ValueRef bound) noexcept { return bound.type() == bson::Type::min_key || bound.type() == bson::Type::max_key; }

Result<void> check_key(const ShardKeySpec& key) {
    if (key.fields.empty()) return fail(Errc::invalid_argument, "a shard key has one field or more, each of them once", "key");
    int hashed = 0;
    for (const auto& [path, part] : key.fields) {
        if (is_hashed(part)) ++hashed;
        else if (part.to_int64() != 1) return fail(Errc::invalid_argument, "a part of a shard key is 1 or \"hashed\"", "key." + std::string(path));
    }
    if (hashed > 1) return fail(Errc::invalid_argument, "at most one part of a shard key is hashed", "key");
    if (hashed != 0 && key.unique) return fail(Errc::invalid_argument, "a hashed shard key cannot be unique", "key");
    if (hashed == 0 && key.presplit_zones) return fail(Errc::invalid_argument, "only the zones of a hashed shard key are split ahead", "key");
    return {};
}

Result<void> check_bound(bson::View bound, bson::View key, const std::string& path) {
    auto part = key.begin();
    for (const auto& [field, value] : bound) {
        const auto at = path + "." + std::string(field);
        if (part == std::default_sentinel || part->key != field) {
            return fail(Errc::invalid_argument, "the bound of a range names the shard key's fields from the first on, in their order", at);
        }
        if (is_hashed(part->value) && value.type() != bson::Type::int64 && !is_end(value)) {
            return fail(Errc::invalid_argument, "the bound of a hashed field is a hash, an int64, or MinKey or MaxKey", at);
        }
        if (value.type() == bson::Type::array || value.type() == bson::Type::regex || value.type() == bson::Type::undefined) {
            return fail(Errc::invalid_argument, "no shard key holds an array, a regular expression or undefined", at);
        }
        ++part;
    }
    return {};
}

/// The bound with each field of the key. An unsharded collection's ranges are stored as they are given, and shardCollection refuses those
/// that lack a field; of a sharded one the server does this itself. MongoDB source: assignKeyRangeToZone.
bson::Document whole(bson::View bound, bson::View key) {
    bson::Builder builder;
    builder.append_all(bound);
    for (const auto& [path, part] : key) {
        if (bound[path].missing()) builder.append(path, bson::MinKey{});
    }
    return builder.take();
}

struct Bounds {
    std::size_t    at = 0;  // in the caller's list
    bson::Document min{};
    bson::Document max{};
};

Result<std::vector<Bounds>> bounds_of(const ShardCollection& operation) {
    const auto          key = operation.key.fields.view();
    std::vector<Bounds> all;
    for (std::size_t i = 0; i < operation.ranges.size(); ++i) {
        const auto& range = operation.ranges[i];
        const auto  path  = "ranges." + std::to_string(i);
        if (range.zone.empty()) return fail(Errc::invalid_argument, "a range names its zone", path + ".zone");
        if (auto fine = check_bound(range.min, key, path + ".min"); !fine) return fail(std::move(fine.error()));
        if (auto fine = check_bound(range.max, key, path + ".max"); !fine) return fail(std::move(fine.error()));
        Bounds bounds{i, whole(range.min, key), whole(range.max, key)};
        if (bson::compare(bounds.min.view(), bounds.max.view()) >= 0) {
            return fail(Errc::invalid_argument, "a range ends above its beginning; fields that a bound leaves out are MinKey in both", path + ".max");
        }
        all.push_back(std::move(bounds));
    }
    return all;
}

Result<void> check_apart(std::vector<Bounds> all) {
    std::sort(all.begin(), all.end(), [](const Bounds& a, const Bounds& b) { return bson::compare(a.min.view(), b.min.view()) < 0; });
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (bson::compare(all[i - 1].max.view(), all[i].min.view()) <= 0) continue;
        const auto [first, second] = std::minmax(all[i - 1].at, all[i].at);
        return fail(Errc::invalid_argument, "the range overlaps range " + std::to_string(first), "ranges." + std::to_string(second));
    }
    return {};
}

Command command(const bson::Document& document, std::string_view database = admin) { return {document, std::string(database)}; }

bson::Document create_index(const ShardKeySpec& key, std::string_view collection) {
    bson::Builder builder;
    builder.append("createIndexes", collection).open_array("indexes").push_document();
    builder.append("key", key.fields).append("name", IndexSpec{.keys = key.fields}.effective_name());
    if (key.unique) builder.append("unique", true);
    // MongoDB manual: shardCollection, "collation": an index that serves the key has the simple one, whatever the collection's default is.
    builder.append("collation", bson::doc("locale", "simple")).close().close();
    return builder.take();
}

bool before_6_0(std::string_view version) noexcept {
    int        major = 0;
    const auto read  = std::from_chars(version.data(), version.data() + version.size(), major);
    return read.ec != std::errc{} || major < 6;
}

}  // namespace

Result<void> check(const ShardCollection& operation) {
    if (auto fine = check_key(operation.key); !fine) return fine;
    for (std::size_t i = 0; i < operation.shards.size(); ++i) {
        const auto& [shard, zone] = operation.shards[i];
        const auto path           = "shards." + std::to_string(i);
        if (shard.empty()) return fail(Errc::invalid_argument, "a shard that is put into a zone has a name", path + ".shard");
        if (zone.empty()) return fail(Errc::invalid_argument, "a zone has a name", path + ".zone");
    }
    auto bounds = bounds_of(operation);
    if (!bounds) return fail(std::move(bounds.error()));
    return check_apart(std::move(*bounds));
}

Result<std::vector<Command>> shard_plan(const ShardCollection& operation, std::string_view database, std::string_view collection,
                                        const ShardState& state) {
    if (auto fine = check(operation); !fine) return fail(std::move(fine.error()));
    auto bounds = bounds_of(operation);
    if (!bounds) return fail(std::move(bounds.error()));
    const auto           name = std::string(database) + "." + std::string(collection);
    std::vector<Command> plan;

    // MongoDB manual: shardCollection: from 6.0 on a database needs nothing of its own. Asked for twice it does no harm.
    if (!state.sharded && before_6_0(state.server_version)) plan.push_back(command(bson::doc("enableSharding", database)));

    // MongoDB manual: updateZoneKeyRange: the zone must exist, and does when a shard is in it. Both commands may be sent again.
    for (const auto& [shard, zone] : operation.shards) plan.push_back(command(bson::doc("addShardToZone", shard, "zone", zone)));

    // MongoDB manual: Shard Keys, "Shard Key Indexes": of an empty collection shardCollection makes the index itself.
    if (!state.sharded && !state.empty && !state.indexed) plan.push_back(command(create_index(operation.key, collection), {}));

    // MongoDB manual: shardCollection, "Zone Sharding and Initial Chunk Distribution": ranges that are there when an empty collection is
    // sharded place its chunks at once; of others the balancer moves what lies elsewhere, whenever they come.
    for (const auto& [at, min, max] : *bounds) {
        plan.push_back(command(bson::doc("updateZoneKeyRange", name, "min", min, "max", max, "zone", operation.ranges[at].zone)));
    }

    if (state.sharded) return plan;
    bson::Builder shard;
    shard.append("shardCollection", name).append("key", operation.key.fields);
    if (operation.key.unique) shard.append("unique", true);
    // Refused of a collection with documents or without ranges.
    if (operation.key.presplit_zones && state.empty && !operation.ranges.empty()) shard.append("presplitHashedZones", true);
    // Must be given where the collection has another default.
    shard.append("collation", bson::doc("locale", "simple"));
    plan.push_back(command(shard.take()));
    return plan;
}

}  // namespace tenon
