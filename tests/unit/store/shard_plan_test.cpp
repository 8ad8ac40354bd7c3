// The commands that shard a collection: as data, since only a cluster could run them.

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>
#include <tenon/store/shard_plan.hpp>

using namespace tenon;  // NOLINT(google-build-using-namespace): a test of the whole header

namespace {

using bson::doc;
using bson::MaxKey;
using bson::MinKey;
using Lines = std::vector<std::string>;

bson::Document json(const char* text) {
    auto document = bson::from_json(text);
    REQUIRE(document.has_value());
    return *document;
}

/// "admin {...}", "own {...}".
Lines plan(const ShardCollection& operation, const ShardState& state = {.server_version = "6.0.5"}) {
    const auto made = shard_plan(operation, "shop", "visits", state);
    if (!made) return {made.error().to_string()};
    Lines lines;
    for (const auto& [command, database] : *made) lines.push_back((database.empty() ? "own" : database) + " " + bson::to_json(command.view()));
    return lines;
}

ShardCollection by(const char* key) { return {.key = {.fields = json(key)}}; }

const char* const shard = R"(admin {"shardCollection":"shop.visits","key":{"tenant":1,"at":1},"collation":{"locale":"simple"}})";

}  // namespace

TEST_CASE("what is sent depends on what is there") {
    const auto        operation = by(R"({"tenant":1,"at":1})");
    const char* const enable    = R"(admin {"enableSharding":"shop"})";
    const char* const index     = R"(own {"createIndexes":"visits","indexes":[{"key":{"tenant":1,"at":1},"name":"tenant_1_at_1","collation":{"locale":"simple"}}]})";
    struct Row {
        ShardState state;
        Lines      want;
    };
    const Row rows[] = {
        {{.server_version = "6.0.5"}, {shard}},
        {{.server_version = "8.0"}, {shard}},
        {{.server_version = "10.0"}, {shard}},
        {{.server_version = "5.0.30"}, {enable, shard}},
        {{.server_version = ""}, {enable, shard}},
        {{.server_version = "7.0", .empty = false}, {index, shard}},
        {{.server_version = "7.0", .empty = false, .indexed = true}, {shard}},
        {{.server_version = "5.0", .empty = false}, {enable, index, shard}},
        {{.server_version = "5.0", .sharded = true, .empty = false}, {}},
    };
    for (const auto& row : rows) {
        const std::string version(row.state.server_version);
        CAPTURE(version);
        CHECK(plan(operation, row.state) == row.want);
    }
}

TEST_CASE("zones come first, then their ranges with all fields of the key, then the collection") {
    auto operation   = by(R"({"tenant":1,"at":1})");
    operation.shards = {{"rs0", "eu"}, {"rs1", "us"}, {"rs2", "us"}};
    operation.ranges = {{"us", doc("tenant", "m"), doc("tenant", MaxKey{}, "at", MaxKey{})}, {"eu", {}, doc("tenant", "m")}};
    const Lines zones{
        R"(admin {"addShardToZone":"rs0","zone":"eu"})",
        R"(admin {"addShardToZone":"rs1","zone":"us"})",
        R"(admin {"addShardToZone":"rs2","zone":"us"})",
        R"(admin {"updateZoneKeyRange":"shop.visits","min":{"tenant":"m","at":{"$minKey":1}},"max":{"tenant":{"$maxKey":1},"at":{"$maxKey":1}},"zone":"us"})",
        R"(admin {"updateZoneKeyRange":"shop.visits","min":{"tenant":{"$minKey":1},"at":{"$minKey":1}},"max":{"tenant":"m","at":{"$minKey":1}},"zone":"eu"})",
    };
    auto whole = zones;
    whole.emplace_back(shard);
    CHECK(plan(operation) == whole);
    CHECK(plan(operation, {.server_version = "6.0", .sharded = true}) == zones);
}

TEST_CASE("a key's options go with it where the server takes them") {
    auto unique       = by(R"({"tenant":1})");
    unique.key.unique = true;
    CHECK(plan(unique) == Lines{R"(admin {"shardCollection":"shop.visits","key":{"tenant":1},"unique":true,"collation":{"locale":"simple"}})"});
    CHECK(plan(unique, {.server_version = "6.0", .empty = false})[0] ==
          R"(own {"createIndexes":"visits","indexes":[{"key":{"tenant":1},"name":"tenant_1","unique":true,"collation":{"locale":"simple"}}]})");

    auto split               = by(R"({"tenant":1,"_id":"hashed"})");
    split.key.presplit_zones = true;
    const char* const plain  = R"(admin {"shardCollection":"shop.visits","key":{"tenant":1,"_id":"hashed"},"collation":{"locale":"simple"}})";
    CHECK(plan(split) == Lines{plain});  // no zones to split
    split.ranges = {{"eu", doc("tenant", "a"), doc("tenant", "m")}};
    CHECK(plan(split).back() ==
          R"(admin {"shardCollection":"shop.visits","key":{"tenant":1,"_id":"hashed"},"presplitHashedZones":true,"collation":{"locale":"simple"}})");
    CHECK(plan(split, {.server_version = "6.0", .empty = false, .indexed = true}).back() == plain);
}

TEST_CASE("a key that no cluster takes is refused") {
    struct Row {
        ShardKeySpec key;
        const char*  path;
    };
    const Row rows[] = {
        {{}, "key"},
        {{.fields = json(R"({"a":-1})")}, "key.a"},
        {{.fields = json(R"({"a":1,"b":"text"})")}, "key.b"},
        {{.fields = json(R"({"a":"hashed","b":"hashed"})")}, "key"},
        {{.fields = json(R"({"a":"hashed"})"), .unique = true}, "key"},
        {{.fields = json(R"({"a":1})"), .presplit_zones = true}, "key"},
    };
    for (const auto& row : rows) {
        CAPTURE(bson::to_json(row.key.fields.view()));
        const auto checked = check(ShardCollection{.key = row.key});
        REQUIRE(!checked.has_value());
        CHECK(checked.error().code == Errc::invalid_argument);
        CHECK(checked.error().path == row.path);
        CHECK(!shard_plan({.key = row.key}, "shop", "visits", {}).has_value());
    }
}

TEST_CASE("a range is refused with the field that is wrong in it") {
    struct Row {
        const char* ranges;
        const char* path;  // null: fine
    };
    const Row rows[] = {
        {R"([["eu",{"tenant":"a"},{"tenant":"b"}]])", nullptr},
        {R"([["eu",{},{"tenant":"b"}]])", nullptr},
        {R"([["eu",{"tenant":"a","id":{"$numberLong":"5"}},{"tenant":"a","id":{"$maxKey":1},"at":{"$maxKey":1}}]])", nullptr},
        {R"([["",{"tenant":"a"},{"tenant":"b"}]])", "ranges.0.zone"},
        {R"([["eu",{"at":1},{"tenant":"b"}]])", "ranges.0.min.at"},
        {R"([["eu",{"tenant":"a","at":1},{"tenant":"b"}]])", "ranges.0.min.at"},
        {R"([["eu",{"tenant":"a"},{"tenant":"b","kind":1}]])", "ranges.0.max.kind"},
        {R"([["eu",{"tenant":"a"},{"tenant":"b","id":{"$minKey":1},"at":1,"more":1}]])", "ranges.0.max.more"},
        {R"([["eu",{"tenant":"a","id":5},{"tenant":"b"}]])", "ranges.0.min.id"},
        {R"([["eu",{"tenant":["a"]},{"tenant":{"$maxKey":1}}]])", "ranges.0.min.tenant"},
        {R"([["eu",{"tenant":"b"},{"tenant":"a"}]])", "ranges.0.max"},
        {R"([["eu",{"tenant":"a"},{"tenant":"a"}]])", "ranges.0.max"},
        {R"([["eu",{"tenant":"a"},{}]])", "ranges.0.max"},
        {R"([["eu",{"tenant":7},{"tenant":"a"}],["us",{"tenant":"a"},{"tenant":"b"}]])", nullptr},
        {R"([["eu",{"tenant":"b"},{"tenant":"d"}],["us",{"tenant":"a"},{"tenant":"c"}]])", "ranges.1"},
        {R"([["eu",{"tenant":"a"},{"tenant":"z"}],["us",{"tenant":"b"},{"tenant":"c"}]])", "ranges.1"},
        {R"([["eu",{"tenant":"a"},{"tenant":"b"}],["eu",{"tenant":"a"},{"tenant":"b"}]])", "ranges.1"},
        {R"([["eu",{"tenant":"a"},{"tenant":"b"}],["us",{"tenant":"c"},{"tenant":"d"}],["ap",{"tenant":"a","id":{"$maxKey":1}},{"tenant":"c"}]])", "ranges.2"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.ranges);
        auto operation = by(R"({"tenant":1,"id":"hashed","at":1})");
        const auto all = json((std::string(R"({"all":)") + row.ranges + "}").c_str());
        for (const auto& [at, range] : all["all"].as_view()) {
            const auto parts = range.as_view();
            operation.ranges.push_back({std::string(parts["0"].as_string()), bson::Document(parts["1"].as_view()), bson::Document(parts["2"].as_view())});
        }
        const auto checked = check(operation);
        if (row.path == nullptr) {
            CHECK_MESSAGE(checked.has_value(), (checked ? std::string() : checked.error().to_string()));
            continue;
        }
        REQUIRE(!checked.has_value());
        CHECK(checked.error().code == Errc::invalid_argument);
        CHECK(checked.error().path == row.path);
    }
}

TEST_CASE("zones and shards have names") {
    auto operation   = by(R"({"tenant":1})");
    operation.shards = {{"rs0", "eu"}, {"", "us"}};
    CHECK(check(operation).error().path == "shards.1.shard");
    operation.shards = {{"rs0", ""}};
    CHECK(check(operation).error().path == "shards.0.zone");
}
