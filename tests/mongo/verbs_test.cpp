// The plain verbs against a real server: what reaches it, what is retried, and what a failed write says of its items.
#include <functional>
#include <stop_token>
#include <thread>
#include <vector>

#include <tenon/store/monitor.hpp>

#include "server.hpp"
#include "support/done.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using support::done;
using tenon::BulkItems;
using tenon::Collection;
using tenon::Deadline;
using tenon::Outcome;
using tenon::bson::doc;
using tenon::bson::Document;

namespace {

std::int64_t open_cursors(const Server&) {
    const tenon::mongo::Owned<mongoc_client_t, mongoc_client_destroy> client(mongoc_client_new(std::getenv("TENON_MONGODB_URI")));
    bson_t command = BSON_INITIALIZER;
    BSON_APPEND_INT32(&command, "serverStatus", 1);
    bson_t       reply;
    bson_error_t said{};
    bson_iter_t  top;
    bson_iter_t  at;
    REQUIRE(mongoc_client_command_simple(client.get(), "admin", &command, nullptr, &reply, &said));
    REQUIRE((bson_iter_init(&top, &reply) && bson_iter_find_descendant(&top, "metrics.cursor.open.total", &at)));
    const auto open = bson_iter_as_int64(&at);
    bson_destroy(&reply);
    bson_destroy(&command);
    return open;
}

/// Larger than MongoDB takes; our own Builder would not make it.
Document oversize(std::int32_t id) {
    const std::uint32_t       text = 16U * 1024U * 1024U;
    std::vector<std::uint8_t> bytes;
    const auto number = [&](std::uint32_t n) {
        for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
    };
    number(4 + 9 + 7 + text + 1 + 1);
    for (const char c : {'\x10', '_', 'i', 'd', '\0'}) bytes.push_back(static_cast<std::uint8_t>(c));
    number(static_cast<std::uint32_t>(id));
    for (const char c : {'\x02', 't', '\0'}) bytes.push_back(static_cast<std::uint8_t>(c));
    number(text + 1);
    bytes.resize(bytes.size() + text, 'x');
    bytes.insert(bytes.end(), {0, 0});
    return Document::trusted(std::move(bytes));
}

std::vector<Document> numbered(int count) {
    std::vector<Document> out;
    for (int i = 0; i < count; ++i) out.push_back(doc("_id", i, "n", i));
    return out;
}

tenon::CallOptions asking(tenon::ServerOptions server) {
    tenon::CallOptions call;
    call.server = std::move(server);
    return call;
}

Result<int> drain(Result<tenon::DocumentCursor> cursor) {
    if (!cursor) return tenon::fail(std::move(cursor).error());
    for (int n = 0;; ++n) {
        auto next = cursor->next();
        if (!next) return tenon::fail(std::move(next).error());
        if (!*next) return n;
    }
}

}  // namespace

TEST_CASE("what a call asks of the server reaches it") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("asked");
    good(c.insert_many(numbered(20)));
    good(c.create_indexes({{.keys = doc("n", 1)}}));
    REQUIRE(server.command(server.name(), R"({"profile":2})"));

    struct Row {
        const char*                                             name;
        const char*                                             seen;  // in system.profile
        std::function<Result<void>(const tenon::CallOptions&)> call;
    };
    tenon::ServerOptions options;
    options.comment      = "nightly";
    options.collation    = doc("locale", "en", "strength", 2);
    options.read_concern = tenon::ReadConcern::majority;
    options.batch_size   = 7;
    options.allow_disk_use = true;
    const auto filter    = doc("n", doc("$gte", 0));
    const Row rows[]     = {
        {"find", R"({"command.find":"asked","command.comment":"nightly","command.collation.strength":2,"command.hint":"n_1","command.batchSize":7,"command.readConcern.level":"majority","command.allowDiskUse":true})",
         [&](const auto& call) { return done(drain(c.find(filter, {.hint = "n_1", .call = call}))); }},
        {"first", R"({"command.find":"asked","command.comment":"nightly","command.limit":1,"command.collation.strength":2,"command.hint":{"$type":"object"}})",
         [&](const auto& call) { return done(c.first(filter, {.hint = "$natural", .call = call})); }},
        {"aggregate", R"({"command.aggregate":"asked","command.comment":"nightly","command.pipeline.0.$sort":{"n":1},"command.cursor.batchSize":7,"command.allowDiskUse":true})",
         [&](const auto& call) { return done(drain(c.aggregate({doc("$sort", doc("n", 1))}, {.call = call}))); }},
        {"count", R"({"command.aggregate":"asked","command.comment":"nightly","command.pipeline.0.$match":{"n":{"$gte":0}},"command.hint":"n_1"})",
         [&](const auto& call) { return done(c.count(filter, {.hint = "n_1", .call = call})); }},
        {"estimated count", R"({"command.count":"asked","command.comment":"nightly"})", [&](const auto& call) { return done(c.estimated_count(call)); }},
        {"distinct", R"({"command.distinct":"asked","command.comment":"nightly","command.collation.strength":2})",
         [&](const auto& call) { return done(c.distinct("n", {}, call)); }},
        {"find and update", R"({"command.findAndModify":"asked","command.comment":"nightly","command.hint":"n_1","command.collation.strength":2})",
         [&](const auto& call) { return done(c.find_and_update(doc("n", 3), doc("$set", doc("a", 1)), {.hint = "n_1", .call = call})); }},
        {"update", R"({"op":"update","command.q.n":4,"command.hint":{"$type":"object"},"command.comment":"nightly","command.collation.strength":2})",
         [&](const auto& call) { return done(c.update_one(doc("n", 4), doc("$set", doc("a", 1)), {.hint = "n_1", .call = call})); }},
        {"replace", R"({"op":"update","command.q.n":5,"command.hint":{"$type":"object"},"command.comment":"nightly","command.collation.strength":2})",
         [&](const auto& call) { return done(c.replace_one(doc("n", 5), doc("n", 5), {.hint = "n_1", .call = call})); }},
        {"remove", R"({"op":"remove","command.q.n":6,"command.hint":{"$type":"object"},"command.comment":"nightly","command.collation.strength":2})",
         [&](const auto& call) { return done(c.remove_one(doc("n", 6), {.hint = "n_1", .call = call})); }},
        {"insert", R"({"op":"insert","command.insert":"asked","command.comment":"nightly"})",
         [&](const auto& call) { return done(c.insert(doc("_id", 100), call)); }},
    };
    for (const auto& row : rows) {
        INFO(std::string(row.name));
        good(row.call(asking(options)));
        CHECK(good(db.collection("system.profile").count(json(row.seen))) >= 1);
    }
    // The server's own limit of an operation is what is left of its deadline.
    tenon::CallOptions timed;
    timed.deadline = Deadline::after(std::chrono::seconds(60));
    good(c.count(doc("timed", 1), {.call = timed}));
    CHECK(good(db.collection("system.profile").count(json(R"({"command.pipeline.0.$match":{"timed":1},"command.maxTimeMS":{"$gt":50000,"$lte":60000}})"))) == 1);
}

TEST_CASE("a write concern that is not met: the write is there, its outcome unknown") {
    const Server         server;
    const auto           db = server.open();
    const auto           c  = db.collection("concern");
    tenon::ServerOptions five;
    five.write_concern = tenon::WriteConcern{.w = 45, .timeout = std::chrono::milliseconds(100)};
    good(c.insert(doc("_id", 0)));
    struct Row {
        const char*                                            name;
        std::function<Result<void>(const tenon::CallOptions&)> call;
    };
    const Row rows[] = {
        {"insert", [&](const auto& call) { return done(c.insert(doc("_id", 1), call)); }},
        {"insert many", [&](const auto& call) { return done(c.insert_many({doc("_id", 2), doc("_id", 3)}, {.call = call})); }},
        {"update", [&](const auto& call) { return done(c.update_one(doc("_id", 1), doc("$set", doc("a", 1)), {.call = call})); }},
        {"find and update", [&](const auto& call) { return done(c.find_and_update(doc("_id", 1), doc("$set", doc("b", 1)), {.call = call})); }},
        {"bulk", [&](const auto& call) { return done(c.bulk(std::move(BulkItems().insert(doc("_id", 4))), {.call = call})); }},
        {"remove", [&](const auto& call) { return done(c.remove_one(doc("_id", 0), {.call = call})); }},
    };
    for (const auto& row : rows) {
        INFO(std::string(row.name));
        const auto error = bad(row.call(asking(five)));
        CHECK(error.outcome == Outcome::unknown);
        CHECK(error.message.find("was applied") != std::string::npos);
        CHECK(error.server.code == 100);
        CHECK(tenon::to_string(error.code) == "invalid_argument");
    }
    CHECK(good(c.count()) == 4);
    CHECK(good(c.count(doc("a", 1, "b", 1))) == 1);
}

TEST_CASE("each retryable call survives a lost connection, once and only once") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("retried");
    good(c.insert_many(numbered(10)));
    struct Row {
        const char*                   name;
        const char*                   command;
        std::function<Result<void>()> call;
    };
    const auto add = doc("$inc", doc("times", 1));
    const Row rows[] = {
        {"find", R"(["find"])", [&] { return done(drain(c.find())); }},
        {"first", R"(["find"])", [&] { return done(c.first()); }},
        {"get", R"(["find"])", [&] { return done(c.get(1)); }},
        {"aggregate", R"(["aggregate"])", [&] { return done(drain(c.aggregate({doc("$match", doc("n", 1))}))); }},
        {"count", R"(["aggregate"])", [&] { return done(c.count()); }},
        {"estimated count", R"(["count"])", [&] { return done(c.estimated_count()); }},
        {"distinct", R"(["distinct"])", [&] { return done(c.distinct("n")); }},
        {"list indexes", R"(["listIndexes"])", [&] { return done(c.list_indexes()); }},
        {"list collections", R"(["listCollections"])", [&] { return done(db.list_collections()); }},
        {"insert", R"(["insert"])", [&] { return done(c.insert(doc("_id", 100))); }},
        {"insert many", R"(["insert"])", [&] { return done(c.insert_many({doc("_id", 101), doc("_id", 102)})); }},
        {"update", R"(["update"])", [&] { return done(c.update_one(doc("_id", 1), add)); }},
        {"replace", R"(["update"])", [&] { return done(c.replace_one(doc("_id", 2), doc("n", 22))); }},
        {"remove", R"(["delete"])", [&] { return done(c.remove_one(doc("_id", 3))); }},
        {"find and update", R"(["findAndModify"])", [&] { return done(c.find_and_update(doc("_id", 4), add)); }},
        {"find and remove", R"(["findAndModify"])", [&] { return done(c.find_and_remove(doc("_id", 5))); }},
        {"bulk", R"(["update"])", [&] { return done(c.bulk(std::move(BulkItems().update_one(doc("_id", 6), add)))); }},
    };
    for (const auto& row : rows) {
        INFO(std::string(row.name));
        server.fail(row.command, R"("closeConnection":true)");
        good(row.call());
        CHECK(server.stop_failing() == 1);
    }
    CHECK(good(c.count(doc("times", 1))) == 3);
    CHECK(good(c.count()) == 11);

    // A write of many is not retried: it may have been applied, and says so.
    server.fail(R"(["update","delete"])", R"("closeConnection":true)", 2);
    for (const auto& error : {bad(done(c.update_many({}, add))), bad(done(c.remove_many(doc("_id", 7))))}) {
        CHECK(tenon::to_string(error.code) == "network");
        CHECK(error.outcome == Outcome::unknown);
    }
    (void)server.stop_failing();
    good(c.count());
}

TEST_CASE("items that fail are listed by index, with what was written before them") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("items");
    const auto fresh = [&] {
        good(c.drop());
        good(c.insert(doc("_id", 1, "tag", "first")));
        good(c.create_indexes({{.keys = doc("tag", 1), .unique = true, .sparse = true}}));
    };
    const auto ids = [](const tenon::Error& error) {
        std::string out;
        for (const auto& one : error.inserted) out += std::to_string(one.index) + ":" + one.id + " ";
        return out;
    };
    const auto refused = [](const tenon::Error& error) {
        std::string out;
        for (const auto& one : error.items) out += std::to_string(one.index) + ":" + std::to_string(one.server_code) + " ";
        return out;
    };
    const auto many = [] { return std::vector<Document>{doc("_id", 10), doc("_id", 11, "tag", "first"), doc("_id", 12), doc("_id", 1), doc("_id", 13)}; };

    fresh();
    auto error = bad(c.insert_many(many()));
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.path == "tag");
    CHECK(error.outcome == Outcome::partial);
    CHECK(refused(error) == "1:11000 ");
    CHECK(ids(error) == R"(0:{"$numberInt":"10"} )");
    CHECK(error.document_id == R"({"$numberInt":"11"})");
    CHECK(good(c.count()) == 2);

    fresh();
    error = bad(c.insert_many(many(), {.ordered = false}));
    CHECK(refused(error) == "1:11000 3:11000 ");
    CHECK(ids(error) == R"(0:{"$numberInt":"10"} 2:{"$numberInt":"12"} 4:{"$numberInt":"13"} )");
    CHECK(good(c.count()) == 4);

    // A document that the server would not take is refused here, at its place.
    fresh();
    error = bad(c.insert_many({doc("_id", 10), oversize(11), doc("_id", 12)}));
    CHECK(refused(error) == "1:10334 ");
    CHECK(error.outcome == Outcome::partial);
    CHECK(good(c.count()) == 2);
    fresh();
    error = bad(c.insert_many({doc("_id", 10), oversize(11), doc("_id", 12), doc("_id", 1)}, {.ordered = false}));
    CHECK(refused(error) == "1:10334 3:11000 ");
    CHECK(ids(error) == R"(0:{"$numberInt":"10"} 2:{"$numberInt":"12"} )");
    CHECK(good(c.count()) == 3);
    CHECK(bad(c.insert(oversize(11))).server.code == 10334);
    error = bad(c.bulk(std::move(BulkItems().insert(doc("_id", 14)).insert(oversize(15)).insert(doc("_id", 16))), {.ordered = false}));
    CHECK(refused(error) == "1:10334 ");
    CHECK(ids(error) == R"(0:{"$numberInt":"14"} 2:{"$numberInt":"16"} )");

    const auto bulk = [] {
        BulkItems items;
        items.insert(doc("_id", 20)).update_one(doc("_id", 20), doc("$set", doc("tag", "first"))).remove_one(doc("_id", 1)).insert(doc("_id", 21));
        return items;
    };
    fresh();
    error = bad(c.bulk(bulk()));
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.outcome == Outcome::partial);
    CHECK(refused(error) == "1:11000 ");
    CHECK(ids(error) == R"(0:{"$numberInt":"20"} )");
    CHECK(good(c.count()) == 2);
    fresh();
    error = bad(c.bulk(bulk(), {.ordered = false}));
    CHECK(refused(error).find("1:11000") != std::string::npos);
    CHECK(ids(error) == R"(0:{"$numberInt":"20"} 3:{"$numberInt":"21"} )");
    CHECK(good(c.count()) == 2);

    // The connection is lost for good: what became of them only the server knows.
    fresh();
    server.fail(R"(["insert"])", R"("closeConnection":true)", 2);
    error = bad(c.insert_many(many(), {.ordered = false}));
    CHECK(tenon::to_string(error.code) == "network");
    CHECK(error.outcome == Outcome::unknown);
    CHECK(error.inserted.empty());
    (void)server.stop_failing();
}

TEST_CASE("a cursor in a causal session that finds nothing, or is lost at once, leaves its client in order") {
    const Server server;
    const auto   db = server.open();
    const tenon::CausalSession session;
    const auto                 c = db.collection("causal_cursors").in(session);
    good(db.collection("causal_cursors").drop());
    CHECK(!good(good(c.find()).next()).has_value());
    good(c.insert(doc("_id", 1)));
    CHECK(!good(good(c.find(doc("_id", 2))).next()).has_value());
    server.fail(R"(["find"])", R"("closeConnection":true)", 20);
    CHECK(tenon::to_string(bad(c.find()).code) == "network");
    (void)server.stop_failing();
    CHECK(good(good(c.find()).next()).has_value());
}

TEST_CASE("cursors stream, are killed when dropped, and may change their thread") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("streamed");
    good(c.insert_many(numbered(500)));
    const auto before = open_cursors(server);
    {
        auto cursor = good(c.find({}, {.sort = doc("_id", 1), .call = asking({.batch_size = 10})}));
        for (int i = 0; i < 5; ++i) CHECK(good(cursor.next())->operator[]("n").as_int32() == i);
        CHECK(open_cursors(server) == before + 1);
        std::thread([&cursor] {
            for (int i = 5; i < 50; ++i) CHECK(good(cursor.next())->operator[]("n").as_int32() == i);
        }).join();
        CHECK(good(cursor.next()).has_value());
    }
    CHECK(open_cursors(server) == before);

    // One that was read to its end holds nothing, and goes on saying so.
    auto ended = good(c.find({}, {.call = asking({.batch_size = 100})}));
    for (int i = 0; i < 500; ++i) REQUIRE(good(ended.next()).has_value());
    CHECK_FALSE(good(ended.next()).has_value());
    CHECK_FALSE(good(ended.next()).has_value());
    CHECK(open_cursors(server) == before);

    // What the server has sent tells how many there will be, about: a list of them is not moved again and again.
    auto listed = good(c.find({}, {.call = asking({.batch_size = 400})}));
    good(listed.next());
    CHECK(listed.at_hand() > 350);
    CHECK(listed.at_hand() < 450);
    for (int i = 1; i < 400; ++i) REQUIRE(good(listed.next()).has_value());
    CHECK(listed.at_hand() < 10);
    while (good(listed.next())) {}
    CHECK(listed.at_hand() == 0);

    // A stop, a deadline and a failure end it, on the server too; every further call says the same.
    std::stop_source   stop;
    tenon::CallOptions stoppable = asking({.batch_size = 10});
    stoppable.stop               = stop.get_token();
    auto stopped                 = good(c.find({}, {.call = stoppable}));
    good(stopped.next());
    stop.request_stop();
    CHECK(open_cursors(server) == before + 1);
    CHECK(bad(stopped.next()).code == Errc::cancelled);
    CHECK(bad(stopped.next()).code == Errc::cancelled);
    CHECK(open_cursors(server) == before);

    auto late          = asking({.batch_size = 10});
    late.deadline      = Deadline::after(std::chrono::milliseconds(200));
    auto       overdue = good(c.find({}, {.call = late}));
    good(overdue.next());
    while (!late.deadline.passed()) std::this_thread::yield();
    CHECK(bad(overdue.next()).code == Errc::timeout);
    CHECK(open_cursors(server) == before);

    auto lost = good(c.find({}, {.call = asking({.batch_size = 10})}));
    server.fail(R"(["getMore"])", R"("errorCode":43)", 1);
    Result<std::optional<tenon::bson::View>> next{std::nullopt};
    int                                      read = 0;
    while ((next = lost.next()) && *next) ++read;
    REQUIRE_FALSE(next.has_value());
    CHECK(read == 10);
    CHECK(next.error().code == Errc::timeout);
    CHECK(bad(lost.next()).server.code == 43);
    (void)server.stop_failing();
}

TEST_CASE("indexes and collections answer as on the embedded store") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("kept");
    CHECK_FALSE(good(c.drop()));
    CHECK(good(c.list_indexes()).empty());
    CHECK(good(c.estimated_count()) == 0);
    good(c.drop_indexes());
    CHECK(bad(c.drop_index("nope")).server.code == 27);
    CHECK(bad(c.hide_index("nope")).server.code == 27);
    CHECK(good(c.create()));
    CHECK_FALSE(good(c.create()));
    tenon::IndexSpec text{.keys = doc("title", "text", "body", "text"), .name = "words"};
    tenon::IndexSpec partial{.keys = doc("a", 1, "b", -1), .unique = true, .partial_filter = doc("a", doc("$gt", 5)), .expire_after_seconds = {}};
    tenon::IndexSpec ttl{.keys = doc("at", 1), .hidden = true, .expire_after_seconds = 60};
    CHECK(good(c.create_indexes({text, partial, ttl})));
    CHECK_FALSE(good(c.create_indexes({text, partial, ttl})));
    const auto listed = good(c.list_indexes());
    REQUIRE(listed.size() == 4);
    CHECK(listed[0].name == "_id_");
    CHECK(listed[1].name == "words");
    CHECK(listed[1].keys["body"].as_string() == "text");
    CHECK(listed[1].keys["title"].as_string() == "text");
    CHECK(listed[2].name == "a_1_b_-1");
    CHECK(listed[2].unique);
    CHECK(listed[2].partial_filter == partial.partial_filter);
    CHECK(listed[3].hidden);
    CHECK(listed[3].expire_after_seconds == 60);
    CHECK(bad(c.create_indexes({{.keys = doc("a", 1), .name = "words"}})).server.code == 86);
    CHECK(bad(c.drop_index("_id_")).server.code == 72);
    CHECK(bad(c.drop_index("*")).server.code == 27);
    CHECK(good(c.list_indexes()).size() == 4);
    good(c.hide_index("words"));
    good(c.drop_index("words"));
    good(c.drop_indexes());
    CHECK(good(c.list_indexes()).size() == 1);
    CHECK(good(db.list_collections()) == std::vector<std::string>{"kept"});
    CHECK(good(c.drop()));
    CHECK(bad(db.collection(std::string("kept\0more", 9)).count()).code == Errc::invalid_argument);
}

TEST_CASE("explain says what the embedded store's says") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("explained");
    good(c.insert_many(numbered(50)));
    good(c.create_indexes({{.keys = doc("n", 1)}}));
    const auto text = [](const Document& plan, const char* key) { return std::string(plan[key].missing() ? "" : plan[key].as_string()); };
    auto       plan = good(c.explain(doc("n", 7)));
    CHECK(text(plan, "stage") == "IXSCAN");
    CHECK(text(plan, "index") == "n_1");
    CHECK(plan["keys_examined"].to_int64() == 1);
    CHECK(plan["documents_examined"].to_int64() == 1);
    CHECK(plan["returned"].to_int64() == 1);
    CHECK(text(plan, "sorted") == "none");
    CHECK(text(good(c.explain(doc("_id", 7))), "stage") == "IDHACK");
    plan = good(c.explain(doc("x", 7), {.sort = doc("y", 1)}));
    CHECK(text(plan, "stage") == "COLLSCAN");
    CHECK(text(plan, "sorted") == "memory");
    CHECK(text(good(c.explain({}, {.sort = doc("n", -1)})), "sorted") == "index");
    plan = good(c.explain(json(R"({"$or":[{"n":1},{"_id":2}]})")));
    CHECK(text(plan, "stage") == "OR");
    CHECK(plan["branches"].as_view().count() == 2);
    CHECK(text(good(db.collection("none").explain({})), "stage") == "EOF");
}
