// What is run again, and when: the decision as a table, and the layer over a store that answers as it was told to. A real server
// fails in the same ways in tests/mongo/retry_policy_test.cpp.
#include "repository/middleware/retry.hpp"

#include <deque>
#include <functional>
#include <limits>
#include <thread>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>

#include "bare_store.hpp"
#include "json.hpp"

using namespace tenon;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using repository::may_repeat;
using repository::Repeat;
using repository::repeatable;

namespace {

class Scripted final : public BareStore {
public:
    Result<Reply> run(Request request, Session&) override {
        ++runs;
        if (const auto* insert = std::get_if<Insert>(&request.operation)) documents.push_back(insert->documents.size());
        if (on_run) on_run();
        if (answers.empty()) return Reply(reply);
        Error next = std::move(answers.front());
        answers.pop_front();
        return fail(std::move(next));
    }

    std::deque<Error>        answers{};  // then it succeeds
    DeleteReply              reply{1};
    std::function<void()>    on_run{};
    std::vector<std::size_t> documents{};  // of each insert that came
    int                      runs = 0;
};

struct Plain final : Session {};
struct Open final : Session {
    [[nodiscard]] bool in_transaction() const noexcept override { return true; }
};

Error failed(Errc code, Outcome outcome = Outcome::none) {
    Error error{code, "as told"};
    error.outcome = outcome;
    return error;
}

const RetryPolicy four{.attempts = 4, .initial_backoff = 0ms, .maximum_backoff = 0ms};

/// The layer over a scripted store, with a policy of the database's.
struct Layer {
    explicit Layer(const RetryPolicy& policy = four, const RetryBudget& budget = {})
        : retry(engine, [&] {
              Config config;
              config.retry        = policy;
              config.retry_budget = budget;
              return config;
          }()) {}

    Result<Reply> run(Operation operation, Context context = {}) {
        return retry.run(Request{"things", std::move(operation), &model, std::move(context)}, plain);
    }
    void will_fail(int times, const Error& error = failed(Errc::transient)) { engine->answers.assign(static_cast<std::size_t>(times), error); }

    std::shared_ptr<Scripted> engine = std::make_shared<Scripted>();
    repository::Retry         retry;
    ModelInfo                 model{};
    Plain                     plain{};
};

Operation insert_one() { return Insert{{bson::doc("_id", 1)}}; }

}  // namespace

TEST_CASE("what may be run again") {
    const auto find_and = [](FindAndModify::Kind kind, const char* change, bool after = true) {
        FindAndModify op;
        op.kind         = kind;
        op.filter       = parsed(R"({"_id":1})");
        op.change       = parsed(change);
        op.return_after = after;
        return op;
    };
    const auto update = [](const char* filter, const char* change) { return Update{parsed(filter), parsed(change)}; };
    using Kind        = FindAndModify::Kind;
    struct Row {
        const char* name;
        Operation   operation;
        Repeat      want;
    };
    const Row rows[] = {
        {"find", Find{}, Repeat::always},
        {"insert", insert_one(), Repeat::if_nothing_done},
        {"set by id", update(R"({"_id":1})", R"({"$set":{"a":1},"$unset":{"b":1},"$max":{"c":2},"$addToSet":{"d":1},"$pull":{"e":1}})"), Repeat::always},
        {"set by $eq of an id", update(R"({"_id":{"$eq":1}})", R"({"$set":{"a":1}})"), Repeat::always},
        {"set by a document as id", update(R"({"_id":{"t":"acme","v":1}})", R"({"$set":{"a":1}})"), Repeat::always},
        {"inc", update(R"({"_id":1})", R"({"$inc":{"a":1}})"), Repeat::if_nothing_done},
        {"set and inc, as of a versioned model", update(R"({"_id":1})", R"({"$set":{"a":1},"$inc":{"version":1}})"), Repeat::if_nothing_done},
        {"push", update(R"({"_id":1})", R"({"$push":{"a":1}})"), Repeat::if_nothing_done},
        {"mul", update(R"({"_id":1})", R"({"$mul":{"a":1}})"), Repeat::if_nothing_done},
        {"pop", update(R"({"_id":1})", R"({"$pop":{"a":1}})"), Repeat::if_nothing_done},
        {"bit", update(R"({"_id":1})", R"({"$bit":{"a":{"xor":1}}})"), Repeat::if_nothing_done},
        {"current date", update(R"({"_id":1})", R"({"$currentDate":{"a":true}})"), Repeat::if_nothing_done},
        {"an operator not known here", update(R"({"_id":1})", R"({"$new":{"a":1}})"), Repeat::if_nothing_done},
        {"set by a version", update(R"({"_id":1,"version":3})", R"({"$set":{"a":1}})"), Repeat::if_nothing_done},
        {"set by another field", update(R"({"n":1})", R"({"$set":{"a":1}})"), Repeat::if_nothing_done},
        {"set by several ids", update(R"({"_id":{"$in":[1,2]}})", R"({"$set":{"a":1}})"), Repeat::if_nothing_done},
        {"set of many", Update{parsed(R"({"_id":1})"), parsed(R"({"$set":{"a":1}})"), {}, true}, Repeat::if_nothing_done},
        {"upsert", Update{parsed(R"({"_id":1})"), parsed(R"({"$set":{"a":1}})"), {}, false, true}, Repeat::if_nothing_done},
        {"set of chosen elements", Update{parsed(R"({"_id":1})"), parsed(R"({"$set":{"a.$[x]":1}})"), {parsed(R"({"x":2})")}}, Repeat::if_nothing_done},
        {"replace by id", Replace{parsed(R"({"_id":1})"), parsed(R"({"a":1})")}, Repeat::always},
        {"replace by version", Replace{parsed(R"({"_id":1,"version":3})"), parsed(R"({"a":1})")}, Repeat::if_nothing_done},
        {"replacing upsert", Replace{parsed(R"({"_id":1})"), parsed(R"({"a":1})"), true}, Repeat::if_nothing_done},
        {"delete by id", Delete{parsed(R"({"_id":1})")}, Repeat::always},
        {"delete by another field", Delete{parsed(R"({"n":1})")}, Repeat::if_nothing_done},
        {"delete of many", Delete{parsed(R"({"_id":1})"), true}, Repeat::if_nothing_done},
        {"restore", Restore{}, Repeat::never},
        {"find and set", find_and(Kind::update, R"({"$set":{"a":1}})"), Repeat::always},
        {"find and set, the document before", find_and(Kind::update, R"({"$set":{"a":1}})", false), Repeat::if_nothing_done},
        {"find and inc", find_and(Kind::update, R"({"$inc":{"a":1}})"), Repeat::if_nothing_done},
        {"find and replace", find_and(Kind::replace, R"({"a":1})"), Repeat::always},
        {"find and remove", find_and(Kind::remove, R"({})"), Repeat::if_nothing_done},
        {"count", Count{}, Repeat::always},
        {"estimated count", EstimatedCount{}, Repeat::always},
        {"distinct", Distinct{}, Repeat::always},
        {"aggregate", Aggregate{{parsed(R"({"$match":{}})")}}, Repeat::always},
        {"aggregate with $out", Aggregate{{parsed(R"({"$match":{}})"), parsed(R"({"$out":"x"})")}}, Repeat::if_nothing_done},
        {"aggregate with $merge", Aggregate{{parsed(R"({"$merge":"x"})")}}, Repeat::if_nothing_done},
        {"bulk write", BulkWrite{}, Repeat::if_nothing_done},
        {"explain", Explain{}, Repeat::always},
        {"create indexes", CreateIndexes{}, Repeat::if_nothing_done},
        {"list indexes", ListIndexes{}, Repeat::always},
        {"drop indexes", DropIndexes{}, Repeat::if_nothing_done},
        {"hide index", HideIndex{}, Repeat::if_nothing_done},
        {"create collection", CreateCollection{}, Repeat::if_nothing_done},
        {"drop collection", DropCollection{}, Repeat::if_nothing_done},
        {"list collections", ListCollections{}, Repeat::always},
        {"watch", Watch{}, Repeat::always},
        {"command", Command{}, Repeat::never},
        {"shard collection", ShardCollection{}, Repeat::if_nothing_done},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const Request request{"things", row.operation};
        CHECK(repeatable(request) == row.want);
    }
    // Under a collation "a" and "A" may be one id.
    Request collated{"things", update(R"({"_id":"a"})", R"({"$set":{"a":1}})")};
    CHECK(repeatable(collated) == Repeat::always);
    collated.context.server = std::make_shared<const ServerOptions>(ServerOptions{.collation = parsed(R"({"locale":"en","strength":2})")});
    CHECK(repeatable(collated) == Repeat::if_nothing_done);
}

TEST_CASE("after which failures it is") {
    constexpr auto served = [](Errc code, std::int32_t server_code, Outcome outcome = Outcome::none) {
        Error error       = failed(code, outcome);
        error.server.code = server_code;
        return error;
    };
    struct Row {
        const char* name;
        Error       error;
        bool        if_nothing_done;
        bool        always;
    };
    const Row rows[] = {
        {"not primary", served(Errc::transient, 10107), true, true},
        {"no server", failed(Errc::network), true, true},
        {"no server answered", failed(Errc::timeout), true, true},
        {"connection lost", failed(Errc::network, Outcome::unknown), false, true},
        {"stepped down meanwhile", served(Errc::transient, 11602, Outcome::unknown), false, true},
        {"half done", failed(Errc::network, Outcome::partial), false, false},
        {"the server's time limit", served(Errc::timeout, 50), false, false},
        {"write concern not met", served(Errc::timeout, 64, Outcome::unknown), false, false},
        {"duplicate key", failed(Errc::duplicate_key), false, false},
        {"stopped", failed(Errc::cancelled), false, false},
        {"login refused", failed(Errc::auth), false, false},
        {"the call is wrong", failed(Errc::invalid_argument), false, false},
        {"disk full", failed(Errc::io), false, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(may_repeat(row.error, Repeat::if_nothing_done) == row.if_nothing_done);
        CHECK(may_repeat(row.error, Repeat::always) == row.always);
        CHECK_FALSE(may_repeat(row.error, Repeat::never));
    }
}

TEST_CASE("an operation is run as often as the policy says, with all that it was given") {
    Layer enough;
    enough.will_fail(3);
    CHECK(enough.run(insert_one()).has_value());
    CHECK(enough.engine->documents == std::vector<std::size_t>{1, 1, 1, 1});

    Layer too_few({.attempts = 3, .initial_backoff = 0ms, .maximum_backoff = 0ms});
    too_few.will_fail(3);
    const auto given_up = too_few.run(insert_one());
    REQUIRE(!given_up.has_value());
    CHECK(given_up.error().code == Errc::transient);
    CHECK(too_few.engine->runs == 3);

    Layer none(RetryPolicy{});
    none.will_fail(1);
    CHECK(!none.run(insert_one()).has_value());
    CHECK(none.engine->runs == 1);
}

TEST_CASE("the policy of a call goes before the database's") {
    Layer layer{RetryPolicy{}};
    layer.will_fail(1);
    Context own;
    own.server = std::make_shared<const ServerOptions>(ServerOptions{.retry = four});
    CHECK(layer.run(insert_one(), own).has_value());
    CHECK(layer.engine->runs == 2);

    const auto merged = ServerOptions{.comment = "x"}.or_else({.retry = four});
    REQUIRE(merged.retry.has_value());
    CHECK(merged.retry->attempts == 4);
    CHECK(ServerOptions{.retry = RetryPolicy{.attempts = 2}}.or_else({.retry = four}).retry->attempts == 2);
}

TEST_CASE("inside a transaction nothing is run again") {
    Layer layer;
    layer.will_fail(1);
    Open session;
    CHECK(!layer.retry.run(Request{"things", insert_one(), &layer.model, {}}, session).has_value());
    CHECK(layer.engine->runs == 1);
}

TEST_CASE("what one run left open stays open, whatever the later ones say") {
    Layer layer;
    layer.engine->answers = {failed(Errc::network, Outcome::unknown), failed(Errc::transient), failed(Errc::validation)};
    const auto result     = layer.run(Replace{parsed(R"({"_id":1})"), parsed(R"({"a":1})")});
    REQUIRE(!result.has_value());
    CHECK(layer.engine->runs == 3);
    CHECK(result.error().code == Errc::validation);
    CHECK(result.error().outcome == Outcome::unknown);
}

TEST_CASE("a delete that may have been applied and then finds nothing answers with its first failure") {
    const Operation remove = Delete{parsed(R"({"_id":1})")};
    Layer           layer;
    layer.engine->answers       = {failed(Errc::network, Outcome::unknown)};
    layer.engine->reply.deleted = 0;
    const auto result           = layer.run(remove);
    REQUIRE(!result.has_value());
    CHECK(result.error().code == Errc::network);
    CHECK(result.error().outcome == Outcome::unknown);

    layer.engine->reply.deleted = 1;
    layer.engine->answers       = {failed(Errc::network, Outcome::unknown)};
    CHECK(layer.run(remove).has_value());
    layer.engine->reply.deleted = 0;
    layer.engine->answers       = {failed(Errc::network)};
    CHECK(layer.run(remove).has_value());
}

TEST_CASE("the budget is shared by all calls: a reserve, and a part of each call") {
    // Each call would be repeated three times.
    Layer layer(four, {.ratio = 0.5, .reserve = 4});
    constexpr int calls = 20;
    for (int i = 0; i < calls; ++i) {
        layer.will_fail(10);
        const auto result = layer.run(insert_one());
        REQUIRE(!result.has_value());
        CHECK(result.error().code == Errc::transient);
        if (i > 10) CHECK(result.error().message.find("budget") != std::string::npos);
    }
    // The first call finds the bucket full: what it would save up is lost.
    CHECK(layer.engine->runs - calls >= 12);
    CHECK(layer.engine->runs - calls <= 4 + calls / 2);

    for (const double ratio : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
        Layer reserve_alone(four, {.ratio = ratio, .reserve = 1});
        reserve_alone.will_fail(100);
        for (int i = 0; i < 5; ++i) CHECK(!reserve_alone.run(insert_one()).has_value());
        CHECK(reserve_alone.engine->runs == 6);
    }
    Layer nothing(four, {.ratio = 1, .reserve = 0});
    nothing.will_fail(100);
    for (int i = 0; i < 5; ++i) CHECK(!nothing.run(insert_one()).has_value());
    CHECK(nothing.engine->runs == 5);
}

TEST_CASE("many threads spend a budget once") {
    repository::RetryTokens  tokens({.ratio = 0, .reserve = 1000});
    std::atomic<int>         spent{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n) {
                tokens.earn();
                if (tokens.take()) ++spent;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(spent == 1000);
}

TEST_CASE("with no time for a pause the last failure comes back") {
    Layer layer({.attempts = 100, .initial_backoff = 1h, .maximum_backoff = 1h});
    layer.will_fail(100);
    Context context;
    context.deadline   = Deadline::after(1s);
    const auto begun   = std::chrono::steady_clock::now();
    const auto result  = layer.run(insert_one(), context);
    REQUIRE(!result.has_value());
    CHECK(result.error().code == Errc::transient);
    // A pause of less than the second may come by chance; two of them in a row would not.
    CHECK(layer.engine->runs <= 2);
    CHECK(std::chrono::steady_clock::now() - begun < 1s);
}

TEST_CASE("a stop token ends the pause") {
    Layer            layer({.attempts = 100, .initial_backoff = 1h, .maximum_backoff = 1h});
    std::stop_source source;
    layer.will_fail(100, failed(Errc::network, Outcome::unknown));
    layer.engine->on_run = [&] { source.request_stop(); };
    Context context;
    context.stop      = source.get_token();
    const auto result = layer.run(Replace{parsed(R"({"_id":1})"), parsed(R"({"a":1})")}, context);
    REQUIRE(!result.has_value());
    CHECK(result.error().code == Errc::cancelled);
    CHECK(result.error().outcome == Outcome::unknown);
    CHECK(layer.engine->runs == 1);
}

TEST_CASE("a policy that makes no sense is refused before anything runs") {
    struct Row {
        const char* path;
        RetryPolicy policy;
    };
    const Row rows[] = {
        {"retry.attempts", {.attempts = 0}},
        {"retry.initial_backoff", {.attempts = 2, .initial_backoff = -1ms}},
        {"retry.maximum_backoff", {.attempts = 2, .initial_backoff = 10ms, .maximum_backoff = 9ms}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        Layer      layer(row.policy);
        const auto result = layer.run(insert_one());
        REQUIRE(!result.has_value());
        CHECK(result.error().code == Errc::invalid_argument);
        CHECK(result.error().path == row.path);
        CHECK(layer.engine->runs == 0);
    }
}
