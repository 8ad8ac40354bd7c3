#include "repository/copy_filter.hpp"

#include "repository/document_edit.hpp"

namespace tenon::repository {

bson::Document copy_filter(bson::View copy, const ModelInfo& model) {
    bson::Document filter;
    const auto     id = copy["_id"];
    if (is_plain_value(id)) add_condition(filter, "_id", id);
    else add_condition(filter, "_id", "$eq", id);
    if (!model.shard_key) return filter;
    for (const auto& [path, part] : model.shard_key->fields) {
        const auto value = copy.at_path(path);
        // A copy that does not know when it was created gets that from the stored document, later.
        if (path == "_id" || (path == model.created_at && is_empty_date(value))) continue;
        const auto null = Scalar::null();  // also met by a document that lacks the field
        add_condition(filter, path, "$eq", value ? value : null.ref());
    }
    return filter;
}

bool is_empty_date(bson::ValueRef value) noexcept {
    return value.missing() || value.type() == bson::Type::null || (value.type() == bson::Type::datetime && value.as_datetime().empty());
}

}  // namespace tenon::repository
