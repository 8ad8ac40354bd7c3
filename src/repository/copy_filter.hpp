#pragma once
// Which stored document a copy is of.

#include <tenon/bson/document.hpp>
#include <tenon/store/model_info.hpp>

namespace tenon::repository {

/// The filter of the document that this is a copy of: its _id, and the fields of the model's shard key.
/// MongoDB manual: findAndModify and update, "Sharded Collections": before 7.1 a mongos takes a findAndModify or an upsert only with the whole
/// shard key in its filter.
[[nodiscard]] bson::Document copy_filter(bson::View copy, const ModelInfo& model);

/// A date that nobody set: missing, null, or the default of the struct's member.
[[nodiscard]] bool is_empty_date(bson::ValueRef value) noexcept;

}  // namespace tenon::repository
