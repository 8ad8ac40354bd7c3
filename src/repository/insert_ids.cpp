#include "repository/insert_ids.hpp"

#include <algorithm>
#include <iterator>

#include <tenon/bson/compare.hpp>

#include "repository/document_edit.hpp"
#include "repository/update_edit.hpp"

namespace tenon::repository {

namespace {

bool is_empty_uuid(bson::ValueRef id) noexcept {
    if (id.type() != bson::Type::binary || id.binary_subtype() != 4) return false;
    const auto bytes = id.binary_bytes();
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool is_empty_object_id(bson::ValueRef id) noexcept { return id.type() == bson::Type::object_id && id.as_object_id().empty(); }

void set_new_object_id(bson::Document& document) {
    const auto id = bson::ObjectId::generate();
    set_first_field(document, "_id", {bson::Type::object_id, id.bytes.data(), 12});
}

std::string_view name_of(IdKind kind) noexcept {
    switch (kind) {
        case IdKind::object_id: return "an ObjectId";
        case IdKind::uuid: return "a Uuid";
        case IdKind::string: return "a string";
        case IdKind::int64: return "an integer";
        case IdKind::other: break;
    }
    return "any value";
}

/// A stored _id of another kind could not be read back into the model.
bool is_of_kind(bson::ValueRef id, IdKind kind) noexcept {
    switch (kind) {
        case IdKind::object_id: return id.type() == bson::Type::object_id;
        case IdKind::uuid: return id.type() == bson::Type::binary && id.binary_subtype() == 4 && id.binary_bytes().size() == 16;
        case IdKind::string: return id.type() == bson::Type::string;
        case IdKind::int64: return id.to_int64().has_value();
        case IdKind::other: break;
    }
    return true;
}

/// @errors invalid_argument with path "_id": missing or empty, or of another kind than the model's.
Result<void> check_id(bson::ValueRef id, IdKind kind) {
    const auto refuse = [&](std::string message) { return fail(Errc::invalid_argument, std::move(message), "_id"); };
    if (!id.missing() && !is_of_kind(id, kind)) {
        return refuse("an id of this model is " + std::string(name_of(kind)) + ", not of type " + std::string(bson::name(id.type())));
    }
    if (kind == IdKind::string && (id.missing() || id.as_string().empty())) {
        return refuse("an id that is a string is chosen by the caller and may not be empty");
    }
    if (kind == IdKind::int64 && (id.missing() || id.to_int64() == 0)) {
        return refuse("an id that is an integer is chosen by the caller and may not be zero");
    }
    if (is_empty_object_id(id) || (kind == IdKind::uuid && is_empty_uuid(id))) return refuse("an empty id names no document");
    return {};
}

/// The one value that all elements of an `$in` are; missing: there are several, or none.
bson::ValueRef only_value(bson::ValueRef in) noexcept {
    if (in.type() != bson::Type::array) return {};
    bson::ValueRef only;
    for (const auto& element : in.as_view()) {
        if (element.value.type() == bson::Type::regex) return {};
        if (only.missing()) only = element.value;
        else if (!bson::equal(only, element.value)) return {};
    }
    return only;
}

/// The first value that an `$all` wants.
bson::ValueRef first_of_all(bson::ValueRef all) noexcept {
    if (all.type() != bson::Type::array) return {};
    for (const auto& element : all.as_view()) {
        if (is_plain_value(element.value)) return element.value;
    }
    return {};
}

/// The _id that an upsert's insert takes from its filter, as the engines do: an equality, under $and and an $or of one branch too. Missing: none.
bson::ValueRef stated_id(bson::View filter) noexcept {
    for (const auto& [key, value] : filter) {
        if (key == "_id") {
            if (is_plain_value(value)) return value;
            if (value.type() != bson::Type::document) continue;
            if (const auto equal = value.as_view()["$eq"]) return equal;
            if (const auto only = only_value(value.as_view()["$in"])) return only;
            if (const auto first = first_of_all(value.as_view()["$all"])) return first;
        } else if ((key == "$and" || key == "$or") && value.type() == bson::Type::array) {
            const auto branches = value.as_view();
            if (key == "$or" && branches.count() != 1) continue;
            for (const auto& part : branches) {
                if (part.value.type() != bson::Type::document) continue;
                if (const auto id = stated_id(part.value.as_view())) return id;
            }
        }
    }
    return {};
}

Result<void> nobody_states_it(IdKind kind) {
    return fail(Errc::invalid_argument,
                "an upsert of this model may insert a document whose id is " + std::string(name_of(kind)) +
                    ": state the _id by an equality of the filter or in the change",
                "upsert");
}

}  // namespace

Result<void> fill_id(bson::Document& document, IdKind kind) {
    const auto id = document["_id"];
    switch (kind) {
        case IdKind::object_id:
            if (!id.missing() && !is_empty_object_id(id)) return check_id(id, kind);
            set_new_object_id(document);
            return {};
        case IdKind::uuid:
            if (!id.missing() && !is_empty_uuid(id)) return check_id(id, kind);
            {
                const bson::Value made(bson::Uuid::generate());
                set_first_field(document, "_id", made);
            }
            return {};
        case IdKind::string:
        case IdKind::int64: return check_id(id, kind);
        case IdKind::other:
            if (id.missing()) set_new_object_id(document);
            return {};
    }
    return {};
}

Result<void> fill_upsert_id(bson::View filter, bson::Document& update, IdKind kind) {
    if (kind == IdKind::other || update.empty() || !update.begin()->key.starts_with('$')) return {};  // the last two are refused later
    auto id = stated_id(filter);
    for (const char* op : {"$setOnInsert", "$set"}) {
        if (id.missing() && update[op].type() == bson::Type::document) id = update[op].as_view()["_id"];
    }
    if (!id.missing()) return check_id(id, kind);
    if (kind == IdKind::object_id) return {};  // every engine makes one
    if (kind != IdKind::uuid) return nobody_states_it(kind);
    const bson::Value made(bson::Uuid::generate());
    auto              with_id = with_additions(update, {{"$setOnInsert", "_id", made}});
    if (!with_id) return fail(std::move(with_id).error());
    update = std::move(*with_id);
    return {};
}

Result<bool> check_upsert_id(bson::View filter, bson::View replacement, IdKind kind) {
    if (kind == IdKind::other) return false;
    auto id = replacement["_id"];
    if (id.missing()) id = stated_id(filter);
    if (id.missing()) {
        if (kind == IdKind::object_id || kind == IdKind::uuid) return kind == IdKind::uuid;
        return fail(std::move(nobody_states_it(kind)).error());
    }
    if (auto fine = check_id(id, kind); !fine) return fail(std::move(fine).error());
    return false;
}

Result<void> fill_item_id(BulkWrite::Item& item, IdKind kind) {
    if (auto* insert = std::get_if<BulkWrite::InsertOne>(&item)) return fill_id(insert->document, kind);
    if (auto* update = std::get_if<Update>(&item); update != nullptr && update->upsert) {
        return fill_upsert_id(update->filter, update->update, kind);
    }
    if (auto* replace = std::get_if<Replace>(&item); replace != nullptr && replace->upsert) {
        auto generated = check_upsert_id(replace->filter, replace->replacement, kind);
        if (!generated) return fail(std::move(generated).error());
        if (*generated) return nobody_states_it(kind);
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
