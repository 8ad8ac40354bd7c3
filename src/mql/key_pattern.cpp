#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "mql/index_keys.hpp"
#include "mql/mql_error.hpp"

namespace tenon::mql {

namespace {

using bson::Type;
using bson::ValueRef;

constexpr int too_many_fields = 13103;

auto refused(std::string message, std::string_view path) {
    return mql_error(code::cannot_create_index, std::move(message), std::string(path));
}

Result<void> check_path(const FieldPath& path) {
    const std::string& text = path.text();
    if (path.empty()) return refused("Index keys cannot be an empty field", text);
    if (path[path.size() - 1] == "$**") return unsupported("a wildcard index", text);
    for (std::size_t i = 0; i < path.size(); ++i) {
        const std::string_view part = path[i];
        if (part.empty()) return refused("Index keys cannot contain an empty field", text);
        const bool reference = i > 0 && (part == "$id" || part == "$ref" || part == "$db");
        if (part.front() == '$' && !reference) {
            return refused("Index key contains an illegal field name: field name starts with '$'", text);
        }
    }
    return {};
}

Result<bool> is_descending(ValueRef direction, std::string_view path) {
    if (direction.type() == Type::string) {
        static constexpr std::array<std::string_view, 4> kinds{"text", "hashed", "2d", "2dsphere"};
        const std::string_view kind = direction.as_string();
        if (kind.empty()) return refused("Values in the index key pattern cannot be empty strings", path);
        if (std::ranges::find(kinds, kind) != kinds.end()) {
            return unsupported("an index of kind \"" + std::string(kind) + '"', std::string(path));
        }
        return refused("Unknown index plugin", path);
    }
    const auto number = direction.to_double();
    if (!number) {
        return refused("Values in an index key pattern cannot be of type " + std::string(bson::name(direction.type())) +
                           "; only numbers > 0, numbers < 0, and strings are allowed", path);
    }
    if (std::isnan(*number)) return refused("Values in the index key pattern cannot be NaN", path);
    if (*number == 0) return refused("Values in the index key pattern cannot be 0", path);
    return *number < 0;
}

}  // namespace

Result<KeyPattern> KeyPattern::parse(bson::View spec) {
    KeyPattern pattern;
    if (spec.empty()) return refused("Index keys cannot be empty", {});
    for (const auto& element : spec) {
        FieldPath path(element.key);
        if (auto good = check_path(path); !good) return fail(std::move(good.error()));
        const auto descending = is_descending(element.value, element.key);
        if (!descending) return fail(descending.error());
        if (std::ranges::any_of(pattern.parts, [&](const KeyPart& part) { return part.path == path; })) {
            return mql_error(code::bad_value, "a field appears multiple times in the index key pattern", path.text());
        }
        if (pattern.parts.size() == max_key_parts) return mql_error(too_many_fields, "too many compound keys");
        pattern.parts.push_back({std::move(path), *descending});
    }
    return pattern;
}

}  // namespace tenon::mql
