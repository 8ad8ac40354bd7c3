#pragma once
// Documents from Extended JSON, and back, for tables.

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>

inline tenon::bson::Document parsed(std::string_view json) {
    auto document = tenon::bson::from_json(json);
    REQUIRE_MESSAGE(document.has_value(), std::string(json));
    return std::move(*document);
}
inline std::string text(tenon::bson::View document) { return tenon::bson::to_json(document); }
/// As the printer writes it, so that a table need not know its spaces.
inline std::string same(std::string_view json) { return text(parsed(json)); }
