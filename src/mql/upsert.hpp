#pragma once
// The document that an upsert inserts when nothing matched.

#include <tenon/bson/document.hpp>

#include "mql/update.hpp"

namespace tenon::mql {

/// Whether an upsert may have this filter: no $expr at its top, in $and, $or or $nor. @errors invalid_argument (224).
[[nodiscard]] Result<void> check_upsert_filter(bson::View filter);

/// What an update-upsert starts from: the equalities that the filter states (a field against a value, $eq, $in of one, under $and,
/// $or of one; dotted paths become nested documents). _id comes first.
/// @errors invalid_argument with NotSingleValueField (54) when the filter states two values for a path, or MongoDB's parse codes.
[[nodiscard]] Result<bson::Document> seed(bson::View filter);

/// The same for a replace-upsert: the _id alone.
[[nodiscard]] Result<bson::Document> seed_replacement(bson::View filter);

/// The document with its _id moved to the front, or a generated ObjectId there when it has none.
[[nodiscard]] bson::Document with_id_first(bson::View document);

/// All of it: seed, update (with $setOnInsert), _id. `context.inserting` is taken as true.
/// @errors as seed and Update::apply.
[[nodiscard]] Result<bson::Document> upserted(bson::View filter, const Update& update, ApplyContext context);
/// All of it for a replace. @errors as seed and replacement.
[[nodiscard]] Result<bson::Document> upserted_replacement(bson::View filter, bson::View with, bson::Timestamp timestamp = {});

}  // namespace tenon::mql
