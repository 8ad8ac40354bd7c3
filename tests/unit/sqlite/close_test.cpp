// What closing leaves of the files, and of what was held.
#include "unit/sqlite/fixture.hpp"

#include <sys/wait.h>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

bool exists(const std::string& path) { return std::filesystem::exists(path); }
Find all() { return Find{}; }

}  // namespace

TEST_CASE("a closed store's file stands alone, and holds what was written") {
    const Folder folder;
    const auto   file = folder.file();
    Box          box(open("sqlite:" + file));
    box.insert({R"({"_id":1})", R"({"_id":2})", R"({"_id":3})"});
    CHECK(box.count() == 3);  // opens a reader, too
    auto held = box.must(all());
    REQUIRE(held.cursor->next().has_value());
    REQUIRE(exists(file + "-wal"));

    REQUIRE(box.store->close({}).has_value());
    CHECK_FALSE(exists(file + "-wal"));
    CHECK_FALSE(exists(file + "-shm"));
    CHECK(folder.entries() == 1);
    CHECK(held.cursor->next().error().code == Errc::cancelled);
    CHECK(box.refused(all()).code == Errc::cancelled);
    CHECK(box.refused(one(R"({"_id":4})")).code == Errc::cancelled);
    CHECK(box.store->begin({}, {}).error().code == Errc::cancelled);
    CHECK(box.store->health({}).status == HealthStatus::unhealthy);
    CHECK(box.store->health({}).pool.open == 0);
    REQUIRE(box.store->close({}).has_value());

    std::filesystem::copy_file(file, folder.file("copy.db"));  // alone, it is all there is
    Box copy(open("sqlite:" + folder.file("copy.db")));
    CHECK(copy.ids("{}") == "1 2 3");
}

TEST_CASE("where another store has the file open, it keeps the log, and loses nothing") {
    const Folder folder;
    const auto   file = folder.file();
    Box          other(open("sqlite:" + file));
    Box          box(open("sqlite:" + file));
    box.insert({R"({"_id":1})"});
    REQUIRE(box.store->close({}).has_value());
    CHECK(exists(file + "-wal"));
    other.insert({R"({"_id":2})"});
    CHECK(other.ids("{}") == "1 2");
    REQUIRE(other.store->close({}).has_value());
    CHECK(folder.entries() == 1);
}

TEST_CASE("closing waits for nobody: what is in use is said, and closed by a later call") {
    Box  box;
    auto transaction = box.store->begin({}, {});
    REQUIRE(transaction.has_value());
    CHECK(box.store->close({}).error().code == Errc::timeout);
    CHECK(box.store->close({}).error().code == Errc::timeout);
    CHECK(box.refused(all()).code == Errc::cancelled);
    box.store->abort(**transaction);
    CHECK(box.store->close({}).has_value());
}

TEST_CASE("a closed store in memory has no files left, and a read-only one is closed as it is") {
    const Folder    folder;
    const Temporary temporary(folder.path());
    {
        Box memory;
        memory.insert({R"({"_id":1})"});
        CHECK(folder.entries() == 1);
        REQUIRE(memory.store->close({}).has_value());
        CHECK(folder.entries() == 0);
    }
    {
        Box box(open("sqlite:" + folder.file()));
        box.insert({R"({"_id":1})"});
        REQUIRE(box.store->close({}).has_value());
    }
    Box reads(open("sqlite:" + folder.file() + "?mode=ro"));
    CHECK(reads.count() == 1);
    CHECK(reads.store->close({}).has_value());
}

TEST_CASE("a store that was closed before fork() is closed in the child, too") {
    const Folder folder;
    Box          box(open("sqlite:" + folder.file()));
    box.insert({R"({"_id":1})"});
    REQUIRE(box.store->close({}).has_value());
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        Request request;
        request.collection = "things";
        request.operation  = Count{};
        Session    plain;
        const auto reply = box.store->run(std::move(request), plain);
        std::_Exit(!reply && reply.error().code == Errc::cancelled && box.store->close({}) ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    Box again(open("sqlite:" + folder.file()));  // nothing held it back
    CHECK(again.count() == 1);
}
