// Transactions under failures of each of their steps, against the real server.
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using tenon::Deadline;
using tenon::Transaction;

namespace {

struct Counter {
    tenon::ObjectId id{};
    std::string     name{};
    std::int64_t    n = 0;
};

}  // namespace

template <>
struct tenon::Model<Counter> : tenon::Defaults<Counter> {
    static constexpr auto collection = "counters";
};

namespace {

/// Inserts, reads back and inserts again; how often it ran.
Result<void> two_inserts(const Database& db, int& runs, const tenon::TransactionOptions& options = {}) {
    return db.transaction([&](Transaction& tx) -> Result<void> {
        ++runs;
        auto bound = Repository<Counter>(db).in(tx);
        if (auto made = bound.insert({.name = "first"}); !made) return tenon::fail(made.error());
        auto read = bound.find().first();
        if (!read) return tenon::fail(read.error());
        if (auto made = bound.insert({.name = "second"}); !made) return tenon::fail(made.error());
        return {};
    }, options);
}

}  // namespace

TEST_CASE("a transaction bears a failure of each of its steps: all of it is there, once") {
    struct Row {
        const char* name;
        const char* commands;
        const char* effect;
        int         times;
        int         runs;
    };
    const char* const close     = R"("closeConnection":true)";
    const char* const conflict  = R"("errorCode":112,"errorLabels":["TransientTransactionError"])";
    const char* const stepdown  = R"("errorCode":189)";
    const char* const no_answer = R"("writeConcernError":{"code":64,"errmsg":"waiting for replication timed out","errInfo":{"wtimeout":true}})";
    const char* const no_such   = R"("errorCode":251,"errorLabels":["TransientTransactionError"])";
    const Row rows[] = {
        {"no failure", R"(["ping"])", close, 1, 1},
        {"its start loses the connection", R"(["insert"])", close, 1, 2},
        {"its start meets a conflict", R"(["insert"])", conflict, 1, 2},
        {"its start meets a server that stepped down", R"(["insert"])", stepdown, 1, 2},
        {"a read loses the connection", R"(["find"])", close, 1, 2},
        {"a read meets a conflict", R"(["find"])", conflict, 3, 4},
        {"the commit loses the connection once: the driver sends it again", R"(["commitTransaction"])", close, 1, 1},
        {"the commit loses the connection more often: we send it again", R"(["commitTransaction"])", close, 4, 1},
        {"the commit meets a server that stepped down", R"(["commitTransaction"])", stepdown, 4, 1},
        {"the commit was made and the others did not confirm it", R"(["commitTransaction"])", no_answer, 3, 1},
        {"the commit finds the transaction gone", R"(["commitTransaction"])", no_such, 1, 2},
    };
    const Server server;
    const auto   db = server.open();
    for (const auto& row : rows) {
        CAPTURE(std::string(row.name));
        Repository<Counter> counters(db);
        (void)server.command(server.name(), R"({"delete":"counters","deletes":[{"q":{},"limit":0}]})");
        good(counters.insert({.name = "before"}));
        server.fail(row.commands, row.effect, row.times);
        int runs = 0;
        good(two_inserts(db, runs));
        CHECK(runs == row.runs);
        const auto met = server.stop_failing();
        if (row.runs > 1 || row.times > 1) CHECK(met >= row.times);
        const auto           all = good(counters.find().all());
        std::multiset<std::string> names;
        for (const auto& one : all) names.insert(one.name);
        CHECK(names == std::multiset<std::string>{"before", "first", "second"});
    }
}

TEST_CASE("a commit that the server never confirms ends unknown, at the deadline and not past it") {
    const Server server;
    const auto   db = server.open();
    good(Repository<Counter>(db).insert({.name = "before"}));
    server.fail(R"(["commitTransaction"])", R"("closeConnection":true)", 100000);
    int        runs    = 0;
    const auto started = std::chrono::steady_clock::now();
    const auto error   = bad(two_inserts(db, runs, {.deadline = Deadline::after(std::chrono::milliseconds(3000))}));
    const auto took    = std::chrono::steady_clock::now() - started;
    CHECK(runs == 1);
    CHECK(error.outcome == tenon::Outcome::unknown);
    CHECK((error.code == Errc::network || error.code == Errc::timeout));
    CHECK(took < std::chrono::seconds(5));
    CHECK(server.stop_failing() > 2);
}

TEST_CASE("a server's own limit on the commit ends it unknown and is not asked again") {
    const Server server;
    const auto   db = server.open();
    good(Repository<Counter>(db).insert({.name = "before"}));
    server.fail(R"(["commitTransaction"])", R"("errorCode":50)", 100);
    int        runs  = 0;
    const auto error = bad(two_inserts(db, runs, {.max_commit_time = std::chrono::milliseconds(100)}));
    CHECK(runs == 1);
    CHECK(error.code == Errc::timeout);
    CHECK(error.outcome == tenon::Outcome::unknown);
    CHECK(server.stop_failing() <= 2);
}

TEST_CASE("an abort that fails changes nothing of the body's error") {
    const Server server;
    const auto   db = server.open();
    Repository<Counter> counters(db);
    good(counters.insert({.name = "before"}));
    server.fail(R"(["abortTransaction"])", R"("closeConnection":true)", 2);
    const auto error = bad(db.transaction([&](Transaction& tx) -> Result<void> {
        good(counters.in(tx).insert({.name = "x"}));
        return tenon::fail(Errc::quota_exceeded, "mine");
    }));
    CHECK(error.code == Errc::quota_exceeded);
    CHECK(error.message == "mine");
    CHECK(good(counters.count()) == 1);
}

TEST_CASE("what the driver has to say goes to the log sink of its database, and no further once that is closed") {
    const Server             server;
    std::mutex               mutex;
    std::vector<std::string> said;
    const auto               sink = tenon::log_to([&](const tenon::LogEntry& record) {
        const std::lock_guard lock(mutex);
        if (record.where.starts_with("mongoc.")) said.push_back(std::string(record.message));
    });
    const auto failing_abort = [&](const Database& db) {
        // The driver returns no error of an abort, it warns of one.
        server.fail(R"(["abortTransaction"])", R"("errorCode":8000)", 1);
        (void)bad(db.transaction([&](Transaction& tx) -> Result<void> {
            good(Repository<Counter>(db).in(tx).insert({.name = "x"}));
            return tenon::fail(Errc::quota_exceeded, "mine");
        }));
        CHECK(server.stop_failing() == 1);
        const std::lock_guard lock(mutex);
        return said.size();
    };
    {
        const auto db = good(tenon::open(tenon::Config{.uri = server.uri(), .log = sink}));
        CHECK(failing_abort(db) > 0);
    }
    const auto before = said.size();
    CHECK(failing_abort(server.open()) == before);
}

TEST_CASE("a body that swallows a conflict is run again all the same") {
    const Server server;
    const auto   db = server.open();
    Repository<Counter> counters(db);
    good(counters.insert({.name = "before"}));
    server.fail(R"(["find"])", R"("errorCode":112,"errorLabels":["TransientTransactionError"])");
    int runs = 0;
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        ++runs;
        auto bound = counters.in(tx);
        if (auto made = bound.insert({.name = "x"}); !made) return tenon::fail(made.error());
        (void)bound.find().first();
        return {};
    }));
    CHECK(runs == 2);
    CHECK(good(counters.count()) == 2);
}

TEST_CASE("eight threads that raise one counter in transactions lose nothing") {
    const Server        server("maxPoolSize=16");
    const auto          db = server.open();
    Repository<Counter> counters(db);
    const auto          id = good(counters.insert({.name = "sum"})).id;
    std::atomic<int>    runs{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 25; ++i) {
                    const auto done = db.transaction([&](Transaction& tx) -> Result<void> {
                        ++runs;
                        auto bound = counters.in(tx);
                        auto read  = bound.get(id);
                        if (!read) return tenon::fail(read.error());
                        if (auto put = bound.update(id, tenon::set<&Counter::n>(read->n + 1)); !put) return tenon::fail(put.error());
                        return {};
                    });
                    CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().to_string()));
                }
            });
        }
    }
    CHECK(good(counters.get(id)).n == 200);
    MESSAGE("200 transactions took ", runs.load(), " runs");
}

TEST_CASE("a cursor that outlives its transaction says so, and harms nothing") {
    const Server        server;
    const auto          db = server.open();
    Repository<Counter> counters(db);
    for (int i = 0; i < 300; ++i) good(counters.insert({.name = "k"}));
    std::optional<tenon::Stream<Counter>> kept;
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        kept.emplace(good(counters.in(tx).find().stream()));
        good(kept->next());
        return {};
    }));
    for (int i = 0; i < 300; ++i) {
        auto next = kept->next();
        if (!next) {
            CHECK(next.error().code == Errc::invalid_argument);
            kept.reset();
            break;
        }
    }
    CHECK(!kept.has_value());
    CHECK(good(counters.count()) == 300);
}

TEST_CASE("a cursor in a transaction keeps to its own deadline and not to that of a call made meanwhile") {
    const Server        server;
    const auto          db = server.open();
    Repository<Counter> counters(db);
    for (int i = 0; i < 300; ++i) good(counters.insert({.name = "k"}));
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        const auto bound  = counters.in(tx);
        auto       stream = good(bound.with({.batch_size = 10}).find().stream());
        const auto soon   = Deadline::after(std::chrono::milliseconds(100));
        good(bound.count({}, {.call = {.deadline = soon}}));
        while (!soon.passed()) std::this_thread::yield();
        int read = 0;
        while (good(stream.next())) ++read;
        CHECK(read == 300);
        return {};
    }));
}

TEST_CASE("a transaction that ended by a deadline or a stop in a call holds no document any longer") {
    const Server        server;
    const auto          db = server.open();
    Repository<Counter> counters(db);
    for (const bool by_stop : {false, true}) {
        CAPTURE(by_stop);
        const auto made = good(counters.insert({.name = "held"}));
        std::stop_source stop;
        server.fail(R"(["find"])", R"("blockConnection":true,"blockTimeMS":3000)", 1);
        std::jthread later;
        const auto   done = db.transaction([&](Transaction& tx) -> Result<void> {
            const auto bound = counters.in(tx);
            if (auto raised = bound.update(made.id, tenon::inc<&Counter::n>(1)); !raised) return tenon::fail(raised.error());
            tenon::CallOptions call;
            if (by_stop) {
                call.stop = stop.get_token();
                later     = std::jthread([&stop] {
                    std::this_thread::sleep_for(std::chrono::milliseconds(200));
                    stop.request_stop();
                });
            } else {
                call.deadline = Deadline::after(std::chrono::milliseconds(200));
            }
            auto read = bound.get(made.id, call);
            if (!read) return tenon::fail(read.error());
            return {};
        });
        REQUIRE(!done.has_value());
        CHECK(done.error().code == (by_stop ? Errc::cancelled : Errc::timeout));
        // The server lets go of it at once, and not when its limit for transactions has passed (60 s).
        CHECK(good(counters.update(made.id, tenon::inc<&Counter::n>(1), {.call = {.deadline = Deadline::after(std::chrono::seconds(2))}})).modified == 1);
        CHECK(good(counters.get(made.id)).n == 1);
        (void)server.stop_failing();
    }
}
