#include "repository/insert_ids.hpp"

#include <algorithm>

#include "repository/document_edit.hpp"

namespace tenon::repository {

namespace {

bool is_empty_uuid(bson::ValueRef id) noexcept {
    if (id.type() != bson::Type::binary || id.binary_subtype() != 4) return false;
    const auto bytes = id.binary_bytes();
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

void set_new_object_id(bson::Document& document) {
    const auto id = bson::ObjectId::generate();
    set_first_field(document, "_id", {bson::Type::object_id, id.bytes.data(), 12});
}

}  // namespace

Result<void> fill_id(bson::Document& document, IdKind kind) {
    const auto id = document["_id"];
    switch (kind) {
        case IdKind::object_id:
            if (id.missing() || (id.type() == bson::Type::object_id && id.as_object_id().empty())) set_new_object_id(document);
            return {};
        case IdKind::uuid:
            if (id.missing() || is_empty_uuid(id)) {
                const bson::Value made(bson::Uuid::generate());
                set_first_field(document, "_id", made);
            }
            return {};
        case IdKind::string:
            if (id.missing() || (id.type() == bson::Type::string && id.as_string().empty())) {
                return fail(Errc::invalid_argument, "an id that is a string is chosen by the caller and may not be empty", "_id");
            }
            return {};
        case IdKind::int64:
            if (id.missing() || id.to_int64() == 0) {
                return fail(Errc::invalid_argument, "an id that is an integer is chosen by the caller and may not be zero", "_id");
            }
            return {};
        case IdKind::other:
            if (id.missing()) set_new_object_id(document);
            return {};
    }
    return {};
}

bool has_id(bson::View document) noexcept {
    const auto id = document["_id"];
    switch (id.type()) {
        case bson::Type::missing: return false;
        case bson::Type::object_id: return !id.as_object_id().empty();
        case bson::Type::string: return !id.as_string().empty();
        case bson::Type::int32:
        case bson::Type::int64: return id.to_int64() != 0;
        default: return !is_empty_uuid(id);
    }
}

}  // namespace tenon::repository
