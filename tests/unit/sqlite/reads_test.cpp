// The reads, and the cursors outside of transactions, each of which holds a connection.

#include "unit/sqlite/fixture.hpp"

#include <thread>

#include <sqlite3.h>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

void wait_until_passed(std::chrono::milliseconds span) {
    const auto until = std::chrono::steady_clock::now() + span;
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
}

}  // namespace

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

TEST_CASE("a sort sees the stored documents, whatever the projection leaves of them") {
    Box box;
    box.insert({R"({"_id":1})", R"({"_id":2,"d":[1,1,1],"b":[{"x":1},1]})", R"({"_id":3,"d":[1,1,0],"b":[{"x":2}]})", R"({"_id":4,"d":{"2":5}})"});
    struct Row {
        const char* sort;
        const char* projection;
        const char* ids;
    };
    for (const Row& row : {Row{R"({"d.2":1,"_id":-1})", R"({"d.2":1})", "1324"}, Row{R"({"b.x":1,"_id":-1})", R"({"b.x":1})", "4213"}}) {
        CAPTURE(row.sort);
        Find find;
        find.sort         = json(row.sort);
        find.projection   = json(row.projection);
        auto        reply = box.must(find);
        std::string ids;
        for (auto next = reply.cursor->next(); next && *next; next = reply.cursor->next()) ids += bson::to_json((**next)["_id"]);
        CHECK(ids == row.ids);
    }
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
