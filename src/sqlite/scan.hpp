#pragma once
// The candidates of a plan, row after row.

#include <cstdint>
#include <optional>
#include <unordered_set>

#include "sqlite/connection.hpp"
#include "sqlite/planner.hpp"

namespace tenon::sqlite {

class Scan {
public:
    /// The plan's indexes and the collection must outlive the scan.
    Scan(Connection& connection, const CollectionInfo& collection, Plan plan);

    /// Moves to the next candidate; false at the end.
    [[nodiscard]] Result<bool> next();
    [[nodiscard]] std::int64_t row() const noexcept { return row_; }
    /// Good until the next call.
    [[nodiscard]] bson::View document() const noexcept { return document_; }

    [[nodiscard]] const Plan& plan() const noexcept { return plan_; }
    [[nodiscard]] std::int64_t keys_examined() const noexcept { return keys_; }
    [[nodiscard]] std::int64_t documents_examined() const noexcept { return documents_; }

private:
    [[nodiscard]] Result<bool> start_next_range();
    [[nodiscard]] const Plan* current_plan() const noexcept;

    Connection*                        connection_;
    const CollectionInfo*              collection_;
    Plan                               plan_;
    std::size_t                        branch_ = 0;
    std::size_t                        range_  = 0;  ///< ranges begun, of the branch
    bool                               open_   = false;
    Statement                          statement_{};
    std::int64_t                       row_ = 0;
    bson::View                         document_{};
    std::unordered_set<std::int64_t>   seen_{};
    std::int64_t                       keys_      = 0;
    std::int64_t                       documents_ = 0;
};

/// The number of entries in the ranges of an exact plan, without reading documents.
[[nodiscard]] Result<std::int64_t> count_entries(Connection& connection, const CollectionInfo& collection, const Plan& plan);

}  // namespace tenon::sqlite
