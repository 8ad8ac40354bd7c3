// The retry policy against failures that a real server makes. The driver's own second attempts are off in the URI, so that what
// is counted is ours; the last test has them on.
#include <chrono>
#include <functional>

#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::CallOptions;
using tenon::Collection;
using tenon::Deadline;
using tenon::Outcome;
using tenon::RetryBudget;
using tenon::RetryPolicy;
using tenon::bson::doc;

namespace {

constexpr const char* once_each   = "retryWrites=false&retryReads=false";
constexpr const char* not_primary = R"("errorCode":10107)";  // NotWritablePrimary: refused before anything was written
constexpr const char* broken      = R"("closeConnection":true)";

RetryPolicy at_most(std::uint32_t attempts) { return {.attempts = attempts, .initial_backoff = 1ms, .maximum_backoff = 10ms}; }

Collection with_attempts(const Server& server, std::uint32_t attempts, RetryBudget budget = {}) {
    tenon::Config config;
    config.uri          = server.uri();
    config.retry        = at_most(attempts);
    config.retry_budget = budget;
    return good(tenon::open(config)).collection("things");
}

std::int64_t number_of(const Collection& things) {
    const auto one = good(things.get(1));
    return one["n"].to_int64().value_or(-1);
}

}  // namespace

TEST_CASE("an insert that the server refused is tried again as often as the policy says") {
    const Server server(once_each);
    const auto   three = with_attempts(server, 3);
    const auto   four  = with_attempts(server, 4);
    good(four.insert(doc("_id", 1, "n", 0)));

    server.fail(R"(["insert"])", not_primary, 3);
    const auto refused = bad(three.insert(doc("_id", 2)));
    CHECK(refused.code == Errc::transient);
    CHECK(refused.outcome == Outcome::none);
    CHECK(server.stop_failing() == 3);
    CHECK(good(four.count(doc("_id", 2))) == 0);

    server.fail(R"(["insert"])", not_primary, 3);
    good(four.insert(doc("_id", 2)));
    CHECK(server.stop_failing() == 3);
    CHECK(good(four.count(doc("_id", 2))) == 1);
}

TEST_CASE("what may have been applied is repeated only where that can do no harm") {
    struct Row {
        const char*                                    name;
        const char*                                    commands;
        bool                                           repeated;
        std::function<Result<void>(const Collection&)> call;
    };
    const auto only = [](auto result) -> Result<void> {
        if (!result) return tenon::fail(std::move(result).error());
        return {};
    };
    const auto read = [](auto cursor) -> Result<void> {
        if (!cursor) return tenon::fail(std::move(cursor).error());
        for (;;) {
            auto next = cursor->next();
            if (!next) return tenon::fail(std::move(next).error());
            if (!*next) return {};
        }
    };
    const auto id    = doc("_id", 1);
    const auto raise = doc("$inc", doc("n", 1));
    const auto put   = doc("$set", doc("n", 7));
    const Row  rows[] = {
        {"find", R"(["find"])", true, [&](const auto& c) { return read(c.find({})); }},
        {"get", R"(["find"])", true, [&](const auto& c) { return only(c.get(1)); }},
        {"aggregate", R"(["aggregate"])", true, [&](const auto& c) { return read(c.aggregate({doc("$match", doc("n", 0))})); }},
        {"count", R"(["aggregate"])", true, [&](const auto& c) { return only(c.count()); }},
        {"distinct", R"(["distinct"])", true, [&](const auto& c) { return only(c.distinct("n")); }},
        {"set by id", R"(["update"])", true, [&](const auto& c) { return only(c.update_one(id, put)); }},
        {"replace by id", R"(["update"])", true, [&](const auto& c) { return only(c.replace_one(id, doc("n", 7))); }},
        {"find and set", R"(["findAndModify"])", true, [&](const auto& c) { return only(c.find_and_update(id, put)); }},
        {"remove by id", R"(["delete"])", true, [&](const auto& c) { return only(c.remove_one(id)); }},
        {"insert", R"(["insert"])", false, [&](const auto& c) { return only(c.insert(doc("_id", 2))); }},
        {"inc by id", R"(["update"])", false, [&](const auto& c) { return only(c.update_one(id, raise)); }},
        {"find and inc", R"(["findAndModify"])", false, [&](const auto& c) { return only(c.find_and_update(id, raise)); }},
        {"set by another field", R"(["update"])", false, [&](const auto& c) { return only(c.update_one(doc("n", 0), put)); }},
        {"set of many", R"(["update"])", false, [&](const auto& c) { return only(c.update_many(id, put)); }},
        {"find and remove", R"(["findAndModify"])", false, [&](const auto& c) { return only(c.find_and_remove(id)); }},
        {"$out", R"(["aggregate"])", false, [&](const auto& c) { return read(c.aggregate({doc("$out", "copy")})); }},
    };
    const Server server(once_each);
    const auto   things = with_attempts(server, 4, {.reserve = 1000});
    for (const auto& row : rows) {
        INFO(std::string(row.name));
        good(things.remove_many({}));
        good(things.insert(doc("_id", 1, "n", 0)));
        server.fail(row.commands, broken);
        const auto result = row.call(things);
        CHECK(server.stop_failing() == 1);
        CHECK(result.has_value() == row.repeated);
        if (!result) CHECK(result.error().outcome == Outcome::unknown);
    }
}

TEST_CASE("a command is sent once") {
    const Server  server(once_each);
    tenon::Config config;
    config.uri    = server.uri();
    config.retry  = at_most(4);
    const auto db = good(tenon::open(config));
    server.fail(R"(["dbStats"])", not_primary, 2);
    CHECK(bad(db.command(doc("dbStats", 1))).code == Errc::transient);
    CHECK(server.stop_failing() == 1);
}

TEST_CASE("a counter whose raise may have been applied is not raised twice") {
    const Server server(once_each);
    const auto   things = with_attempts(server, 4);
    good(things.insert(doc("_id", 1, "n", 0)));
    // Applied, and then the primary stepped down while the others were waited for.
    server.fail(R"(["update"])", R"("writeConcernError":{"code":11602,"errmsg":"stepped down"})");
    const auto open = bad(things.update_one(doc("_id", 1), doc("$inc", doc("n", 1))));
    CHECK(open.outcome == Outcome::unknown);
    CHECK(number_of(things) == 1);
    server.fail(R"(["update"])", R"("writeConcernError":{"code":11602,"errmsg":"stepped down"})");
    good(things.update_one(doc("_id", 1), doc("$set", doc("n", 5))));
    CHECK(number_of(things) == 5);
}

TEST_CASE("a removal that was applied before its answer was lost is no not_found") {
    const Server server(once_each);
    const auto   things = with_attempts(server, 4);
    good(things.insert(doc("_id", 1)));
    server.fail(R"(["delete"])", R"("writeConcernError":{"code":11602,"errmsg":"stepped down"})");
    const auto open = bad(things.remove(1));
    CHECK(open.code == Errc::transient);
    CHECK(open.outcome == Outcome::unknown);
    CHECK(good(things.count()) == 0);
    CHECK(bad(things.remove(1)).code == Errc::not_found);
}

TEST_CASE("a spent budget ends the repetitions of all calls, and calls save it up again") {
    const Server server(once_each);
    const auto   things = with_attempts(server, 4, {.ratio = 0.5, .reserve = 2});
    good(things.insert(doc("_id", 1)));
    server.fail(R"(["find"])", not_primary, 100);
    CHECK(bad(things.get(1)).code == Errc::transient);
    CHECK(server.stop_failing() == 3);
    server.fail(R"(["find"])", not_primary, 1);
    CHECK(bad(things.get(1)).message.find("budget") != std::string::npos);
    for (int i = 0; i < 2; ++i) good(things.get(1));
    server.fail(R"(["find"])", not_primary, 1);
    good(things.get(1));
}

TEST_CASE("the deadline bounds all attempts and the pauses between them") {
    const Server  server(once_each);
    tenon::Config config;
    config.uri                  = server.uri();
    config.retry                = {.attempts = 1'000'000, .initial_backoff = 20ms, .maximum_backoff = 20ms};
    config.retry_budget.reserve = 1'000'000;
    const auto things           = good(tenon::open(config)).collection("things");
    good(things.insert(doc("_id", 1)));
    server.fail(R"(["find"])", not_primary, 1'000'000);
    const auto begun = std::chrono::steady_clock::now();
    const auto late  = bad(things.get(1, {.deadline = Deadline::after(1s)}));
    const auto took  = std::chrono::steady_clock::now() - begun;
    CHECK((late.code == Errc::transient || late.code == Errc::timeout));
    CHECK(took < 1500ms);
    CHECK(took > 900ms);
    CHECK(server.stop_failing() > 1);
}

TEST_CASE("a call and a repository have policies of their own") {
    const Server server(once_each);
    const auto   things = with_attempts(server, 1);
    good(things.insert(doc("_id", 1)));
    const auto refused = [&] { server.fail(R"(["find"])", not_primary, 1); };
    refused();
    CHECK(bad(things.get(1)).code == Errc::transient);
    refused();
    good(things.get(1, {.server = tenon::ServerOptions{.retry = at_most(2)}}));
    refused();
    good(things.with({.retry = at_most(2)}).get(1));
    refused();
    CHECK(!things.with({.retry = at_most(2)}).get(1, {.server = tenon::ServerOptions{.retry = RetryPolicy{}}}).has_value());
}

TEST_CASE("inside a transaction a call is not repeated; the body is") {
    const Server  server(once_each);
    tenon::Config config;
    config.uri   = server.uri();
    config.retry = at_most(4);
    const auto db     = good(tenon::open(config));
    const auto things = db.collection("things");
    good(things.insert(doc("_id", 1, "n", 0)));
    server.fail(R"(["update"])", R"("errorCode":112)");
    int runs = 0;
    good(db.transaction([&](tenon::Transaction& tx) -> Result<void> {
        ++runs;
        auto done = things.in(tx).update_one(doc("_id", 1), doc("$inc", doc("n", 1)));
        if (!done) return tenon::fail(std::move(done).error());
        return {};
    }));
    CHECK(runs == 2);
    CHECK(number_of(things) == 1);
}

TEST_CASE("a second attempt of the driver's that is refused leaves open what came of the first") {
    const Server server("retryWrites=true");
    const auto   things = with_attempts(server, 4);
    good(things.insert(doc("_id", 1, "n", 0)));
    // A primary that steps down may have written before it did.
    server.fail(R"(["update"])", R"("errorCode":189)", 2);
    const auto open = bad(things.update_one(doc("_id", 1), doc("$inc", doc("n", 1))));
    CHECK(open.code == Errc::transient);
    CHECK(open.outcome == Outcome::unknown);
    CHECK(server.stop_failing() == 2);
    server.fail(R"(["update"])", R"("errorCode":189)", 3);
    good(things.update_one(doc("_id", 1), doc("$set", doc("n", 3))));
    CHECK(server.stop_failing() == 3);
    CHECK(number_of(things) == 3);
    // Two members that are not the primary did not, and what cannot be done twice is run again.
    server.fail(R"(["update"])", not_primary, 3);
    good(things.update_one(doc("_id", 1), doc("$inc", doc("n", 1))));
    CHECK(server.stop_failing() == 3);
    CHECK(number_of(things) == 4);
}
