// A service that starts before its server does: a lazy open, calls that fail at their deadline, and a recovery that nobody has to ask for.

#include <chrono>

#include "faults/server.hpp"
#include "support/mongod.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using support::Mongod;
using tenon::Deadline;
using tenon::Errc;
using tenon::Repository;

namespace {

using Clock = std::chrono::steady_clock;

tenon::Config lazy(std::string uri) {
    tenon::Config config;
    config.uri  = std::move(uri);
    config.lazy = true;
    return config;
}

}  // namespace

TEST_CASE("a lazy open needs no server: calls answer network at their deadline, and work once there is one") {
    Mongod     server(Mongod::Start::later);
    auto       started = Clock::now();
    const auto db      = good(tenon::open(lazy(server.uri())));
    CHECK(Clock::now() - started < 2s);

    const Repository<Account> accounts(db);
    started           = Clock::now();
    const auto failed = accounts.insert({.owner = "early"}, {.deadline = Deadline::after(300ms)});
    const auto took   = Clock::now() - started;
    REQUIRE(!failed.has_value());
    CHECK(failed.error().code == Errc::network);
    CHECK(failed.error().outcome == tenon::Outcome::none);
    CHECK(took >= 300ms);
    CHECK(took < 1500ms);

    const auto waited = db.wait_until_ready(Deadline::after(300ms));
    REQUIRE(!waited.has_value());
    CHECK(waited.error().code == Errc::network);

    server.start();
    good(db.wait_until_ready(Deadline::after(20s)));
    good(accounts.insert({.owner = "late"}));
    CHECK(good(accounts.count()) == 1);
}

TEST_CASE("a call that waits for a server goes on as soon as there is one") {
    Mongod     server(Mongod::Start::later);
    const auto db = good(tenon::open(lazy(server.uri())));
    tenon::Result<Account> saved = tenon::fail(Errc::network, "not tried");
    std::thread caller([&] { saved = Repository<Account>(db).insert({.owner = "patient"}, {.deadline = Deadline::after(40s)}); });
    server.start();
    caller.join();
    good(std::move(saved));
}

TEST_CASE("a lazy open still says at once what no server can mend, and waiting what the login cannot") {
    CHECK(tenon::open(lazy("mongodb://127.0.0.1:1/")).error().code == Errc::invalid_argument);
    CHECK(tenon::open(lazy("mongodb://127.0.0.1:1/shop?minPoolSize=9&maxPoolSize=3")).error().code == Errc::invalid_argument);
    good(tenon::open(lazy("mongodb+srv://cluster.no-such.invalid/shop")));

    auto uri = with_database(server_uri(), "shop");
    uri.insert(uri.find("://") + 3, "nobody:wr0ng@");
    const auto db     = good(tenon::open(lazy(uri)));
    const auto waited = db.wait_until_ready(Deadline::after(20s));
    REQUIRE(!waited.has_value());
    CHECK(waited.error().code == Errc::auth);
    CHECK(waited.error().to_string().find("wr0ng") == std::string::npos);
}
