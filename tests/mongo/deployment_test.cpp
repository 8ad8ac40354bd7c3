// What a deployment can do, told from what its servers say: the kinds that no test can start stand here as data.

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>

#include "mongo/bson.hpp"
#include "mongo/deployment.hpp"

using tenon::Capabilities;

namespace {

Capabilities seen(const char* topology, const char* server, const char* hello) {
    const auto document = tenon::bson::from_json(hello);
    REQUIRE(document.has_value());
    return capabilities_of(tenon::mongo::deployment_of(topology, server, *tenon::mongo::Borrowed(*document).get()), {});
}

}  // namespace

TEST_CASE("a deployment can do what its kind and version can") {
    struct Row {
        const char* driver_topology;
        const char* driver_server;
        const char* hello;
        const char* topology;
        bool        transactions, change_streams, retryable_writes, sharding;
        const char* version;
    };
    constexpr auto new_one = R"({"maxWireVersion":17,"logicalSessionTimeoutMinutes":30})";
    const Row      rows[]  = {
        {"Single", "Standalone", new_one, "standalone", false, false, false, false, "6.0"},
        {"Single", "RSPrimary", new_one, "replica_set", true, true, true, false, "6.0"},
        {"Single", "RSSecondary", new_one, "replica_set", true, true, true, false, "6.0"},
        {"Single", "Mongos", new_one, "sharded", true, true, true, true, "6.0"},
        {"ReplicaSetWithPrimary", "RSPrimary", new_one, "replica_set", true, true, true, false, "6.0"},
        {"ReplicaSetNoPrimary", "RSSecondary", R"({"maxWireVersion":25,"logicalSessionTimeoutMinutes":30})", "replica_set", true, true, true, false, "8.0"},
        {"Sharded", "Mongos", R"({"maxWireVersion":21,"logicalSessionTimeoutMinutes":30})", "sharded", true, true, true, true, "7.0"},
        {"Sharded", "Mongos", R"({"maxWireVersion":7,"logicalSessionTimeoutMinutes":30})", "sharded", false, true, true, true, "4.0"},
        {"ReplicaSetWithPrimary", "RSPrimary", R"({"maxWireVersion":6,"logicalSessionTimeoutMinutes":30})", "replica_set", false, true, true, false, "3.6"},
        {"ReplicaSetWithPrimary", "RSPrimary", R"({"maxWireVersion":17})", "replica_set", false, true, false, false, "6.0"},
        {"LoadBalanced", "LoadBalancer", "{}", "load_balanced", true, true, true, true, ""},
        {"ReplicaSetWithPrimary", "RSPrimary", R"({"maxWireVersion":99,"logicalSessionTimeoutMinutes":30})", "replica_set", true, true, true, false, ""},
    };
    for (const auto& row : rows) {
        INFO(row.driver_topology, " ", row.driver_server, " ", row.hello);
        const auto can = seen(row.driver_topology, row.driver_server, row.hello);
        CHECK(can.engine == "mongodb");
        CHECK(can.topology == row.topology);
        CHECK(can.transactions == row.transactions);
        CHECK(can.change_streams == row.change_streams);
        CHECK(can.retryable_writes == row.retryable_writes);
        CHECK(can.sharding == row.sharding);
        CHECK(can.engine_version == row.version);
        CHECK(can.aggregation);
        CHECK_FALSE(can.single_writer);
    }
}

TEST_CASE("sizes are the server's, and MongoDB's usual ones where it says none") {
    const auto said = seen("Single", "Standalone", R"({"maxBsonObjectSize":1000,"maxMessageSizeBytes":2000,"maxWriteBatchSize":30})");
    CHECK(said.max_document_size == 1000);
    CHECK(said.max_message_size == 2000);
    CHECK(said.max_write_batch == 30);
    const auto silent = seen("LoadBalanced", "LoadBalancer", R"({"maxBsonObjectSize":-1})");
    CHECK(silent.max_document_size == Capabilities{}.max_document_size);
    CHECK(silent.max_write_batch == Capabilities{}.max_write_batch);
}

TEST_CASE("of a deployment that was not seen yet the kind is empty, and what every MongoDB can do is there") {
    const auto can = tenon::mongo::capabilities_of({}, {});
    CHECK(can.topology.empty());
    CHECK(can.aggregation);
    CHECK(can.collation);
    CHECK_FALSE(can.transactions);
}
