// Faults of a three-member set: a primary that steps down, a write with w:1 that is rolled back.

#include <chrono>
#include <thread>

#include "faults/server.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Deadline;
using tenon::field;
using tenon::Repository;

TEST_CASE("writes go on after the primary stepped down, and none that was acknowledged is lost") {
    const ReplicaSet          set("faults-step");
    const auto                db = opened(set.uri_of(fresh_name("faults"), "w=majority"));
    const Repository<Account> accounts(db);
    good(accounts.insert({.owner = "before"}));
    const int old = set.wait_for_primary();
    (void)Admin(ReplicaSet::direct(old)).run(R"({"replSetStepDown":10,"secondaryCatchUpPeriodSecs":5})");
    const auto started = std::chrono::steady_clock::now();
    good(accounts.insert({.owner = "after"}, {.deadline = Deadline::after(15s)}));
    CHECK(std::chrono::steady_clock::now() - started < 15s);
    CHECK(good(accounts.count()) == 2);
}

// Shown, not prevented: what w:1 acknowledges is on one member. MongoDB manual: Rollbacks During Replica Set Failover.
TEST_CASE("a write with w:1 can be rolled back after it was acknowledged, one with w:majority cannot") {
    const ReplicaSet          set("faults-rollback");
    const auto                name = fresh_name("faults");
    const auto                db   = opened(set.uri_of(name));
    const Repository<Account> accounts(db);
    const auto                safe = good(accounts.with({.write_concern = tenon::WriteConcern::majority()}).insert({.owner = "majority"}));

    const int primary = set.wait_for_primary();
    for (const int port : set.ports()) {  // the others no longer copy from the primary, but go on voting
        if (port != primary) (void)Admin(ReplicaSet::direct(port)).run(R"({"configureFailPoint":"stopReplProducer","mode":"alwaysOn"})");
    }
    const auto lost = good(accounts.with({.write_concern = tenon::WriteConcern{.w = 1}}).insert({.owner = "one"}));
    set.kill(primary);
    for (const int port : set.ports()) {
        if (port != primary) (void)Admin(ReplicaSet::direct(port)).run(R"({"configureFailPoint":"stopReplProducer","mode":"off"})");
    }
    (void)set.wait_for_primary(primary);
    // The new primary gets a write of its own, so that the old one's history is a branch.
    good(accounts.with({.write_concern = tenon::WriteConcern{.w = 1}}).insert({.owner = "later"}, {.deadline = Deadline::after(20s)}));
    set.restart(primary);
    set.wait_for_members();

    const auto gone = accounts.get(lost.id);
    REQUIRE(!gone.has_value());
    CHECK(gone.error().code == tenon::Errc::not_found);
    CHECK(good(accounts.get(safe.id)).owner == "majority");
}
