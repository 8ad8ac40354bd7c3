// Many threads on one store, many processes on one file, and what fork() does.

#include "unit/sqlite/fixture.hpp"

#include <atomic>
#include <csignal>
#include <thread>

#include <sys/wait.h>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

// Runs `body` in a child and gives its exit code: 0 when it returned true.
template <class Body>
pid_t start(const Body& body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) std::_Exit(body() ? 0 : 1);
    return child;
}

int finish(pid_t child) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Without doctest's checks: for children.
std::shared_ptr<Store> quiet_open(const std::string& uri) {
    Config config;
    config.uri = uri;
    auto store = sqlite::open_store(config);
    return store ? *store : nullptr;
}

Result<Reply> quiet_run(Store& store, Operation operation) {
    Session session;
    Request request;
    request.collection = "things";
    request.operation  = std::move(operation);
    return store.run(std::move(request), session);
}

bool increment(Store& store) {
    Update op;
    op.filter = bson::doc("_id", 1);
    op.update = bson::doc("$inc", bson::doc("n", 1));
    return quiet_run(store, op).has_value();
}

bool insert(Store& store, const bson::Document& document) {
    Insert op;
    op.documents.push_back(document);
    return quiet_run(store, op).has_value();
}

std::int64_t counted(Store& store, bson::Document filter = {}) {
    Count op;
    op.filter  = std::move(filter);
    auto reply = quiet_run(store, op);
    return reply ? std::get<CountReply>(*reply).count : -1;
}

}  // namespace

TEST_CASE("threads write in turn and read at will, and no write is lost") {
    Box box;
    box.insert({R"({"_id":1,"n":0})"});
    box.index(R"({"n":1})");
    std::atomic<bool>         fine{true};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                if (!increment(*box.store)) fine = false;
                if (!insert(*box.store, bson::doc("t", t, "i", i))) fine = false;
                if (counted(*box.store, bson::doc("t", t)) != i + 1) fine = false;
            }
        });
    }
    threads.clear();
    CHECK(fine);
    CHECK(box.ids(R"({"n":200})") == "1");
    CHECK(box.count() == 201);
}

TEST_CASE("cursors that expire under their readers' hands end with timeout, and every connection comes back") {
    Box    box(open("sqlite::memory:?cursor_age_ms=1&readers=2"));
    Insert many;
    for (int i = 0; i < 300; ++i) many.documents.push_back(bson::doc("_id", i));
    box.must(std::move(many));
    std::atomic<bool>         fine{true};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int round = 0; round < 30; ++round) {
                auto reply = quiet_run(*box.store, Find{});
                if (!reply) {
                    fine = false;
                    continue;
                }
                auto& cursor = *std::get<FindReply>(*reply).cursor;
                int   want   = 0;
                for (;;) {
                    auto next = cursor.next();
                    if (!next && next.error().path != "cursor_age_ms") fine = false;
                    if (!next || !*next) break;
                    if ((**next)["_id"].as_int32() != want++) fine = false;
                }
            }
        });
    }
    threads.clear();
    CHECK(fine);
    CHECK(counted(*box.store) == 300);
}

TEST_CASE("processes share one file: no increment is lost") {
    Folder     folder;
    const auto uri = "sqlite:" + folder.file() + "?synchronous=off";
    { Box box(open(uri)); box.insert({R"({"_id":1,"n":0})"}); }
    std::vector<pid_t> children;
    for (int c = 0; c < 3; ++c) {
        children.push_back(start([&] {
            const auto store = quiet_open(uri);
            for (int i = 0; store && i < 40; ++i) {
                if (!increment(*store)) return false;
            }
            return store != nullptr;
        }));
    }
    for (const auto child : children) CHECK(finish(child) == 0);
    Box box(open(uri));
    CHECK(box.ids(R"({"n":120})") == "1");
}

TEST_CASE("processes that create one file at once agree on it") {
    for (int round = 0; round < 5; ++round) {
        Folder             folder;
        const auto         uri = "sqlite:" + folder.file() + "?synchronous=off";
        std::vector<pid_t> children;
        for (int c = 0; c < 4; ++c) {
            children.push_back(start([&] {
                const auto store = quiet_open(uri);
                return store && insert(*store, bson::doc("_id", c));
            }));
        }
        for (const auto child : children) CHECK(finish(child) == 0);
        Box box(open(uri));
        CHECK(box.ids("{}") == "0 1 2 3");
    }
}

TEST_CASE("an index that another process built is kept by this one's next write, and its array marks are heeded") {
    Folder     folder;
    const auto uri = "sqlite:" + folder.file() + "?synchronous=off";
    Box        box(open(uri));
    box.insert({R"({"_id":1,"a":1})"});
    CHECK(box.ids(R"({"a":1})") == "1");
    CHECK(finish(start([&] {
        const auto    store = quiet_open(uri);
        CreateIndexes op;
        op.indexes.push_back({bson::doc("a", 1)});
        return store && quiet_run(*store, op).has_value();
    })) == 0);
    box.insert({R"({"_id":2,"a":5})"});
    CHECK(box.explain(R"({"a":5})")["stage"].as_string() == "IXSCAN");
    CHECK(box.ids(R"({"a":5})") == "2");
    CHECK(finish(start([&] {
        const auto store = quiet_open(uri);
        return store && insert(*store, bson::doc("_id", 3, "a", bson::array(1, 10)));
    })) == 0);
    CHECK(box.ids(R"({"a":{"$gt":8,"$lt":2}})") == "3");
    CHECK(finish(start([&] {
        const auto store = quiet_open(uri);
        return store && quiet_run(*store, DropCollection{}).has_value() && insert(*store, bson::doc("_id", 9));
    })) == 0);
    CHECK(box.ids("{}") == "9");
    CHECK(box.ids(R"({"_id":9})") == "9");
    CHECK(box.ids(R"({"_id":1})").empty());
}

TEST_CASE("a writer of another process is waited for until the deadline") {
    Folder     folder;
    const auto uri = "sqlite:" + folder.file() + "?synchronous=off&busy_timeout_ms=20";
    Box        box(open(uri));
    box.insert({R"({"_id":1})"});
    int ready[2];
    int done[2];
    REQUIRE(::pipe(ready) == 0);
    REQUIRE(::pipe(done) == 0);
    const auto holder = start([&] {
        const auto store   = quiet_open(uri);
        auto       session = store->begin({}, {});
        char       byte    = 'x';
        return session && ::write(ready[1], &byte, 1) == 1 && ::read(done[0], &byte, 1) == 1;
    });
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    Insert op;
    op.documents.push_back(json(R"({"_id":2})"));
    CHECK(box.refused(op).code == Errc::timeout);
    CHECK(box.ids("{}") == "1");  // readers do not wait
    REQUIRE(::write(done[1], &byte, 1) == 1);
    CHECK(finish(holder) == 0);
    box.must(op);
    CHECK(box.ids("{}") == "1 2");
}

TEST_CASE("after fork() a child opens the file again; both go on") {
    Folder folder;
    Box    box(open("sqlite:" + folder.file() + "?synchronous=off"));
    box.insert({R"({"_id":1})"});
    CHECK(box.ids("{}") == "1");
    const auto child = start([&] {
        return counted(*box.store, bson::doc("_id", 1)) == 1 && insert(*box.store, bson::doc("_id", 2)) &&
               counted(*box.store, bson::doc("_id", 2)) == 1;
    });
    box.insert({R"({"_id":3})"});
    CHECK(finish(child) == 0);
    CHECK(box.ids("{}") == "1 2 3");
}

TEST_CASE("a child that was forked while a cursor or transaction was open is refused the file, and harms neither") {
    Folder folder;
    Box    box(open("sqlite:" + folder.file() + "?synchronous=off"));
    box.insert({R"({"_id":1})", R"({"_id":2})"});
    auto session = box.store->begin({}, {});
    REQUIRE(session.has_value());
    auto reply = box.must(Find{});
    REQUIRE(reply.cursor->next().has_value());
    const auto child = start([&] {
        auto found  = quiet_run(*box.store, Find{});
        auto cursor = std::move(reply.cursor);
        auto next   = cursor->next();
        cursor.reset();
        const auto committed = box.store->commit(**session, {});
        session->reset();
        return !found && found.error().code == Errc::unsupported && !next && next.error().code == Errc::invalid_argument && !committed;
    });
    CHECK(finish(child) == 0);
    CHECK(reply.cursor->next().has_value());
    box.session = session->get();
    box.insert({R"({"_id":3})"});
    REQUIRE(box.store->commit(**session, {}).has_value());
    box.session = &box.plain;
    CHECK(box.ids("{}") == "1 2 3");
}

TEST_CASE("the files of a store in memory go with the next one when their process was killed, and not before") {
    Folder          folder;
    const Temporary set(folder.path());
    int             ready[2];
    REQUIRE(::pipe(ready) == 0);
    const auto child = start([&] {
        const auto store = quiet_open("sqlite::memory:");
        char       byte  = 'x';
        if (!store || !insert(*store, bson::doc("_id", 1)) || ::write(ready[1], &byte, 1) != 1) return false;
        for (;;) ::pause();
    });
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    { Box box; box.insert({"{}"}); }
    CHECK(folder.entries() == 1);  // it lives: its files stay
    ::kill(child, SIGKILL);
    CHECK(finish(child) == 128 + SIGKILL);
    CHECK(folder.entries() == 1);
    {
        Box box;
        CHECK(folder.entries() == 1);
        CHECK(box.count() == 0);
    }
    CHECK(folder.entries() == 0);
    // What is not ours to take is left: a folder of that name with other things in it, a file, a link.
    std::filesystem::create_directory(folder.file("tenon-memory-others"));
    std::filesystem::create_directory(folder.file("tenon-memory-others/kept"));
    std::filesystem::create_directory(folder.file("elsewhere"));
    std::filesystem::create_directory_symlink(folder.file("elsewhere"), folder.file("tenon-memory-linked"));
    { Box box; }
    CHECK(std::filesystem::exists(folder.file("tenon-memory-others/kept")));
    CHECK(std::filesystem::exists(folder.file("elsewhere")));
    CHECK(folder.entries() == 3);
}

TEST_CASE("what was acknowledged is there after the writer was killed, whole and in its indexes") {
    Folder     folder;
    const auto uri = "sqlite:" + folder.file();
    { Box box(open(uri)); box.index(R"({"n":1})"); }
    for (int round = 0; round < 3; ++round) {
        int acknowledged[2];
        REQUIRE(::pipe(acknowledged) == 0);
        const auto child = start([&] {
            const auto store = quiet_open(uri);
            for (std::int32_t i = 0; store; ++i) {
                Insert op;
                for (int d = 0; d < 5; ++d) op.documents.push_back(bson::doc("n", round * 1'000'000 + i, "d", d));
                if (!quiet_run(*store, op) || ::write(acknowledged[1], &i, sizeof i) != sizeof i) return false;
            }
            return false;
        });
        std::int32_t last = -1;
        while (last < 20) REQUIRE(::read(acknowledged[0], &last, sizeof last) == sizeof last);
        ::kill(child, SIGKILL);
        CHECK(finish(child) == 128 + SIGKILL);
        ::close(acknowledged[1]);
        for (std::int32_t more = 0; ::read(acknowledged[0], &more, sizeof more) == sizeof more;) last = more;
        ::close(acknowledged[0]);
        Box box(open(uri));
        for (std::int32_t i = 0; i <= last; ++i) {
            if (box.count("{\"n\":" + std::to_string(round * 1'000'000 + i) + "}") != 5) FAIL("an acknowledged insert is gone");
        }
        CHECK(box.count() % 5 == 0);
        Count scan;
        scan.hint = "$natural";
        CHECK(box.count(R"({"n":{"$gte":0}})") == box.must(scan).count);
    }
}
