#pragma once
// A filter, a sort, skip and limit over one collection, on one connection.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "mql/filter.hpp"
#include "mql/sort.hpp"
#include "sqlite/scan.hpp"
#include "sqlite/sorter.hpp"

namespace tenon::sqlite {

struct QuerySpec {
    bson::View       filter{};
    bson::View       sort{};
    std::int64_t     skip  = 0;
    std::int64_t     limit = 0;  ///< 0: all
    std::string_view hint{};
};

/// {_id: value}, spelled so: what MongoDB takes for a look-up of one document.
[[nodiscard]] bool is_one_id(bson::View filter) noexcept;

/// One matching document.
struct Match {
    std::int64_t row = 0;
    bson::View   document{};  ///< good until the next call
};

class Query {
public:
    /// Parses, plans, reads nothing yet. `collection` may be null: then there are no documents. It and `connection` must outlive the
    /// query. @errors invalid_argument with MongoDB's codes.
    [[nodiscard]] static Result<Query> prepare(Connection& connection, const CollectionInfo* collection, const QuerySpec& spec);

    [[nodiscard]] Result<std::optional<Match>> next();

    [[nodiscard]] const mql::Filter& filter() const noexcept { return filter_; }
    [[nodiscard]] const Scan* scan() const noexcept { return scan_ ? &*scan_ : nullptr; }
    /// "index", "index, then memory", "memory" or "none": what orders the documents.
    [[nodiscard]] std::string_view sorted_by() const noexcept;
    /// A sort that the index does not give in full: documents are held before the first is given.
    [[nodiscard]] bool sorts_in_memory() const noexcept { return in_memory_; }

private:
    Query(mql::Filter filter, mql::Sort sort) : filter_(std::move(filter)), sort_(std::move(sort)) {}

    [[nodiscard]] Result<bool> next_match(Scan& scan);  ///< moves the scan to the next document that matches
    [[nodiscard]] Result<bool> in_group(const Scan& scan);
    [[nodiscard]] Result<std::optional<Match>> next_sorted(Scan& scan);

    mql::Filter         filter_;
    mql::Sort           sort_;
    std::optional<Scan> scan_{};  ///< none: there is no collection
    Sorter              sorter_{};
    std::int64_t        skip_      = 0;
    std::int64_t        left_      = -1;  ///< documents still wanted; -1: all
    bool                in_memory_ = false;  ///< the sorter orders what the scan gives, whole or group by group
    bool                grouped_   = false;
    bool                pending_   = false;  ///< the scan stands on a document that opens the next group
    bool                ended_     = false;
};

}  // namespace tenon::sqlite
