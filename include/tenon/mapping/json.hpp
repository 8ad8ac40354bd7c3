#pragma once
// An entity as an HTTP API shows it: plain JSON, not Extended JSON.

#include <string>
#include <string_view>
#include <utility>

#include <tenon/mapping/schema.hpp>

namespace tenon {

namespace mapping {
/// to_json of a document that is of the type: its shape says what is hidden, and which names are an API's. O(bytes).
[[nodiscard]] std::string write_json(bson::View document, const TypeInfo& type);
/// The document that from_json decodes: what the text holds in the forms that the mapping stores, and the defaults of what it may leave out.
/// @errors as from_json, but for what only decode finds.
[[nodiscard]] Result<bson::Document> read_json(std::string_view text, const TypeInfo& type);
/// The one problem that decode found, in the form of those that read_json finds.
[[nodiscard]] Error as_problem(const Error& decode_error);
/// json_schema of a type. One that holds itself is described eight levels deep; what lies deeper may be anything.
[[nodiscard]] bson::Document json_schema_of(const TypeInfo& type);
}  // namespace mapping

/// One line of JSON: stored names with `id` for `_id`, ids as hexadecimal text, dates as ISO 8601, numbers as numbers, decimals and UUIDs as text,
/// binary as base64 without its subtype, NaN and the infinities as null. Fields the model hides are left out. @errors encode.
template <class T>
[[nodiscard]] Result<std::string> to_json(const T& entity) {
    auto document = encode(entity);
    if (!document) return fail(std::move(document.error()));
    return mapping::write_json(document->view(), mapping::type_info<T>());
}

/// Reads what to_json writes, but for what has no plain form: a binary's subtype is 0 again, and the null of a NaN or an infinity is no number, a
/// problem unless the member is optional. Fields that the library keeps (`id`, times, version) and read-only ones may be left out.
/// @errors invalid_argument for text that is no JSON object; validation with every problem of the document: Error::items holds one per problem
/// ("lines.3.qty: is text, a whole number is expected"), Error::message all of them, a line each, Error::path the first one's path. Problems are: a missing field, a
/// type or range that does not fit, a name that is none of an enum's, what a Mapper refuses, an unknown field, a field given that is hidden or read-only.
template <class T>
[[nodiscard]] Result<T> from_json(std::string_view text) {
    auto document = mapping::read_json(text, mapping::type_info<T>());
    if (!document) return fail(std::move(document.error()));
    auto entity = decode<T>(document->view());
    if (!entity) return fail(mapping::as_problem(entity.error()));
    return entity;
}

/// MongoDB's `$jsonSchema` of an entity: types and required fields as the mapping stores them.
template <class T>
[[nodiscard]] bson::Document json_schema() {
    return mapping::json_schema_of(mapping::type_info<T>());
}

}  // namespace tenon
