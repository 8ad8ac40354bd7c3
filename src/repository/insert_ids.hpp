#pragma once
// The ids of documents that are about to be inserted, or may be by an upsert.

#include <tenon/bson/document.hpp>
#include <tenon/store/model_info.hpp>
#include <tenon/store/operation.hpp>

namespace tenon::repository {

/// Puts the _id in front, generated where the kind allows it and the document has none or an empty one.
/// @errors invalid_argument with path "_id": an empty string or a zero of an id that the caller chooses, an _id of another kind.
[[nodiscard]] Result<void> fill_id(bson::Document& document, IdKind kind);
/// Sees to it that an upsert by operators inserts an _id of the model's kind: one that the filter or the update states is checked, a
/// Uuid that nobody states is generated under $setOnInsert.
/// @errors invalid_argument: path "_id" as fill_id; path "upsert": nobody states an id that the caller chooses.
[[nodiscard]] Result<void> fill_upsert_id(bson::View filter, bson::Document& update, IdKind kind);
/// As fill_upsert_id, for an upsert by a replacement. True: the replacement needs a generated Uuid when it is inserted. It cannot be put
/// in before that is known, since a document that is replaced keeps its own _id.
[[nodiscard]] Result<bool> check_upsert_id(bson::View filter, bson::View replacement, IdKind kind);
/// Fills the _ids of one item of a bulk write. @errors as the above; a replacement that would need a generated Uuid, path "upsert".
[[nodiscard]] Result<void> fill_item_id(BulkWrite::Item& item, IdKind kind);
/// Whether the document has an id that was ever given: present and not the empty one of its kind.
[[nodiscard]] bool has_id(bson::View document) noexcept;

}  // namespace tenon::repository
