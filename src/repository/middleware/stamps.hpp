#pragma once
// Stamps: created_at, updated_at and the optimistic version, on every write of a model that names them.

#include "repository/middleware/middleware.hpp"
#include "repository/middleware/segments.hpp"

namespace tenon::repository {

class Stamps final : public Middleware, private SegmentRunner {
public:
    using Middleware::Middleware;
    Result<Reply> run(Request request, Session& session) override;

private:
    Result<Reply> insert(Request& request, Insert& op, Session& session);
    Result<Reply> update(Request& request, Update& op, Session& session);
    Result<Reply> replace(Request& request, Replace& op, Session& session);
    Result<Reply> remove(Request& request, Delete& op, Session& session);
    Result<Reply> restore(Request& request, Restore& op, Session& session);
    Result<Reply> find_and_modify(Request& request, FindAndModify& op, Session& session);
    Result<Reply> bulk_write(Request& request, BulkWrite& op, Session& session);
    Result<Reply> aggregate(Request& request, Aggregate& op, Session& session);
    Result<Reply> read(Request& request, Session& session);

    /// Adds the version the caller read to the filter, passes on, and tells a stale copy from a document that is gone.
    Result<Reply> at_version(Request& request, std::int64_t expected, bson::Document& filter, Session& session);
    /// Replaces where the stored version or created_at must be read first: compare and set until nobody came between.
    Result<Reply> replace_after_reading(Request& request, Session& session);

    [[nodiscard]] ItemKind kind(const Request& request, const BulkWrite::Item& item, bool versioned) const override;
    Result<BulkReply>      send(Request request, Session& session) override;
    Result<BulkReply>      run_alone(Request request, Session& session) override;
};

}  // namespace tenon::repository
