#include "mongo/deployment.hpp"

namespace tenon::mongo {

namespace {

std::int64_t number(const bson_t& hello, const char* field) noexcept {
    bson_iter_t at;
    return bson_iter_init_find(&at, &hello, field) ? bson_iter_as_int64(&at) : 0;
}

std::uint32_t size(const bson_t& hello, const char* field) noexcept {
    const auto found = number(hello, field);
    return found > 0 && found <= UINT32_MAX ? static_cast<std::uint32_t>(found) : 0;
}

std::string topology_of(std::string_view topology, std::string_view server) {
    if (topology == "LoadBalanced") return "load_balanced";
    if (topology == "Sharded" || server == "Mongos") return "sharded";
    if (server == "Standalone") return "standalone";
    return "replica_set";  // also a member of one that the URI connects to directly
}

}  // namespace

Deployment deployment_of(std::string_view topology, std::string_view server, const bson_t& hello) {
    Deployment seen;
    seen.topology = topology_of(topology, server);
    // A load balancer has no hello of its own; MongoDB's are in front of a cluster of 5.0 or later.
    seen.sessions = seen.topology == "load_balanced" || bson_has_field(&hello, "logicalSessionTimeoutMinutes");
    seen.wire     = static_cast<std::int32_t>(number(hello, "maxWireVersion"));
    seen.max_document_size = size(hello, "maxBsonObjectSize");
    seen.max_message_size  = size(hello, "maxMessageSizeBytes");
    seen.max_write_batch   = size(hello, "maxWriteBatchSize");
    return seen;
}

std::string version_of(std::int32_t wire) {
    // MongoDB source: src/mongo/db/wire_version.h.
    constexpr std::string_view names[] = {"3.6", "4.0", "4.2", "4.4", "4.5", "4.6", "4.7", "5.0", "5.1", "5.2",
                                          "5.3", "6.0", "6.1", "6.2", "6.3", "7.0", "7.1", "7.2", "7.3", "8.0"};
    constexpr std::int32_t     first   = 6;
    if (wire < first || wire >= first + static_cast<std::int32_t>(std::size(names))) return {};
    return std::string(names[wire - first]);
}

Capabilities capabilities_of(const Deployment& deployment, std::string version) {
    constexpr std::int32_t wire_4_0 = 7;
    constexpr std::int32_t wire_4_2 = 8;
    Capabilities           can;
    can.engine         = "mongodb";
    can.engine_version = version.empty() ? version_of(deployment.wire) : std::move(version);
    can.topology       = deployment.topology;
    can.aggregation    = true;
    can.text_indexes   = true;
    can.ttl_indexes    = true;
    can.collation      = true;
    if (deployment.max_document_size != 0) can.max_document_size = deployment.max_document_size;
    if (deployment.max_message_size != 0) can.max_message_size = deployment.max_message_size;
    if (deployment.max_write_batch != 0) can.max_write_batch = deployment.max_write_batch;

    const bool one_set    = deployment.topology == "replica_set";
    const bool balanced   = deployment.topology == "load_balanced";
    const bool sharded    = deployment.topology == "sharded" || balanced;
    can.change_streams    = one_set || sharded;
    can.retryable_writes  = (one_set || sharded) && deployment.sessions;
    can.transactions      = deployment.sessions && ((one_set && deployment.wire >= wire_4_0) || (sharded && deployment.wire >= wire_4_2) || balanced);
    can.sharding          = sharded;
    return can;
}

}  // namespace tenon::mongo
