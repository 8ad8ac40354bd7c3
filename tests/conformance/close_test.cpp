// Database::close: what it waits for, what it refuses and what is left behind.
#include "fixture.hpp"

#include <atomic>
#include <latch>
#include <thread>

#include <tenon/repository/change_stream.hpp>

using namespace conformance;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Deadline;
using tenon::Transaction;

namespace {

Deadline soon() { return Deadline::after(30ms); }
Deadline ample() { return Deadline::after(20s); }

/// Closes on another thread; returns once the database takes nothing new.
std::future<Result<void>> closing(const Database& db) {
    auto done = std::async(std::launch::async, [db] { return db.close(ample()); });
    while (db.list_collections()) std::this_thread::yield();
    return done;
}

template <class T>
void refused(const Result<T>& result) {
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Errc::cancelled);
    CHECK(result.error().message == "the database is closed");
    CHECK(result.error().outcome == tenon::Outcome::none);
}

}  // namespace

CONFORMANCE("a closed database refuses every call, and closing it again does nothing", Plain, Both) {
    Repository<M> things(db);
    const auto    one   = insert_some(things, 3)[0];
    auto          query = things.find();
    good(db.close(ample()));
    good(db.close(ample()));
    good(db.close());

    const auto error = bad(things.insert(thing<M>("late", 9)));
    CHECK(error.code == Errc::cancelled);
    CHECK(error.where == tenon::model_info<M>().collection + ".insert");
    refused(things.insert_many({thing<M>("late", 9)}));
    refused(things.save(one));
    refused(things.update(one.id, tenon::set<&M::n>(9)));
    refused(things.update_many({}, tenon::set<&M::n>(9)));
    refused(things.find_and_update({}, tenon::set<&M::n>(9)));
    refused(things.remove(one.id));
    refused(things.remove_many({}));
    refused(things.bulk().insert(thing<M>("late", 9)).run());
    refused(things.get(one.id));
    refused(things.count());
    refused(things.estimated_count());
    refused(query.all());
    refused(query.first());
    refused(query.page());
    refused(query.template distinct<&M::key>());
    refused(query.explain());
    refused(query.explain_count());
    CHECK(bad(query.for_each([](const M&) {})).code == Errc::cancelled);
    CHECK(bad(query.stream()).code == Errc::cancelled);
    CHECK(bad(things.watch()).code == Errc::cancelled);
    refused(things.create_indexes());
    refused(things.list_indexes());
    refused(things.untyped().drop());
    refused(things.untyped().page({}, {}, {}));
    refused(db.list_collections());
    refused(db.command(tenon::bson::doc("ping", 1)));
    refused(db.wait_until_ready(ample()));
    int bodies = 0;
    const auto begun = bad(db.transaction([&](Transaction&) -> Result<void> { ++bodies; return {}; }));
    CHECK(begun.code == Errc::cancelled);
    CHECK(begun.where == "transaction");
    CHECK(bodies == 0);

    CHECK_FALSE(db.capabilities().engine.empty());
    const auto health = db.health();
    CHECK(health.status == tenon::HealthStatus::unhealthy);
    CHECK(health.engine == db.capabilities().engine);
    CHECK(health.problem == "the database is closed");
}

CONFORMANCE("close waits for a call that runs, and at the deadline says so and may be called again", Plain) {
    Repository<M> things(db);
    insert_some(things, 30);
    std::latch inside(1);
    std::latch go_on(1);
    auto       reader = std::async(std::launch::async, [&] {
        int  n    = 0;
        auto done = things.find().server({.batch_size = 2}).for_each([&](const M& one) {
            if (++n == 1) inside.count_down();
            go_on.wait();
            if (n == 2) good(things.update(one.id, tenon::set<&M::n>(99)));  // a part of what runs
        });
        good(std::move(done));
        return n;
    });
    inside.wait();
    const auto late = bad(db.close(soon()));
    CHECK(late.code == Errc::timeout);
    CHECK(late.where == "close");
    CHECK(late.message.starts_with("1 "));
    CHECK(bad(things.insert(thing<M>("late", 1))).code == Errc::cancelled);  // it stays closed
    CHECK(bad(db.close(soon())).code == Errc::timeout);
    auto done = closing(db);
    go_on.count_down();
    CHECK(reader.get() == 30);
    good(done.get());
}

CONFORMANCE("an open transaction comes to its end in a database that is being closed", Plain, Both) {
    Repository<M> things(db);
    insert_some(things, 5);
    std::latch inside(2);
    std::latch go_on(1);
    const auto body = [&](bool commits) {
        return db.transaction([&](Transaction& tx) -> Result<void> {
            inside.count_down();
            go_on.wait();
            auto bound = things.in(tx);
            CHECK(good(bound.count()) >= 5);
            int  n      = 0;
            auto stream = good(bound.find().server({.batch_size = 2}).stream());
            while (good(stream.next())) ++n;
            CHECK(n >= 5);
            beside([&] { CHECK(good(bound.find().all()).size() >= 5); });
            if (!commits) return tenon::fail(Errc::validation, "mine");
            if (auto made = bound.insert(thing<M>("in", 1)); !made) return tenon::fail(made.error());
            return {};
        }, {.read_only = !commits});
    };
    auto commits = std::async(std::launch::async, [&] { good(body(true)); });
    auto aborts  = std::async(std::launch::async, [&] { CHECK(bad(body(false)).code == Errc::validation); });
    inside.wait();
    CHECK(bad(db.close(soon())).message.starts_with("2 "));
    auto done = closing(db);
    go_on.count_down();
    commits.get();
    aborts.get();
    good(done.get());
}

TEST_CASE("what was written before a close, and by what it waited for, is there for the next one") {
    for (const auto& uri : stores()) {
        CAPTURE(uri);
        auto place = good(tenon::testing::ThrowAwayDatabase::open(uri));
        if (!place->capabilities().persistent) continue;
        const Repository<Plain> things(*place);
        good(place->transaction([&](Transaction& tx) -> Result<void> {
            auto done = std::async(std::launch::async, [&] { return place->close(soon()); }).get();
            CHECK(bad(std::move(done)).code == Errc::timeout);
            if (auto made = things.in(tx).insert(thing<Plain>("kept", 1)); !made) return tenon::fail(made.error());
            return {};
        }));
        CHECK(bad(things.insert(thing<Plain>("late", 1))).code == Errc::cancelled);
        good(place->close(ample()));
        const auto again = good(tenon::open(place.uri()));
        CHECK(keys(good(Repository<Plain>(again).find().all())) == "kept");
    }
}

CONFORMANCE("a cursor that is held is not waited for, and what it showed stays readable", Plain) {
    Repository<M> things(db);
    insert_some(things, 30);
    const auto read = things.find().server({.batch_size = 2});
    auto cursor = good(things.untyped().find({}, {.sort = tenon::bson::doc("n", 1), .call = {.server = tenon::ServerOptions{.batch_size = 2}}}));
    auto stream = good(read.stream());
    auto dropped = std::make_unique<tenon::Stream<M>>(good(read.stream()));
    const auto shown = good(cursor.next());
    REQUIRE(good(stream.next()).has_value());
    REQUIRE(good(dropped->next()).has_value());
    good(db.close(ample()));
    CHECK((*shown)["key"].as_string() == "k0");
    dropped.reset();
    for (int i = 0; i < 2; ++i) {
        refused(cursor.next());
        refused(stream.next());
        refused(stream.all());
    }
}

CONFORMANCE("while close waits for another call, the next step of a held cursor is refused", Plain) {
    Repository<M> things(db);
    insert_some(things, 30);
    auto stream = good(things.find().server({.batch_size = 2}).stream());
    good(db.transaction([&](Transaction&) -> Result<void> {
        CHECK(bad(std::async(std::launch::async, [&] { return db.close(soon()); }).get()).code == Errc::timeout);
        refused(std::async(std::launch::async, [&] { return stream.next(); }).get());  // a new call, of another thread
        return {};
    }));
    good(db.close(ample()));
}

CONFORMANCE("a wait for changes is ended by close, and its token is where a later stream goes on", Plain) {
    if (!db.capabilities().change_streams) return;
    Repository<M> things(db);
    auto          changes = good(things.watch());
    auto          idle    = good(things.watch());
    good(things.insert(thing<M>("seen", 1)));
    REQUIRE(good(changes.next(ample())).has_value());
    std::latch waiting(1);
    auto       waiter = std::async(std::launch::async, [&] {
        waiting.count_down();
        return bad(changes.next(Deadline::after(60s)));
    });
    waiting.wait();
    const auto began = std::chrono::steady_clock::now();
    good(db.close(ample()));
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    const auto ended = waiter.get();
    CHECK(ended.code == Errc::cancelled);
    CHECK(ended.message == "the database is closed");
    CHECK(bad(idle.next()).code == Errc::cancelled);
    CHECK_FALSE(changes.resume_token().empty());
}

CONFORMANCE("close inside a call or a transaction of the database is refused, and changes nothing", Plain) {
    Repository<M> things(db);
    insert_some(things, 1);
    good(db.transaction([&](Transaction&) -> Result<void> {
        const auto error = bad(db.close(ample()));
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.where == "close");
        return {};
    }));
    int n = 0;
    good(things.find().for_each([&](const M&) {
        ++n;
        CHECK(bad(db.close(ample())).code == Errc::invalid_argument);
        auto other = good(tenon::testing::ThrowAwayDatabase::open());
        good(other->close(ample()));  // another store's
    }));
    CHECK(n == 1);
    CHECK(good(things.count()) == 1);
    good(db.close(ample()));
}

CONFORMANCE("many threads may close while others call, and each call is whole or refused", Plain) {
    Repository<M>            things(db);
    std::atomic<int>         stored{0};
    std::latch               started(4);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0;; ++i) {
                auto made = things.insert(thing<M>("t" + std::to_string(t), i));
                if (i == 0) started.count_down();
                if (!made) {
                    CHECK(made.error().code == Errc::cancelled);
                    return;
                }
                ++stored;
            }
        });
    }
    started.wait();
    std::vector<std::future<Result<void>>> closers;
    for (int i = 0; i < 4; ++i) closers.push_back(std::async(std::launch::async, [&] { return db.close(ample()); }));
    for (auto& one : closers) good(one.get());
    threads.clear();
    CHECK(stored > 0);
}

CONFORMANCE("copies, and databases of one deployment, are closed together", Plain) {
    const auto copy = db;
    if (db.capabilities().database.empty()) {
        good(copy.close(ample()));
    } else {
        const auto other = db.database(db.capabilities().database + "-b");
        good(Repository<M>(other).insert(thing<M>("a", 1)));
        good(other.collection(tenon::model_info<M>().collection).drop());
        good(other.close(ample()));
        refused(other.list_collections());
        refused(db.database("another").list_collections());
    }
    refused(copy.list_collections());
    refused(Repository<M>(db).count());
}
