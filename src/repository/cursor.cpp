#include <tenon/repository/cursor.hpp>

namespace tenon {

Result<std::optional<bson::View>> DocumentCursor::next() {
    if (!cursor_) return std::optional<bson::View>{};
    auto document = cursor_->next();
    if (!document) document.error().where = where_;
    return document;
}

}  // namespace tenon
