#pragma once
// What a cursor inside a transaction has to hear of the writes of that transaction.

#include <cstdint>
#include <string_view>
#include <vector>

namespace tenon::sqlite {

class RowWatch {
public:
    RowWatch()                           = default;
    RowWatch(const RowWatch&)            = delete;
    RowWatch& operator=(const RowWatch&) = delete;
    virtual ~RowWatch()                  = default;

    /// A row was added; every row of the collection has a lower number.
    virtual void inserted(std::int64_t collection, std::int64_t row) noexcept = 0;
    /// The entries of `row` in an index are about to change; `key` is one of those it has.
    virtual void moves(std::int64_t index, std::int64_t row, std::string_view key) = 0;
};

using RowWatches = std::vector<RowWatch*>;

}  // namespace tenon::sqlite
