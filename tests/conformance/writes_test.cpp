#include "fixture.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::inc, tenon::set, tenon::push;

CONFORMANCE("insert gives an id and get reads the entity back", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    M             one = thing<M>("a", 7);
    one.note          = "text";
    one.tags          = {"x", "y"};
    const auto stored = good(things.insert(one));
    CHECK(!stored.id.empty());
    CHECK(stored.key == "a");
    CHECK(stored.version == (is_versioned<M> ? 1 : 0));
    CHECK(stored.created_at.empty() == !is_versioned<M>);
    CHECK(stored.updated_at.empty() == !is_versioned<M>);
    const auto read = good(things.get(stored.id));
    CHECK(read.key == "a");
    CHECK(read.n == 7);
    CHECK(read.note == "text");
    CHECK(read.tags == std::vector<std::string>{"x", "y"});
    CHECK(read.version == stored.version);
    CHECK(read.created_at == stored.created_at);
}

CONFORMANCE("insert refuses an id that is taken, and says where", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    stored = good(things.insert(thing<M>("a", 1)));
    M             again  = thing<M>("b", 2);
    again.id             = stored.id;
    const auto error     = bad(things.insert(again));
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.where == things.untyped().name() + ".insert");
    CHECK(good(things.count()) == 1);
}

CONFORMANCE("insert_many returns the ids in order; a failure tells which were stored", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made = good(things.insert_many({thing<M>("a", 1), thing<M>("b", 2), thing<M>("c", 3)}));
    CHECK(made.count == 3);
    REQUIRE(made.ids.size() == 3);
    CHECK(good(things.get(made.ids[1])).key == "b");
    CHECK(good(things.insert_many(std::span<const M>())).count == 0);

    M taken  = thing<M>("taken", 4);
    taken.id = made.ids[0];
    for (const bool ordered : {true, false}) {
        CAPTURE(ordered);
        const auto before = good(things.count());
        const auto error  = bad(things.insert_many({thing<M>("d", 5), taken, thing<M>("e", 6)}, {.ordered = ordered}));
        CHECK(error.code == Errc::duplicate_key);
        CHECK(error.outcome == tenon::Outcome::partial);
        REQUIRE(error.items.size() == 1);
        CHECK(error.items[0].index == 1);
        REQUIRE(error.inserted.size() == (ordered ? 1 : 2));
        CHECK(error.inserted[0].index == 0);
        CHECK(good(things.count()) - before == (ordered ? 1 : 2));
    }
}

CONFORMANCE("update by id changes the document, or says that there is none", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    one  = insert_some(things, 2)[0];
    const auto    done = good(things.update(one.id, set<&M::key>("changed") | inc<&M::n>(5)));
    CHECK(done.matched == 1);
    CHECK(done.modified == 1);
    const auto read = good(things.get(one.id));
    CHECK(read.key == "changed");
    CHECK(read.n == 5);
    CHECK(read.version == (is_versioned<M> ? 2 : 0));
    CHECK(read.created_at == one.created_at);
    CHECK(read.updated_at >= one.updated_at);

    const auto none = bad(things.update(tenon::ObjectId::generate(), set<&M::n>(1)));
    CHECK(none.code == Errc::not_found);
    CHECK(none.where == things.untyped().name() + ".update");
    CHECK(bad(things.update(one.id, tenon::query::Update<M>())).code == Errc::invalid_argument);
}

CONFORMANCE("update_one takes the first match, update_many all; none is no error", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 4);
    CHECK(good(things.update_one(field<&M::n> >= 2, set<&M::note>("one"))).modified == 1);
    CHECK(good(things.count(field<&M::note> == "one")) == 1);
    CHECK(good(things.update_many(field<&M::n> >= 2, set<&M::note>("all"))).modified == 2);
    CHECK(good(things.count(field<&M::note> == "all")) == 2);
    CHECK(good(things.update_many(field<&M::n> > 100, set<&M::note>("none"))).matched == 0);
    // Setting what is there changes nothing, unless the version counts the write.
    const auto again = good(things.update_many(field<&M::n> >= 2, set<&M::note>("all")));
    CHECK(again.matched == 2);
    CHECK(again.modified == (is_versioned<M> ? 2 : 0));
}

CONFORMANCE("an upsert by update inserts what filter and update make", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto change = set<&M::n>(9) | tenon::set_on_insert<&M::tags>(std::vector<std::string>{"new"}) |
                        (is_versioned<M> ? tenon::query::Update<M>()
                                         : tenon::set_on_insert<&M::created_at>(tenon::DateTime(1)) |
                                               tenon::set_on_insert<&M::updated_at>(tenon::DateTime(1)) |
                                               tenon::set_on_insert<&M::version>(std::int64_t{0}));
    const auto made   = good(things.update_one(field<&M::key> == "natural", change, {.upsert = true}));
    CHECK(made.matched == 0);
    REQUIRE(made.upserted_id.has_value());
    const auto read = good(things.get(made.upserted_id->ref().as_object_id()));
    CHECK(read.key == "natural");
    CHECK(read.n == 9);
    CHECK(read.version == (is_versioned<M> ? 1 : 0));
    CHECK(!read.created_at.empty());
    const auto again = good(things.update_one(field<&M::key> == "natural", change, {.upsert = true}));
    CHECK(again.matched == 1);
    CHECK(!again.upserted_id.has_value());
    CHECK(good(things.count()) == 1);
}

CONFORMANCE("replace puts an entity in place of the one with its id", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    auto          one = insert_some(things, 2)[1];
    one.key           = "new";
    one.note          = "x";
    const auto put    = good(things.replace(one));
    CHECK(put.key == "new");
    CHECK(put.version == (is_versioned<M> ? 2 : 0));
    CHECK(put.created_at == one.created_at);
    CHECK(good(things.get(one.id)).note == "x");

    auto nobody = thing<M>("nobody", 0);
    CHECK(bad(things.replace(nobody)).code == Errc::invalid_argument);
    nobody.id = tenon::ObjectId::generate();
    CHECK(bad(things.replace(nobody)).code == Errc::not_found);
    CHECK(good(things.upsert(nobody)).version == (is_versioned<M> ? 1 : 0));
    nobody.key = "somebody";
    CHECK(good(things.upsert(nobody)).version == (is_versioned<M> ? 2 : 0));
    CHECK(good(things.get(nobody.id)).key == "somebody");
}

CONFORMANCE("replace_one keeps the id and the dates of what it replaces", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    one  = insert_some(things, 2)[1];
    const auto    done = good(things.replace_one(field<&M::key> == "k1", thing<M>("new", 42)));
    CHECK(done.modified == 1);
    const auto read = good(things.get(one.id));
    CHECK(read.key == "new");
    CHECK(read.version == (is_versioned<M> ? 2 : 0));
    if (is_versioned<M>) CHECK(read.created_at == one.created_at);
    CHECK(good(things.replace_one(field<&M::key> == "none", thing<M>("z", 1))).matched == 0);
    const auto made = good(things.replace_one(field<&M::key> == "none", thing<M>("z", 1), {.upsert = true}));
    REQUIRE(made.upserted_id.has_value());
    const auto inserted = good(things.get(made.upserted_id->ref().as_object_id()));
    CHECK(inserted.key == "z");
    CHECK(inserted.version == (is_versioned<M> ? 1 : 0));
    CHECK(inserted.created_at.empty() == !is_versioned<M>);
}

CONFORMANCE("save inserts what is new and replaces what was read", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    auto          one = good(things.save(thing<M>("a", 1)));
    CHECK(!one.id.empty());
    one.key        = "b";
    const auto put = good(things.save(one));
    CHECK(put.id == one.id);
    CHECK(put.version == (is_versioned<M> ? 2 : 0));
    CHECK(good(things.count()) == 1);
    CHECK(good(things.get(one.id)).key == "b");
}

CONFORMANCE("find_and_update returns the document before or after, and upserts", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 3);
    const auto after = good(things.find_and_update(field<&M::n> == 1, inc<&M::n>(10)));
    REQUIRE(after.has_value());
    CHECK(after->n == 11);
    CHECK(after->version == (is_versioned<M> ? 2 : 0));
    const auto before = good(things.find_and_update(field<&M::n> == 11, inc<&M::n>(10), {.return_after = false}));
    REQUIRE(before.has_value());
    CHECK(before->n == 11);
    CHECK(!good(things.find_and_update(field<&M::n> == 1, inc<&M::n>(1))).has_value());
    // Which one, when several match.
    const auto last = good(things.find_and_update({}, set<&M::note>("last"), {.sort = tenon::bson::doc("n", -1)}));
    REQUIRE(last.has_value());
    CHECK(last->n == 21);
}

CONFORMANCE("find_and_replace replaces one and returns it", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made  = insert_some(things, 3);
    const auto    after = good(things.find_and_replace({}, thing<M>("top", 100), {.sort = tenon::bson::doc("n", -1)}));
    REQUIRE(after.has_value());
    CHECK(after->id == made[2].id);
    CHECK(after->key == "top");
    CHECK(after->version == (is_versioned<M> ? 2 : 0));
    const auto before = good(things.find_and_replace(field<&M::key> == "top", thing<M>("next", 1), {.return_after = false}));
    REQUIRE(before.has_value());
    CHECK(before->key == "top");
    CHECK(!good(things.find_and_replace(field<&M::key> == "none", thing<M>("x", 1))).has_value());
    const auto upserted = good(things.find_and_replace(field<&M::key> == "none", thing<M>("x", 1), {.upsert = true}));
    REQUIRE(upserted.has_value());
    CHECK(!upserted->id.empty());
    CHECK(good(things.count()) == 4);
}

CONFORMANCE("find_and_remove returns what it removed, as it was", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 3);
    const auto    gone = good(things.find_and_remove(field<&M::n> >= 1, {.sort = tenon::bson::doc("n", -1)}));
    REQUIRE(gone.has_value());
    CHECK(gone->id == made[2].id);
    CHECK(gone->version == made[2].version);
    CHECK(good(things.count()) == 2);
    CHECK(bad(things.get(made[2].id)).code == Errc::not_found);
    CHECK(!good(things.find_and_remove(field<&M::n> == 2)).has_value());
}

CONFORMANCE("remove by id, by filter, one and many", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 6);
    good(things.remove(made[0].id));
    CHECK(bad(things.remove(made[0].id)).code == Errc::not_found);
    CHECK(bad(things.get(made[0].id)).code == Errc::not_found);
    CHECK(good(things.remove_one(field<&M::n> >= 4)) == 1);
    CHECK(good(things.remove_many(field<&M::n> >= 2)) == 3);
    CHECK(good(things.remove_many(field<&M::n> >= 2)) == 0);
    CHECK(keys(good(things.find().all())) == "k1");
}

CONFORMANCE("a patch changes the fields that it holds", Plain, SoftDeleted, Versioned, Both) {
    struct Patch {
        std::optional<std::string>  key{};
        std::optional<std::int32_t> n{};
    };
    Repository<M> things(db);
    const auto    one = insert_some(things, 1)[0];
    good(things.patch(one.id, Patch{.n = 5}));
    const auto read = good(things.get(one.id));
    CHECK(read.key == "k0");
    CHECK(read.n == 5);
    CHECK(bad(things.patch(one.id, Patch{})).code == Errc::invalid_argument);
}

CONFORMANCE("purge removes the bytes whatever the model says", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 4);
    good(things.remove(made[0].id));
    if (is_soft<M>) good(things.purge(made[0].id));
    good(things.purge(made[1].id));
    CHECK(bad(things.purge(made[1].id)).code == Errc::not_found);
    CHECK(stored(db, things.untyped().name()).size() == 2);
    CHECK(good(things.purge_many(field<&M::n> >= 3)) == 1);
    CHECK(stored(db, things.untyped().name()).size() == 1);
}
