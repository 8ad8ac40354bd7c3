// A server that is stopped (SIGSTOP) answers nothing and closes nothing: only the caller's own deadline ends a call on it.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "faults/server.hpp"
#include "support/done.hpp"
#include "support/mongod.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using support::Mongod;
using support::done;
using tenon::Deadline;
using tenon::Errc;
using tenon::field;
using tenon::Outcome;
using tenon::Repository;
using tenon::Result;
using tenon::Transaction;

namespace {

using Clock = std::chrono::steady_clock;

/// What a call needs, and the server that stops under it.
struct Place {
    const Mongod&               server;
    const tenon::Database&      db;
    const Repository<Account>&  accounts;
    const Account&              one;
    Deadline                    deadline{};

    void stop() const { server.freeze(); }
};

struct Row {
    const char* name;
    Outcome     outcome;
    std::function<Result<void>(const Place&)> run;  ///< stops the server and calls
};

const std::vector<Row>& rows() {
    static const std::vector<Row> all{
        {"get", Outcome::none, [](const Place& at) { at.stop(); return done(at.accounts.get(at.one.id, {.deadline = at.deadline})); }},
        {"find", Outcome::none, [](const Place& at) { at.stop(); return done(at.accounts.find().deadline(at.deadline).all()); }},
        {"count", Outcome::none, [](const Place& at) { at.stop(); return done(at.accounts.count({}, {.call = {.deadline = at.deadline}})); }},
        {"insert", Outcome::unknown, [](const Place& at) { at.stop(); return done(at.accounts.insert({.owner = "bob"}, {.deadline = at.deadline})); }},
        {"update", Outcome::unknown,
         [](const Place& at) { at.stop(); return done(at.accounts.update(at.one.id, tenon::inc<&Account::balance>(1), {.call = {.deadline = at.deadline}})); }},
        {"remove", Outcome::unknown, [](const Place& at) { at.stop(); return done(at.accounts.remove(at.one.id, {.call = {.deadline = at.deadline}})); }},
        {"distinct", Outcome::none,
         [](const Place& at) { at.stop(); return done(at.accounts.find().deadline(at.deadline).distinct<&Account::owner>()); }},
        {"aggregate", Outcome::none,
         [](const Place& at) -> Result<void> {
             at.stop();
             auto found = at.accounts.aggregate(tenon::pipeline<Account>().limit(1), {.call = {.deadline = at.deadline}});
             if (!found) return tenon::fail(std::move(found).error());
             return done(found->next());
         }},
        {"insert_many", Outcome::unknown,
         [](const Place& at) { at.stop(); return done(at.accounts.insert_many({{.owner = "x"}, {.owner = "y"}}, {.call = {.deadline = at.deadline}})); }},
        {"update_many", Outcome::unknown,
         [](const Place& at) {
             at.stop();
             return done(at.accounts.update_many(field<&Account::owner> == "ann", tenon::inc<&Account::balance>(1), {.call = {.deadline = at.deadline}}));
         }},
        {"find_and_update", Outcome::unknown,
         [](const Place& at) {
             at.stop();
             return done(at.accounts.find_and_update(field<&Account::id> == at.one.id, tenon::inc<&Account::balance>(1), {.call = {.deadline = at.deadline}}));
         }},
        {"save", Outcome::unknown, [](const Place& at) { at.stop(); return done(at.accounts.save(at.one, {.deadline = at.deadline})); }},
        {"bulk, ordered", Outcome::unknown,
         [](const Place& at) {
             at.stop();
             return done(at.accounts.bulk().insert({.owner = "x"}).remove(at.one.id).run({.call = {.deadline = at.deadline}}));
         }},
        {"bulk, unordered", Outcome::unknown,
         [](const Place& at) {
             at.stop();
             return done(at.accounts.bulk().insert({.owner = "x"}).remove(at.one.id).run({.ordered = false, .call = {.deadline = at.deadline}}));
         }},
        {"cursor next", Outcome::none,
         [](const Place& at) -> Result<void> {
             auto cursor = good(at.accounts.with({.batch_size = 2}).find().deadline(at.deadline).stream());
             at.stop();
             for (;;) {
                 auto next = cursor.next();
                 if (!next) return tenon::fail(std::move(next).error());
                 if (!*next) return {};
             }
         }},
        {"transaction, in its body", Outcome::none,
         [](const Place& at) {
             return at.db.transaction([&](Transaction& tx) -> Result<void> {
                 at.stop();
                 return done(at.accounts.in(tx).insert({.owner = "bob"}));
             }, {.deadline = at.deadline});
         }},
        {"transaction, at its commit", Outcome::unknown,
         [](const Place& at) {
             return at.db.transaction([&](Transaction& tx) -> Result<void> {
                 good(at.accounts.in(tx).insert({.owner = "bob"}));
                 at.stop();
                 return {};
             }, {.deadline = at.deadline});
         }},
        {"wait_until_ready", Outcome::none, [](const Place& at) { at.stop(); return at.db.wait_until_ready(at.deadline); }},
        {"health", Outcome::none,
         [](const Place& at) -> Result<void> {
             at.stop();
             const auto health = at.db.health(at.deadline);
             CHECK(health.status == tenon::HealthStatus::unhealthy);
             CHECK_FALSE(health.connected);
             CHECK(!health.problem.empty());
             return tenon::fail(Errc::timeout, health.problem);
         }},
    };
    return all;
}

}  // namespace

TEST_CASE("each call on a stopped server ends at its deadline with timeout, and works again when the server goes on") {
    const Mongod              server;
    const auto                db = opened(server.uri());
    const Repository<Account> accounts(db);
    constexpr auto            span = 1000ms;
    for (const auto& row : rows()) {
        INFO(std::string(row.name));
        const auto one = good(accounts.insert({.owner = "ann"}));
        good(accounts.insert_many(std::vector<Account>(9, Account{.owner = "many"})));
        const auto started = Clock::now();
        const auto ended   = row.run({server, db, accounts, one, Deadline::after(span)});
        const auto took    = Clock::now() - started;
        server.thaw();
        REQUIRE(!ended.has_value());
        CAPTURE(ended.error().to_string());
        CHECK(ended.error().code == Errc::timeout);
        CHECK(ended.error().outcome == row.outcome);
        CHECK(took >= span - 1ms);
        CHECK(took < 2 * span);  // an abort has a second of its own
        good(db.wait_until_ready(Deadline::after(20s)));
    }
}

TEST_CASE("an open on a stopped server ends with timeout when the time of its options is over") {
    const Mongod server;
    server.freeze();
    const auto started = Clock::now();
    const auto db      = tenon::open(server.uri("serverSelectionTimeoutMS=400&connectTimeoutMS=400"));
    CHECK(Clock::now() - started < 5s);
    server.thaw();
    REQUIRE(!db.has_value());
    CHECK(db.error().code == Errc::timeout);
    CHECK(db.error().message.find(server.host() + " did not answer") != std::string::npos);
}

TEST_CASE("calls still end with timeout when the monitors have given the stopped server up") {
    const Mongod              server;
    const auto                db = opened(server.uri("connectTimeoutMS=500&heartbeatFrequencyMS=500"));
    const Repository<Account> accounts(db);
    good(accounts.insert({.owner = "ann"}));
    server.freeze();
    bool       given_up = false;
    const auto until    = Clock::now() + 30s;
    while (!given_up && Clock::now() < until) {
        const auto ended = accounts.insert({.owner = "bob"}, {.deadline = Deadline::after(300ms)});
        REQUIRE(!ended.has_value());
        CAPTURE(ended.error().to_string());
        CHECK(ended.error().code == Errc::timeout);
        given_up = ended.error().message.find("did not answer") != std::string::npos;
    }
    CHECK(given_up);
    server.thaw();
    good(accounts.insert({.owner = "cid"}, {.deadline = Deadline::after(20s)}));
}

TEST_CASE("a database on a stopped server is closed within the deadline, with what its cursors hold") {
    const Mongod              server;
    const auto                db = opened(server.uri());
    const Repository<Account> accounts(db);
    good(accounts.insert_many(std::vector<Account>(9, Account{.owner = "many"})));
    std::vector<tenon::Stream<Account>> held;
    for (int i = 0; i < 5; ++i) held.push_back(good(accounts.with({.batch_size = 2}).find().stream()));
    const auto changes = good(accounts.watch());
    server.freeze();
    const auto started = Clock::now();
    const auto closed  = db.close(Deadline::after(2s));
    const auto took    = Clock::now() - started;
    server.thaw();
    good(closed);
    CHECK(took < 3s);
    CHECK(held[0].next().error().code == Errc::cancelled);
}
