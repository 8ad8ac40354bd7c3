#pragma once
// Names of an entity's JSON.

#include <algorithm>
#include <string_view>

#include <tenon/mapping/schema.hpp>

namespace tenon::mapping {

/// The name that an API shows for a declared member's stored one.
[[nodiscard]] inline std::string_view shown(std::string_view stored) noexcept { return stored == "_id" ? std::string_view("id") : stored; }

/// The name that an API shows for a key of an Extra, and the key that a shown name is of. A key is shown as it is; but where a member is stored as
/// `_id`, and so shown as `id`, the Extra's own `id` is shown as `_id`: no name stands for two things, and none is lost on the way there and back.
[[nodiscard]] inline std::string_view across_id(std::string_view key, const TypeInfo& type) noexcept {
    if (key != "id" && key != "_id") return key;
    const auto* end = type.fields + type.field_count;
    if (std::none_of(type.fields, end, [](const FieldInfo& f) { return f.name == "_id"; })) return key;
    return key == "id" ? std::string_view("_id") : std::string_view("id");
}

}  // namespace tenon::mapping
