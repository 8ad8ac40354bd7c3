#pragma once
// Sorting in memory: all documents, or the first of them when a limit is known.

#include <cstdint>
#include <vector>

#include <tenon/bson/document.hpp>

#include "mql/sort.hpp"

namespace tenon::sqlite {

/// What one sort may hold, as MongoDB's internalQueryMaxBlockingSortMemoryUsageBytes.
inline constexpr std::size_t sort_memory = std::size_t{100} * 1024 * 1024;

class Sorter {
public:
    struct Entry {
        std::int64_t   row = 0;
        std::uint64_t  order = 0;  ///< of arrival: equal keys stay as they came
        bson::Document document{};
        mql::SortKey   key{};      ///< borrows from `document`
    };

    /// `keep`: only that many first documents are wanted; 0: all.
    void start(const mql::Sort& sort, std::uint64_t keep);
    /// @errors QueryExceededMemoryLimitNoDiskUseAllowed (292), a sort key's errors.
    [[nodiscard]] Result<void> add(std::int64_t row, bson::View document);
    /// Puts what was added in order.
    void finish();
    /// The next in order; null at the end.
    [[nodiscard]] const Entry* next();
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] const Entry& any() const noexcept { return entries_.front(); }
    void clear();

private:
    [[nodiscard]] bool before(const Entry& a, const Entry& b) const noexcept;

    const mql::Sort*   sort_ = nullptr;
    std::vector<Entry> entries_{};
    std::uint64_t      keep_  = 0;
    std::uint64_t      count_ = 0;
    std::size_t        bytes_ = 0;
    std::size_t        at_    = 0;
};

}  // namespace tenon::sqlite
