// Storing a whole document in the place of another.

#include <tenon/bson/compare.hpp>

#include "mql/mql_error.hpp"
#include "mql/update.hpp"

namespace tenon::mql {

using bson::Type;
using bson::ValueRef;

namespace {

constexpr int invalid_dbref    = 55;
constexpr int result_too_large = 17419;

Result<void> check_top_level(bson::View with) {
    for (const auto& element : with) {
        if (element.key == "_id") {
            if (auto checked = check_id(element.value); !checked) return checked;
        }
        if (element.key.empty() || element.key[0] != '$') continue;
        const bool dbref = element.key == "$id" || element.key == "$ref" || element.key == "$db";
        return mql_error(dbref ? invalid_dbref : code::dollar_prefixed_field_name,
                         "the dollar ($) prefixed field '" + std::string(element.key) + "' is not allowed at the top of a document",
                         std::string(element.key));
    }
    return {};
}

bool is_empty_timestamp(ValueRef value) { return value.type() == Type::timestamp && value.as_timestamp() == bson::Timestamp{}; }

// Names of an _id's fields at any depth. A reference {$ref: "c", $id: ...} may stand at a document's front.
Result<void> check_names_in_id(bson::View document) {
    std::size_t at = 0;
    std::size_t reference = 0;
    const auto  is_text   = [](const bson::Element& element) { return element.value.type() == Type::string; };
    for (const auto& element : document) {
        const bool refers = (at == 0 && element.key == "$ref" && is_text(element)) || (at == 1 && reference == 1 && element.key == "$id") ||
                            (at == 2 && reference == 2 && element.key == "$db" && is_text(element));
        reference += refers ? 1 : 0;
        ++at;
        if ((element.key.starts_with('$') && !refers) || (at == 2 && reference == 1)) {
            return mql_error(code::dollar_prefixed_field_name, "_id may not contain '$'-prefixed fields", "_id");
        }
        const bool scope = element.value.type() == Type::code_scope;
        if (!scope && element.value.type() != Type::document && element.value.type() != Type::array) continue;
        if (auto checked = check_names_in_id(scope ? element.value.code_scope() : element.value.as_view()); !checked) return checked;
    }
    if (at == 1 && reference == 1) return mql_error(code::dollar_prefixed_field_name, "_id may not contain '$'-prefixed fields", "_id");
    return {};
}

}  // namespace

Result<void> check_id(ValueRef id) {
    if (id.type() == Type::array || id.type() == Type::regex || id.type() == Type::undefined) {
        return mql_error(code::invalid_id_field, "the '_id' value cannot be of type " + std::string(bson::name(id.type())), "_id");
    }
    if (id.type() != Type::document) return {};
    return check_names_in_id(id.as_view());
}

Result<bson::Document> replacement(bson::View existing, bson::View with, bson::Timestamp timestamp) {
    const ValueRef old_id = existing["_id"];
    const ValueRef new_id = with["_id"];
    if (!existing.empty()) {
        if (auto checked = check_top_level(with); !checked) return fail(std::move(checked.error()));
    }
    if (auto checked = check_id(new_id); !checked) return fail(std::move(checked.error()));
    if (old_id && new_id && !bson::equal(old_id, new_id)) {
        return mql_error(code::immutable_field, "the (immutable) field '_id' would be altered by the replacement", "_id");
    }

    bson::Builder builder;
    builder.append("_id", new_id ? new_id : old_id);
    for (const auto& element : with) {
        if (element.key == "_id") continue;
        if (is_empty_timestamp(element.value)) {
            builder.append(element.key, timestamp);
        } else {
            builder.append(element.key, element.value);
        }
    }
    auto built = builder.finish();
    if (!built && built.error().code == Errc::encode) {
        return mql_error(result_too_large, "the document would be larger than 16777216 bytes");
    }
    return built;
}

}  // namespace tenon::mql
