#include <tenon/repository/document_id.hpp>

#include "repository/document_edit.hpp"

namespace tenon {

DocumentId::DocumentId(const bson::ObjectId& id) : filter_(bson::doc("_id", id)) {}
DocumentId::DocumentId(const bson::Uuid& id) : filter_(bson::doc("_id", id)) {}
DocumentId::DocumentId(std::int64_t id) : filter_(bson::doc("_id", id)) {}

DocumentId::DocumentId(std::string_view id) {
    bson::Builder filter;
    filter_ = filter.append("_id", id).finish();
    if (!filter_) filter_ = fail(Errc::invalid_argument, "the id is no valid UTF-8", "_id");
}

DocumentId::DocumentId(bson::ValueRef id) {
    bson::Builder filter;
    if (id.missing()) {
        filter_ = fail(Errc::invalid_argument, "there is no id to look for", "_id");
    } else if (repository::is_plain_value(id)) {
        filter_ = filter.append("_id", id).finish();
    } else {
        filter_ = filter.open_document("_id").append("$eq", id).close().finish();
    }
}

}  // namespace tenon
