#include "fixture.hpp"

#include <mutex>

using namespace conformance;  // NOLINT(google-build-using-namespace)

CONFORMANCE("an untyped collection of no model stores what it is given", Plain) {
    const auto raw    = db.collection("raw");
    const auto stored = good(raw.insert(json(R"({"a":1})")));
    CHECK(stored.begin()->key == "_id");
    CHECK(stored["_id"].type() == tenon::bson::Type::object_id);
    CHECK(good(raw.get(stored["_id"])) == stored);
    CHECK(good(raw.insert(json(R"({"_id":"text","a":2})")))["a"].as_int32() == 2);
    CHECK(good(raw.get("text"))["a"].as_int32() == 2);
    CHECK(good(raw.first(json(R"({"a":2})"))) == good(raw.get("text")));
    const auto many = good(raw.insert_many({json(R"({"_id":5})"), json(R"({"_id":{"x":1}})")}));
    CHECK(good(raw.get(many.ids[1])) == json(R"({"_id":{"x":1}})"));
    CHECK(good(raw.get(5))["_id"].as_int32() == 5);
    good(raw.remove(5));
    CHECK(bad(raw.get(5)).code == Errc::not_found);
    CHECK(good(raw.distinct("a")).view().count() == 2);
    CHECK(good(raw.save(json(R"({"_id":"text","a":3})")))["a"].as_int32() == 3);
    CHECK(good(raw.save(json(R"({"_id":"new","a":4})")))["a"].as_int32() == 4);
    CHECK(bad(raw.replace(json(R"({"a":4})"))).path == "_id");
    auto made = raw.aggregate({json(R"({"$match":{}})")});
    if (db.capabilities().aggregation) good(std::move(made));
    else CHECK(bad(std::move(made)).code == Errc::unsupported);
}

CONFORMANCE("an untyped call on a known model's collection keeps its rules", SoftDeleted, Both) {
    Repository<M> things(db);
    const auto    id  = insert_some(things, 1)[0].id;
    const auto    raw = db.collection(things.untyped().name());
    good(raw.remove(id));
    CHECK(bad(raw.get(id)).code == Errc::not_found);
    CHECK(good(raw.first({}, {.call = {.visibility = Visibility::with_deleted}})).has_value());
    CHECK(good(things.count({}, {.call = {.visibility = Visibility::only_deleted}})) == 1);
}

namespace {

/// A second struct over the collection "soft", whose model forgets that it deletes softly.
struct Careless {
    tenon::ObjectId id{};
    std::string     key{};
};
/// And one that keeps its rules.
struct Careful {
    tenon::ObjectId id{};
    std::string     key{};
};

}  // namespace

template <>
struct tenon::Model<Careless> : tenon::Defaults<Careless> {
    static constexpr auto collection = "soft";
};
template <>
struct tenon::Model<Careful> : tenon::Defaults<Careful> {
    static constexpr auto collection  = "soft";
    static constexpr auto soft_delete = true;
};

CONFORMANCE("a second model of a collection must have the first one's rules", SoftDeleted) {
    Repository<M>        things(db);
    Repository<Careless> careless(db);
    insert_some(things, 2);
    const auto refused = bad(careless.remove_many({}));
    CHECK(refused.code == Errc::invalid_argument);
    CHECK(refused.message.find("\"soft\"") != std::string::npos);
    CHECK(refused.where == "soft.remove_many");
    CHECK(bad(careless.insert({.key = "x"})).code == Errc::invalid_argument);
    CHECK(bad(careless.find().all()).code == Errc::invalid_argument);
    good(db.collection("soft").remove_many({}));
    CHECK(good(Repository<Careful>(db).find().only_deleted().all()).size() == 2);
    CHECK(good(things.count()) == 0);
}

CONFORMANCE("collections are created, listed and dropped", Plain) {
    CHECK(good(db.list_collections()).empty());
    const auto one = db.collection("one");
    CHECK(good(one.create()));
    CHECK(!good(one.create()));
    good(db.collection("two").insert(json(R"({"a":1})")));
    CHECK(good(db.list_collections()) == std::vector<std::string>{"one", "two"});
    CHECK(good(one.drop()));
    CHECK(!good(one.drop()));
    CHECK(good(db.list_collections()) == std::vector<std::string>{"two"});
    CHECK(good(one.count()) == 0);
}

CONFORMANCE("an aggregation of a scoped model is kept to its live documents, or refused by the stage's name", SoftDeleted, Both) {
    const auto raw = Repository<M>(db).untyped();
    for (const char* stage : {"$lookup", "$out", "$unionWith", "$facet", "$merge", "$anything"}) {
        CAPTURE(stage);
        const auto error = bad(raw.aggregate({tenon::bson::doc(stage, tenon::bson::doc("from", "others"))}));
        CHECK(error.code == Errc::unsupported);
        CHECK(error.path == stage);
    }
}

TEST_CASE("slow operations go to the log, and nothing else does") {
    struct Line {
        std::string where;
        tenon::LogLevel level;
    };
    for (const int slow : {0, 1}) {
        std::vector<Line> lines;
        std::mutex        mutex;
        tenon::Config     config;
        config.slow_ms = std::chrono::milliseconds(slow);
        config.log     = tenon::log_to([&](const tenon::LogEntry& entry) {
            const std::lock_guard lock(mutex);
            lines.push_back({std::string(entry.where), entry.level});
        });
        auto database = tenon::testing::ThrowAwayDatabase::open("sqlite::memory:", {}, config);
        REQUIRE(database.has_value());
        const auto raw = (*database)->collection("raw");
        std::vector<tenon::bson::Document> many;
        for (int i = 0; i < 3000; ++i) many.push_back(tenon::bson::doc("i", i, "text", std::string(500, 'x')));
        good(raw.insert_many(std::move(many)));
        bool inserted = false;
        for (const auto& line : lines) inserted = inserted || (line.where == "raw.insert" && line.level == tenon::LogLevel::warning);
        CHECK(inserted == (slow == 1));
    }
}

CONFORMANCE("an aggregation of another collection does not reach a scoped model's documents", SoftDeleted, Both) {
    const Repository<M> things(db);
    const auto          error = bad(db.collection("others").aggregate({tenon::bson::doc("$lookup", tenon::bson::doc("from", things.untyped().name()))}));
    CHECK(error.code == Errc::unsupported);
    CHECK(error.path == "$lookup");
}
