#include "fixture.hpp"

#include <thread>

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::set;
using tenon::Transaction;

CONFORMANCE("a transaction commits all of its writes", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made = good(db.transaction([&](Transaction& tx) -> Result<int> {
        auto bound = things.in(tx);
        auto one   = bound.insert(thing<M>("a", 1));
        if (!one) return tenon::fail(one.error());
        if (auto done = bound.update(one->id, set<&M::n>(2)); !done) return tenon::fail(done.error());
        auto read = bound.get(one->id);  // sees its own writes
        if (!read) return tenon::fail(read.error());
        return read->n;
    }));
    CHECK(made == 2);
    CHECK(good(things.count()) == 1);
}

CONFORMANCE("an error of the body rolls back and comes back unchanged", Plain, Both) {
    Repository<M> things(db);
    const auto    error = bad(db.transaction([&](Transaction& tx) -> Result<void> {
        good(things.in(tx).insert(thing<M>("a", 1)));
        return tenon::fail(Errc::quota_exceeded, "mine", "path");
    }));
    CHECK(error.code == Errc::quota_exceeded);
    CHECK(error.message == "mine");
    CHECK(error.path == "path");
    CHECK(error.where.empty());
    CHECK(good(things.count()) == 0);
    int runs = 0;
    CHECK(bad(db.transaction([&](Transaction&) -> Result<void> {
              ++runs;
              return tenon::fail(Errc::transient, "mine");
          })).code == Errc::transient);
    CHECK(runs == 1);
}

CONFORMANCE("a body is run again when the server says so, and only then", Plain) {
    Repository<M> things(db);
    int           runs = 0;
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        CHECK(tx.reruns() == static_cast<std::uint32_t>(runs));
        good(things.in(tx).insert(thing<M>("a", runs)));
        if (++runs == 3) return {};
        tenon::Error error{.code = Errc::transient};
        error.server.labels.push_back("TransientTransactionError");
        return tenon::fail(error);
    }));
    CHECK(runs == 3);
    CHECK(keys(good(things.find().all())) == "a");  // the runs before were rolled back
}

CONFORMANCE("an exception rolls back and goes on its way", Plain, Both) {
    Repository<M> things(db);
    CHECK_THROWS_AS((void)db.transaction([&](Transaction& tx) -> Result<void> {
        good(things.in(tx).insert(thing<M>("a", 1)));
        throw std::runtime_error("mine");
    }), std::runtime_error);
    CHECK(good(things.count()) == 0);
    good(things.insert(thing<M>("b", 1)));  // the store stays usable, on this thread too
}

CONFORMANCE("a call that is not bound to the open transaction is refused, and so is a nested one", Plain) {
    Repository<M> things(db);
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        const auto unbound = bad(things.insert(thing<M>("a", 1)));
        CHECK(unbound.code == Errc::invalid_argument);
        CHECK(unbound.where == "plain.insert");
        CHECK(bad(things.count()).code == Errc::invalid_argument);
        CHECK(bad(db.list_collections()).code == Errc::invalid_argument);
        const auto nested = bad(db.transaction([](Transaction&) -> Result<void> { return {}; }));
        CHECK(nested.code == Errc::invalid_argument);
        // Another database, and another thread, are free.
        auto other = tenon::testing::ThrowAwayDatabase::open();
        REQUIRE(other.has_value());
        good(Repository<M>(**other).insert(thing<M>("a", 1)));
        beside([&] { good(things.count()); });
        good(things.in(tx).insert(thing<M>("bound", 1)));
        return {};
    }));
    CHECK(keys(good(things.find().all())) == "bound");
}

CONFORMANCE("a repository bound to a transaction that ended, or of another database, is refused", Plain) {
    Repository<M>                things(db);
    std::optional<Repository<M>> kept;
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        kept = things.in(tx);
        auto other = tenon::testing::ThrowAwayDatabase::open();
        REQUIRE(other.has_value());
        CHECK(bad(Repository<M>(**other).in(tx).count()).code == Errc::invalid_argument);
        return {};
    }));
    CHECK(bad(kept->count()).code == Errc::invalid_argument);
    CHECK(bad(kept->insert(thing<M>("a", 1))).code == Errc::invalid_argument);
    CHECK(good(things.count()) == 0);
}

CONFORMANCE("a read-only transaction is one snapshot, and its writes are refused", Plain, Both) {
    Repository<M> things(db);
    insert_some(things, 2);
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        auto bound = things.in(tx);
        CHECK(tx.read_only());
        CHECK(good(bound.count()) == 2);
        beside([&] { good(things.insert(thing<M>("meanwhile", 9))); });
        CHECK(good(bound.count()) == 2);
        CHECK(bad(bound.insert(thing<M>("x", 1))).code == Errc::invalid_argument);
        CHECK(bad(bound.remove_many({})).code == Errc::invalid_argument);
        return {};
    }, {.read_only = true}));
    CHECK(good(things.count()) == 3);
}

CONFORMANCE("a second writer waits for the first, and its deadline ends the wait", Plain) {
    Repository<M> things(db);
    const auto    one  = good(things.insert(thing<M>("one", 0)));
    const auto    soon = [] { return tenon::Deadline::after(std::chrono::milliseconds(30)); };
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        good(things.in(tx).update(one.id, set<&M::n>(1)));
        beside([&] {
            CHECK(bad(things.update(one.id, set<&M::n>(2), {.call = {.deadline = soon()}})).code == Errc::timeout);
            if (!db.capabilities().single_writer) {  // writers meet on documents alone
                good(things.insert(thing<M>("beside", 2)));
                return;
            }
            CHECK(bad(things.insert(thing<M>("late", 2), {.deadline = soon()})).code == Errc::timeout);
            CHECK(bad(db.transaction([](Transaction&) -> Result<void> { return {}; }, {.deadline = soon()})).code == Errc::timeout);
        });
        return {};
    }));
    CHECK(good(things.get(one.id)).n == 1);
    good(things.insert(thing<M>("after", 3)));
    CHECK(good(things.count()) == (db.capabilities().single_writer ? 2 : 3));
}

CONFORMANCE("transactions of many threads add up", Versioned) {
    Repository<M> things(db);
    const auto    id = good(things.insert(thing<M>("sum", 0))).id;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 10; ++i) {
                    good(db.transaction([&](Transaction& tx) -> Result<void> {
                        auto bound = things.in(tx);
                        auto read  = bound.get(id);
                        if (!read) return tenon::fail(read.error());
                        ++read->n;
                        auto put = bound.save(*read);
                        if (!put) return tenon::fail(put.error());
                        return {};
                    }));
                }
            });
        }
    }
    CHECK(good(things.get(id)).n == 40);
}

CONFORMANCE("paging, bulk and streams work inside a transaction", Plain, Both) {
    Repository<M> things(db);
    insert_some(things, 3);
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        auto bound = things.in(tx);
        good(bound.bulk().insert(thing<M>("k3", 3)).remove_one(field<&M::key> == "k0").run());
        const auto page = good(bound.find().sort(asc<&M::n>).page({.size = 2}));
        CHECK(keys(page.items) == "k1 k2");
        CHECK(keys(good(bound.find().sort(asc<&M::n>).page({.size = 2, .after = page.next})).items) == "k3");
        int n = 0;
        good(bound.find().for_each([&](const M&) { ++n; }));
        CHECK(n == 3);
        return {};
    }));
    CHECK(good(things.count()) == 3);
}

CONFORMANCE("a failure inside a transaction leaves nothing, and says so", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    one = insert_some(things, 1)[0];
    for (const bool ordered : {true, false}) {
        for (const bool bulk : {true, false}) {
            CAPTURE(ordered);
            CAPTURE(bulk);
            const auto error = bad(db.transaction([&](Transaction& tx) -> Result<void> {
                auto bound = things.in(tx);
                auto first = thing<M>("first", 1), taken = thing<M>("taken", 1), last = thing<M>("last", 1);
                taken.id   = one.id;
                if (!bulk) {
                    const auto done = bound.insert_many({first, taken, last}, {.ordered = ordered});
                    return tenon::fail(bad(done));
                }
                return tenon::fail(bad(bound.bulk().insert(first).insert(taken).insert(last).remove(one.id).run({.ordered = ordered})));
            }));
            CHECK(error.code == Errc::duplicate_key);
            CHECK(error.outcome == tenon::Outcome::none);
            CHECK(error.inserted.empty());
            REQUIRE(error.items.size() == 1);  // what comes behind the first failure is not tried
            CHECK(error.items[0].index == 1);
            CHECK(keys(good(things.find().all())) == "k0");
        }
    }
}

CONFORMANCE("a second writer of one document waits for the first, and its deadline ends the wait", Plain, Both) {
    Repository<M> things(db);
    const auto    id = insert_some(things, 1)[0].id;
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        good(things.in(tx).update(id, set<&M::n>(1)));
        beside([&] {
            const auto soon = [] { return tenon::Deadline::after(std::chrono::milliseconds(60)); };
            CHECK(bad(things.update(id, set<&M::n>(2), {.call = {.deadline = soon()}})).code == Errc::timeout);
            const auto begun = bad(db.transaction([&](Transaction& other) -> Result<void> {
                if (auto done = things.in(other).update(id, set<&M::n>(3)); !done) return tenon::fail(done.error());
                return {};
            }, {.deadline = soon()}));
            CHECK(begun.code == Errc::timeout);
            CHECK(begun.outcome == tenon::Outcome::none);
        });
        return {};
    }));
    CHECK(good(things.get(id)).n == 1);
}

CONFORMANCE("options that no transaction has are refused on every store", Plain) {
    const tenon::TransactionOptions wrong[] = {
        {.read_concern = tenon::ReadConcern::linearizable},
        {.read_concern = tenon::ReadConcern::available},
        {.read_only = true, .read_concern = tenon::ReadConcern::local},
        {.read_preference = tenon::ReadPreference{.mode = tenon::ReadMode::secondary}},
        {.max_commit_time = std::chrono::milliseconds(-1)},
    };
    for (const auto& options : wrong) {
        int        runs  = 0;
        const auto error = bad(db.transaction([&](Transaction&) -> Result<void> { ++runs; return {}; }, options));
        CHECK(error.code == Errc::invalid_argument);
        CHECK(!error.path.empty());
        CHECK(runs == 0);
    }
    const tenon::TransactionOptions fine[] = {
        {.read_only = true, .read_concern = tenon::ReadConcern::snapshot},
        {.read_concern = tenon::ReadConcern::majority, .write_concern = tenon::WriteConcern::majority(), .max_commit_time = std::chrono::seconds(5)},
        {.read_preference = tenon::ReadPreference{}, .causal_consistency = false},
    };
    for (const auto& options : fine) {
        good(db.transaction([&](Transaction& tx) -> Result<void> {
            if (auto counted = Repository<M>(db).in(tx).count(); !counted) return tenon::fail(counted.error());
            return {};
        }, options));
    }
}

CONFORMANCE("inside a transaction a call has no concern of its own, and those of its repository are passed over", Plain) {
    const auto things = Repository<M>(db).with({.read_concern = tenon::ReadConcern::majority, .write_concern = tenon::WriteConcern::majority()});
    good(things.insert(thing<M>("outside", 1)));
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        auto bound = things.in(tx);
        good(bound.insert(thing<M>("bound", 2)));
        CHECK(good(bound.count()) == 2);
        tenon::ServerOptions own;
        own.write_concern = tenon::WriteConcern::majority();
        CHECK(bad(bound.insert(thing<M>("x", 3), {.server = own})).path == "write_concern");
        CHECK(bad(bound.count({}, {.call = {.server = {{.read_concern = tenon::ReadConcern::local}}}})).path == "read_concern");
        return {};
    }));
    CHECK(good(things.count()) == 2);
}

CONFORMANCE("a write that is refused ends the transaction, whatever the body makes of it", Plain, Versioned, Both) {
    Repository<M> things(db);
    const auto    one  = insert_some(things, 1)[0];
    int           runs = 0;
    const auto    error = bad(db.transaction([&](Transaction& tx) -> Result<void> {
        ++runs;
        auto bound = things.in(tx);
        good(bound.insert(thing<M>("new", 1)));
        auto again = thing<M>("taken", 2);
        again.id   = one.id;
        CHECK(bad(bound.insert(again)).code == Errc::duplicate_key);
        const auto after = bad(bound.insert(thing<M>("late", 3)));
        CHECK(after.code == Errc::invalid_argument);
        CHECK(after.server.code == 251);  // NoSuchTransaction
        CHECK(bad(bound.count()).server.code == 251);
        return {};
    }));
    CHECK(error.code == Errc::invalid_argument);
    CHECK(error.server.code == 251);
    CHECK(runs == 1);
    CHECK(keys(good(things.find().all())) == "k0");
}

CONFORMANCE("a read that makes no sense ends the transaction, and one that is refused before the engine does not", Plain) {
    Repository<M> things(db);
    const auto    error = bad(db.transaction([&](Transaction& tx) -> Result<void> {
        auto untyped = things.in(tx).untyped();
        good(untyped.insert(json(R"({"key":"a","n":1})")));
        CHECK(bad(untyped.find({}, {.skip = -1})).code == Errc::invalid_argument);
        CHECK(good(untyped.count()) == 1);
        CHECK(bad(untyped.count(json(R"({"n":{"$in":1}})"))).code == Errc::invalid_argument);
        CHECK(bad(untyped.count()).server.code == 251);
        return {};
    }));
    CHECK(error.server.code == 251);
    CHECK(good(things.count()) == 0);
}

CONFORMANCE("calls in a causal session see what came before in it", Plain, Both) {
    Repository<M> things(db);
    tenon::CausalSession session;
    const auto    bound = things.in(session);
    for (int i = 0; i < 5; ++i) {
        const auto made = good(bound.insert(thing<M>("k", i)));
        CHECK(good(bound.get(made.id)).n == i);
        CHECK(good(bound.count()) == i + 1);
    }
    int n = 0;
    good(bound.find().for_each([&](const M&) { ++n; }));
    CHECK(n == 5);
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        CHECK(good(things.in(tx).count()) == 5);
        if (auto made = things.in(tx).insert(thing<M>("k", 5)); !made) return tenon::fail(made.error());
        CHECK(bad(bound.count()).code == Errc::invalid_argument);  // a session is no transaction
        return {};
    }, {.session = session}));
    CHECK(good(bound.count()) == 6);
}
