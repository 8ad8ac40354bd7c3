// A file that is damaged under an open store.

#include "unit/sqlite/fixture.hpp"

#include <fstream>
#include <sstream>

#include <sqlite3.h>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

constexpr int documents = 3000;

/// A store with a small collection "small" in the first pages and a large one, all of it in the database file and none in a cache.
std::string filled(const Folder& folder) {
    const auto path = folder.file();
    {
        Box small(open("sqlite:" + path + "?synchronous=off"));
        small.collection = "small";
        small.insert({R"({"_id":1})", R"({"_id":2})"});
        Box large(small.store);
        large.index(R"({"n":1})");
        Insert op;
        for (int i = 0; i < documents; ++i) op.documents.push_back(bson::doc("_id", i, "n", i, "text", std::string(3000, 'x'), "end", i));
        large.must(std::move(op));
    }
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
    return path;
}

/// Reads all; the Error that ended it.
std::optional<Error> read_all(Box& box, Find find = {}) {
    auto reply = box.run(std::move(find));
    if (!reply) return reply.error();
    for (auto& cursor = *std::get<FindReply>(*reply).cursor;;) {
        auto next = cursor.next();
        if (!next) return next.error();
        if (!*next) return std::nullopt;
    }
}

/// What the store still has to do: read and write what lies elsewhere.
void check_alive(Box& large) {
    Box small(large.store);
    small.collection = "small";
    CHECK(small.ids("{}") == "1 2");
}

void overwrite(const std::string& path, std::size_t from, std::size_t size, char with) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(from));
    file << std::string(size, with);
    REQUIRE(file.flush().good());
}

}  // namespace

TEST_CASE("a file that is cut off under an open store is corrupt to every call until it is whole again") {
    Folder     folder;
    const auto path = filled(folder);
    Box        box(open("sqlite:" + path + "?synchronous=off&cache_mb=1"));
    check_alive(box);
    std::stringstream whole;
    whole << std::ifstream(path, std::ios::binary).rdbuf();
    auto reply = box.must(Find{});  // it has its moment, and reads on until it comes to what is missing
    REQUIRE(reply.cursor->next().has_value());
    REQUIRE(::truncate(path.c_str(), 4096L * 600) == 0);
    auto next = reply.cursor->next();
    while (next && *next) next = reply.cursor->next();
    REQUIRE_FALSE(next.has_value());
    CHECK(next.error().code == Errc::corrupt);
    const auto error = read_all(box);
    REQUIRE(error.has_value());
    CHECK(error->code == Errc::corrupt);
    Insert insert;
    insert.documents.push_back(bson::doc("_id", "new"));
    CHECK(box.refused(insert).code == Errc::corrupt);
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary) << whole.rdbuf();
    check_alive(box);
    CHECK_FALSE(read_all(box).has_value());
    box.must(insert);
}

TEST_CASE("pages that are overwritten under an open store are corrupt, whatever lies in them") {
    for (const char with : {'\0', '\x02', '\x7F', '\xFF'}) {
        CAPTURE(static_cast<int>(with));
        Folder     folder;
        const auto path = filled(folder);
        Box        box(open("sqlite:" + path + "?synchronous=off&cache_mb=1"));
        check_alive(box);
        overwrite(path, 4096UL * 700, 4096UL * 200, with);
        const auto error = read_all(box);
        REQUIRE(error.has_value());
        CHECK(error->code == Errc::corrupt);
        check_alive(box);
    }
}

TEST_CASE("a document whose inside is damaged is corrupt and never walked") {
    for (const bool in_transaction : {false, true}) {
        for (const char* change : {"UPDATE c2 SET doc = substr(doc,1,4) || x'FF' || substr(doc,6) WHERE id=5",                // a type
                                   "UPDATE c2 SET doc = substr(doc,1,26) || x'FFFFFF7F' || substr(doc,31) WHERE id=5",       // a length
                                   "UPDATE c2 SET doc = substr(doc,1,length(doc)-1) || x'01' WHERE id=5",                   // its end
                                   "UPDATE c2 SET doc = substr(doc,1,100) WHERE id=5", "UPDATE c2 SET doc = x'' WHERE id=5"}) {
            CAPTURE(std::string(change));
            Folder   folder;
            const auto path = folder.file();
            Box      box(open("sqlite:" + path + "?synchronous=off"));
            { Box small(box.store); small.collection = "small"; small.insert({R"({"_id":1})", R"({"_id":2})"}); }
            Insert op;
            for (int i = 0; i < 10; ++i) op.documents.push_back(bson::doc("_id", i, "n", i, "text", std::string(300, 'x')));
            box.must(std::move(op));
            box.index(R"({"n":1})");
            sqlite3* db = nullptr;
            REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
            REQUIRE(sqlite3_exec(db, change, nullptr, nullptr, nullptr) == SQLITE_OK);
            REQUIRE(sqlite3_changes(db) == 1);
            sqlite3_close(db);
            std::unique_ptr<Session> session;
            if (in_transaction) {
                auto begun = box.store->begin({.read_only = true}, {});
                REQUIRE(begun.has_value());
                session     = std::move(*begun);
                box.session = session.get();
            }
            for (const char* filter : {"{}", R"({"_id":4})", R"({"n":4})", R"({"text":"x"})", R"({"text":{"$exists":true}})"}) {
                CAPTURE(std::string(filter));
                Find find;
                find.filter      = json(filter);
                const auto error = read_all(box, find);
                REQUIRE(error.has_value());
                CHECK(error->code == Errc::corrupt);
            }
            session.reset();
            box.session = &box.plain;
            Update update;
            update.filter = json(R"({"_id":4})");
            update.update = json(R"({"$set":{"n":7}})");
            CHECK(box.refused(update).code == Errc::corrupt);
            check_alive(box);
            box.insert({R"({"_id":50,"n":50})"});
            CHECK(box.ids(R"({"n":50})") == "50");
        }
    }
}
