#pragma once
// SoftDelete: removes become marks, and every verb sees the documents that its visibility names.
//
// A live document holds `deleted_at: null` (or lacks the field), a deleted one the date. The live filter is therefore
// {deleted_at: null}: an index on it serves, a unique index can be partial on it, and an upsert that carries it inserts a live document.

#include "repository/middleware/middleware.hpp"
#include "repository/middleware/segments.hpp"

namespace tenon::repository {

/// What this layer would refuse of an item of a bulk write, for the layers above that cut it. @errors invalid_argument.
[[nodiscard]] Result<void> check_soft_delete(const Request& request, const BulkWrite::Item& item);

class SoftDelete final : public Middleware, private SegmentRunner {
public:
    using Middleware::Middleware;
    Result<Reply> run(Request request, Session& session) override;

private:
    Result<Reply> run_plain(Request& request, Session& session);
    Result<Reply> find(Request& request, Find& op, Session& session);
    Result<Reply> insert(Request& request, Insert& op, Session& session);
    Result<Reply> update(Request& request, Update& op, Session& session);
    Result<Reply> replace(Request& request, Replace& op, Session& session);
    Result<Reply> remove(Request& request, Delete& op, Session& session);
    Result<Reply> restore(Request& request, Restore& op, Session& session);
    Result<Reply> find_and_modify(Request& request, FindAndModify& op, Session& session);
    Result<Reply> count(Request& request, Count& op, Session& session);
    Result<Reply> estimated_count(Request& request, Session& session);
    Result<Reply> distinct(Request& request, Distinct& op, Session& session);
    Result<Reply> aggregate(Request& request, Aggregate& op, Session& session);
    Result<Reply> bulk_write(Request& request, Session& session);
    Result<Reply> explain(Request& request, Explain& op, Session& session);
    Result<Reply> create_indexes(Request& request, CreateIndexes& op, Session& session);
    Result<Reply> unchanged(Request& request, Session& session);

    /// Replaces where the deletion mark, or fields that are set with it, must be read first.
    Result<Reply> replace_after_reading(Request& request, Session& session);

    [[nodiscard]] ItemKind kind(const Request& request, const BulkWrite::Item& item, bool versioned) const override;
    Result<BulkReply>      send(Request request, Session& session) override;
    Result<BulkReply>      run_alone(Request request, Session& session) override;
};

}  // namespace tenon::repository
