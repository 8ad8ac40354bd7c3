// Sharding as a mongos sees it: what is looked at, what is sent and in which order, and what its answers become.

#include <map>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>
#include <tenon/tenon.hpp>

#include "fake_mongos.hpp"

using tenon::asc;
using tenon::Errc;
using tenon::hashed;
using tenon::Outcome;
using tenon::bson::doc;
using tenon::bson::Document;
using tenon::bson::MaxKey;

namespace {

struct Visit {
    tenon::ObjectId id{};
    std::string     tenant{};
    tenon::DateTime at{};
};
struct Event {
    tenon::ObjectId id{};
    std::string     kind{};
};
struct Note {
    tenon::ObjectId id{};
};

}  // namespace

template <>
struct tenon::Model<Visit> : tenon::Defaults<Visit> {
    static constexpr auto collection = "visits";
    static constexpr auto shard_key  = tenon::shard_key<asc<&Visit::tenant>, asc<&Visit::at>>();
};
template <>
struct tenon::Model<Event> : tenon::Defaults<Event> {
    static constexpr auto collection = "events";
    static constexpr auto shard_key  = tenon::shard_key<hashed<&Event::id>>();
};
template <>
struct tenon::Model<Note> : tenon::Defaults<Note> {};

namespace {

using Lines = std::vector<std::string>;

/// As much of a cluster as sharding looks at.
struct Cluster {
    std::map<std::string, Document> sharded{};            // config.collections, by namespace
    std::vector<Document>           visits{};
    std::vector<Document>           indexes{doc("key", doc("_id", 1), "name", "_id_")};
    Document                        refusal{};            // of updateZoneKeyRange

    Document operator()(tenon::bson::View command) {
        const auto name = command.begin()->key;
        if (name == "find" && command["$db"].as_string() == "config") {
            const auto found = sharded.find(std::string(command.at_path("filter._id").as_string()));
            return mongo_test::cursor_of(found == sharded.end() ? std::vector<Document>{} : std::vector{found->second});
        }
        if (name == "find") return mongo_test::cursor_of(command["find"].as_string() == "visits" ? visits : std::vector<Document>{});
        if (name == "listIndexes") return mongo_test::cursor_of(indexes);
        if (name == "updateZoneKeyRange") return refusal;
        if (name == "shardCollection") {
            const std::string where(command["shardCollection"].as_string());
            sharded[where] = doc("_id", where, "key", command["key"].as_view(), "unique", command["unique"].truthy());
        }
        return {};
    }
};

template <class... Entities>
tenon::Database open(const mongo_test::FakeMongos& server) {
    auto db = tenon::open(server.uri("shop"), tenon::models<Entities...>());
    REQUIRE_MESSAGE(db.has_value(), (db ? std::string() : db.error().to_string()));
    return *db;
}

Document refused(int code, const char* name) { return doc("ok", 0.0, "code", code, "codeName", name, "errmsg", "no"); }

tenon::ShardOptions two_zones() {
    return {.shards = {{"rs0", "eu"}, {"rs1", "us"}},
            .ranges = {{"visits", {{"eu", {}, doc("tenant", "m")}, {"us", doc("tenant", "m"), doc("tenant", MaxKey{}, "at", MaxKey{})}}}}};
}

const char* const look_events  = R"(config {"find":"collections","filter":{"_id":"shop.events"},"limit":1,"singleBatch":true})";
const char* const look_visits  = R"(config {"find":"collections","filter":{"_id":"shop.visits"},"limit":1,"singleBatch":true})";
const char* const first_events = R"(shop {"find":"events","filter":{},"limit":1,"singleBatch":true})";
const char* const first_visits = R"(shop {"find":"visits","filter":{},"limit":1,"singleBatch":true})";
const char* const shard_events = R"(admin {"shardCollection":"shop.events","key":{"_id":"hashed"},"collation":{"locale":"simple"}})";
const char* const shard_visits = R"(admin {"shardCollection":"shop.visits","key":{"tenant":1,"at":1},"collation":{"locale":"simple"}})";
const char* const to_eu        = R"(admin {"addShardToZone":"rs0","zone":"eu"})";
const char* const to_us        = R"(admin {"addShardToZone":"rs1","zone":"us"})";
const char* const range_eu =
    R"(admin {"updateZoneKeyRange":"shop.visits","min":{"tenant":{"$minKey":1},"at":{"$minKey":1}},"max":{"tenant":"m","at":{"$minKey":1}},"zone":"eu"})";
const char* const range_us =
    R"(admin {"updateZoneKeyRange":"shop.visits","min":{"tenant":"m","at":{"$minKey":1}},"max":{"tenant":{"$maxKey":1},"at":{"$maxKey":1}},"zone":"us"})";

}  // namespace

TEST_CASE("the declared collections are sharded through a mongos, and a second time nothing is left to do but the zones") {
    Cluster                cluster;
    mongo_test::FakeMongos server(std::ref(cluster));
    const auto             db = open<Visit, Event, Note>(server);
    CHECK(db.capabilities().sharding);
    CHECK(db.capabilities().topology == "sharded");

    auto done = db.shard(two_zones());
    REQUIRE_MESSAGE(done.has_value(), (done ? std::string() : done.error().to_string()));
    CHECK(*done == Lines{"events", "visits"});
    CHECK(server.commands() == Lines{look_events, first_events, to_eu, to_us, shard_events, look_visits, first_visits, range_eu, range_us, shard_visits});

    done = db.shard(two_zones());
    REQUIRE(done.has_value());
    CHECK(done->empty());
    CHECK(server.commands() == Lines{look_events, to_eu, to_us, look_visits, range_eu, range_us});
}

TEST_CASE("a collection with documents gets the index that its key needs, unless one serves") {
    const char* const list   = R"(shop {"listIndexes":"visits","cursor":{}})";
    const char* const create = R"(shop {"createIndexes":"visits","indexes":[{"key":{"tenant":1,"at":1},"name":"tenant_1_at_1","collation":{"locale":"simple"}}]})";
    struct Row {
        Document index;
        bool     serves;
    };
    const Row rows[] = {
        {doc("key", doc("tenant", 1, "at", 1)), true},
        {doc("key", doc("tenant", 1.0, "at", 1.0, "kind", -1)), true},
        {doc("key", doc("tenant", 1)), false},
        {doc("key", doc("at", 1, "tenant", 1)), false},
        {doc("key", doc("tenant", 1, "at", -1)), false},
        {doc("key", doc("tenant", 1, "at", 1), "sparse", true), false},
        {doc("key", doc("tenant", 1, "at", 1), "hidden", true), false},
        {doc("key", doc("tenant", 1, "at", 1), "partialFilterExpression", doc("tenant", "a")), false},
        {doc("key", doc("tenant", 1, "at", 1), "collation", doc("locale", "en")), false},
    };
    for (const auto& row : rows) {
        CAPTURE(tenon::bson::to_json(row.index.view()));
        Cluster cluster;
        cluster.visits.push_back(doc("_id", 1));
        cluster.indexes.push_back(row.index);
        mongo_test::FakeMongos server(std::ref(cluster));
        REQUIRE(open<Visit>(server).shard().has_value());
        if (row.serves) CHECK(server.commands() == Lines{look_visits, first_visits, list, shard_visits});
        else CHECK(server.commands() == Lines{look_visits, first_visits, list, create, shard_visits});
    }
}

TEST_CASE("what the cluster lists of a collection is another key, the same key, or nothing that counts") {
    struct Row {
        Document    entry;
        const char* refused;  // null: fine
        bool        sharded;  // by the key already
    };
    const Row rows[] = {
        {doc("key", doc("tenant", 1, "at", 1), "unique", false), nullptr, true},
        {doc("key", doc("tenant", 1.0, "at", 1.0)), nullptr, true},
        {doc("key", doc("tenant", 1)), R"({"tenant":1})", false},
        {doc("key", doc("at", 1, "tenant", 1)), R"({"at":1,"tenant":1})", false},
        {doc("key", doc("tenant", "hashed", "at", 1)), "hashed", false},
        {doc("key", doc("tenant", 1, "at", 1), "unique", true), "which is unique", false},
        {doc("key", doc("_id", 1), "unsplittable", true), nullptr, false},
        {doc("key", doc("_id", 1), "dropped", true), nullptr, false},
    };
    for (const auto& row : rows) {
        CAPTURE(tenon::bson::to_json(row.entry.view()));
        Cluster cluster;
        cluster.sharded["shop.visits"] = row.entry;
        mongo_test::FakeMongos server(std::ref(cluster));
        const auto             done = open<Visit>(server).shard();
        if (row.refused == nullptr) {
            REQUIRE_MESSAGE(done.has_value(), (done ? std::string() : done.error().to_string()));
            CHECK(done->empty() == row.sharded);
            continue;
        }
        REQUIRE(!done.has_value());
        CHECK(done.error().code == Errc::invalid_argument);
        CHECK(done.error().where == "visits.shard");
        CHECK(done.error().path == "shard_key");
        CHECK(done.error().outcome == Outcome::none);
        CHECK(done.error().message.find("sharded by another key") != std::string::npos);
        CHECK(done.error().message.find(row.refused) != std::string::npos);
        CHECK(server.commands() == Lines{look_visits});
    }
}

TEST_CASE("a refused command is named, and what was done before it makes the outcome partial") {
    Cluster cluster;
    cluster.refusal = refused(178, "RangeOverlapConflict");
    mongo_test::FakeMongos server(std::ref(cluster));
    auto                   done = open<Visit>(server).shard(two_zones());
    REQUIRE(!done.has_value());
    CHECK(done.error().code == Errc::invalid_argument);
    CHECK(done.error().path == "updateZoneKeyRange");
    CHECK(done.error().outcome == Outcome::partial);
    CHECK(done.error().server.name == "RangeOverlapConflict");
    CHECK(done.error().where == "visits.shard");

    // The first collection is sharded by then.
    done = open<Visit, Event>(server).shard({.ranges = {{"visits", {{"eu", {}, doc("tenant", "m")}}}}});
    REQUIRE(!done.has_value());
    CHECK(done.error().outcome == Outcome::partial);
    CHECK(cluster.sharded.count("shop.events") == 1);
}

TEST_CASE("another client that was faster with another key is told as such") {
    mongo_test::FakeMongos server([](tenon::bson::View command) {
        if (command.begin()->key == "find") return mongo_test::cursor_of({});
        return command.begin()->key == "shardCollection" ? refused(23, "AlreadyInitialized") : Document();
    });
    const auto done = open<Visit>(server).shard();
    REQUIRE(!done.has_value());
    CHECK(done.error().code == Errc::invalid_argument);
    CHECK(done.error().path == "shard_key");
    CHECK(done.error().message.find("sharded by another key") != std::string::npos);
}

TEST_CASE("options that are wrong are refused before anything is sent") {
    Cluster                cluster;
    mongo_test::FakeMongos server(std::ref(cluster));
    const auto             db = open<Visit, Event, Note>(server);
    struct Row {
        tenon::ShardOptions options;
        const char*         where;
        const char*         path;
    };
    Row rows[] = {
        {{.ranges = {{"note", {{"eu", {}, doc("_id", 1)}}}}}, "shard", "ranges.note"},
        {{.ranges = {{"visits", {{"eu", doc("tenant", "b"), doc("tenant", "a")}}}}}, "visits.shard", "ranges.visits.0.max"},
        {{.ranges = {{"visits", {{"eu", doc("at", 1), doc("tenant", "a")}}}}}, "visits.shard", "ranges.visits.0.min.at"},
        {{.shards = {{"rs0", ""}}}, "events.shard", "shards.0.zone"},
    };
    for (auto& row : rows) {
        const std::string path = row.path;
        CAPTURE(path);
        const auto done = db.shard(std::move(row.options));
        REQUIRE(!done.has_value());
        CHECK(done.error().code == Errc::invalid_argument);
        CHECK(done.error().where == row.where);
        CHECK(done.error().path == row.path);
    }
    const auto nothing = open<Note>(server).shard();
    REQUIRE(!nothing.has_value());
    CHECK(nothing.error().code == Errc::invalid_argument);
    CHECK(nothing.error().where == "shard");
    CHECK(server.commands().empty());
}

TEST_CASE("a server before 6.0 is asked to shard the database first") {
    Cluster                cluster;
    mongo_test::FakeMongos server(std::ref(cluster), "5.0.9");
    REQUIRE(open<Visit>(server).shard().has_value());
    CHECK(server.commands() == Lines{look_visits, first_visits, R"(admin {"enableSharding":"shop"})", shard_visits});
}

TEST_CASE("a write that a mongos refused twice is in doubt: it makes attempts of its own") {
    mongo_test::FakeMongos server([](tenon::bson::View command) -> Document {
        if (command.begin()->key != "insert") return {};
        return *tenon::bson::from_json(R"({"ok":0.0,"code":10107,"codeName":"NotWritablePrimary","errmsg":"no","errorLabels":["RetryableWriteError"]})");
    });
    const auto db   = open<Note>(server);
    const auto done = db.collection("notes").insert(doc("_id", 1));
    REQUIRE(!done.has_value());
    CHECK(server.commands().size() == 2);
    CHECK(done.error().code == Errc::transient);
    CHECK(done.error().outcome == Outcome::unknown);
}

TEST_CASE("of a primary two refusals say that nothing was applied, but not one that a write concern was waited for behind") {
    for (const bool waited : {false, true}) {
        CAPTURE(waited);
        int                    refusals = 0;
        mongo_test::FakeMongos server(
            [&](tenon::bson::View command) -> Document {
                if (command.begin()->key != "insert") return {};
                // The second attempt's would be in the call's own reply.
                const std::string concern = waited && refusals++ == 0 ? R"(,"writeConcernError":{"code":91,"errmsg":"shutting down"})" : "";
                return *tenon::bson::from_json(R"({"ok":0.0,"code":10107,"codeName":"NotWritablePrimary","errmsg":"no","errorLabels":["RetryableWriteError"])" + concern + "}");
            },
            "6.0.5", mongo_test::FakeMongos::Kind::primary);
        const auto db   = open<Note>(server);
        const auto done = db.collection("notes").insert(doc("_id", 1));
        REQUIRE(!done.has_value());
        CHECK(server.commands().size() == 2);
        CHECK(done.error().code == Errc::transient);
        CHECK(done.error().outcome == (waited ? Outcome::unknown : Outcome::none));
    }
}
