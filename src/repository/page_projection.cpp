#include "repository/page_projection.hpp"

namespace tenon::repository {

namespace {

bool is_flag(bson::ValueRef value) noexcept { return value.is_number() || value.type() == bson::Type::boolean; }

bool below(std::string_view path, std::string_view parent) noexcept {
    return path.size() > parent.size() && path.starts_with(parent) && path[parent.size()] == '.';
}

/// The first field other than _id that says whether fields are kept or dropped; with none of them `_id` decides.
bool is_exclusion(const bson::Document& projection) {
    bool by_id = false;
    for (const auto& [path, value] : projection) {
        if (!is_flag(value)) continue;
        if (path != "_id") return !value.truthy();
        by_id = !value.truthy();
    }
    return by_id && projection.view().count() == 1;
}

}  // namespace

Result<bson::Document> with_sort_keys(const bson::Document& projection, const PageOrder& order) {
    if (projection.empty()) return projection;
    const auto refused = [](const SortPart& part) {
        return fail(Errc::invalid_argument, "the projection of a page must keep the sort key \"" + part.path + "\" as it is stored", part.path);
    };
    const bool exclusion = is_exclusion(projection);
    for (const auto& part : order.parts()) {
        for (const auto& [path, value] : projection) {
            if (path == "_id" && part.path == "_id" && !exclusion && is_flag(value)) continue;  // dropped below
            const bool same    = path == part.path;
            const bool touches = same || below(path, part.path) || below(part.path, path);
            if (!touches) continue;
            const bool keeps_all = is_flag(value) && value.truthy() && !below(path, part.path);
            if (!keeps_all) return refused(part);
        }
    }
    if (exclusion) return projection;

    bson::Builder out;
    for (const auto& [path, value] : projection) {
        if (path == "_id" && is_flag(value) && !value.truthy()) continue;
        out.append(path, value);
    }
    for (const auto& part : order.parts()) {
        if (part.path == "_id") continue;  // kept unless dropped
        bool kept = false;
        for (const auto& element : projection) kept = kept || element.key == part.path || below(part.path, element.key);
        if (!kept) out.append(part.path, 1);
    }
    return out.finish();
}

}  // namespace tenon::repository
