// Bad input, the rows about files: each gets its code and a message that says what is wrong, nothing is written, and the store stays usable.

#include "unit/sqlite/fixture.hpp"

#include <csignal>
#include <fstream>
#include <functional>
#include <sstream>

#include <sys/resource.h>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

std::string content(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void store_of_one(const std::string& path) {
    Box box(open("sqlite:" + path));
    box.insert({R"({"_id":1,"a":1})"});
    box.index(R"({"a":1})");
}

/// As long as it lives, files of this process end at 512 KiB: a full disk, to those that write.
class FullDisk {
public:
    FullDisk() {
        ::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit small{512UL * 1024UL, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    }
    FullDisk(const FullDisk&)            = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

/// More than 512 KiB and than a megabyte.
Insert too_much() {
    Insert many;
    for (int i = 10; i < 4000; ++i) many.documents.push_back(bson::doc("_id", i, "a", i, "text", std::string(600, 'x')));
    return many;
}

}  // namespace

TEST_CASE("a file that cannot be opened is refused, and left as it is") {
    struct Row {
        const char*                                  what;
        Errc                                         code;
        const char*                                  named;
        const char*                                  options;
        std::function<void(const std::string& path)> make;
    };
    const Row rows[] = {
        {"text", Errc::corrupt, "not a database", "", [](const std::string& path) { std::ofstream(path) << std::string(5000, 'x'); }},
        {"the first bytes of a store", Errc::corrupt, "damaged", "",
         [](const std::string& path) {
             store_of_one(path);
             std::filesystem::resize_file(path, 50);
         }},
        {"a database of another program", Errc::corrupt, "not one of this library", "",
         [](const std::string& path) { execute(path, "CREATE TABLE t(a); INSERT INTO t VALUES(1)"); }},
        {"a newer format", Errc::unsupported, "format 99", "",
         [](const std::string& path) {
             store_of_one(path);
             execute(path, "PRAGMA user_version=99");
         }},
        {"a folder", Errc::io, "cannot be", "", [](const std::string& path) { std::filesystem::create_directory(path); }},
        {"not there, and not to be made", Errc::io, "cannot be opened", "?mode=rw", [](const std::string&) {}},
        {"not there, and only to be read", Errc::io, "cannot be opened", "?mode=ro", [](const std::string&) {}},
        {"empty, and only to be read", Errc::corrupt, "empty", "?mode=ro", [](const std::string& path) { const std::ofstream made(path); }},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.what));
        Folder     folder;
        const auto path = folder.file("bad.db");
        row.make(path);
        const auto before = content(path);
        const auto error  = refused_open("sqlite:" + path + row.options);
        CAPTURE(error.message);
        CHECK(to_string(error.code) == to_string(row.code));
        CHECK(error.message.find(row.named) != std::string::npos);
        CHECK(content(path) == before);
        store_of_one(folder.file("good.db"));
    }
    Folder folder;
    CHECK(refused_open("sqlite:" + folder.file("missing/store.db")).code == Errc::io);
    CHECK_FALSE(std::filesystem::exists(folder.file("missing")));
}

TEST_CASE("a write that the file cannot take is refused whole, and the store stays usable") {
    struct Row {
        const char*                 what;
        Errc                        code;
        const char*                 named;
        const char*                 options;
        std::function<Error(Box&, const std::string& path)> call;
        bool                        writes_again = true;
    };
    const Row rows[] = {
        {"read-only", Errc::io, "read-only", "?mode=ro", [](Box& box, const std::string&) { return box.refused(one(R"({"_id":2,"a":2})")); }, false},
        {"an index of a read-only store", Errc::io, "read-only", "?mode=ro",
         [](Box& box, const std::string&) {
             CreateIndexes op;
             op.indexes.push_back({json(R"({"b":1})")});
             return box.refused(op);
         },
         false},
        {"over max_size_mb", Errc::io, "max_size_mb", "?max_size_mb=1", [](Box& box, const std::string&) { return box.refused(too_much()); }},
        {"a full disk", Errc::io, "disk or the user's quota is full", "",
         [](Box& box, const std::string&) {
             const FullDisk full;
             auto           error = box.refused(too_much());
             CHECK(box.ids(R"({"a":{"$gte":0}})") == "1");  // what is there can be read all the while
             CHECK(box.store->begin({}, {}).has_value());
             return error;
         }},
        {"a second writer past its deadline", Errc::timeout, "deadline", "",
         [](Box& box, const std::string&) {
             auto first = box.store->begin({}, {});
             REQUIRE(first.has_value());
             Box second(box.store);
             second.context.deadline = Deadline::after(std::chrono::milliseconds(20));
             return second.refused(one(R"({"_id":2,"a":2})"));
         }},
        {"a second writer past busy_timeout_ms", Errc::timeout, "busy_timeout_ms", "?busy_timeout_ms=20",
         [](Box& box, const std::string&) {
             auto first = box.store->begin({}, {});
             REQUIRE(first.has_value());
             return Box(box.store).refused(one(R"({"_id":2,"a":2})"));
         }},
        {"a writer beside another program's", Errc::timeout, "lock", "?busy_timeout_ms=20",
         [](Box& box, const std::string& path) {
             sqlite3* other = nullptr;
             REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
             REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
             auto error = box.refused(one(R"({"_id":2,"a":2})"));
             sqlite3_close(other);
             return error;
         }},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.what));
        Folder     folder;
        const auto path = folder.file();
        store_of_one(path);
        {
            Box        box(open("sqlite:" + path + row.options));
            const auto error = row.call(box, path);
            CAPTURE(error.message);
            CHECK(to_string(error.code) == to_string(row.code));
            CAPTURE(error.path);
            CHECK((error.path + " " + error.message).find(row.named) != std::string::npos);
            CHECK(error.outcome == Outcome::none);
            CHECK(box.ids("{}") == "1");
            CHECK(box.ids(R"({"a":{"$gte":0}})") == "1");
            if (row.writes_again) box.insert({R"({"_id":3,"a":3})"});
        }
        Box again(open("sqlite:" + path));
        CHECK(again.ids("{}") == (row.writes_again ? "1 3" : "1"));
    }
}
