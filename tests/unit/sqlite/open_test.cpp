// Opening a store, and the files that it keeps. What cannot be opened is in bad_files_test.cpp.

#include "unit/sqlite/fixture.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include "sqlite/connection.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

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
