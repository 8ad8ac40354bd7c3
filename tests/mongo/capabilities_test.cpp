// What a store says that its deployment can do, and that a call which needs what is not there is refused before it writes.

#include <string>

#include "mongo/server.hpp"
#include "support/mongod.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using support::Mongod;
using tenon::Capabilities;
using tenon::Deadline;
using tenon::Transaction;

namespace {

struct Note {
    tenon::ObjectId id{};
    std::string     text{};
};

}  // namespace

template <>
struct tenon::Model<Note> : tenon::Defaults<Note> {
    static constexpr auto collection = "notes";
};

TEST_CASE("a replica set's capabilities are known as soon as it is open") {
    const Server server;
    const auto   can = server.open().capabilities();
    CHECK(can.engine == "mongodb");
    CHECK(can.topology == "replica_set");
    CHECK(can.transactions);
    CHECK(can.change_streams);
    CHECK(can.retryable_writes);
    CHECK(can.text_indexes);
    CHECK(can.ttl_indexes);
    CHECK(can.collation);
    CHECK_FALSE(can.sharding);
    CHECK_FALSE(can.single_writer);
    CHECK(can.max_document_size == 16U * 1024U * 1024U);
    CHECK(can.max_write_batch == 100'000U);
    // The server's own word: a version has three parts, what is told from a protocol two.
    CHECK(std::count(can.engine_version.begin(), can.engine_version.end(), '.') == 2);
}

TEST_CASE("a lazy store knows nothing until a server was seen, refuses nothing for that, and knows it all from then on") {
    const Server  server;
    tenon::Config config;
    config.uri  = server.uri();
    config.lazy = true;
    const auto db = good(tenon::open(config));
    CHECK(db.capabilities().engine == "mongodb");
    // The first call may be a transaction: what the deployment can do is found out on the way.
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        good(Repository<Note>(db).in(tx).insert({.text = "first"}));
        return {};
    }));
    CHECK(db.capabilities().topology == "replica_set");
    CHECK(db.capabilities().transactions);

    config.uri = "mongodb://127.0.0.1:1/shop";
    CHECK(good(tenon::open(config)).capabilities().topology.empty());
}

TEST_CASE("a standalone server is known as one: plain calls work, a transaction is refused before anything is sent") {
    Mongod     server(Mongod::Kind::standalone);
    const auto db  = good(tenon::open(server.uri()));
    const auto can = db.capabilities();
    CHECK(can.topology == "standalone");
    CHECK_FALSE(can.transactions);
    CHECK_FALSE(can.change_streams);
    CHECK_FALSE(can.retryable_writes);

    const Repository<Note> notes(db);
    good(notes.insert({.text = "plain"}));
    bool       ran     = false;
    const auto refused = bad(db.transaction([&](Transaction& tx) -> Result<void> {
        ran = true;
        good(notes.in(tx).insert({.text = "never"}));
        return {};
    }, {.deadline = Deadline::after(std::chrono::seconds(20))}));
    CHECK(refused.code == Errc::unsupported);
    CHECK(refused.message.find("replica set") != std::string::npos);
    CHECK_FALSE(ran);
    CHECK(good(notes.count()) == 1);
}

TEST_CASE("what a deployment can do follows it when it becomes another") {
    Mongod     server(Mongod::Kind::standalone);
    const auto db = good(tenon::open(server.uri("directConnection=true")));
    CHECK(db.capabilities().topology == "standalone");
    server.restart_as(Mongod::Kind::replica_set);
    good(db.wait_until_ready(Deadline::after(std::chrono::seconds(40))));
    CHECK(db.capabilities().topology == "replica_set");
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        good(Repository<Note>(db).in(tx).insert({.text = "now"}));
        return {};
    }));
}
