// What a Monitor is told of commands, connections, the pool and the deployment, and what it is not.
#include <algorithm>
#include <optional>

#include "proxy.hpp"
#include "recorder.hpp"
#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Config;
using tenon::Deadline;
using tenon::bson::doc;

namespace {

struct Watched {
    explicit Watched(std::string uri, Config config = {}) {
        config.uri     = std::move(uri);
        config.monitor = monitor;
        db             = good(tenon::open(config));
    }
    std::shared_ptr<Recorder> monitor = std::make_shared<Recorder>();
    std::optional<Database>   db{};
};

}  // namespace

TEST_CASE("each command is told at its beginning and at its end") {
    const Server  server;
    const Watched watched(server.uri());
    const auto    c = watched.db->collection("told");
    good(c.insert_many({doc("_id", 1), doc("_id", 2), doc("_id", 3)}));
    auto cursor = good(c.find({}, {.call = {.server = tenon::ServerOptions{.batch_size = 2}}}));
    while (good(cursor.next())) {
    }
    good(c.count());
    good(c.update_one(doc("_id", 1), doc("$set", doc("a", 1))));
    good(c.remove_one(doc("_id", 1)));
    good(c.find_and_remove(doc("_id", 2)));
    CHECK(bad(c.find(doc("$nope", 1))).code == Errc::invalid_argument);
    CHECK(bad(c.insert(doc("_id", 3))).code == Errc::duplicate_key);
    const auto seen = watched.monitor->seen();
    for (const char* name : {"insert", "find", "getMore", "aggregate", "update", "delete", "findAndModify"}) {
        CAPTURE(name);
        CHECK(seen.count("started", name) >= 1);
        CHECK(seen.count("started", name) == seen.count("succeeded", name) + seen.count("failed", name));
    }
    CHECK(seen.count("failed", "find") == 1);
    CHECK(seen.count("failed", "insert") == 0);  // the command was carried out; its item was not
    for (const auto& one : seen.commands) {
        if (one.database == "admin") continue;  // what open() asks, and the last one's endSessions
        CAPTURE(one.name);
        CHECK(one.database == server.name());
        CHECK(one.collection == "told");
        CHECK(server.uri().find(one.server) != std::string::npos);
        if (one.what == "started") continue;
        CHECK(one.duration.count() > 0);
        CHECK(std::any_of(seen.commands.begin(), seen.commands.end(),
                          [&](const auto& other) { return other.what == "started" && other.request_id == one.request_id && other.name == one.name; }));
        if (one.what == "failed") {
            CHECK(one.error == Errc::invalid_argument);
            CHECK(one.server_code == 2);
        }
    }
}

TEST_CASE("a command whose connection is lost fails, and its second try is told too") {
    const Server  server;
    const Watched watched(server.uri());
    const auto    c = watched.db->collection("lost");
    good(c.insert(doc("_id", 1)));
    server.fail(R"(["find"])", R"("closeConnection":true)");
    good(c.first());
    const auto seen = watched.monitor->seen();
    CHECK(seen.count("started", "find") == 2);
    CHECK(seen.count("failed", "find") == 1);
    CHECK(seen.count("succeeded", "find") == 1);
    for (const auto& one : seen.commands) {
        if (one.what != "failed") continue;
        CHECK(one.error == Errc::network);
        CHECK(one.server_code == 0);
    }
}

TEST_CASE("neither a login nor a value is told") {
    const char* guarded = std::getenv("TENON_MONGODB_AUTH_URI");
    REQUIRE_MESSAGE(guarded != nullptr, "TENON_MONGODB_AUTH_URI names the server of this test");
    const auto    name = "t_" + tenon::ObjectId::generate().to_string();
    const Watched watched(with_database(guarded, name, "appName=" + name));
    const auto    c = watched.db->collection("secrets");
    good(c.insert(doc("_id", "s3cret")));
    good(c.count(doc("_id", "s3cret")));
    (void)watched.db->command(doc("createUser", "s3cret", "pwd", "s3cret", "roles", tenon::bson::Array()));
    (void)watched.db->command(doc("dropUser", "s3cret"));
    good(c.drop());
    const auto seen = watched.monitor->seen();
    CHECK(seen.count("succeeded", "insert") == 1);
    CHECK(seen.count("started", "dropUser") == 1);
    for (const auto& one : seen.commands) {
        CHECK_FALSE(one.name.starts_with("sasl"));
        CHECK(one.name != "createUser");
        for (const auto& text : {one.name, one.database, one.collection, one.server}) CHECK(text.find("s3cret") == std::string::npos);
    }
}

TEST_CASE("the pool tells who takes a client, who waits for one and who waited in vain") {
    const Server server;
    auto         watched = std::make_unique<Watched>(server.uri(), Config{.pool = {.maximum = 1, .wait = 100ms}});
    auto&        monitor = *watched->monitor;
    {
        const auto c = watched->db->collection("pool");
        good(c.insert_many({doc("_id", 1), doc("_id", 2), doc("_id", 3)}));
        const auto before = monitor.seen();
        CHECK(before.pool_count("checked_out") == before.pool_count("returned"));
        auto cursor = good(c.find({}, {.call = {.server = tenon::ServerOptions{.batch_size = 1}}}));
        good(cursor.next());
        const auto held = monitor.seen();
        CHECK(held.pool.back().what == "checked_out");
        CHECK(held.pool.back().event.in_use == 1);
        CHECK(held.pool.back().event.maximum == 1);

        CHECK(bad(c.count()).code == Errc::timeout);
        const auto failed = monitor.seen();
        CHECK(failed.pool_count("wait_started") == 1);
        REQUIRE(failed.pool_count("wait_failed") == 1);
        CHECK(failed.pool.back().event.error == Errc::timeout);
        CHECK(failed.pool.back().event.waited >= 100ms);
        CHECK(failed.pool.back().event.waiting == 0);
        CHECK(failed.pool[failed.pool.size() - 2].event.waiting == 1);
    }
    const auto recorder = watched->monitor;
    watched.reset();
    const auto seen = recorder->seen();
    CHECK(seen.pool_count("checked_out") == seen.pool_count("returned"));
    CHECK(seen.created >= 1);
    CHECK(seen.open() == 0);
}

TEST_CASE("the watch over the servers is told from its beginning to its end") {
    const Server server;
    const auto   recorder = [&] {
        const Watched watched(server.uri());
        good(watched.db->collection("x").count());
        return watched.monitor;
    }();
    const auto seen = recorder->seen();
    CHECK(seen.server_count("topology opened") == 1);
    CHECK(seen.server_count("topology changed  ReplicaSetNoPrimary>ReplicaSetWithPrimary") == 1);
    CHECK(seen.server_count("opened 127.0.0.1") == 1);
    CHECK(seen.server_count("Unknown>RSPrimary") == 1);
    CHECK(seen.server_count("heartbeat 127.0.0.1") >= 1);
    CHECK(seen.server_count("topology closed") == 1);
    CHECK(seen.servers.front().starts_with("topology opened"));
    CHECK(seen.servers.back().starts_with("topology closed"));

    const Watched nobody("mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=200", Config{.lazy = true});
    CHECK(!nobody.db->collection("x").count().has_value());
    nobody.monitor->wait("a failed heartbeat", [](const auto& all) { return all.server_count("heartbeat failed 127.0.0.1:1") >= 1; });
}

TEST_CASE("the pool's minimum is connected without a call, and made good when connections break") {
    const Server  server;
    Proxy         proxy(server.uri());
    const Watched watched(proxy.uri(server.name(), "minPoolSize=4&serverSelectionTimeoutMS=5000"));
    auto&         monitor = *watched.monitor;
    monitor.wait("four connections", [](const auto& seen) { return seen.open() == 4; });
    proxy.break_all();  // but for the last one, perhaps, which may still be on its way
    monitor.wait("others in their place", [](const auto& seen) { return seen.closed >= 3 && seen.open() == 4; });
    good(watched.db->collection("x").count());
    CHECK(monitor.seen().open() == 4);
}

TEST_CASE("connections that a burst has left are closed when they were idle for too long, but for the minimum") {
    for (const int minimum : {0, 3}) {
        CAPTURE(minimum);
        const Server  server;
        const Watched watched(with_database(server.uri(), server.name(), "maxIdleTimeMS=200&minPoolSize=" + std::to_string(minimum)));
        const auto    c = watched.db->collection("burst");
        good(c.insert_many({doc("_id", 1), doc("_id", 2), doc("_id", 3)}));
        {
            std::vector<tenon::DocumentCursor> burst;
            for (int i = 0; i < 8; ++i) {
                burst.push_back(good(c.find({}, {.call = {.server = tenon::ServerOptions{.batch_size = 1}}})));
                good(burst.back().next());
            }
            CHECK(watched.monitor->seen().open() >= 8);
        }
        auto& monitor = *watched.monitor;
        if (minimum > 0) {
            // Who keeps the minimum closes the others, without a call.
            monitor.wait("the minimum", [&](const auto& seen) { return seen.open() <= minimum; });
            CHECK(monitor.seen().open() == minimum);
            continue;
        }
        // One caller at a time uses one connection.
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (monitor.seen().open() > 1 && std::chrono::steady_clock::now() < end) good(c.count());
        const auto seen = monitor.seen();
        CHECK(seen.open() == 1);
        CHECK(seen.pool.back().event.open == 1);
    }
}

TEST_CASE("the pool's minimum is logged in") {
    const char* guarded = std::getenv("TENON_MONGODB_AUTH_URI");
    REQUIRE_MESSAGE(guarded != nullptr, "TENON_MONGODB_AUTH_URI names the server of this test");
    const Watched watched(with_database(guarded, "shop", "appName=minimum"), Config{.pool = {.minimum = 3}});
    // open() logs the first one in.
    watched.monitor->wait("three logins", [](const auto& seen) { return seen.count("succeeded", "ping") >= 2 && seen.open() == 3; });
}
