#pragma once
// DocumentId: any id as calls take it, already the filter that finds it.

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tenon/bson/document.hpp>

namespace tenon {

/// The id of a document: an ObjectId, a Uuid, a string, an integer, or any BSON value. Always data, never an operator.
class DocumentId {
public:
    DocumentId(const bson::ObjectId& id);   // NOLINT(google-explicit-constructor): an id is a DocumentId
    DocumentId(const bson::Uuid& id);       // NOLINT(google-explicit-constructor)
    DocumentId(std::string_view id);        // NOLINT(google-explicit-constructor)
    DocumentId(const std::string& id) : DocumentId(std::string_view(id)) {}  // NOLINT(google-explicit-constructor)
    DocumentId(const char* id) : DocumentId(std::string_view(id)) {}         // NOLINT(google-explicit-constructor)
    DocumentId(std::int64_t id);            // NOLINT(google-explicit-constructor)
    DocumentId(std::int32_t id) : DocumentId(static_cast<std::int64_t>(id)) {}  // NOLINT(google-explicit-constructor)
    DocumentId(bson::ValueRef id);          // NOLINT(google-explicit-constructor)
    DocumentId(const bson::Value& id) : DocumentId(id.ref()) {}              // NOLINT(google-explicit-constructor)

    /// {_id: id}; a text that is no UTF-8 gives the error of the call. An id that is a document, array or regex is written {_id: {$eq: id}}.
    [[nodiscard]] Result<bson::Document> filter() && { return std::move(filter_); }

private:
    Result<bson::Document> filter_;
};

}  // namespace tenon
