// What is left on a server by a database that was closed: nothing.
#include <future>
#include <latch>
#include <thread>

#include "proxy.hpp"
#include "recorder.hpp"
#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Config;
using tenon::Deadline;
using tenon::bson::doc;

namespace {

Deadline ample() { return Deadline::after(20s); }

/// Looks at the server past the database under test.
class Eye {
public:
    explicit Eye(const Server& server) : name_(server.name()), db_(good(tenon::open(with_database(std::getenv("TENON_MONGODB_URI"), name_, "appName=eye")))) {}

    [[nodiscard]] std::int64_t connections() const { return count(doc("allUsers", true, "idleConnections", true), doc("appName", name_)); }
    [[nodiscard]] std::int64_t cursors() const {
        return count(doc("allUsers", true, "idleCursors", true), doc("type", "idleCursor", "ns", doc("$regex", "^" + name_)));
    }
    /// Until `number()` is `wanted`: the server notices the end of a connection when it gets to it.
    template <class Number>
    void wait(Number number, std::int64_t wanted) const {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (number() != wanted && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        CHECK(number() == wanted);
    }

private:
    [[nodiscard]] std::int64_t count(const tenon::bson::Document& what, const tenon::bson::Document& match) const {
        const std::vector<tenon::bson::Document> stages{doc("$currentOp", what), doc("$match", match), doc("$count", "n")};
        tenon::bson::Builder command;
        command.append("aggregate", 1).open_array("pipeline");
        for (const auto& stage : stages) command.push(stage);
        command.close().append("cursor", tenon::bson::Document());
        const auto reply = good(db_.command(good(command.finish()), {.admin = true}));
        return reply.at_path("cursor.firstBatch.0.n").to_int64().value_or(0);
    }

    std::string name_;
    Database    db_;
};

tenon::FindOptions in_twos() { return {.call = {.server = tenon::ServerOptions{.batch_size = 2}}}; }

}  // namespace

TEST_CASE("a closed database has neither connections nor cursors on its server, and its Monitor is told so") {
    const Server server;
    const Eye    eye(server);
    Config       config{.uri = server.uri()};
    const auto   monitor = std::make_shared<Recorder>();
    config.monitor       = monitor;
    config.pool.minimum  = 3;
    const auto db        = good(tenon::open(config));
    const auto c         = db.collection("c");
    for (int i = 0; i < 20; ++i) good(c.insert(doc("_id", i)));
    auto cursor  = good(c.find({}, in_twos()));
    auto dropped = std::make_unique<tenon::DocumentCursor>(good(c.find({}, in_twos())));
    auto changes = good(c.watch());
    good(cursor.next());
    good(dropped->next());
    monitor->wait("the minimum", [](const Recorder::Seen& seen) { return seen.open() >= 3; });
    CHECK(eye.connections() > 3);  // and those that watch the server
    CHECK(eye.cursors() >= 2);

    good(db.close(ample()));
    const auto seen = monitor->seen();
    CHECK(seen.open() == 0);
    CHECK(seen.pool_count("checked_out") == seen.pool_count("returned"));
    CHECK(seen.server_count("topology closed") == 1);
    eye.wait([&] { return eye.connections(); }, 0);
    eye.wait([&] { return eye.cursors(); }, 0);
    dropped.reset();
    CHECK(bad(cursor.next()).code == Errc::cancelled);
    CHECK(bad(changes.next()).code == Errc::cancelled);
    CHECK(db.capabilities().transactions);  // as last seen
    CHECK(monitor->seen().created == seen.created);  // the minimum is not made up
}

TEST_CASE("close lets a call on its way have its answer, and at the deadline leaves it alone") {
    const Server server;
    Config       config{.uri = server.uri()};
    const auto   monitor = std::make_shared<Recorder>();
    config.monitor       = monitor;
    const auto db        = good(tenon::open(config));
    const auto c         = db.collection("c");
    good(c.insert(doc("_id", 0)));
    server.fail(R"(["insert"])", R"("blockConnection":true,"blockTimeMS":1500)");
    auto call = std::async(std::launch::async, [&] { good(c.insert(doc("_id", 1))); });
    monitor->wait("the insert", [](const Recorder::Seen& seen) { return seen.count("started", "insert") == 2; });
    CHECK(bad(db.close(Deadline::after(50ms))).code == Errc::timeout);
    good(db.close(ample()));
    call.get();
    CHECK(good(server.open().collection("c").count()) == 2);
}

TEST_CASE("close ends a wait for a deployment that does not come") {
    // One that takes no connection, and one that takes it and says nothing.
    const Server server;
    for (const auto as : {Proxy::Newcomers::close, Proxy::Newcomers::hold}) {
        CAPTURE(static_cast<int>(as));
        Proxy proxy(server.uri());
        proxy.treat_newcomers(as);
        Config config{.uri = proxy.uri(server.name())};
        config.connect_timeout = 2s;
        config.lazy   = true;
        const auto db = good(tenon::open(config));
        std::latch begun(1);
        auto       wait = std::async(std::launch::async, [&] {
            begun.count_down();
            return bad(db.wait_until_ready(Deadline::after(15s)));
        });
        begun.wait();
        std::this_thread::sleep_for(100ms);  // until it waits; one that comes later is refused
        const auto began = std::chrono::steady_clock::now();
        good(db.close(ample()));
        CHECK(std::chrono::steady_clock::now() - began < 5s);
        const auto error = wait.get();
        CHECK(error.code == Errc::cancelled);
        CHECK(error.message == "the database is closed");
    }
}

TEST_CASE("a database that never met its server is closed at once, and a call that waits for one has its time") {
    Config config{.uri = "mongodb://127.0.0.1:1/shop"};
    config.lazy   = true;
    const auto db = good(tenon::open(config));
    std::latch begun(1);
    auto       call = std::async(std::launch::async, [&] {
        begun.count_down();
        return bad(db.collection("c").count({}, {.call = {.deadline = Deadline::after(500ms)}}));
    });
    begun.wait();
    const auto began = std::chrono::steady_clock::now();
    good(db.close(ample()));
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    const auto code = call.get().code;
    CHECK((code == Errc::network || code == Errc::timeout || code == Errc::cancelled));
    CHECK(db.health().problem == "the database is closed");
}
