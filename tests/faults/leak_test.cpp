// 100,000 cursors and sessions opened and closed: the server's counts return to where they were (LeakSanitizer sees to the client's side).

#include <chrono>
#include <thread>

#include "faults/server.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using tenon::field;
using tenon::Repository;

namespace {

constexpr int rounds = 50'000;  // of a cursor and of a session each

struct Counts {
    std::int64_t open_cursors = 0;
    std::int64_t connections  = 0;
    std::int64_t sessions     = 0;
};

Counts counts(const Admin& admin) {
    const auto   status = admin.run(R"({"serverStatus":1})");
    const auto   number = [&](std::string_view path) { return status.at_path(path).to_int64().value_or(-1); };
    return {number("metrics.cursor.open.total"), number("connections.current"), number("logicalSessionRecordCache.activeSessionsCount")};
}

}  // namespace

TEST_CASE("cursors and sessions that are closed leave nothing on the server") {
    const auto server = server_uri();
    const Admin admin(server);
    const auto  before = counts(admin);
    {
        const auto                db = opened(with_database(server, fresh_name("leak")));
        const Repository<Account> accounts(db);
        std::vector<Account>      many(10, Account{.owner = "ann"});
        good(accounts.insert_many(many));
        const auto small = accounts.with({.batch_size = 2});
        for (int i = 0; i < rounds; ++i) {
            auto cursor = small.find().stream();  // the server keeps it open behind its first batch
            REQUIRE(cursor.has_value());
            REQUIRE(good(cursor->next()).has_value());
        }
        for (int i = 0; i < rounds; ++i) {
            const auto done = db.transaction([&](tenon::Transaction& tx) -> tenon::Result<void> {
                auto read = accounts.in(tx).count(field<&Account::owner> == "bob", {.limit = 1});
                if (!read) return tenon::fail(read.error());
                return {};
            });
            REQUIRE(done.has_value());
        }
        const auto during = counts(admin);
        CHECK(during.open_cursors == before.open_cursors);
        CHECK(during.connections - before.connections <= 4);  // one for the calls and those that watch the topology
        CHECK(during.sessions - before.sessions <= 100);      // sessions are reused: not one for each transaction
        (void)db.collection("accounts").drop();
    }
    // The server hears of a closed socket when its own thread reads from it, which is after our close.
    auto       after = counts(admin);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (after.connections > before.connections && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        after = counts(admin);
    }
    CHECK(after.open_cursors == before.open_cursors);
    CHECK(after.connections <= before.connections);
}
