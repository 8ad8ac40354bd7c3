#pragma once
// Writing: one write call on a collection, from its first change to its last.

#include <memory>
#include <optional>
#include <vector>

#include <tenon/store/operation.hpp>

#include "mql/filter.hpp"
#include "sqlite/access.hpp"
#include "sqlite/query.hpp"
#include "sqlite/rows.hpp"

namespace tenon::sqlite {

/// The rows of a write's filter.
struct Found {
    mql::Filter               filter;
    std::vector<std::int64_t> rows{};
    std::optional<Error>      fault{};  ///< the filter failed at a document behind these (an $expr): they are written first, as on a server
};

/// The state of one call: its access, and the collection's rows, made when the first write needs them.
class Writing {
public:
    explicit Writing(WriteAccess& access) : access_(access) {}

    /// Stores the counters and marks, so that the next query plans with them.
    [[nodiscard]] Result<void> flush();
    /// Stores a document that has its _id first. @errors as mql::check_id.
    [[nodiscard]] Result<void> insert(bson::View document);
    /// One whose _id was looked at.
    [[nodiscard]] Result<void> insert_checked(bson::View document);
    /// The rows that match, all taken before the first is changed: a row that moves in an index is not met again.
    [[nodiscard]] Result<Found> matching(const QuerySpec& spec);

    /// One of them. @errors corrupt: it is not there.
    [[nodiscard]] Result<bson::Document> read(std::int64_t row);
    [[nodiscard]] Result<void>           replace(std::int64_t row, bson::View before, bson::View after);
    [[nodiscard]] Result<void>           remove(std::int64_t row, bson::View before);

private:
    /// @errors corrupt: there is no collection, and none is to be made.
    [[nodiscard]] Result<Rows*> rows(bool create);

    WriteAccess&                     access_;
    std::shared_ptr<const Catalogue> keep_{};
    std::optional<Rows>              rows_{};
};

/// Ends a body: flushes, and makes sure that an Error of a half-done write says so.
template <class T>
Result<Reply> finished(Writing& writing, Result<T> reply) {
    if (!reply && (ends_transaction(reply.error()) || reply.error().outcome == Outcome::none)) return fail(std::move(reply.error()));
    if (auto done = writing.flush(); !done) return fail(std::move(done.error()));
    if (!reply) return fail(std::move(reply.error()));
    return Reply(std::move(*reply));
}

}  // namespace tenon::sqlite
