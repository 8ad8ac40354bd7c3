#pragma once
// The ids of documents that are about to be inserted.

#include <tenon/bson/document.hpp>
#include <tenon/store/model_info.hpp>

namespace tenon::repository {

/// Puts the _id in front, generated where the kind allows it and the document has none or an empty one.
/// @errors invalid_argument with path "_id": an empty string or a zero of an id that the caller chooses.
[[nodiscard]] Result<void> fill_id(bson::Document& document, IdKind kind);
/// Whether the document has an id that was ever given: present and not the empty one of its kind.
[[nodiscard]] bool has_id(bson::View document) noexcept;

}  // namespace tenon::repository
