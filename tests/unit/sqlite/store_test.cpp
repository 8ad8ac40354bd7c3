#include "unit/sqlite/fixture.hpp"

#include <fstream>
#include <thread>

#include <sqlite3.h>
#include <sys/stat.h>

#include "sqlite/connection.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

Error refused_open(const std::string& uri) {
    Config config;
    config.uri = uri;
    auto store = sqlite::open_store(config);
    REQUIRE_FALSE(store.has_value());
    return store.error();
}

void execute(const std::string& path, const char* sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

std::unique_ptr<Session> begin(Box& box, TransactionOptions options = {}) {
    auto session = box.store->begin(options, {});
    REQUIRE_MESSAGE(session.has_value(), (session ? std::string() : session.error().to_string()));
    return std::move(*session);
}

Insert one(std::string_view document) {
    Insert op;
    op.documents.push_back(json(document));
    return op;
}

void wait_until_passed(std::chrono::milliseconds span) {
    const auto until = std::chrono::steady_clock::now() + span;
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
}

}  // namespace

TEST_CASE("open fails where the file can have no write-ahead log, and turns it on again in a copy") {
    const Folder folder;
    sqlite3_vfs* usual = sqlite3_vfs_find(nullptr);
    // Locks by a file beside it: no memory is shared, as on a network file system.
    sqlite3_vfs* lone = sqlite3_vfs_find("unix-dotfile");
    REQUIRE(lone != nullptr);
    REQUIRE(sqlite3_vfs_register(lone, 1) == SQLITE_OK);
    Config config;
    config.uri       = "sqlite:" + folder.file();
    const auto store = sqlite::open_store(config);
    REQUIRE(sqlite3_vfs_register(usual, 1) == SQLITE_OK);
    REQUIRE_FALSE(store.has_value());
    CHECK(store.error().code == Errc::io);
    CHECK(store.error().message.find("write-ahead log") != std::string::npos);

    { const auto made = open("sqlite:" + folder.file("first.db")); }
    execute(folder.file("first.db"), ("VACUUM INTO '" + folder.file("copy.db") + "'").c_str());
    Box copy(open("sqlite:" + folder.file("copy.db")));
    copy.insert({R"({"_id":1})"});
    CHECK(std::filesystem::exists(folder.file("copy.db-wal")));
}

TEST_CASE("a connection keeps a bounded number of statements") {
    const Folder folder;
    const auto   store = open("sqlite:" + folder.file());
    sqlite::Options options;
    options.path    = folder.file();
    auto connection = sqlite::Connection::open(options, false);
    REQUIRE(connection.has_value());
    for (std::uint64_t key = 0; key < 1000; ++key) {
        auto statement = (*connection)->prepare(key, [] { return "SELECT 1"; });
        REQUIRE(statement.has_value());
        CHECK(statement->step() == SQLITE_ROW);
    }
    std::size_t kept = 0;
    for (auto* each = sqlite3_next_stmt((*connection)->handle(), nullptr); each != nullptr; ++kept) {
        each = sqlite3_next_stmt((*connection)->handle(), each);
    }
    CHECK(kept > 0);
    CHECK(kept <= 256);
}

TEST_CASE("a find by _id pins no connection, with $eq as without") {
    Box box;
    box.insert({R"({"_id":1})", R"({"_id":{"x":1}})"});
    const auto open_files = [] {
        std::size_t number = 0;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) number += entry.path().empty() ? 0 : 1;
        return number;
    };
    (void)box.find(R"({"_id":1})");
    const auto before = open_files();
    for (const char* filter : {R"({"_id":1})", R"({"_id":{"$eq":1}})", R"({"_id":{"x":1}})"}) {
        CAPTURE(filter);
        std::vector<FindReply> held;
        for (int i = 0; i < 3; ++i) {
            Find find;
            find.filter = json(filter);
            held.push_back(box.must(find));
        }
        CHECK(open_files() == before);
        CHECK(held.back().cursor->next()->has_value());
    }
    CHECK(box.ids(R"({"_id":{"$eq":1,"$gt":1}})").empty());
    CHECK(box.ids(R"({"_id":{"$eq":{"x":1}}})") == R"({"x":1})");
}

TEST_CASE("a URI that is wrong is refused by the name of its option") {
    struct Row { const char* uri; const char* path; };
    const Row rows[] = {
        {"sqlite::memory:?colour=red", "colour"},
        {"sqlite::memory:?synchronous=sometimes", "synchronous"},
        {"sqlite:x.db?mode=x", "mode"},
        {"sqlite::memory:?busy_timeout_ms=-1", "busy_timeout_ms"},
        {"sqlite::memory:?cache_mb=0", "cache_mb"},
        {"sqlite::memory:?readers=1000", "readers"},
        {"sqlite::memory:?max_size_mb=x", "max_size_mb"},
        {"sqlite::memory:?cursor_age_ms=0", "cursor_age_ms"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.uri);
        const auto error = refused_open(row.uri);
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == row.path);
    }
    CHECK(refused_open("sqlite:").code == Errc::invalid_argument);
    CHECK(refused_open("mongodb://x").code == Errc::invalid_argument);
}

TEST_CASE("a file that is not ours is refused and left as it is") {
    Folder     folder;
    const auto text = folder.file("text.db");
    std::ofstream(text) << std::string(5000, 'x');
    CHECK(refused_open("sqlite:" + text).code == Errc::corrupt);

    const auto foreign = folder.file("foreign.db");
    execute(foreign, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    CHECK(refused_open("sqlite:" + foreign).code == Errc::corrupt);

    const auto newer = folder.file("newer.db");
    { Box box(open("sqlite:" + newer)); box.insert({"{}"}); }
    execute(newer, "PRAGMA user_version=99");
    const auto error = refused_open("sqlite:" + newer);
    CHECK(error.code == Errc::unsupported);
    CHECK(error.message.find("99") != std::string::npos);

    CHECK(refused_open("sqlite:" + folder.file("missing/store.db")).code == Errc::io);
    CHECK(refused_open("sqlite:" + folder.file("missing.db") + "?mode=rw").code == Errc::io);
}

TEST_CASE("files are the owner's alone, and hold what was stored when opened again") {
    Folder     folder;
    const auto path = folder.file();
    {
        Box box(open("sqlite:" + path));
        box.insert({R"({"_id":1})"});
        for (const char* suffix : {"", "-wal", "-shm"}) {
            struct stat facts {};
            REQUIRE(::stat((path + suffix).c_str(), &facts) == 0);
            CHECK((facts.st_mode & 0777U) == 0600U);
        }
    }
    Box again(open("sqlite:" + path));
    CHECK(again.ids("{}") == "1");
}

TEST_CASE("a store opened to read refuses writes and reads on") {
    Folder folder;
    { Box box(open("sqlite:" + folder.file())); box.insert({R"({"_id":1})"}); }
    Box box(open("sqlite:" + folder.file() + "?mode=ro"));
    CHECK(box.refused(one(R"({"_id":2})")).code == Errc::io);
    CHECK(box.ids("{}") == "1");
}

TEST_CASE("a store in memory leaves no file") {
    Folder          folder;
    const Temporary set(folder.path());
    {
        Box box;
        box.insert({R"({"_id":1})"});
        CHECK_FALSE(box.store->capabilities().persistent);
        CHECK(box.count() == 1);
        CHECK(folder.entries() == 1);
    }
    CHECK(folder.entries() == 0);
}

TEST_CASE("a full store refuses with nothing half applied, and stays usable") {
    Folder folder;
    Box    box(open("sqlite:" + folder.file() + "?max_size_mb=1"));
    box.index(R"({"a":1})");
    Insert many;
    for (int i = 0; i < 4000; ++i) many.documents.push_back(bson::doc("_id", i, "a", i, "text", std::string(600, 'x')));
    auto error = box.refused(many);
    CHECK(error.code == Errc::io);
    CHECK(error.outcome == Outcome::none);
    CHECK(box.count() == 0);
    CHECK(box.count(R"({"a":{"$gte":0}})") == 0);
    box.insert({R"({"_id":1,"a":1})"});
    CHECK(box.ids(R"({"a":1})") == "1");
}

TEST_CASE("documents and ids that may not be stored are refused with MongoDB's code, and nothing is written") {
    Box box;
    struct Row { const char* document; int code; };
    const Row rows[] = {
        {R"({"_id":[1]})", 53},
        {R"({"_id":{"$regularExpression":{"pattern":"a","options":""}}})", 53},
        {R"({"_id":{"$undefined":true}})", 53},
        {R"({"_id":{"a":1,"$b":1}})", 52},
    };
    for (const auto& row : rows) {
        CAPTURE(row.document);
        const auto error = box.refused(one(row.document));
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.server.code == row.code);
        CHECK(error.where == "things.insert");
    }
    Insert large;
    large.documents.push_back(bson::doc("a", "x"));
    bson::Builder builder;
    const std::vector<std::uint8_t> bytes(bson::max_document_size - 20);
    builder.append_binary("b", bytes);
    large.documents[0] = builder.take();
    CHECK(box.refused(large).server.code == 10334);
    CHECK(box.must(ListCollections{}).names.empty());
}

TEST_CASE("an _id is made and put first") {
    Box  box;
    auto reply = box.must(one(R"({"a":1})"));
    CHECK(reply.stored[0].begin()->key == "_id");
    CHECK(reply.stored[0]["_id"].type() == bson::Type::object_id);
    reply = box.must(one(R"({"a":1,"_id":"x"})"));
    CHECK(bson::to_json(reply.stored[0]) == R"({"_id":"x","a":1})");
    CHECK(bson::to_json(box.find(R"({"_id":"x"})")[0]) == R"({"_id":"x","a":1})");
}

TEST_CASE("a Timestamp(0, 0) at the top of a document is stored as the time, one in _id or deeper as it is") {
    constexpr const char* zero = R"({"$timestamp":{"t":0,"i":0}})";
    const std::string     text = std::string(R"({"_id":)") + zero + R"(,"at":)" + zero + R"(,"then":)" + zero + R"(,"in":{"at":)" + zero + "}}";
    const auto            check = [](bson::View stored) {
        const auto now = static_cast<std::uint32_t>(bson::DateTime::now().ms / 1000);
        CHECK(stored["at"].as_timestamp().seconds + 5 > now);
        CHECK(stored["at"].as_timestamp() != stored["then"].as_timestamp());
        CHECK(stored.at_path("in.at").as_timestamp() == bson::Timestamp{});
    };
    Box  box;
    auto reply = box.must(one(text));
    CHECK(reply.stored[0]["_id"].as_timestamp() == bson::Timestamp{});
    check(reply.stored[0]);
    CHECK(box.find("{}")[0] == reply.stored[0]);
    BulkWrite bulk;
    bulk.items = {BulkWrite::InsertOne{json(std::string(R"({"_id":2,"at":)") + zero + "}")}};
    box.must(bulk);
    CHECK(box.find(R"({"_id":2})")[0]["at"].as_timestamp() != bson::Timestamp{});
    for (const bool upsert : {false, true}) {
        CAPTURE(upsert);
        Replace replace;
        replace.filter      = json(upsert ? R"({"_id":3})" : R"({"_id":2})");
        replace.replacement = json(std::string(R"({"at":)") + zero + "}");
        replace.upsert      = upsert;
        box.must(replace);
        const auto at = box.find(bson::to_json(replace.filter))[0]["at"].as_timestamp();
        CHECK(at != bson::Timestamp{});
        FindAndModify modify;
        modify.kind         = FindAndModify::Kind::replace;
        modify.filter       = json(upsert ? R"({"_id":4})" : R"({"_id":2})");
        modify.change       = replace.replacement;
        modify.upsert       = upsert;
        modify.return_after = true;
        CHECK((*box.must(modify).value)["at"].as_timestamp() > at);
    }
}

TEST_CASE("an ordered insert stops at the first refusal, an unordered one goes on; both say what was stored") {
    for (const bool ordered : {true, false}) {
        CAPTURE(ordered);
        Box    box;
        Insert op;
        op.ordered   = ordered;
        op.documents = {json(R"({"_id":1})"), json(R"({"_id":1})"), json(R"({"_id":2})"), json(R"({"_id":[]})")};
        const auto error = box.refused(op);
        CHECK(error.code == Errc::duplicate_key);
        CHECK(error.outcome == Outcome::partial);
        REQUIRE(error.items.size() == (ordered ? 1 : 2));
        CHECK(error.items[0].index == 1);
        CHECK(error.items[0].server_code == 11000);
        REQUIRE(error.inserted.size() == (ordered ? 1 : 2));
        CHECK(error.inserted.back().id == (ordered ? R"({"$numberInt":"1"})" : R"({"$numberInt":"2"})"));
        CHECK(box.ids("{}") == (ordered ? "1" : "1 2"));
        CHECK(box.must(EstimatedCount{}).count == (ordered ? 1 : 2));
    }
}

TEST_CASE("an update of many that fails midway keeps what it changed and says so") {
    Box box;
    box.insert({R"({"_id":1,"n":1})", R"({"_id":2,"n":"text"})", R"({"_id":3,"n":3})"});
    Update op;
    op.filter        = json("{}");
    op.update        = json(R"({"$inc":{"n":1}})");
    op.many          = true;
    const auto error = box.refused(op);
    CHECK(error.code == Errc::invalid_argument);
    CHECK(error.outcome == Outcome::partial);
    CHECK(box.ids(R"({"n":2})") == "1");
    CHECK(box.ids(R"({"n":3})") == "3");
    op.many   = false;
    op.filter = json(R"({"_id":2})");
    CHECK(box.refused(op).outcome == Outcome::none);
}

TEST_CASE("upserts, replaces, and find_and_modify answer as MongoDB does") {
    Box    box;
    Update update;
    update.filter = json(R"({"_id":7,"k":"x"})");
    update.update = json(R"({"$set":{"a":1},"$setOnInsert":{"b":2}})");
    update.upsert = true;
    auto made     = box.must(update);
    REQUIRE(made.upserted_id.has_value());
    CHECK(bson::to_json(made.upserted_id->ref()) == "7");
    CHECK(bson::to_json(box.find("{}")[0]) == R"({"_id":7,"k":"x","a":1,"b":2})");
    CHECK(box.must(update).matched == 1);

    Replace replace;
    replace.filter      = json(R"({"_id":7})");
    replace.replacement = json(R"({"z":1})");
    CHECK(box.must(replace).modified == 1);
    CHECK(box.must(replace).modified == 1);  // without the _id it is not what is stored
    CHECK(bson::to_json(box.find("{}")[0]) == R"({"_id":7,"z":1})");
    replace.replacement = json(R"({"_id":7,"z":1})");
    CHECK(box.must(replace).modified == 0);
    replace.replacement = json(R"({"_id":8})");
    CHECK(box.refused(replace).server.code == 66);

    box.insert({R"({"_id":1,"n":1})", R"({"_id":2,"n":2})"});
    FindAndModify modify;
    modify.filter = json(R"({"n":{"$exists":true}})");
    modify.change = json(R"({"$inc":{"n":10}})");
    modify.sort   = json(R"({"n":-1})");
    auto reply    = box.must(modify);
    CHECK(bson::to_json(*reply.value) == R"({"_id":2,"n":12})");
    CHECK(reply.updated_existing);
    modify.return_after = false;
    modify.projection   = json(R"({"_id":0,"n":1})");
    CHECK(bson::to_json(*box.must(modify).value) == R"({"n":12})");
    modify.kind = FindAndModify::Kind::remove;
    CHECK(bson::to_json(*box.must(modify).value) == R"({"n":22})");
    CHECK(box.ids(R"({"n":{"$exists":true}})") == "1");
    modify.kind   = FindAndModify::Kind::update;
    modify.filter = json(R"({"_id":99})");
    CHECK_FALSE(box.must(modify).value.has_value());
    modify.upsert       = true;
    modify.return_after = true;
    reply               = box.must(modify);
    CHECK(bson::to_json(*reply.value) == R"({"n":10})");
    CHECK(bson::to_json(reply.upserted_id->ref()) == "99");
}

TEST_CASE("a bulk write runs its items in order and tells each one's failure") {
    Box       box;
    BulkWrite bulk;
    Update    update;
    update.filter = json(R"({"_id":1})");
    update.update = json(R"({"$set":{"a":1}})");
    Update upsert = update;
    upsert.filter = json(R"({"_id":5})");
    upsert.upsert = true;
    Delete remove;
    remove.filter = json(R"({"_id":2})");
    bulk.items    = {BulkWrite::InsertOne{json(R"({"_id":1})")}, BulkWrite::InsertOne{json(R"({"_id":2})")}, update, upsert, remove};
    auto reply    = box.must(bulk);
    CHECK(reply.inserted == 2);
    CHECK(reply.matched == 1);
    CHECK(reply.modified == 1);
    CHECK(reply.deleted == 1);
    REQUIRE(reply.upserted.size() == 1);
    CHECK(reply.upserted[0].index == 3);

    bulk.items   = {BulkWrite::InsertOne{json(R"({"_id":1})")}, BulkWrite::InsertOne{json(R"({"_id":9})")}};
    bulk.ordered = false;
    auto error   = box.refused(bulk);
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.outcome == Outcome::partial);
    REQUIRE(error.inserted.size() == 1);
    CHECK(error.inserted[0].index == 1);
    bulk.ordered = true;
    error        = box.refused(bulk);
    CHECK(error.outcome == Outcome::none);
    CHECK(error.items.size() == 1);
}

TEST_CASE("verbs that come later, or belong to a layer above, are unsupported by name") {
    Box box;
    CHECK(box.refused(Aggregate{}).code == Errc::unsupported);
    CHECK(box.refused(Restore{}).code == Errc::unsupported);
    Find find;
    find.filter = json(R"({"$where":"1"})");
    CHECK(box.refused(find).code == Errc::unsupported);
    find.filter = json(R"({"a":{"$frobnicate":1}})");
    CHECK(box.refused(find).code == Errc::invalid_argument);
    find.filter = {};
    find.limit  = -1;
    CHECK(box.refused(find).code == Errc::invalid_argument);
}

TEST_CASE("a transaction is seen whole or not at all") {
    Box  box;
    Box  other(box.store);
    auto session = begin(box);
    box.session  = session.get();
    box.insert({R"({"_id":1})", R"({"_id":2})"});
    CHECK(box.ids("{}") == "1 2");
    CHECK(other.ids("{}").empty());
    REQUIRE(box.store->commit(*session, {}).has_value());
    CHECK(other.ids("{}") == "1 2");
    CHECK(box.refused(one("{}")).code == Errc::invalid_argument);  // it has ended

    session     = begin(box);
    box.session = session.get();
    box.insert({R"({"_id":3})"});
    box.index(R"({"a":1})");
    box.store->abort(*session);
    CHECK(other.ids("{}") == "1 2");
    CHECK(other.must(ListIndexes{}).indexes.size() == 1);
    session     = begin(box);
    box.session = session.get();
    box.insert({R"({"_id":4})"});
    session.reset();  // dropped: rolled back
    CHECK(other.ids("{}") == "1 2");
}

TEST_CASE("a refused write ends the transaction, as on MongoDB") {
    Box  box;
    auto session = begin(box);
    box.session  = session.get();
    box.insert({R"({"_id":1})"});
    CHECK(box.refused(one(R"({"_id":1})")).code == Errc::duplicate_key);
    CHECK(box.refused(one(R"({"_id":2})")).server.code == 251);
    const auto committed = box.store->commit(*session, {});
    REQUIRE_FALSE(committed.has_value());
    CHECK(committed.error().where == "commit");
    Box other(box.store);
    CHECK(other.ids("{}").empty());
}

TEST_CASE("a read-only transaction is one snapshot and refuses writes") {
    Box box;
    box.insert({R"({"_id":1})"});
    Box                reading(box.store);
    TransactionOptions options;
    options.read_only = true;
    auto session      = begin(reading, options);
    reading.session   = session.get();
    box.insert({R"({"_id":2})"});
    CHECK(reading.ids("{}") == "1");
    CHECK(reading.refused(one("{}")).code == Errc::invalid_argument);
    REQUIRE(reading.store->commit(*session, {}).has_value());
    reading.session = &reading.plain;
    CHECK(reading.ids("{}") == "1 2");
}

TEST_CASE("a cursor reads the moment it was opened, whatever is written meanwhile") {
    Box    box;
    Insert insert;
    for (int i = 0; i < 500; ++i) insert.documents.push_back(bson::doc("_id", i));
    box.must(std::move(insert));
    auto reply = box.must(Find{});
    auto first = reply.cursor->next();
    REQUIRE(first.has_value());
    Delete remove;
    remove.many = true;
    CHECK(box.must(remove).deleted == 500);
    int seen = 1;
    for (auto next = reply.cursor->next(); next && *next; next = reply.cursor->next()) ++seen;
    CHECK(seen == 500);
    CHECK(box.count() == 0);
}

TEST_CASE("a cursor in a transaction leaves out what was removed or changed behind it, and ends with it") {
    Box  box;
    auto session = begin(box);
    box.session  = session.get();
    box.insert({R"({"_id":1,"a":1})", R"({"_id":2,"a":1})", R"({"_id":3,"a":1})"});
    Find find;
    find.filter = json(R"({"a":1})");
    auto reply  = box.must(find);
    CHECK(bson::to_json((**reply.cursor->next())["_id"]) == "1");
    Delete remove;
    remove.filter = json(R"({"_id":2})");
    box.must(remove);
    CHECK(bson::to_json((**reply.cursor->next())["_id"]) == "3");
    auto second = box.must(find);
    REQUIRE(box.store->commit(*session, {}).has_value());
    CHECK(second.cursor->next().error().code == Errc::invalid_argument);
}

TEST_CASE("a reader that is wanted while cursors hold them all is refused in time, by name") {
    Box box(open("sqlite::memory:?readers=1&busy_timeout_ms=20"));
    box.insert({R"({"_id":1})", R"({"_id":2})"});
    auto reply = box.must(Find{});
    REQUIRE(reply.cursor->next().has_value());
    const auto error = box.refused(Find{});
    CHECK(error.code == Errc::timeout);
    CHECK(error.path == "readers");
    CHECK((**reply.cursor->next())["_id"].as_int32() == 2);
}

TEST_CASE("a cursor expires, and gives its connection to whoever waits for one") {
    Box box(open("sqlite::memory:?cursor_age_ms=5&readers=1"));
    box.insert({R"({"_id":1})", R"({"_id":2})"});
    auto       reply = box.must(Find{});
    const auto first = reply.cursor->next();
    REQUIRE(first.has_value());
    CHECK(box.ids("{}") == "1 2");  // waits for the expiry, for no call of the cursor
    CHECK(bson::to_json(**first) == R"({"_id":1})");  // what was given stays good
    const auto expired = reply.cursor->next();
    REQUIRE_FALSE(expired.has_value());
    CHECK(expired.error().code == Errc::timeout);
    CHECK(reply.cursor->next().error().code == Errc::timeout);
    CHECK(box.ids("{}") == "1 2");
}

TEST_CASE("a write ends expired cursors, whose moment would hold on to the log") {
    Folder     folder;
    const auto path = folder.file();
    Box        box(open("sqlite:" + path + "?cursor_age_ms=5&synchronous=off"));
    box.insert({R"({"_id":1})", R"({"_id":2})"});
    auto reply = box.must(Find{});
    REQUIRE(reply.cursor->next().has_value());
    wait_until_passed(std::chrono::milliseconds(6));
    box.insert({R"({"_id":3})"});
    // Nobody reads an old moment now, so that the log can be emptied.
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    int left = -1;
    int done = -1;
    CHECK(sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_TRUNCATE, &left, &done) == SQLITE_OK);
    sqlite3_close(db);
    CHECK(reply.cursor->next().error().path == "cursor_age_ms");
}

TEST_CASE("a second writer waits no longer than its deadline, or until it is told to stop") {
    Box  box;
    auto session = begin(box);
    Box  other(box.store);
    other.context.deadline = Deadline::after(std::chrono::milliseconds(20));
    auto error             = other.refused(one("{}"));
    CHECK(error.code == Errc::timeout);
    CHECK(error.message.find("waiting for the writer's turn") != std::string::npos);
    std::stop_source source;
    other.context.deadline = {};
    other.context.stop     = source.get_token();
    std::jthread stopper([&] { source.request_stop(); });
    CHECK(other.refused(one("{}")).code == Errc::cancelled);
    box.store->abort(*session);
    other.context = {};
    other.insert({R"({"_id":1})"});
}

TEST_CASE("a long scan ends at its deadline") {
    Box    box;
    Insert insert;
    for (int i = 0; i < 20'000; ++i) insert.documents.push_back(bson::doc("_id", i, "a", "some text to look at"));
    box.must(std::move(insert));
    box.context.deadline = Deadline::after(std::chrono::milliseconds(1));
    Count count;
    count.filter = json(R"({"$nor":[{"a":{"$regex":"(x+x+)+y$"}},{"a":{"$regex":"z.*z"}},{"a":"q"}]})");
    auto reply   = box.run(count);
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().code == Errc::timeout);
    box.context = {};
    CHECK(box.count() == 20'000);
}

TEST_CASE("a sort that does not fit in memory is refused, one with a limit is not") {
    Box         box;
    const std::string text(200'000, 'x');
    for (int round = 0; round < 6; ++round) {
        Insert insert;
        for (int i = 0; i < 100; ++i) insert.documents.push_back(bson::doc("_id", round * 100 + i, "n", (i * 7) % 100, "text", text));
        box.must(std::move(insert));
    }
    Find find;
    find.sort  = json(R"({"n":1})");
    auto reply = box.must(find);
    CHECK(reply.cursor->next().error().server.code == 292);
    find.limit = 3;
    CHECK(box.find(find).size() == 3);
    find.limit = 0;
    box.index(R"({"n":1})");
    CHECK(box.find(find).size() == 600);
}

TEST_CASE("distinct sees arrays by element and orders what it found") {
    Box box;
    box.insert({R"({"_id":1,"a":[3,1]})", R"({"_id":2,"a":1.0})", R"({"_id":3,"a":"x"})", R"({"_id":4})"});
    Distinct op;
    op.path = "a";
    CHECK(bson::to_json(box.must(op).values.view()) == R"({"0":1,"1":3,"2":"x"})");
    op.filter = json(R"({"_id":{"$gt":1}})");
    CHECK(bson::to_json(box.must(op).values.view()) == R"({"0":1.0,"1":"x"})");
}
