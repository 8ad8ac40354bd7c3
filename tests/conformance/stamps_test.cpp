#include "fixture.hpp"

#include <atomic>
#include <thread>

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::set;

CONFORMANCE("each write raises the version and moves updated_at; created_at stays", Versioned, Both) {
    Repository<M> things(db);
    const auto    first = good(things.insert(thing<M>("a", 1)));
    const auto    id    = first.id;
    std::int64_t  want  = 1;
    const auto    check = [&](const char* verb) {
        CAPTURE(verb);
        const auto read = good(things.get(id));
        CHECK(read.version == ++want);
        CHECK(read.created_at == first.created_at);
        CHECK(read.updated_at >= first.updated_at);
    };
    good(things.update(id, set<&M::n>(2)));
    check("update");
    good(things.update_one(field<&M::id> == id, set<&M::n>(3)));
    check("update_one");
    good(things.update_many({}, set<&M::n>(4)));
    check("update_many");
    good(things.replace(good(things.get(id))));
    check("replace");
    auto blank = thing<M>("blank", 5);
    good(things.replace_one(field<&M::id> == id, blank));
    check("replace_one of a struct without dates");
    good(things.save(good(things.get(id))));
    check("save");
    good(things.find_and_update({}, set<&M::n>(6)));
    check("find_and_update");
    good(things.find_and_replace({}, blank));
    check("find_and_replace");
    good(things.upsert(good(things.get(id))));
    check("upsert");
    good(things.bulk().update(id, set<&M::n>(7)).run());
    check("bulk update");
    good(things.bulk().replace(good(things.get(id))).run());
    check("bulk replace");
    if constexpr (is_soft<M>) {
        good(things.remove(id));
        good(things.restore(id));
        ++want;
        check("remove and restore");
        good(things.find_and_remove({}));
        good(things.restore_many({}));
        ++want;
        check("find_and_remove and restore_many");
        good(things.bulk().remove(id).run());
        good(things.restore(id));
        ++want;
        check("bulk remove and restore");
    }
}

CONFORMANCE("a stale copy is a conflict on every verb that takes a version, and nothing is written", Versioned, Both) {
    Repository<M> things(db);
    const auto    stale = good(things.insert(thing<M>("a", 1)));
    good(things.update(stale.id, set<&M::n>(2)));
    const auto before = stored(db, things.untyped().name());

    std::vector<tenon::Error> errors;
    errors.push_back(bad(things.save(stale)));
    errors.push_back(bad(things.replace(stale)));
    errors.push_back(bad(things.replace_one({}, stale, {.expected_version = 1})));
    errors.push_back(bad(things.update(stale.id, set<&M::n>(3), {.expected_version = 1})));
    errors.push_back(bad(things.update_one({}, set<&M::n>(3), {.expected_version = 1})));
    errors.push_back(bad(things.remove(stale.id, {.expected_version = 1})));
    errors.push_back(bad(things.purge(stale.id, {.expected_version = 1})));
    errors.push_back(bad(things.find_and_update({}, set<&M::n>(3), {.expected_version = 1})));
    errors.push_back(bad(things.find_and_replace({}, stale, {.expected_version = 1})));
    errors.push_back(bad(things.find_and_remove({}, {.expected_version = 1})));
    errors.push_back(bad(things.bulk().replace(stale).run()));
    errors.push_back(bad(things.bulk().update(stale.id, set<&M::n>(3), {.expected_version = 1}).run()));
    errors.push_back(bad(things.bulk().remove(stale.id, {.expected_version = 1}).run()));
    for (const auto& error : errors) {
        CAPTURE(error.where);
        CHECK(error.code == Errc::version_conflict);
        CHECK(error.message == "version 1 is stale, the stored one is 2; read again and re-apply");
        CHECK(error.outcome == tenon::Outcome::none);
    }
    CHECK(errors[0].where == things.untyped().name() + ".save");
    CHECK(stored(db, things.untyped().name()) == before);
    // The right version passes.
    CHECK(good(things.update(stale.id, set<&M::n>(3), {.expected_version = 2})).modified == 1);
    good(things.remove(stale.id, {.expected_version = 3}));
}

CONFORMANCE("a stale version of a deleted document that is purged is a conflict, too", Both) {
    Repository<M> things(db);
    const auto    one = good(things.insert(thing<M>("a", 1)));
    good(things.remove(one.id));
    CHECK(bad(things.purge(one.id, {.expected_version = 1})).code == Errc::version_conflict);
    good(things.purge(one.id, {.expected_version = 2}));
}

CONFORMANCE("a version of a document that is gone is not_found", Versioned, Both) {
    Repository<M> things(db);
    const auto    one = good(things.insert(thing<M>("a", 1)));
    good(things.purge(one.id));
    CHECK(bad(things.save(one)).code == Errc::not_found);
    CHECK(bad(things.update(one.id, set<&M::n>(3), {.expected_version = 1})).code == Errc::not_found);
    CHECK(bad(things.remove(one.id, {.expected_version = 1})).code == Errc::not_found);
    CHECK(bad(things.bulk().remove(one.id, {.expected_version = 1}).run()).code == Errc::not_found);
}

CONFORMANCE("a version is refused where nothing can be compared with it", Plain, SoftDeleted) {
    Repository<M> things(db);
    const auto    one = insert_some(things, 1)[0];
    for (const auto& error : {bad(things.update(one.id, set<&M::n>(1), {.expected_version = 1})), bad(things.remove(one.id, {.expected_version = 1})),
                              bad(things.bulk().remove(one.id, {.expected_version = 1}).run())}) {
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == "expected_version");
    }
}

CONFORMANCE("a version makes no sense for many documents or an upsert", Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 2);
    const auto before = stored(db, things.untyped().name());
    for (const auto& error : {bad(things.update_many({}, set<&M::n>(1), {.expected_version = 1})),
                              bad(things.update_one({}, set<&M::n>(1), {.upsert = true, .expected_version = 1})),
                              bad(things.remove_many({}, {.expected_version = 1}))}) {
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == "expected_version");
    }
    CHECK(stored(db, things.untyped().name()) == before);
}

CONFORMANCE("an update may not touch a field that the library keeps", Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 1);
    const auto before = stored(db, things.untyped().name());
    const auto raw    = things.untyped();
    struct Row {
        const char* update;
        const char* path;
    };
    const Row rows[] = {
        {R"({"$set":{"version":5}})", "version"},
        {R"({"$inc":{"n":1,"version":1}})", "version"},
        {R"({"$rename":{"n":"version"}})", "version"},
        {R"({"$set":{"created_at":"x"}})", "created_at"},
        {R"({"$unset":{"updated_at":""}})", "updated_at"},
    };
    for (const auto& [update, path] : rows) {
        CAPTURE(update);
        tenon::BulkItems items;
        items.insert(json(R"({"key":"x"})")).update_one(json("{}"), json(update));
        for (const auto& error : {bad(raw.update_one(json("{}"), json(update))), bad(raw.update_many(json("{}"), json(update))),
                                  bad(raw.find_and_update(json("{}"), json(update))), bad(raw.bulk(std::move(items)))}) {
            CHECK(error.code == Errc::invalid_argument);
            CHECK(error.path == path);
        }
    }
    CHECK(stored(db, raw.name()) == before);
}

CONFORMANCE("many writers by compare and set lose no update", Versioned) {
    Repository<M> things(db);
    const auto    id = good(things.insert(thing<M>("counter", 0))).id;
    std::vector<std::jthread> writers;
    std::atomic<int>          failures{0};
    for (int w = 0; w < 4; ++w) {
        writers.emplace_back([&] {
            for (int i = 0; i < 25;) {
                auto read = things.get(id);
                if (!read) { ++failures; return; }
                ++read->n;
                const auto put = things.save(*read);
                if (put) ++i;
                else if (put.error().code != Errc::version_conflict) { ++failures; return; }
            }
        });
    }
    writers.clear();
    CHECK(failures == 0);
    const auto read = good(things.get(id));
    CHECK(read.n == 100);
    CHECK(read.version == 101);
}
