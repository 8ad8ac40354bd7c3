#include "fixture.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::set;

CONFORMANCE("remove hides a document from every read and restore brings it back", SoftDeleted, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 3);
    const auto    id   = made[1].id;
    good(things.remove(id));

    CHECK(bad(things.get(id)).code == Errc::not_found);
    CHECK(!good(things.find(field<&M::id> == id).first()).has_value());
    CHECK(keys(good(things.find().sort(asc<&M::n>).all())) == "k0 k2");
    CHECK(good(things.count()) == 2);
    CHECK(good(things.count(field<&M::id> == id)) == 0);
    CHECK(good(things.estimated_count()) == 2);
    CHECK(!good(things.exists(field<&M::key> == "k1")));
    CHECK(good(things.template distinct<&M::key>()) == std::vector<std::string>{"k0", "k2"});
    CHECK(keys(good(things.find().sort(asc<&M::n>).page()).items) == "k0 k2");
    CHECK(good(things.find().sort(asc<&M::n>).page({.number = 0})).total == 2);
    CHECK(good(things.find(field<&M::n> >= 0).explain())["returned"].to_int64() == 2);
    CHECK(good(things.find(field<&M::id> == id).explain())["returned"].to_int64() == 0);
    CHECK(good(things.find(field<&M::id> == id).explain_count())["returned"].to_int64() == 0);
    CHECK(good(things.find(field<&M::id> == id).with_deleted().explain())["returned"].to_int64() == 1);
    CHECK(good(things.find(field<&M::id> == id).only_deleted().explain())["returned"].to_int64() == 1);
    CHECK(good(things.find(field<&M::id> == made[0].id).explain())["returned"].to_int64() == 1);
    struct Part { tenon::ObjectId id{}; };
    CHECK(!good(things.find(field<&M::id> == id).template project<Part>().first()).has_value());

    CHECK(good(things.get(id, {.visibility = Visibility::with_deleted})).key == "k1");
    CHECK(good(things.get(id, {.visibility = Visibility::only_deleted})).key == "k1");
    CHECK(bad(things.get(made[0].id, {.visibility = Visibility::only_deleted})).code == Errc::not_found);
    CHECK(keys(good(things.find().with_deleted().sort(asc<&M::n>).all())) == "k0 k1 k2");
    CHECK(keys(good(things.find().only_deleted().all())) == "k1");
    CHECK(good(things.count({}, {.call = {.visibility = Visibility::only_deleted}})) == 1);
    CHECK(good(things.estimated_count({.visibility = Visibility::with_deleted})) == 3);

    good(things.restore(id));
    CHECK(bad(things.restore(id)).code == Errc::not_found);
    CHECK(good(things.get(id)).key == "k1");
    CHECK(good(things.count()) == 3);
}

CONFORMANCE("no write reaches a deleted document unless it asks to", SoftDeleted, Both) {
    Repository<M> things(db);
    const auto    one = insert_some(things, 1)[0];
    good(things.remove(one.id));
    const auto read = good(things.get(one.id, {.visibility = Visibility::with_deleted}));

    CHECK(bad(things.update(one.id, set<&M::n>(9))).code == Errc::not_found);
    CHECK(good(things.update_one({}, set<&M::n>(9))).matched == 0);
    CHECK(good(things.update_many({}, set<&M::n>(9))).matched == 0);
    CHECK(bad(things.replace(read)).code == Errc::not_found);
    CHECK(good(things.replace_one({}, thing<M>("x", 9))).matched == 0);
    CHECK(!good(things.find_and_update({}, set<&M::n>(9))).has_value());
    CHECK(!good(things.find_and_replace({}, thing<M>("x", 9))).has_value());
    CHECK(!good(things.find_and_remove({})).has_value());
    CHECK(bad(things.remove(one.id)).code == Errc::not_found);
    CHECK(good(things.remove_many({})) == 0);
    CHECK(good(things.bulk().update_many({}, set<&M::n>(9)).remove_many({}).run()).matched == 0);
    CHECK(good(things.get(one.id, {.visibility = Visibility::only_deleted})).n == 0);

    const tenon::CallOptions all{.visibility = Visibility::with_deleted};
    CHECK(good(things.update(one.id, set<&M::n>(5), {.call = all})).modified == 1);
    auto changed = good(things.get(one.id, all));
    CHECK(changed.n == 5);
    changed.n = 6;
    CHECK(good(things.replace(changed, {.call = all})).n == 6);
    CHECK(bad(things.get(one.id)).code == Errc::not_found);  // the mark survived the replace
    good(things.restore(one.id));
    CHECK(good(things.get(one.id)).n == 6);
}

CONFORMANCE("an upsert stores a live document as an insert would", SoftDeleted, Both) {
    Repository<M> things(db);
    const auto    all = tenon::CallOptions{.visibility = Visibility::with_deleted};
    const auto    raw = things.untyped();
    good(raw.update_one(json(R"({"key":"a"})"), json(R"({"$set":{"n":1}})"), {.upsert = true}));
    good(raw.update_one(json(R"({"key":"i","deleted_at":{"$eq":null}})"), json(R"({"$set":{"n":1}})"), {.upsert = true}));
    good(raw.update_one(json(R"({"key":"b"})"), json(R"({"$set":{"n":1}})"), {.upsert = true, .call = all}));
    good(raw.replace_one(json(R"({"key":"c"})"), json(R"({"key":"c","n":1})"), {.upsert = true}));
    good(raw.replace_one(json(R"({"key":"d"})"), json(R"({"key":"d","n":1})"), {.upsert = true, .call = all}));
    good(raw.find_and_update(json(R"({"key":"e"})"), json(R"({"$set":{"n":1}})"), {.upsert = true}));
    good(raw.find_and_replace(json(R"({"key":"f"})"), json(R"({"key":"f"})"), {.upsert = true}));
    tenon::BulkItems items;
    items.update_one(json(R"({"key":"g"})"), json(R"({"$set":{"n":1}})"), {.upsert = true});
    items.replace_one(json(R"({"key":"h"})"), json(R"({"key":"h"})"), {.upsert = true});
    CHECK(good(raw.bulk(std::move(items))).upserted.size() == 2);
    const auto documents = stored(db, raw.name());
    CHECK(documents.size() == 9);
    for (const auto& document : documents) {
        CAPTURE(text(document));
        CHECK(document["deleted_at"].type() == tenon::bson::Type::null);
    }
    const tenon::CallOptions only{.visibility = Visibility::only_deleted};
    CHECK(bad(raw.update_one(json(R"({"key":"z"})"), json(R"({"$set":{"n":1}})"), {.upsert = true, .call = only})).path == "visibility");
}

CONFORMANCE("what is inserted is live, whatever mark the caller set", SoftDeleted, Both) {
    Repository<M> things(db);
    const auto    raw    = things.untyped();
    const auto    marked = [](const char* key) { return json(R"({"key":")" + std::string(key) + R"(","deleted_at":{"$date":"2024-01-01T00:00:00Z"}})"); };
    CHECK(good(raw.insert(marked("a")))["deleted_at"].type() == tenon::bson::Type::null);
    good(raw.insert_many({marked("b"), marked("c")}));
    good(raw.replace_one(json(R"({"key":"d"})"), marked("d"), {.upsert = true}));
    good(raw.find_and_replace(json(R"({"key":"e"})"), marked("e"), {.upsert = true}));
    tenon::BulkItems items;
    items.insert(marked("f")).replace_one(json(R"({"key":"g"})"), marked("g"), {.upsert = true});
    good(raw.bulk(std::move(items)));
    CHECK(good(things.count()) == 7);
    for (const auto& document : stored(db, raw.name())) {
        CAPTURE(text(document));
        CHECK(document["deleted_at"].type() == tenon::bson::Type::null);
    }
}

CONFORMANCE("what removes and restores many counts what changed", SoftDeleted, Both) {
    Repository<M> things(db);
    insert_some(things, 5);
    CHECK(good(things.remove_many(field<&M::n> >= 2)) == 3);
    CHECK(good(things.restore_many(field<&M::n> >= 4)) == 1);
    CHECK(keys(good(things.find().sort(asc<&M::n>).all())) == "k0 k1 k4");
    CHECK(good(things.purge_many({}, {.call = {.visibility = Visibility::only_deleted}})) == 2);
    CHECK(keys(good(things.find().with_deleted().sort(asc<&M::n>).all())) == "k0 k1 k4");
    CHECK(good(things.purge_many({})) == 3);
}

CONFORMANCE("a model without soft delete has nothing to restore", Plain, Versioned) {
    Repository<M> things(db);
    const auto    one = insert_some(things, 1)[0];
    CHECK(bad(things.restore(one.id)).code == Errc::invalid_argument);
    CHECK(bad(things.restore_many({})).code == Errc::invalid_argument);
}

CONFORMANCE("a unique key is free again after a soft delete, and restoring its old owner is refused", SoftDeleted, Both) {
    Repository<M> things(db);
    good(things.untyped().create_indexes({tenon::IndexSpec{.keys = tenon::bson::doc("key", 1), .unique = true}}));
    const auto indexes = good(things.list_indexes());
    CHECK(text(indexes.back().partial_filter) == text(json(R"({"deleted_at":null})")));
    const auto old = good(things.insert(thing<M>("same", 1)));
    CHECK(bad(things.insert(thing<M>("same", 2))).code == Errc::duplicate_key);
    good(things.remove(old.id));
    good(things.insert(thing<M>("same", 2)));
    CHECK(bad(things.restore(old.id)).code == Errc::duplicate_key);
    CHECK(bad(things.get(old.id)).code == Errc::not_found);
}

CONFORMANCE("a caller's own condition on the mark is kept beside the scope", SoftDeleted, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 2);
    good(things.remove(made[0].id));
    const auto raw = things.untyped();
    CHECK(good(raw.count(json(R"({"deleted_at":{"$ne":null}})"))) == 0);
    CHECK(good(raw.count(json(R"({"deleted_at":null})"))) == 1);
    CHECK(good(raw.count(json(R"({"$or":[{"deleted_at":{"$ne":null}},{"n":1}]})"))) == 1);
}
