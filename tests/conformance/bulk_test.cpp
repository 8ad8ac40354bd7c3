#include "fixture.hpp"

#include <limits>

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::set;

CONFORMANCE("a bulk write runs its items in order and counts each kind", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 5);
    auto          copy = made[3];
    copy.key           = "replaced";
    const auto done    = good(things.bulk()
                               .insert(thing<M>("new", 10))
                               .update(made[0].id, set<&M::n>(100))
                               .remove(made[1].id)
                               .update_many(field<&M::n> == 10, set<&M::note>("seen"))
                               .replace(copy)
                               .remove_many(field<&M::key> == "k4")
                               .update_one(field<&M::key> == "up", set<&M::n>(7) | set<&M::tags>(std::vector<std::string>{}) |
                                                                       (is_versioned<M> ? tenon::query::Update<M>()
                                                                                        : set<&M::created_at>(tenon::DateTime(1)) |
                                                                                              set<&M::updated_at>(tenon::DateTime(1)) |
                                                                                              set<&M::version>(std::int64_t{0})),
                                           {.upsert = true})
                               .run());
    CHECK(done.inserted == 1);
    CHECK(done.matched == 3);
    CHECK(done.modified == 3);
    CHECK(done.deleted == 2);
    REQUIRE(done.upserted.size() == 1);
    CHECK(done.upserted[0].index == 6);
    CHECK(keys(good(things.find().sort(asc<&M::key>).all())) == "k0 k2 new replaced up");
    CHECK(good(things.find(field<&M::key> == "new").first())->note == "seen");
    CHECK(good(things.bulk().run()).inserted == 0);
}

CONFORMANCE("an ordered bulk write stops at the first failure, another goes on; indexes are the caller's", Plain, SoftDeleted, Versioned, Both) {
    for (const bool ordered : {true, false}) {
        CAPTURE(ordered);
        Repository<M> things(db);
        good(things.untyped().drop());
        const auto made  = insert_some(things, 3);
        auto       taken = thing<M>("taken", 1);
        taken.id         = made[0].id;
        const auto error = bad(things.bulk()
                                   .remove(made[1].id)
                                   .insert(thing<M>("first", 1))
                                   .insert(taken)
                                   .remove(made[2].id)
                                   .insert(thing<M>("last", 2))
                                   .run({.ordered = ordered}));
        CHECK(error.code == Errc::duplicate_key);
        CHECK(error.outcome == tenon::Outcome::partial);
        REQUIRE(error.items.size() == 1);
        CHECK(error.items[0].index == 2);
        REQUIRE(error.inserted.size() == (ordered ? 1 : 2));
        CHECK(error.inserted[0].index == 1);
        CHECK(keys(good(things.find().sort(asc<&M::key>).all())) == (ordered ? "first k0 k2" : "first k0 last"));
    }
}

CONFORMANCE("a stale item of a bulk write is named by its index", Versioned, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 3);
    good(things.update(made[1].id, set<&M::n>(50)));
    const auto error = bad(things.bulk().replace(made[0]).replace(made[1]).replace(made[2]).run());
    CHECK(error.code == Errc::version_conflict);
    REQUIRE(error.items.size() == 1);
    CHECK(error.items[0].index == 1);
    CHECK(error.outcome == tenon::Outcome::partial);
    CHECK(good(things.get(made[0].id)).version == 2);
    CHECK(good(things.get(made[2].id)).version == 1);
}

CONFORMANCE("an item that makes no sense fails the call before anything is written", Plain, SoftDeleted, Versioned, Both) {
    Repository<M>    things(db);
    tenon::BulkItems items;
    items.insert(json(R"({"key":"a"})")).update_one(json("{}"), json(R"({"n":1})"));
    const auto error = bad(things.untyped().bulk(std::move(items)));
    CHECK(error.code == Errc::invalid_argument);
    if (is_soft<M> || is_versioned<M>) CHECK(good(things.count()) == 0);
    CHECK(bad(things.bulk().insert(thing<M>("b", 1)).replace(thing<M>("no id", 1)).run()).path == "_id");
}

CONFORMANCE("an item that a later layer refuses fails the call before anything is written, too", SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    raw = things.untyped();
    struct Row {
        const char*                                name;
        void (*add)(tenon::BulkItems&);
        const char*                                path;
        bool                                       versioned;
        Visibility                                 visibility = Visibility::live;
    };
    const Row rows[] = {
        {"update_many", [](tenon::BulkItems& items) { items.update_one(json("{}"), json(R"({"$set":{"n":1}})"), {.upsert = true, .expected_version = 1}); },
         "expected_version", true},
        {"replace upsert", [](tenon::BulkItems& items) { items.replace_one(json("{}"), json(R"({"n":1})"), {.upsert = true, .expected_version = 1}); },
         "expected_version", true},
        {"update many", [](tenon::BulkItems& items) { items.update_many(json("{}"), json(R"({"$set":{"n":1}})"), {.expected_version = 1}); },
         "expected_version", true},
        {"end of the version", [](tenon::BulkItems& items) {
             items.replace_one(json("{}"), json(R"({"n":1})"), {.expected_version = std::numeric_limits<std::int64_t>::max()}); },
         "version", true},
        {"mark", [](tenon::BulkItems& items) { items.update_one(json("{}"), json(R"({"$set":{"deleted_at":null}})")); }, "deleted_at", false},
        {"remove deleted", [](tenon::BulkItems& items) { items.remove_one(json("{}")); }, "visibility", false, Visibility::only_deleted},
        {"replace deleted", [](tenon::BulkItems& items) { items.replace_one(json("{}"), json(R"({"n":1})"), {.upsert = true}); }, "visibility",
         false, Visibility::only_deleted},
    };
    for (const auto& row : rows) {
        if (row.versioned ? !is_versioned<M> : !is_soft<M>) continue;
        CAPTURE(row.name);
        tenon::BulkItems items;
        // The replace in front makes a versioned model run its items one by one.
        items.insert(json(R"({"key":"a"})")).replace_one(json(R"({"key":"a"})"), json(R"({"key":"b"})"));
        row.add(items);
        const auto error = bad(raw.bulk(std::move(items), {.call = {.visibility = row.visibility}}));
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == row.path);
        CHECK(error.outcome == tenon::Outcome::none);
        CHECK(stored(db, raw.name()).empty());
    }
}
