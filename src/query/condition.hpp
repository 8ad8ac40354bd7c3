#pragma once
// How a condition is put under its path.

#include <tenon/query/filter.hpp>

#include "query/shared.hpp"

namespace tenon::query::detail {

/// What the operand's encoder said, with the field's own path.
[[nodiscard]] Error operand_error(const Error& error, std::string_view path);

/// `{path: {...}}` of what `write` appends; without a path, on an array's element, `{...}`.
template <class Write>
[[nodiscard]] FilterBase conditioned(const PathRef& path, const Write& write) {
    if (auto mistake = check_read_path(path)) return FilterBase(std::move(*mistake));
    bson::Builder builder;
    if (!path.text.empty()) builder.open_document(path.text);
    write(builder);
    if (!path.text.empty()) builder.close();
    return built<FilterBase>(builder);
}

}  // namespace tenon::query::detail
