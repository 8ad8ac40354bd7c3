#pragma once
// DocumentCursor: the documents of a find, read one by one from the engine.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/repository/running.hpp>
#include <tenon/store/cursor.hpp>

namespace tenon {

namespace detail {
struct DatabaseState;
struct TransactionState;
}  // namespace detail

/// The documents of a find in constant memory. Movable; used by one thread at a time. Destroying it frees what the
/// engine holds; one made inside a transaction may not outlive it. Database::close takes from it what the engine holds.
class DocumentCursor {
public:
    /// `database`: what must live as long as the cursor; null: its owner sees to that. `transaction`: the one it reads in, or null.
    DocumentCursor(std::unique_ptr<Cursor> cursor, std::string where, std::shared_ptr<detail::DatabaseState> database,
                   std::shared_ptr<const detail::TransactionState> transaction = {}) noexcept
        : database_(std::move(database)), transaction_(std::move(transaction)), cursor_(std::move(cursor)), where_(std::move(where)) {}

    /// The next document, empty at the end. The view is good until the next call or the cursor's end.
    /// @errors cancelled (also: the database was closed), timeout, io, corrupt, network; after an error or the end every further call
    ///         says the same.
    Result<std::optional<bson::View>> next();

    /// About how many documents are here already: what a list may reserve. 0: not known.
    [[nodiscard]] std::size_t at_hand() const noexcept { return cursor_ ? cursor_->at_hand() : 0; }

    /// The operation that made it, "orders.find".
    [[nodiscard]] const std::string& where() const noexcept { return where_; }

    // For the rooms of this library ----------------------------------------------------------------------------------

    [[nodiscard]] detail::Running running() const noexcept;
    /// As next, without a copy: the view is good until the next call, and while `at_work`, which is `running()` or around it, lasts.
    Result<std::optional<bson::View>> read(const detail::Running& at_work);

private:
    std::shared_ptr<detail::DatabaseState>          database_;
    std::shared_ptr<const detail::TransactionState> transaction_;
    std::unique_ptr<Cursor>                         cursor_;
    std::string                                     where_;
    std::vector<std::uint8_t>                       current_{};  // what next() answered
};

}  // namespace tenon
