#include <tenon/repository/cursor.hpp>

#include "repository/database_state.hpp"
#include "store/closed.hpp"

namespace tenon {

detail::Running DocumentCursor::running() const noexcept {
    // In a transaction that is open it is the transaction that runs.
    const bool part = database_ == nullptr || (transaction_ && transaction_->session != nullptr);
    return detail::Running(part ? nullptr : database_->gate.get());
}

Result<std::optional<bson::View>> DocumentCursor::next() {
    const auto at_work  = running();
    auto       document = read(at_work);
    if (!document || !*document) return document;
    // The caller looks at it when no call runs any more: the database may be closed then, and the engine's bytes gone.
    const auto bytes = (**document).bytes();
    current_.assign(bytes.begin(), bytes.end());
    return std::optional<bson::View>(bson::View(current_.data()));
}

Result<std::optional<bson::View>> DocumentCursor::read(const detail::Running& at_work) {
    if (!cursor_) return std::optional<bson::View>{};
    auto document = at_work.refused() ? Result<std::optional<bson::View>>(fail(closed())) : cursor_->next();
    if (!document) document.error().where = where_;
    return document;
}

}  // namespace tenon
