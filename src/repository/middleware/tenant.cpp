#include "repository/middleware/tenant.hpp"

namespace tenon::repository {

namespace {

Result<Reply> refused(std::string_view what) {
    return fail(Errc::unsupported, std::string(what) + " cannot be scoped to a tenant by this build; leave Context::tenant empty",
                "tenant");
}

}  // namespace

Result<Reply> Tenant::run(Request request, Session& session) {
    if (!request.context.tenant) return pass(request, session);
    return std::visit(overloaded{
                          [](const Find&) { return refused("find"); },
                          [](const Insert&) { return refused("insert"); },
                          [](const Update&) { return refused("update"); },
                          [](const Replace&) { return refused("replace"); },
                          [](const Delete&) { return refused("delete"); },
                          [](const Restore&) { return refused("restore"); },
                          [](const FindAndModify&) { return refused("find_and_modify"); },
                          [](const Count&) { return refused("count"); },
                          [](const EstimatedCount&) { return refused("estimated_count"); },
                          [](const Distinct&) { return refused("distinct"); },
                          [](const Aggregate&) { return refused("aggregate"); },
                          [](const BulkWrite&) { return refused("bulk_write"); },
                          [](const Explain&) { return refused("explain"); },
                          [](const CreateIndexes&) { return refused("create_indexes"); },
                          [](const ListIndexes&) { return refused("list_indexes"); },
                          [](const DropIndexes&) { return refused("drop_indexes"); },
                          [](const HideIndex&) { return refused("hide_index"); },
                          [](const CreateCollection&) { return refused("create_collection"); },
                          [](const DropCollection&) { return refused("drop_collection"); },
                          [](const ListCollections&) { return refused("list_collections"); },
                          [](const Watch&) { return refused("watch"); },
                          [](const Command&) { return refused("command"); },
                          [](const ShardCollection&) { return refused("shard_collection"); },
                      },
                      request.operation);
}

}  // namespace tenon::repository
