#pragma once
// The cursors of find.

#include <memory>
#include <vector>

#include <tenon/store/cursor.hpp>

#include "mql/projection.hpp"
#include "sqlite/access.hpp"
#include "sqlite/query.hpp"
#include "sqlite/row_source.hpp"

namespace tenon::sqlite {

/// At most one document, owned.
[[nodiscard]] std::unique_ptr<Cursor> single_cursor(std::optional<bson::Document> document);
/// Streams from a snapshot on a reader of its own.
[[nodiscard]] std::unique_ptr<Cursor> stream_cursor(const Call& call, Snapshot snapshot, Query query, mql::Projection projection, bool projects);
/// How many matching documents to pass over, and how many to give: -1 all.
struct Window {
    std::int64_t skip = 0;
    std::int64_t left = -1;
};
/// The documents of the source's rows, read one by one inside a transaction. Rows that were removed since, or match no more, are left out.
[[nodiscard]] std::unique_ptr<Cursor> rows_cursor(const Call& call, std::unique_ptr<RowSource> source, Window window, mql::Filter filter,
                                                  mql::Projection projection, bool projects);

/// A find's projection, beside what is looked at before it: of several faults MongoDB names the filter's.
[[nodiscard]] Result<mql::Projection> checked_projection(bson::View projection, bson::View filter);
/// That of a find_and_modify: of several faults MongoDB names the filter's, then the sort's.
[[nodiscard]] Result<mql::Projection> checked_projection_of_modify(const FindAndModify& op, bson::View sort);
/// Projects a document that matched `filter`. @errors as Projection::apply.
[[nodiscard]] Result<bson::Document> project(const mql::Projection& projection, const mql::Filter& filter, bson::View document);

}  // namespace tenon::sqlite
