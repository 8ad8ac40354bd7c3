// Health: what a probe is told of a deployment that works, that is not there, that is full, and of one that tells little.

#include <chrono>
#include <string>

#include "mongo/server.hpp"
#include "support/mongod.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using support::Mongod;
using tenon::Deadline;
using tenon::Health;
using tenon::HealthStatus;

namespace {

struct Pulse {
    tenon::ObjectId id{};
    std::string     beat{};
};

constexpr auto a_while = 20s;

}  // namespace

template <>
struct tenon::Model<Pulse> : tenon::Defaults<Pulse> {
    static constexpr auto collection = "pulses";
};

TEST_CASE("a replica set that works is healthy, with its members, its version and its pool") {
    const Server server("maxPoolSize=7");
    const auto   health = server.open().health(Deadline::after(a_while));
    CAPTURE(health.problem);
    CHECK(health.status == HealthStatus::healthy);
    CHECK(health.connected);
    CHECK(health.role == "primary");
    CHECK(std::count(health.server_version.begin(), health.server_version.end(), '.') == 2);
    REQUIRE(health.round_trip.has_value());
    CHECK(health.round_trip->count() > 0);
    REQUIRE(health.members.size() == 1);
    CHECK(health.members[0].state == "PRIMARY");
    CHECK(health.members[0].up);
    REQUIRE(health.members[0].lag.has_value());
    CHECK(health.members[0].lag->count() == 0);
    CHECK(health.pool.maximum == 7);
    CHECK(health.pool.open >= 1);
    CHECK(health.pool.in_use == 0);
    CHECK(health.to_json().starts_with(R"({"status":"healthy","mongodb":{"connected":true,"role":"primary")"));
}

TEST_CASE("a user that may not ask for the set's status still learns its members, without their lag") {
    const Server server;
    const auto   db = server.open();
    server.fail(R"(["replSetGetStatus"])", R"("errorCode":13)");
    const auto health = db.health(Deadline::after(a_while));
    CHECK(server.stop_failing() == 1);
    CHECK(health.status == HealthStatus::healthy);
    REQUIRE(health.members.size() == 1);
    CHECK(health.members[0].state == "PRIMARY");
    CHECK(health.members[0].up);
    CHECK_FALSE(health.members[0].lag.has_value());
}

TEST_CASE("a connection that breaks under the question is not taken for a server that is gone") {
    const Server server;
    const auto   db = server.open();
    for (const std::string question : {"buildInfo", "replSetGetStatus"}) {
        CAPTURE(question);
        server.fail(R"([")" + question + R"("])", R"("closeConnection":true)");
        const auto health = db.health(Deadline::after(a_while));
        CHECK(server.stop_failing() == 1);
        CAPTURE(health.problem);
        CHECK(health.status == HealthStatus::healthy);
        CHECK(health.connected);
        REQUIRE(health.members.size() == 1);
        CHECK(health.members[0].state == "PRIMARY");
    }
}

TEST_CASE("a pool whose connections are all in use is degraded, and says so within the deadline") {
    const Server            server("maxPoolSize=1");
    const auto              db = server.open();
    const Repository<Pulse> pulses(db);
    good(pulses.insert_many({{.beat = "1"}, {.beat = "2"}, {.beat = "3"}}));
    auto cursor = good(pulses.with({.batch_size = 1}).find().stream());
    REQUIRE(good(cursor.next()).has_value());
    const auto started = std::chrono::steady_clock::now();
    const auto health  = db.health(Deadline::after(200ms));
    CHECK(std::chrono::steady_clock::now() - started < 2s);
    CHECK(health.status == HealthStatus::degraded);
    CHECK(health.connected);
    CHECK(health.pool.in_use == 1);
    CHECK(health.problem.find("connections of the pool") != std::string::npos);
}

TEST_CASE("a standalone server is healthy in its own way") {
    Mongod     server(Mongod::Kind::standalone);
    const auto health = good(tenon::open(server.uri())).health(Deadline::after(a_while));
    CHECK(health.status == HealthStatus::healthy);
    CHECK(health.role == "standalone");
    CHECK(health.members.empty());
}

TEST_CASE("where no server is, health says so as soon as it knows, and not at its deadline") {
    tenon::Config config;
    config.uri       = "mongodb://app:s3cret@127.0.0.1:1/shop";
    config.lazy      = true;
    const auto db    = good(tenon::open(config));
    const auto began = std::chrono::steady_clock::now();
    const auto health = db.health(Deadline::after(a_while));
    CHECK(std::chrono::steady_clock::now() - began < a_while / 2);
    CHECK(health.status == HealthStatus::unhealthy);
    CHECK_FALSE(health.connected);
    CHECK(health.problem.find("127.0.0.1:1 took no connection") != std::string::npos);
    CHECK(health.to_json().starts_with(R"({"status":"unhealthy","mongodb":{"connected":false)"));
    CHECK(health.to_json().find("s3cret") == std::string::npos);
}
