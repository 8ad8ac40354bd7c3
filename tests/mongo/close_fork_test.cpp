// What a child of fork() closes.
#include <atomic>
#include <future>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "mongo/log.hpp"
#include "recorder.hpp"
#include "server.hpp"
#include "support/forked.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Config;
using tenon::Deadline;
using tenon::bson::doc;

TEST_CASE("a child closes what is its own, while its parent's call is on its way") {
    const Server server;
    Config       config{.uri = server.uri()};
    const auto   monitor = std::make_shared<Recorder>();
    config.monitor       = monitor;
    const auto db        = good(tenon::open(config));
    const auto c         = db.collection("c");
    good(c.insert(doc("_id", 0)));
    server.fail(R"(["insert"])", R"("blockConnection":true,"blockTimeMS":3000)");
    auto call = std::async(std::launch::async, [&] { good(c.insert(doc("_id", 1))); });
    monitor->wait("the insert", [](const Recorder::Seen& seen) { return seen.count("started", "insert") == 2; });
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (!c.count()) std::_Exit(1);
        if (!db.close(Deadline::after(1s))) std::_Exit(2);
        std::_Exit(c.count() ? 3 : 0);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    call.get();
    CHECK(good(c.count()) == 2);
    good(db.close(Deadline::after(20s)));
}

TEST_CASE("a child opens a database with a log while a thread of its parent did") {
    struct Silent final : tenon::LogSink {
        void write(const tenon::LogEntry&) override {}
    };
    const auto        sink = std::make_shared<Silent>();
    const auto        db   = good(tenon::open(Config{.uri = "mongodb://127.0.0.1:1/x", .lazy = true}));  // from the first one on forks are minded
    std::atomic<bool> over{false};
    std::thread       opens([&] {
        while (!over) const tenon::mongo::LogTap tap(sink);
    });
    const int well = support::children_that_end_well(100, [&] {
        const tenon::mongo::LogTap tap(sink);
        return true;
    });
    over = true;
    opens.join();
    CHECK(well == 100);
}
