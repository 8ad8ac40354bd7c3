// A deadline and a stop token end a call whatever comes in between: a stepdown, a connection that breaks or is never made.

#include <chrono>
#include <functional>
#include <stop_token>
#include <thread>

#include <tenon/store/monitor.hpp>

#include "proxy.hpp"
#include "server.hpp"
#include "support/done.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using support::done;
using namespace std::chrono_literals;
using tenon::Deadline;
using tenon::Outcome;
using tenon::bson::doc;

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds since(Clock::time_point began) { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began); }

/// Does something once, when a command of this name is sent.
class OnSend final : public tenon::Monitor {
public:
    OnSend(std::string command, std::function<void()> then) : command_(std::move(command)), then_(std::move(then)) {}
    void command_started(const tenon::CommandEvent& event) noexcept override {
        if (event.name == command_ && then_) std::exchange(then_, nullptr)();
    }

private:
    std::string           command_;
    std::function<void()> then_;
};

struct Verb {
    const char*                                                                   command;
    std::function<Result<void>(const tenon::Collection&, const tenon::CallOptions&)> run;
};

std::vector<Verb> verbs() {
    return {
        {"insert", [](const auto& c, const auto& call) { return done(c.insert(doc("_id", 100), call)); }},
        {"find", [](const auto& c, const auto& call) { return done(c.first(doc("n", 1), {.call = call})); }},
        {"findAndModify", [](const auto& c, const auto& call) { return done(c.find_and_update(doc("_id", 1), doc("$inc", doc("n", 1)), {.call = call})); }},
    };
}

}  // namespace

TEST_CASE("a call whose server steps down under it ends at its deadline") {
    for (const auto& verb : verbs()) {
        CAPTURE(std::string(verb.command));
        const Server  server;
        tenon::Config config;
        config.uri     = server.uri();
        config.monitor = std::make_shared<OnSend>(verb.command, [&] { REQUIRE(server.command("admin", R"({"replSetStepDown":4,"force":true})")); });
        const auto db    = good(tenon::open(config));
        const auto began = Clock::now();
        const auto done  = verb.run(db.collection("x"), {.deadline = Deadline::after(500ms)});
        const auto took  = since(began);
        while (!server.command("admin", R"({"replSetFreeze":0})")) std::this_thread::sleep_for(50ms);
        good(db.wait_until_ready(Deadline::after(20s)));
        REQUIRE(!done.has_value());
        CHECK(tenon::to_string(done.error().code) == "timeout");
        CHECK(took >= 480ms);
        CHECK(took < 1500ms);
    }
}

TEST_CASE("a call with time left goes on with the primary that is found after a stepdown") {
    for (const auto& verb : verbs()) {
        CAPTURE(std::string(verb.command));
        const Server  server;
        tenon::Config config;
        config.uri     = server.uri();
        config.monitor = std::make_shared<OnSend>(verb.command, [&] {
            REQUIRE(server.command("admin", R"({"replSetStepDown":4,"force":true})"));
            REQUIRE(server.command("admin", R"({"replSetFreeze":0})"));
        });
        const auto db = good(tenon::open(config));
        good(verb.run(db.collection("x"), {.deadline = Deadline::after(20s)}));
    }
}

TEST_CASE("a refusal by a server that stays what it was has the second attempt at once") {
    const Server server;
    const auto   db = server.open();
    for (const auto& verb : verbs()) {
        CAPTURE(std::string(verb.command));
        server.fail(R"([")" + std::string(verb.command) + R"("])", R"("errorCode":10107,"errorLabels":["RetryableWriteError"])");
        const auto began = Clock::now();
        good(verb.run(db.collection("x"), {.deadline = Deadline::after(5s)}));
        CHECK(server.stop_failing() == 1);
        CHECK(since(began) < 3s);
    }
}

TEST_CASE("a call whose connection breaks ends at its deadline where what takes new ones closes them") {
    for (const auto& verb : verbs()) {
        CAPTURE(std::string(verb.command));
        const Server  server;
        Proxy         proxy(server.uri());
        tenon::Config config;
        config.uri     = proxy.uri(server.name());
        config.monitor = std::make_shared<OnSend>(verb.command, [&] {
            proxy.treat_newcomers(Proxy::Newcomers::close);
            proxy.break_all();
        });
        const auto db    = good(tenon::open(config));
        const auto began = Clock::now();
        const auto done  = verb.run(db.collection("x"), {.deadline = Deadline::after(500ms)});
        CHECK(since(began) < 1500ms);
        proxy.treat_newcomers(Proxy::Newcomers::pass);
        REQUIRE(!done.has_value());
        CHECK((done.error().code == Errc::timeout || done.error().code == Errc::network));
    }
}

TEST_CASE("a connection whose server says nothing to its hello is given up: at the stop, the deadline, the connect timeout") {
    std::stop_source stop;
    struct Row {
        const char*                             code;
        std::chrono::milliseconds               at;
        std::function<tenon::CallOptions()>     call;
    };
    const Row rows[] = {
        {"cancelled", 300ms, [&] { return tenon::CallOptions{.stop = stop.get_token()}; }},
        {"timeout", 500ms, [] { return tenon::CallOptions{.deadline = Deadline::after(500ms)}; }},
        {"network", 2000ms, [] { return tenon::CallOptions{}; }},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.code));
        const Server  server;
        Proxy         proxy(server.uri());
        tenon::Config config;
        config.uri             = proxy.uri(server.name());
        config.connect_timeout = 2s;
        const auto db          = good(tenon::open(config));
        const auto c           = db.collection("x");
        const auto cursor = holding_a_connection(c);
        proxy.treat_newcomers(Proxy::Newcomers::hold);
        const std::jthread stops([&] {
            std::this_thread::sleep_for(300ms);
            stop.request_stop();
        });
        const auto began = Clock::now();
        const auto error = bad(c.insert(doc("_id", 1000), row.call()));
        const auto took  = since(began);
        proxy.treat_newcomers(Proxy::Newcomers::pass);
        CHECK(tenon::to_string(error.code) == row.code);
        CHECK(error.outcome == Outcome::none);
        CHECK(took >= row.at - 60ms);
        CHECK(took < row.at + 1s);
    }
}

TEST_CASE("close keeps its deadline while the pool's minimum is being connected") {
    const Server  server;
    Proxy         proxy(server.uri());
    tenon::Config config;
    config.uri             = proxy.uri(server.name());
    config.connect_timeout = 8s;
    const auto idle        = good(tenon::open(config));  // the proxy's own way to the server is there
    config.pool.minimum    = 20;
    config.lazy            = true;
    const auto db          = good(tenon::open(config));
    good(db.wait_until_ready(Deadline::after(10s)));
    proxy.treat_newcomers(Proxy::Newcomers::hold);
    std::this_thread::sleep_for(200ms);
    const auto began = Clock::now();
    (void)db.close(Deadline::after(300ms));
    CHECK(since(began) < 2s);
}
