#pragma once
// The row numbers of a find inside a transaction, fetched batch by batch.
//
// No statement stays open between two batches: it would see later writes of the transaction half way and stand in the way of its
// commit. So the source remembers where it was (the last entry's key and row) and goes on behind it. Writes may meanwhile carry a row
// from before that place to behind it; the source hears of that (RowWatch) and remembers those rows alone, so that what it holds
// grows with the writes behind its back, not with the result. Rows added after it was made are left out: a loop that inserts what it
// reads comes to an end.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "sqlite/planner.hpp"
#include "sqlite/row_watch.hpp"
#include "sqlite/store.hpp"

namespace tenon::sqlite {

class RowSource final : public RowWatch {
public:
    /// The rows of a plan, each once. `catalogue` is the one that the plan points into.
    RowSource(std::shared_ptr<TransactionState> transaction, std::shared_ptr<const Catalogue> catalogue, const CollectionInfo& collection,
              Plan plan);
    /// These rows, known already.
    RowSource(std::shared_ptr<TransactionState> transaction, std::shared_ptr<const Catalogue> catalogue, const CollectionInfo& collection,
              std::vector<std::int64_t> rows);
    ~RowSource() override;

    /// Fixes which rows are new from now on. Once, before the first next.
    [[nodiscard]] Result<void> start();
    /// The next row, which may have been removed since; empty at the end. The transaction must be open.
    /// @errors invalid_argument with QueryPlanKilled (175) when the collection or index was dropped; corrupt, io.
    [[nodiscard]] Result<std::optional<std::int64_t>> next();

    [[nodiscard]] TransactionState& transaction() const noexcept { return *transaction_; }
    [[nodiscard]] std::int64_t collection() const noexcept { return collection_->id; }

    void inserted(std::int64_t collection, std::int64_t row) noexcept override;
    void moves(std::int64_t index, std::int64_t row, std::string_view key) override;

private:
    [[nodiscard]] Result<void> fetch();
    [[nodiscard]] Result<void> check_catalogue();
    [[nodiscard]] Result<Statement> prepare(const Plan& plan);
    [[nodiscard]] const Plan* branch() const noexcept;
    [[nodiscard]] bool passed(std::int64_t row, std::string_view key) const;

    std::shared_ptr<TransactionState> transaction_;
    std::shared_ptr<const Catalogue>  catalogue_;
    const CollectionInfo*             collection_;
    Plan                              plan_{};
    bool                              listed_ = false;  ///< rows_ was all there is
    std::vector<std::int64_t>         rows_{};          ///< the batch
    std::size_t                       at_      = 0;     ///< in rows_
    std::size_t                       branch_  = 0;
    std::size_t                       range_   = 0;     ///< of the branch, in the direction of reading
    bool                              begun_   = false; ///< key_ and row_ are a place in the range
    std::string                       key_{};
    std::int64_t                      row_     = 0;
    std::int64_t                      highest_ = 0;     ///< row at the start
    bool                              dedupe_  = false;
    std::unordered_set<std::int64_t>  seen_{};          ///< not to be given again
};

}  // namespace tenon::sqlite
