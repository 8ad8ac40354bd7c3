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
        std::thread([&] { good(things.count()); }).join();
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
        std::thread([&] { good(things.insert(thing<M>("meanwhile", 9))); }).join();
        CHECK(good(bound.count()) == 2);
        CHECK(bad(bound.insert(thing<M>("x", 1))).code == Errc::invalid_argument);
        CHECK(bad(bound.remove_many({})).code == Errc::invalid_argument);
        return {};
    }, {.read_only = true}));
    CHECK(good(things.count()) == 3);
}

CONFORMANCE("a second writer waits for the first, and its deadline ends the wait", Plain) {
    Repository<M> things(db);
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        good(things.in(tx).insert(thing<M>("first", 1)));
        std::thread([&] {
            const auto error = bad(things.insert(thing<M>("late", 2), {.deadline = tenon::Deadline::after(std::chrono::milliseconds(30))}));
            CHECK(error.code == Errc::timeout);
            const auto begun = bad(db.transaction([](Transaction&) -> Result<void> { return {}; },
                                                  {.deadline = tenon::Deadline::after(std::chrono::milliseconds(30))}));
            CHECK(begun.code == Errc::timeout);
        }).join();
        return {};
    }));
    good(things.insert(thing<M>("after", 3)));
    CHECK(good(things.count()) == 2);
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
