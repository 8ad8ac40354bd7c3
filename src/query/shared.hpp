#pragma once
// What the parts of the room share: mistakes as sticky clauses, and small looks at a document.

#include <string>
#include <string_view>

#include <tenon/bson/document.hpp>
#include <tenon/query/clause.hpp>
#include <tenon/query/path.hpp>

namespace tenon::query::detail {

[[nodiscard]] inline Error mistake_at(std::string_view path, std::string message, Errc code = Errc::invalid_argument) {
    Error error;
    error.code    = code;
    error.message = path.empty() ? std::move(message) : "field \"" + std::string(path) + "\": " + message;
    error.path    = std::string(path);
    return error;
}

/// A clause of what was built, or of why it could not be.
template <class C>
[[nodiscard]] C built(bson::Builder& builder) {
    auto document = builder.finish();
    if (!document) return C(std::move(document.error()));
    return C(std::move(*document));
}

/// True for a document of operators: its first key begins with '$'.
[[nodiscard]] inline bool is_operators(bson::View document) {
    const auto first = document.begin();
    return first != document.end() && first->key.starts_with('$');
}
[[nodiscard]] inline bool is_operators(bson::ValueRef value) {
    return value.type() == bson::Type::document && is_operators(value.as_view());
}

/// A key of a filter that stands for the whole document and not for a field or an element.
[[nodiscard]] bool is_logical(std::string_view key);
/// A filter without a path, on an array's element: `{$gt: 5}`.
[[nodiscard]] bool is_element_condition(bson::View filter);
/// The array's values when the filter is `{op: [...]}` alone.
[[nodiscard]] bool is_only(bson::View filter, std::string_view op);
/// True for `$`, `$[]` and `$[name]` in a path: only updates have them.
[[nodiscard]] bool has_update_step(std::string_view path);
/// The rules of a filter's and a sort's path. @errors invalid_argument.
[[nodiscard]] std::optional<Error> check_read_path(const PathRef& path);

}  // namespace tenon::query::detail
