#pragma once
// What the middleware adds to a caller's update document, and what it does not let a caller touch.

#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/store/model_info.hpp>

namespace tenon::repository {

/// One field under one operator: {op: {key: value}}. The value must outlive the call it is given to.
struct Addition {
    std::string_view op{};
    std::string_view key{};
    bson::ValueRef   value{};
};

/// The update with the additions put under its operators; operators that it lacks come behind.
/// @errors those of a Builder: the additions make it larger or deeper than a document can be.
[[nodiscard]] Result<bson::Document> with_additions(bson::View update, const std::vector<Addition>& additions);

/// The update with the version raised and updated_at set. `upsert`: a document it inserts gets created_at. @errors as with_additions.
[[nodiscard]] Result<bson::Document> stamped_update(const ModelInfo& model, bson::View update, bool upsert, bson::DateTime now);

/// Whether an operator of the update names this top-level field or a path below it.
[[nodiscard]] bool touches(bson::View update, std::string_view field) noexcept;

/// @errors invalid_argument: a bare document.
[[nodiscard]] Result<void> check_operators(bson::View update);
/// @errors invalid_argument: a bare document, an operator on a field that the library keeps (its path).
[[nodiscard]] Result<void> check_update(bson::View update, const ModelInfo& model);

}  // namespace tenon::repository
