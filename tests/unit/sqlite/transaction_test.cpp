// Transactions, and the writers that wait for one.

#include "unit/sqlite/fixture.hpp"

#include <thread>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

std::unique_ptr<Session> begin(Box& box, TransactionOptions options = {}) {
    auto session = box.store->begin(options, {});
    REQUIRE_MESSAGE(session.has_value(), (session ? std::string() : session.error().to_string()));
    return std::move(*session);
}

}  // namespace

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
