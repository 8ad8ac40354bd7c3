// A connection with compressors hides its commands from whoever looks at the bytes; deadlines and second attempts are as on any other.

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>

#include "proxy.hpp"
#include "recorder.hpp"
#include "server.hpp"
#include "support/done.hpp"
#include "support/mongod.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using support::done;
using tenon::Deadline;
using tenon::Outcome;
using tenon::Transaction;
using tenon::bson::doc;

namespace {

using Clock = std::chrono::steady_clock;

/// Messages that the server took in by zlib.
std::int64_t unpacked(const Database& db) {
    const auto status = good(db.command(doc("serverStatus", 1), {.admin = true}));
    return status.at_path("network.compression.zlib.decompressor.bytesIn").to_int64().value_or(0);
}

/// Operations of these clients that the server is at, by its own word.
std::int64_t at_work(const Database& db, const std::string& application) {
    const auto reply = good(db.command(json(R"({"aggregate":1,"pipeline":[{"$currentOp":{"allUsers":true}},{"$match":{"active":true,"op":{"$in":["update","remove","insert"]},"appName":")" +
                                            application + R"("}},{"$count":"n"}],"cursor":{}})"),
                                       {.admin = true}));
    return reply.at_path("cursor.firstBatch.0.n").to_int64().value_or(0);
}

}  // namespace

TEST_CASE("documents come and go compressed where the URI asks for it") {
    const Server server("compressors=zlib");
    const auto   db     = server.open();
    const auto   before = unpacked(db);
    const auto   c      = db.collection("packed");
    good(c.insert_many({doc("_id", 1, "text", std::string(20'000, 'x')), doc("_id", 2), doc("_id", 3)}));
    good(c.update_one(doc("_id", 2), doc("$set", doc("a", 5)), {.call = {.deadline = Deadline::after(20s)}}));
    good(c.remove_one(doc("_id", 3)));
    auto cursor = good(c.find({}, {.call = {.server = tenon::ServerOptions{.batch_size = 2}}}));
    CHECK((*good(cursor.next()))["text"].as_string().size() == 20'000);
    CHECK((*good(cursor.next()))["a"].to_int64() == 5);
    CHECK(!good(cursor.next()).has_value());
    CHECK(good(c.count()) == 2);
    CHECK(unpacked(db) > before);
}

TEST_CASE("an update and a bulk write of many documents arrive whole, with the time that they have") {
    const Server server;
    Proxy        proxy(server.uri());
    const auto   db = good(tenon::open(proxy.uri(server.name(), "compressors=zlib")));
    const auto   c  = db.collection("whole");
    tenon::BulkItems items;
    for (int i = 0; i < 3000; ++i) items.insert(doc("_id", i, "text", std::string(500, 'y')));
    for (int i = 0; i < 3000; ++i) items.update_one(doc("_id", i), doc("$set", doc("n", i)));
    (void)proxy.commands();
    const auto done = good(c.bulk(std::move(items), {.call = {.deadline = Deadline::after(60s)}}));
    CHECK(done.inserted == 3000);
    CHECK(done.modified == 3000);
    CHECK(good(c.count(doc("$expr", json(R"({"$eq":["$n","$_id"]})")))) == 3000);
    std::size_t sent = 0;
    for (const auto& command : proxy.commands()) {
        if (command["insert"].missing() && command["update"].missing()) continue;
        ++sent;
        const auto left = command["maxTimeMS"].to_int64().value_or(0);
        CHECK(left > 0);
        CHECK(left <= 60'000);
    }
    CHECK(sent >= 2);
}

TEST_CASE("a write on a compressed connection that meets a transaction's document ends at its deadline, on the server too") {
    const Server server("compressors=zlib");
    const auto   db    = server.open();
    const Server plain;
    const auto   other = good(tenon::open(with_database(plain.uri(), server.name(), "")));
    const auto   eye   = good(tenon::open(with_database(plain.uri(), "eye", "")));
    good(db.collection("held").insert(doc("_id", 1, "n", 0)));

    struct Row {
        const char* name;
        std::function<Result<void>(const tenon::Collection&, tenon::CallOptions)> run;
    };
    const Row rows[] = {
        {"update", [](const auto& c, auto call) { return done(c.update_one(doc("_id", 1), doc("$inc", doc("n", 1)), {.call = call})); }},
        {"update many", [](const auto& c, auto call) { return done(c.update_many({}, doc("$inc", doc("n", 1)), {.call = call})); }},
        {"bulk", [](const auto& c, auto call) {
             return done(c.bulk(std::move(tenon::BulkItems().update_one(doc("_id", 1), doc("$inc", doc("n", 1)))), {.call = call}));
         }},
    };
    for (const auto& row : rows) {
        INFO(std::string(row.name));
        good(other.transaction([&](Transaction& tx) -> Result<void> {
            good(other.collection("held").in(tx).update_one(doc("_id", 1), doc("$inc", doc("n", 100))));
            const auto started = Clock::now();
            const auto ended   = row.run(db.collection("held"), {.deadline = Deadline::after(400ms)});
            const auto took    = Clock::now() - started;
            CHECK(bad(ended).code == Errc::timeout);
            CHECK(took >= 390ms);
            CHECK(took < 2s);
            const auto until = Clock::now() + 3s;
            while (at_work(eye, server.name()) > 0 && Clock::now() < until) std::this_thread::yield();
            CHECK(at_work(eye, server.name()) == 0);
            return {};
        }));
    }
}

TEST_CASE("a read on a compressed connection ends at its deadline") {
    const Server server("compressors=zlib");
    const auto   db = server.open();
    const auto   c  = db.collection("slow");
    good(c.insert(doc("_id", 1)));
    server.fail(R"(["find"])", R"("blockConnection":true,"blockTimeMS":3000)");
    const auto started = Clock::now();
    CHECK(bad(c.find({}, {.call = {.deadline = Deadline::after(300ms)}})).code == Errc::timeout);
    CHECK(Clock::now() - started < 2s);
    (void)server.stop_failing();
}

TEST_CASE("a cursor whose compressed connection breaks says so at once, and does not wait for a server that cannot go on with it") {
    support::Mongod server;
    for (const char* options : {"", "compressors=zlib"}) {
        INFO(std::string(options));
        const auto    monitor = std::make_shared<Recorder>();
        tenon::Config config{.uri = server.uri(options)};
        config.monitor = monitor;
        const auto db  = good(tenon::open(config));
        const auto c   = db.collection("broken");
        for (int i = 0; i < 6; ++i) good(c.insert({}));
        auto cursor = good(c.find({}, {.call = {.deadline = Deadline::after(8s), .server = tenon::ServerOptions{.batch_size = 2}}}));
        good(cursor.next());
        good(cursor.next());
        // The connection breaks while the answer is awaited, and no server comes.
        server.freeze();
        auto        next = std::async(std::launch::async, [&] { return cursor.next(); });
        monitor->wait("the getMore", [](const Recorder::Seen& seen) { return seen.count("started", "getMore") == 1; });
        const auto  started = Clock::now();
        server.kill();
        CHECK(bad(next.get()).code == Errc::network);
        CHECK(Clock::now() - started < 4s);
        server.start();
    }
}
