// What a write says it did, where its commands, its attempts and its connections came to different ends.

#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <tenon/store/monitor.hpp>

#include "proxy.hpp"
#include "server.hpp"
#include "support/done.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using support::done;
using namespace std::chrono_literals;
using tenon::BulkItems;
using tenon::Deadline;
using tenon::Outcome;
using tenon::bson::doc;

namespace {

/// Does something once, when a command of this name succeeded or failed (the first time, or as often).
class Hook final : public tenon::Monitor {
public:
    Hook(std::string command, bool failed, std::function<void()> then, int times = 1)
        : command_(std::move(command)), failed_(failed), then_(std::move(then)), times_(times) {}

    void command_succeeded(const tenon::CommandEvent& event) noexcept override { meet(event, false); }
    void command_failed(const tenon::CommandEvent& event) noexcept override { meet(event, true); }

private:
    void meet(const tenon::CommandEvent& event, bool failed) noexcept {
        if (failed != failed_ || event.name != command_ || !then_ || --times_ > 0) return;
        std::exchange(then_, nullptr)();
    }

    std::string           command_;
    bool                  failed_;
    std::function<void()> then_;
    int                   times_;
};

tenon::Database opened(std::string uri, std::shared_ptr<Hook> hook, std::uint32_t attempts = 1) {
    tenon::Config config;
    config.uri            = std::move(uri);
    config.monitor        = std::move(hook);
    config.retry.attempts = attempts;
    config.connect_timeout = 2s;
    return good(tenon::open(config));
}

std::string ids(const std::vector<tenon::InsertedId>& inserted) {
    std::string out;
    for (const auto& one : inserted) out += std::to_string(one.index) + " ";
    return out;
}

}  // namespace

TEST_CASE("a bulk that finds no server for its second command does not say that the first did nothing") {
    for (const bool ordered : {true, false}) {
        for (const std::uint32_t attempts : {1U, 5U}) {
            CAPTURE(ordered);
            CAPTURE(attempts);
            const Server server;
            const auto   beside = server.open().collection("x");
            good(beside.insert(doc("_id", 1, "n", 0)));
            Proxy      proxy(server.uri());
            const auto gone = std::make_shared<Hook>("update", false, [&] {
                proxy.treat_newcomers(Proxy::Newcomers::refuse);
                proxy.break_all();
                std::this_thread::sleep_for(300ms);  // until the driver's monitor has seen it
            });
            const auto db = opened(proxy.uri(server.name()), gone, attempts);
            BulkItems  items;
            items.update_one(doc("_id", 1), doc("$inc", doc("n", 1))).insert(doc("_id", 7));
            const auto error = bad(db.collection("x").bulk(std::move(items), {.ordered = ordered, .call = {.deadline = Deadline::after(1s)}}));
            CHECK(error.code == Errc::network);
            CHECK(error.outcome == Outcome::unknown);
            CHECK(ids(error.inserted).empty());
            CHECK(good(beside.count(doc("n", 1))) == 1);
            (void)db.close(Deadline::after(100ms));
        }
    }
}

TEST_CASE("an ordered write whose second command was lost and then refused is in doubt") {
    const Server server;
    const auto   beside = server.open().collection("x");
    const auto   run    = [&](bool ordered) {
        good(beside.purge_many({}));
        good(beside.insert(doc("_id", 1, "n", 0)));
        const auto refused = std::make_shared<Hook>("update", true, [&] { server.fail(R"(["update"])", R"("errorCode":10107)"); });
        const auto db      = opened(server.uri(), refused);
        server.fail(R"(["update"])", R"("closeConnection":true)");
        BulkItems items;
        items.insert(doc("_id", 7)).update_one(doc("_id", 1), doc("$inc", doc("n", 1))).insert(doc("_id", 8));
        return bad(db.collection("x").bulk(std::move(items), {.ordered = ordered}));
    };
    CHECK(run(true).outcome == Outcome::unknown);
    CHECK(ids(run(true).inserted) == "0 ");
    CHECK(run(false).outcome == Outcome::unknown);
}

TEST_CASE("of two commands that were lost or refused the one in doubt is told") {
    const Server server;
    const auto   beside = server.open().collection("x");
    good(beside.insert(doc("_id", 1, "n", 0)));
    for (const bool lost_first : {true, false}) {
        CAPTURE(lost_first);
        const std::string refusal = R"("errorCode":13)";
        const std::string loss    = R"("closeConnection":true)";
        // Both attempts of a command are lost, the refusal is final.
        int        met   = 0;
        const auto other = std::make_shared<Hook>(lost_first ? "insert" : "update", true, [&] {
            ++met;
            server.fail(R"(["update","insert"])", lost_first ? refusal : loss, lost_first ? 1 : 2);
        }, lost_first ? 2 : 1);
        const auto db = opened(server.uri(), other);
        server.fail(R"(["insert","update"])", lost_first ? loss : refusal, lost_first ? 2 : 1);
        BulkItems items;
        if (lost_first) items.insert(doc("_id", 7)).update_one(doc("_id", 1), doc("$inc", doc("n", 1)));
        else items.update_one(doc("_id", 1), doc("$inc", doc("n", 1))).insert(doc("_id", 7));
        const auto error = bad(db.collection("x").bulk(std::move(items), {.ordered = false}));
        CHECK(met == 1);
        CHECK(tenon::to_string(error.code) == "network");
        CHECK(error.outcome == Outcome::unknown);
        CHECK(ids(error.inserted).empty());
    }
}

TEST_CASE("a second attempt that is refused for another reason leaves the first in doubt") {
    // IncompleteTransactionHistory says so itself; one that is not allowed any more learned nothing of the first.
    for (const int code : {217, 13, 8, 14031}) {
        CAPTURE(code);
        const Server server;
        const auto   refused =
            std::make_shared<Hook>("findAndModify", true, [&] { server.fail(R"(["findAndModify"])", R"("errorCode":)" + std::to_string(code)); });
        const auto db = opened(server.uri(), refused);
        server.fail(R"(["findAndModify"])", R"("closeConnection":true)");
        const auto error = bad(db.collection("x").find_and_update(doc("_id", 1), doc("$inc", doc("n", 1))));
        CHECK(error.server.code == code);
        CHECK(error.outcome == Outcome::unknown);
    }
    // What a unique index refuses now it refused before, or the server would have known the write again.
    const Server server;
    const auto   c = server.open().collection("x");
    good(c.create_indexes({{.keys = doc("k", 1), .unique = true}}));
    good(c.insert_many({doc("_id", 1, "k", 1), doc("_id", 2, "k", 2)}));
    server.fail(R"(["findAndModify"])", R"("closeConnection":true)");
    const auto error = bad(c.find_and_update(doc("_id", 1), doc("$set", doc("k", 2))));
    CHECK(server.stop_failing() == 1);
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.outcome == Outcome::none);
}

TEST_CASE("a $merge that stops midway is in doubt") {
    const Server server;
    const auto   db   = server.open();
    const auto   from = db.collection("from");
    const auto   to   = db.collection("to");
    std::vector<tenon::bson::Document> many;
    for (int i = 0; i < 1200; ++i) many.push_back(doc("_id", i));
    good(from.insert_many(many));
    good(to.insert(doc("_id", 1100)));
    const auto error = bad(from.aggregate({json(R"({"$sort":{"_id":1}})"), json(R"({"$merge":{"into":"to","whenMatched":"fail"}})")}));
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.outcome == Outcome::unknown);
    CHECK(good(to.count()) > 1);
    // $out puts all in place at its end, or nothing.
    const auto refused = bad(from.aggregate({json(R"({"$set":{"_id":1}})"), json(R"({"$out":"to"})")}));
    CHECK(refused.code == Errc::duplicate_key);
    CHECK(refused.outcome == Outcome::none);
    CHECK(good(to.count()) > 1);
}

TEST_CASE("a lost connection is not told as the refusal of an item that was not sent") {
    const Server server;
    const auto   c = server.open().collection("x");
    const std::string big(std::size_t{16} * 1024 * 1024 - 13, 'x');
    for (const bool ordered : {true, false}) {
        CAPTURE(ordered);
        const auto check = [&](const tenon::Error& error) {
            CHECK(error.code == Errc::network);
            CHECK(error.outcome == Outcome::unknown);
            CHECK(error.message.find("refused") == std::string::npos);
            CHECK(error.document_id.empty());
            REQUIRE(error.items.size() == (ordered ? 0 : 1));
            if (!ordered) CHECK(error.items.front().index == 1);
        };
        server.fail(R"(["insert"])", R"("closeConnection":true)", 2);
        check(bad(c.insert_many({doc("_id", 1), doc("s", big)}, {.ordered = ordered})));
        server.fail(R"(["insert"])", R"("closeConnection":true)", 2);
        BulkItems items;
        items.insert(doc("_id", 1)).insert(doc("s", big));
        check(bad(c.bulk(std::move(items), {.ordered = ordered})));
    }
}

TEST_CASE("a write for which no connection could be made did nothing") {
    for (const auto as : {Proxy::Newcomers::close, Proxy::Newcomers::hold}) {
        CAPTURE(static_cast<int>(as));
        const Server server;
        Proxy        proxy(server.uri());
        const auto   db = opened(proxy.uri(server.name()), nullptr);
        const auto   c  = db.collection("x");
        const auto cursor = holding_a_connection(c);
        proxy.treat_newcomers(as);
        const auto soon   = [] { return tenon::CallOptions{.deadline = Deadline::after(300ms)}; };
        BulkItems  items;
        items.insert(doc("_id", 1003));
        for (const auto& error : {bad(c.insert(doc("_id", 1001), soon())), bad(c.update_one(doc("_id", 1), doc("$inc", doc("n", 1)), {.call = soon()})),
                                  bad(c.find_and_update(doc("_id", 1), doc("$inc", doc("n", 1)), {.call = soon()})), bad(c.bulk(std::move(items), {.call = soon()}))}) {
            CHECK(error.outcome == Outcome::none);
        }
        (void)db.close(Deadline::after(100ms));
    }
}

TEST_CASE("a commit that finds no server is asked for until one is there, and at the deadline was none") {
    for (const bool comes_back : {true, false}) {
        CAPTURE(comes_back);
        const Server server;
        Proxy        proxy(server.uri());
        const auto   db = opened(proxy.uri(server.name()), nullptr);
        const auto   c  = db.collection("x");
        good(c.create());
        int          runs = 0;
        std::jthread returns;
        const auto   began = std::chrono::steady_clock::now();
        const auto   done  = db.transaction(
            [&](tenon::Transaction& tx) -> Result<void> {
                ++runs;
                good(c.in(tx).insert(doc("_id", 1)));
                proxy.treat_newcomers(Proxy::Newcomers::close);
                proxy.break_all();
                std::this_thread::sleep_for(300ms);  // until the driver's monitor has seen it
                if (comes_back) {
                    returns = std::jthread([&] {
                        std::this_thread::sleep_for(500ms);
                        proxy.treat_newcomers(Proxy::Newcomers::pass);
                    });
                }
                return {};
            },
            {.deadline = Deadline::after(comes_back ? 20s : 1500ms)});
        CHECK(runs == 1);
        CHECK(done.has_value() == comes_back);
        if (!done) {
            CHECK(done.error().outcome == Outcome::none);
            CHECK((done.error().code == Errc::timeout || done.error().code == Errc::network));
            CHECK(std::chrono::steady_clock::now() - began < 2s);
        }
        CHECK(good(server.open().collection("x").count()) == (comes_back ? 1 : 0));
        (void)db.close(Deadline::after(100ms));
    }
}

TEST_CASE("in a transaction a call that finds no server ends in its time and did nothing, and so does the transaction's end") {
    const std::string by[] = {"a deadline", "a stop token", "a deadline of a call that is tried again"};
    for (const auto& what : by) {
        CAPTURE(what);
        const bool   again = what == by[2];
        const Server server;
        Proxy        proxy(server.uri());
        const auto   db = opened(proxy.uri(server.name()), nullptr);
        const auto   c  = db.collection("x");
        good(c.create());
        std::chrono::steady_clock::time_point began;
        const auto took = [&] { return std::chrono::steady_clock::now() - began; };
        const auto ended = db.transaction(
            [&](tenon::Transaction& tx) -> Result<void> {
                good(c.in(tx).insert(doc("_id", 1)));
                proxy.treat_newcomers(Proxy::Newcomers::close);
                proxy.break_all();
                std::this_thread::sleep_for(300ms);  // until the driver's monitor has seen it
                std::stop_source  stop;
                const bool        stops = what == by[1];
                const std::jthread later([&] {
                    std::this_thread::sleep_for(100ms);
                    if (stops) stop.request_stop();
                });
                began            = std::chrono::steady_clock::now();
                const auto error = bad(c.in(tx).insert(
                    doc("_id", 2), {.deadline = Deadline::after(stops ? 20000ms : 100ms), .stop = stop.get_token()}));
                CHECK(took() < 500ms);
                CHECK(tenon::to_string(error.code) == (stops ? "cancelled" : "network"));
                CHECK(error.server.labels.size() == (stops ? 0U : 1U));
                if (!again) return tenon::fail(Errc::validation, "undone");
                proxy.treat_newcomers(Proxy::Newcomers::pass);
                return done(c.in(tx).insert(doc("_id", 3)));
            },
            {.deadline = Deadline::after(20s)});
        CHECK(ended.has_value() == again);
        if (!again) CHECK(took() < 1500ms);  // the abort has a second of its own: the server may be back
        CHECK(good(server.open().collection("x").count()) == (again ? 2 : 0));
        (void)db.close(Deadline::after(100ms));
    }
}

TEST_CASE("an unordered bulk whose command fails as a whole says so, though an item of another one was refused or a later one went well") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("lost");
    struct Row {
        const char* fault;
        bool        duplicate;
        const char* code;
        Outcome     outcome;
        std::int64_t stored;
    };
    // The update may have been applied where its connection is lost, behind which the driver sends no more; a server that refused it has not.
    const Row rows[] = {
        {R"("closeConnection":true)", true, "network", Outcome::unknown, 1},
        {R"("closeConnection":true)", false, "network", Outcome::unknown, 2},
        {R"("errorCode":13)", true, "auth", Outcome::partial, 2},
        {R"("errorCode":13)", false, "auth", Outcome::partial, 3},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.fault));
        CAPTURE(row.duplicate);
        good(c.drop());
        good(c.insert(doc("_id", 1)));
        server.fail(R"(["update"])", row.fault, 1);
        BulkItems items;
        items.insert(doc("_id", row.duplicate ? 1 : 2)).update_many({}, doc("$inc", doc("n", 1))).insert(doc("_id", 3));
        const auto error = bad(c.bulk(std::move(items), {.ordered = false}));
        (void)server.stop_failing();
        CHECK(tenon::to_string(error.code) == row.code);
        CHECK(error.outcome == row.outcome);
        CHECK(error.inserted.empty());
        CHECK(error.items.size() == (row.duplicate ? 1U : 0U));
        CHECK(good(c.count()) == row.stored);
    }
}

TEST_CASE("an unordered write whose second attempt went through says what came of that one, and not of the first") {
    // On a compressed connection the command is known from the driver's event.
    for (const char* const options : {"", "compressors=zlib"}) {
        const Server server(options);
        const auto   db = server.open();
        const auto   c  = db.collection("repeated");
        for (const char* const fault : {R"("closeConnection":true)", R"("errorCode":10107)"}) {
            for (const bool bulk : {false, true}) {
                for (const std::int32_t count : {1, 3}) {
                    INFO(std::string(options), " ", std::string(fault), " ", bulk, " ", count);
                    good(c.drop());
                    good(c.insert(doc("_id", 1)));
                    std::vector<tenon::bson::Document> documents;
                    BulkItems                          items;
                    for (std::int32_t id = 1; id <= count; ++id) {
                        documents.push_back(doc("_id", id));
                        items.insert(doc("_id", id));
                    }
                    server.fail(R"(["insert"])", fault, 1);
                    const auto error = bulk ? bad(c.bulk(std::move(items), {.ordered = false})) : bad(c.insert_many(std::move(documents), {.ordered = false}));
                    CHECK(server.stop_failing() == 1);
                    CHECK(tenon::to_string(error.code) == "duplicate_key");
                    CHECK(error.outcome == (count == 1 ? Outcome::none : Outcome::partial));
                    CHECK(error.inserted.size() == static_cast<std::size_t>(count - 1));
                    CHECK(good(c.count()) == count);
                }
            }
        }
    }
}

TEST_CASE("of several commands of an unordered bulk that failed, the one that may have written says the outcome") {
    const Server server;
    const auto   refuse = std::make_shared<Hook>("update", true, [&] { server.fail(R"(["delete"])", R"("errorCode":13)"); });
    const auto   db     = opened(server.uri(), refuse);
    const auto   c      = db.collection("several");
    good(c.insert_many({doc("_id", 1), doc("_id", 2)}));
    server.fail(R"(["update"])", R"("errorCode":11602)", 1);  // InterruptedDueToReplStateChange: some matches may be changed
    BulkItems items;
    items.update_many({}, doc("$inc", doc("n", 1))).remove_many(doc("_id", 2));
    const auto error = bad(c.bulk(std::move(items), {.ordered = false}));
    CHECK(server.stop_failing() == 1);
    CHECK(error.outcome == Outcome::unknown);
    CHECK(good(c.count()) == 2);
}

TEST_CASE("a write that waits past its deadline for another's transaction is never said to be applied") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("held");
    good(c.insert(doc("_id", 1, "n", 0)));
    tenon::CallOptions call;
    const auto write = doc("$set", doc("n", 2));
    const std::function<Result<void>()> writes[] = {
        [&] { return done(c.update_one(doc("_id", 1), write, {.call = call})); },
        [&] { return done(c.find_and_update(doc("_id", 1), write, {.call = call})); },
        [&] { return done(c.remove_one(doc("_id", 1), {.call = call})); },
        [&] { return done(c.insert(doc("_id", 2), call)); },
        [&] { return done(c.insert_many({doc("_id", 2), doc("_id", 3)}, {.call = call})); },
    };
    (void)db.transaction([&](tenon::Transaction& tx) -> Result<void> {
        good(c.in(tx).update_one(doc("_id", 1), doc("$set", doc("n", 1))));
        good(c.in(tx).insert(doc("_id", 2)));
        std::thread([&] {
            for (int turn = 0; turn < 10; ++turn) {
                for (const auto& one : writes) {
                    call.deadline    = Deadline::after(std::chrono::milliseconds(40 + turn));
                    const auto error = bad(one());
                    CHECK(error.code == tenon::Errc::timeout);
                    CHECK_MESSAGE(error.message.find("applied") == std::string::npos, error.message);
                    CHECK(error.inserted.empty());
                }
            }
        }).join();
        return tenon::fail(tenon::Errc::validation, "undone");
    });
    CHECK(good(c.count(doc("n", 0))) == 1);
    CHECK(good(c.count()) == 1);
}

TEST_CASE("where only a call was too short for a server to come back the transaction's abort meets it") {
    const Server server;
    Proxy        proxy(server.uri());
    const auto   db = opened(proxy.uri(server.name()), nullptr);
    const auto   c  = db.collection("x");
    good(c.create());
    std::optional<std::jthread> later;
    const auto ended = db.transaction(
        [&](tenon::Transaction& tx) -> Result<void> {
            good(c.in(tx).insert(doc("_id", 1)));
            proxy.treat_newcomers(Proxy::Newcomers::close);
            proxy.break_all();
            std::this_thread::sleep_for(300ms);  // until the driver's monitor has seen it
            CHECK_FALSE(c.in(tx).insert(doc("_id", 2), {.deadline = Deadline::after(50ms)}).has_value());
            later.emplace([&] {
                std::this_thread::sleep_for(50ms);
                proxy.treat_newcomers(Proxy::Newcomers::pass);
            });
            return tenon::fail(Errc::validation, "undone");
        },
        {.deadline = Deadline::after(20s)});
    CHECK(bad(ended).code == Errc::validation);
    // Not kept locked until the server's own limit of a minute.
    good(server.open().collection("x").insert(doc("_id", 1), {.deadline = Deadline::after(5s)}));
}
