// A "mongodb+srv://" URI whose name server does not answer: calls wait within their deadlines, and close does not wait at all.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stop_token>
#include <thread>

#include <doctest/doctest.h>

#include "mongo/health.hpp"
#include "mongo/pool.hpp"

using namespace tenon;         // NOLINT(google-build-using-namespace)
using namespace tenon::mongo;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

Config config_of(const char* uri) {
    Config config;
    config.uri  = uri;
    config.lazy = true;
    return config;
}

/// In the driver's stead: looks up until it is told what it finds.
struct NameServer {
    std::promise<bool>       answer{};
    std::shared_future<bool> answered = answer.get_future().share();
    std::atomic<int>         asked{0};

    [[nodiscard]] static MadeClients found(bool there) {
        if (!there) return fail(Errc::network, "no SRV record", "uri");
        // No check of doctest's here: nobody joins this thread, and it may still be about when the test is over.
        auto settings = settings_of(config_of("mongodb://127.0.0.1:1/shop"));
        if (!settings) return fail(std::move(settings).error());
        return Clients::make(std::move(*settings));
    }
};

/// Until the lookups' threads, which nobody joins, have let go of what they share with the test: all but `holders` of it.
void await_lookups(const std::shared_ptr<NameServer>& names, long holders) {
    const auto end = Clock::now() + 20s;
    while (names.use_count() > holders && Clock::now() < end) std::this_thread::sleep_for(1ms);
    CHECK(names.use_count() == holders);
}

struct Place {
    std::shared_ptr<NameServer> names = std::make_shared<NameServer>();
    std::shared_ptr<Pool>       pool  = [this] {
        auto made = Pool::make(config_of("mongodb+srv://cluster.no-such.invalid/shop"), [names = names](const auto&) {
            ++names->asked;
            return NameServer::found(names->answered.get());
        });
        REQUIRE(made.has_value());
        return std::move(*made);
    }();

    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        pool.reset();
        if (names->answered.wait_for(0s) == std::future_status::ready) await_lookups(names, 1);
    }
};

Context until(std::chrono::milliseconds span) {
    Context context;
    context.deadline = Deadline::after(span);
    return context;
}

}  // namespace

TEST_CASE("while the name server says nothing a lazy open returns, and each call ends at its own deadline") {
    const auto  began = Clock::now();
    const Place at;
    CHECK(Clock::now() - began < 3s);

    auto patient = std::async(std::launch::async, [&] { return at.pool->lease(until(4s)); });
    const auto started = Clock::now();
    const auto lease   = at.pool->lease(until(200ms));
    const auto took    = Clock::now() - started;
    REQUIRE(!lease.has_value());
    CHECK(lease.error().code == Errc::network);
    CHECK(lease.error().outcome == Outcome::none);
    CHECK(lease.error().message.find("SRV record") != std::string::npos);
    CHECK(took >= 200ms);
    CHECK(took < 2s);
    CHECK(health_of(*at.pool, Deadline::after(100ms)).problem.find("SRV record") != std::string::npos);
    CHECK(at.pool->capabilities().engine == "mongodb");
    CHECK(Clock::now() - started < 3s);
    CHECK(at.names->asked == 1);

    at.names->answer.set_value(true);
    const auto clients = at.pool->clients(Deadline::after(20s), {});
    REQUIRE(clients.has_value());
    CHECK(at.pool->clients({}, {}).value() == *clients);
    CHECK(!patient.get().has_value());  // no server is there
    (void)at.pool->close(Deadline::after(5s));
    CHECK(at.names->asked == 1);
}

TEST_CASE("a caller that asks to stop does not wait for the name server") {
    const Place      at;
    std::stop_source stop;
    auto             context = until(20s);
    context.stop             = stop.get_token();
    auto       waits         = std::async(std::launch::async, [&] { return at.pool->lease(context); });
    const auto started       = Clock::now();
    stop.request_stop();
    CHECK(waits.get().error().code == Errc::cancelled);
    CHECK(Clock::now() - started < 5s);
    at.names->answer.set_value(false);
}

TEST_CASE("close does not wait for the name server, and ends those that do") {
    for (const bool there : {false, true}) {
        CAPTURE(there);
        const Place at;
        auto        waits   = std::async(std::launch::async, [&] { return at.pool->lease(until(20s)); });
        const auto  started = Clock::now();
        CHECK(at.pool->close(Deadline::after(5s)).has_value());
        CHECK(waits.get().error().code == Errc::cancelled);
        CHECK(Clock::now() - started < 3s);
        at.names->answer.set_value(there);
        CHECK(at.pool->lease(until(1s)).error().code == Errc::cancelled);
    }
}

TEST_CASE("an SRV record that was not there is looked up again by the next call") {
    const Place at;
    at.names->answer.set_value(false);
    // The first call may still find the lookup that the open began.
    CHECK(at.pool->lease(until(20s)).error().message == "no SRV record");
    const int before = at.names->asked;
    for (int more = 1; more <= 2; ++more) {
        CHECK(at.pool->lease(until(20s)).error().message == "no SRV record");
        CHECK(at.names->asked == before + more);
    }
}

TEST_CASE("who is told of the making of clients may ask the pool") {
    struct Asked {
        Pool*            pool  = nullptr;
        std::atomic<int> times = 0;
    };
    const auto asked = std::make_shared<Asked>();
    auto       made  = Pool::make(config_of("mongodb://127.0.0.1:1/shop"), [asked](const auto&) {
        if (asked->times++ == 0) return NameServer::found(false);  // of the lazy open
        // As a LogSink and a Monitor do, which the driver tells its first events by then.
        if (asked->pool->capabilities().engine != "mongodb") return NameServer::found(false);
        return NameServer::found(true);
    });
    REQUIRE(made.has_value());
    asked->pool = made->get();
    auto done   = std::make_shared<std::promise<bool>>();
    auto came   = done->get_future();
    std::thread([pool = *made, done] { done->set_value(pool->clients(Deadline::after(5s), {}).has_value()); }).detach();
    REQUIRE(came.wait_for(20s) == std::future_status::ready);
    CHECK(came.get());
    CHECK(asked->times == 2);
}

TEST_CASE("a pool may end while its lookup hangs") {
    std::shared_ptr<NameServer> names;
    {
        const Place at;
        names = at.names;
    }
    names->answer.set_value(true);
    await_lookups(names, 1);
}
