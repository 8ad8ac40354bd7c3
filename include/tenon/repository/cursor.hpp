#pragma once
// DocumentCursor: the documents of a find, read one by one from the engine.

#include <memory>
#include <optional>
#include <string>

#include <tenon/bson/document.hpp>
#include <tenon/store/cursor.hpp>

namespace tenon {

/// The documents of a find in constant memory. Movable; used by one thread at a time. Destroying it frees what the
/// engine holds; one made inside a transaction may not outlive it.
class DocumentCursor {
public:
    /// `store`: what must live as long as the cursor.
    DocumentCursor(std::unique_ptr<Cursor> cursor, std::string where, std::shared_ptr<const void> store) noexcept
        : store_(std::move(store)), cursor_(std::move(cursor)), where_(std::move(where)) {}

    /// The next document, empty at the end. The view is good until the next call or the cursor's end.
    /// @errors cancelled, timeout, io, corrupt, network; after an error or the end every further call says the same.
    Result<std::optional<bson::View>> next();

    /// The operation that made it, "orders.find".
    [[nodiscard]] const std::string& where() const noexcept { return where_; }

private:
    std::shared_ptr<const void> store_;
    std::unique_ptr<Cursor>     cursor_;
    std::string                 where_;
};

}  // namespace tenon
