// Change streams as the engine runs them: what they outlast, when they give up, and what they leave on the server.
#include <atomic>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

#include <tenon/repository/run.hpp>

#include "server.hpp"
#include "support/mongod.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::ChangeCursor;
using tenon::Context;
using tenon::Deadline;
using tenon::FullDocument;
using tenon::Watch;
using tenon::bson::doc;

namespace {

using Clock   = std::chrono::steady_clock;
using Changes = std::unique_ptr<ChangeCursor>;

Result<Changes> try_watch(const Database& db, Watch op = {}, Context context = {}, const std::string& collection = "things") {
    auto reply = tenon::run(db, {.collection = collection, .operation = std::move(op), .context = std::move(context)});
    if (!reply) return tenon::fail(reply.error());
    return std::move(std::get<tenon::WatchReply>(*reply).changes);
}
Changes watch(const Database& db, Watch op = {}, Context context = {}) { return good(try_watch(db, std::move(op), std::move(context))); }

/// "insert 3", or "-" when nothing came in time.
std::string next(ChangeCursor& changes, std::chrono::milliseconds within = 5s) {
    const auto event = good(changes.next(Deadline::after(within)));
    if (!event) return "-";
    std::string out((*event)["operationType"].as_string());
    if (const auto n = event->at_path("documentKey._id").to_int64()) out += " " + std::to_string(*n);
    return out;
}

void insert(const Database& db, int from, int to) {
    for (int i = from; i <= to; ++i) good(db.collection("things").insert(doc("_id", i)));
}

std::int64_t server_count(const Server& server, const char* path) {
    const auto status = good(server.open().command(doc("serverStatus", 1), {.admin = true}));
    return status.at_path(path).to_int64().value_or(-1);
}

}  // namespace

TEST_CASE("events come in order, whatever the batches, of one collection or of the database") {
    const Server server;
    const auto   db = server.open();
    insert(db, 0, 0);
    Context small;
    small.server = std::make_shared<const tenon::ServerOptions>(tenon::ServerOptions{.comment = "small", .batch_size = 2});
    auto changes = watch(db, {}, small);
    auto all     = good(try_watch(db, {}, {}, ""));
    insert(db, 1, 5);
    good(db.collection("others").insert(doc("_id", 6)));
    for (int i = 1; i <= 5; ++i) {
        CHECK(next(*changes) == "insert " + std::to_string(i));
        CHECK(next(*all) == "insert " + std::to_string(i));
    }
    CHECK(next(*all) == "insert 6");
    CHECK(next(*changes, 50ms) == "-");
}

TEST_CASE("a stream outlasts what breaks it: every event comes once") {
    struct Row {
        const char* name;
        const char* commands;
        const char* effect;
        int         times;
    };
    const Row rows[] = {
        {"the connection is lost once", R"(["getMore"])", R"("closeConnection":true)", 1},
        {"the connection is lost again and again, on the way back, too", R"(["getMore","aggregate"])", R"("closeConnection":true)", 5},
        {"the server is primary no more", R"(["getMore"])", R"("errorCode":10107)", 1},
        {"the server shuts down", R"(["getMore","aggregate"])", R"("errorCode":91)", 4},
        {"the cursor is gone", R"(["getMore"])", R"("errorCode":43)", 1},
        {"what the server calls resumable", R"(["getMore"])", R"("errorCode":999,"errorLabels":["ResumableChangeStreamError"])", 1},
    };
    const Server server("heartbeatFrequencyMS=500");  // how soon the driver sees that a server is well, after all
    const auto   db = server.open();
    int          n  = 0;
    insert(db, 0, 0);
    for (const auto& row : rows) {
        CAPTURE(std::string(row.name));
        auto changes = watch(db);
        insert(db, n + 1, n + 2);
        CHECK(next(*changes) == "insert " + std::to_string(n + 1));
        server.fail(row.commands, row.effect, row.times);
        CHECK(next(*changes) == "insert " + std::to_string(n + 2));
        insert(db, n + 3, n + 3);
        CHECK(next(*changes) == "insert " + std::to_string(n + 3));
        CHECK(server.stop_failing() == row.times);
        CHECK(next(*changes, 30ms) == "-");
        n += 3;
    }
}

TEST_CASE("what no second try mends ends the stream, and every call says so") {
    struct Row {
        const char* effect;
        Errc        code;
    };
    const Row rows[] = {
        {R"("errorCode":286)", Errc::unsupported},  // ChangeStreamHistoryLost
        {R"("errorCode":13)", Errc::auth},
        {R"("errorCode":2)", Errc::invalid_argument},
        // After `timeout` a call may be tried again, so these are none: CursorKilled, MaxTimeMSExpired, NetworkInterfaceExceededTimeLimit, Interrupted.
        {R"("errorCode":237)", Errc::cancelled},
        {R"("errorCode":50)", Errc::cancelled},
        {R"("errorCode":202)", Errc::cancelled},
        {R"("errorCode":11601)", Errc::cancelled},
    };
    const Server server;
    const auto   db = server.open();
    for (const auto& row : rows) {
        CAPTURE(std::string(row.effect));
        auto changes = watch(db);
        server.fail(R"(["getMore"])", row.effect);
        const auto first = bad(changes->next(Deadline::after(5s)));
        CHECK(first.code == row.code);
        CHECK(server.stop_failing() == 1);
        const auto second = bad(changes->next(Deadline::after(5s)));
        CHECK(second.code == first.code);
        CHECK(second.message == first.message);
    }
}

TEST_CASE("a stream that cannot be resumed says so at the deadline, and goes on with a later call") {
    const Server server;
    const auto   db      = server.open();
    auto         changes = watch(db);
    insert(db, 1, 2);
    CHECK(next(*changes) == "insert 1");
    CHECK(next(*changes) == "insert 2");
    server.fail(R"(["getMore","aggregate"])", R"("errorCode":262)", 100000);  // ExceededTimeLimit
    const auto started = Clock::now();
    const auto error   = bad(changes->next(Deadline::after(400ms)));
    const auto took    = Clock::now() - started;
    CHECK(error.code == Errc::timeout);
    CHECK(took >= 350ms);
    CHECK(took < 1500ms);
    CHECK(server.stop_failing() > 1);
    insert(db, 3, 3);
    CHECK(next(*changes) == "insert 3");
}

TEST_CASE("a token starts another stream behind its event, a time at it") {
    const Server server;
    const auto   db      = server.open();
    auto         changes = watch(db);
    insert(db, 1, 3);
    CHECK(next(*changes) == "insert 1");
    const auto after_one = changes->resume_token();
    REQUIRE(!after_one.empty());
    const auto second = good(changes->next(Deadline::after(5s)));
    REQUIRE(second.has_value());
    const auto time_of_two = (*second)["clusterTime"].as_timestamp();

    auto resumed = watch(db, {.resume_after = after_one});
    CHECK(next(*resumed) == "insert 2");
    auto timed = watch(db, {.start_at = time_of_two});
    CHECK(next(*timed) == "insert 2");
    CHECK(next(*timed) == "insert 3");
    // An empty wait moves the token on, too.
    auto idle = watch(db);
    CHECK(next(*idle, 30ms) == "-");
    const auto before_four = idle->resume_token();
    REQUIRE(!before_four.empty());
    insert(db, 4, 4);
    auto later = watch(db, {.resume_after = before_four});
    CHECK(next(*later) == "insert 4");

    CHECK(bad(try_watch(db, {.resume_after = after_one, .start_at = time_of_two})).path == "start_at");
    CHECK(bad(try_watch(db, {.resume_after = doc("_data", "zz")})).code == Errc::invalid_argument);
}

TEST_CASE("a dropped collection ends the stream behind its invalidate event, whose token starts another one") {
    const Server server;
    const auto   db = server.open();
    insert(db, 1, 1);
    auto changes = watch(db);
    good(db.collection("things").drop());
    CHECK(next(*changes) == "drop");
    CHECK(next(*changes) == "invalidate");
    const auto token = changes->resume_token();
    CHECK(bad(changes->next(Deadline::after(1s))).code == Errc::invalid_argument);
    CHECK(bad(changes->next(Deadline::after(1s))).code == Errc::invalid_argument);
    auto again = watch(db, {.resume_after = token});
    // It may break before its first event, and behind it.
    for (const int n : {7, 8}) {
        server.fail(R"(["getMore"])", R"("closeConnection":true)");
        CHECK(next(*again, 1s) == "-");
        CHECK(server.stop_failing() == 1);
        insert(db, n, n);
        CHECK(next(*again) == "insert " + std::to_string(n));
    }
}

TEST_CASE("a wait without events ends at its deadline, and keeps the stream's connection") {
    const Server server;
    const auto   db      = server.open();
    auto         changes = watch(db);
    server.fail(R"(["aggregate"])", R"("errorCode":2)", 1000);  // a stream that is opened anew would meet it
    for (const auto span : {5ms, 50ms, 300ms}) {
        CAPTURE(span.count());
        const auto started = Clock::now();
        CHECK(next(*changes, span) == "-");
        const auto took = Clock::now() - started;
        if (span == 300ms) CHECK(took >= 150ms);
        CHECK(took < span + 500ms);
    }
    CHECK(!good(changes->next(Deadline{Clock::now()})).has_value());
    CHECK(server.stop_failing() == 0);
}

TEST_CASE("without a deadline a call is one wait of max_await") {
    const Server server;
    auto         changes = watch(server.open(), {.max_await = 200ms});
    const auto   started = Clock::now();
    CHECK(!good(changes->next({})).has_value());
    const auto took = Clock::now() - started;
    CHECK(took >= 150ms);
    CHECK(took < 1500ms);
}

TEST_CASE("a stop token ends a wait on the server") {
    const Server     server;
    std::stop_source source;
    Context          context;
    context.stop = source.get_token();
    auto         changes = watch(server.open(), {.max_await = 20s}, context);
    const auto   started = Clock::now();
    const auto   waits   = server_count(server, "metrics.commands.getMore.total");
    std::jthread stopper([&] {
        while (server_count(server, "metrics.commands.getMore.total") == waits) std::this_thread::yield();  // until it is under way
        source.request_stop();
    });
    CHECK(bad(changes->next({})).code == Errc::cancelled);
    CHECK(Clock::now() - started < 5s);
    CHECK(bad(changes->next({})).code == Errc::cancelled);
}

TEST_CASE("on a server that is stopped a call ends at its deadline, and the stream goes on when the server does") {
    const support::Mongod mongod;
    const auto            db      = good(tenon::open(mongod.uri()));
    auto                  changes = watch(db);
    insert(db, 1, 1);
    CHECK(next(*changes) == "insert 1");
    mongod.freeze();
    const auto started = Clock::now();
    const auto error   = bad(changes->next(Deadline::after(500ms)));
    const auto took    = Clock::now() - started;
    CHECK(error.code == Errc::timeout);
    CHECK(took < 1s);
    const auto again = bad(changes->next(Deadline::after(500ms)));
    CHECK((again.code == Errc::timeout || again.code == Errc::network));
    CHECK(Clock::now() - started < 2500ms);
    mongod.thaw();
    insert(db, 2, 2);
    CHECK(next(*changes, 20s) == "insert 2");
}

TEST_CASE("a stream that is dropped frees its cursor on the server and its client in the pool") {
    const Server server("maxPoolSize=2");
    const auto   db     = server.open();
    const auto   before = server_count(server, "metrics.cursor.open.total");
    for (int i = 0; i < 20; ++i) {
        auto changes = watch(db);
        CHECK(next(*changes, 5ms) == "-");
    }
    CHECK(server_count(server, "metrics.cursor.open.total") <= before);
}

TEST_CASE("what cannot be watched is said before anything is opened") {
    const Server server;
    const auto   db = server.open();
    CHECK(bad(try_watch(db, {.before_change = FullDocument::update_lookup})).path == "before_change");
    CHECK(bad(try_watch(db, {.max_await = 0ms})).path == "max_await");
    CHECK(bad(try_watch(db, {.pipeline = {json(R"({"$grou":{}})")}})).code == Errc::invalid_argument);
    const support::Mongod alone(support::Mongod::Kind::standalone);
    const auto            error = bad(try_watch(good(tenon::open("mongodb://" + alone.host() + "/test"))));
    CHECK(error.code == Errc::unsupported);
    CHECK(error.message.find("standalone") != std::string::npos);
}

TEST_CASE("a pipeline that takes the token from events is the caller's mistake") {
    const Server server;
    const auto   db      = server.open();
    auto         changes = watch(db, {.pipeline = {json(R"({"$project":{"_id":0}})")}});
    insert(db, 1, 1);
    const auto error = bad(changes->next(Deadline::after(5s)));
    CHECK(error.code == Errc::invalid_argument);
}
