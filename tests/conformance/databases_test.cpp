// Several databases of one store: where it has them they are apart but for their transactions; where it has one, others are refused.
#include "fixture.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::set;
using tenon::Transaction;

namespace {

/// A second database beside the fixture's, emptied at the end.
struct Second {
    explicit Second(const Database& first) : name(first.capabilities().database + "_2"), db(first.database(name)) {}
    Second(const Second&)            = delete;
    Second& operator=(const Second&) = delete;
    ~Second() {
        if (const auto names = db.list_collections()) {
            for (const auto& one : *names) (void)db.collection(one).drop();
        }
    }
    std::string name;
    Database    db;
};

bool has_others(const Database& db) { return !db.capabilities().database.empty(); }

}  // namespace

CONFORMANCE("another database is there, or refused before anything is written", Plain, Both) {
    const Second  second(db);
    Repository<M> here(db);
    Repository<M> there(second.db);
    if (!has_others(db)) {
        CHECK(bad(there.insert(thing<M>("a", 1))).code == Errc::unsupported);
        CHECK(bad(there.count()).path == "database");
        CHECK(bad(second.db.list_collections()).code == Errc::unsupported);
        bool ran = false;
        CHECK(bad(second.db.transaction([&](Transaction&) -> Result<void> {
                  ran = true;
                  return {};
              })).code == Errc::unsupported);
        CHECK(!ran);
        return;
    }
    const auto one = good(there.insert(thing<M>("there", 1)));
    good(here.insert(thing<M>("here", 1)));
    CHECK(keys(good(here.find().all())) == "here");
    CHECK(keys(good(there.find().all())) == "there");
    good(there.update(one.id, set<&M::n>(2)));
    good(there.remove(one.id));
    CHECK(good(there.count()) == 0);
    CHECK(good(here.count()) == 1);
    CHECK(good(second.db.list_collections()) == std::vector<std::string>{tenon::model_info<M>().collection});
    CHECK(good(second.db.collection(tenon::model_info<M>().collection).count({}, {.call = {.visibility = Visibility::with_deleted}})) ==
          (is_soft<M> ? 1 : 0));
    good(there.create_indexes());
    CHECK(good(here.list_indexes()).size() == 1);

    for (const char* bad_name : {"a.b", "a b", "a/b", "$a"}) {
        CAPTURE(bad_name);
        CHECK(bad(Repository<M>(db.database(bad_name)).count()).code == Errc::invalid_argument);
    }
}

CONFORMANCE("a database by its own name, or by none, is the one that was opened", SoftDeleted) {
    const Repository<M> things(db);
    const auto          one = good(things.insert(thing<M>("a", 1)));
    for (const auto& same : {db.database(""), db.database(db.capabilities().database)}) {
        good(same.collection("soft").remove(one.id));  // marks: the model is known
        good(things.restore(one.id));
    }
    if (!has_others(db)) return;
    const Second second(db);
    CHECK(good(Repository<M>(second.db.database(db.capabilities().database)).count()) == 1);
    // Two handles on one database know the same models.
    const Repository<M> there(second.db);
    const auto          other = good(there.insert(thing<M>("b", 2)));
    good(db.database(second.name).collection("soft").remove(other.id));
    good(there.restore(other.id));
}

CONFORMANCE("a transaction of one database holds writes to others", Plain, Both) {
    if (!has_others(db)) return;
    const Second  second(db);
    Repository<M> here(db);
    Repository<M> there(second.db);
    good(here.insert(thing<M>("h0", 0)));
    good(there.insert(thing<M>("t0", 0)));  // the collections are made before
    for (const auto& begun_on : {db, second.db}) {
        const auto refused = bad(begun_on.transaction([&](Transaction& tx) -> Result<void> {
            good(here.in(tx).insert(thing<M>("h1", 1)));
            good(there.in(tx).insert(thing<M>("t1", 1)));
            CHECK(good(there.in(tx).count()) == 2);
            return tenon::fail(Errc::quota_exceeded, "mine");
        }));
        CHECK(refused.code == Errc::quota_exceeded);
        CHECK(good(here.count()) == 1);
        CHECK(good(there.count()) == 1);
    }
    good(second.db.transaction([&](Transaction& tx) -> Result<void> {
        good(here.in(tx).insert(thing<M>("h1", 1)));
        good(there.in(tx).insert(thing<M>("t1", 1)));
        // An unbound call on either would wait for this transaction.
        CHECK(bad(here.count()).code == Errc::invalid_argument);
        CHECK(bad(there.count()).code == Errc::invalid_argument);
        CHECK(bad(db.transaction([](Transaction&) -> Result<void> { return {}; })).code == Errc::invalid_argument);
        return {};
    }));
    CHECK(good(here.count()) == 2);
    CHECK(good(there.count()) == 2);
}
