#include <doctest/doctest.h>

#include <string>

#include <tenon/bson/json.hpp>

#include "mql/distinct.hpp"

using namespace tenon;

TEST_CASE("distinct sees what a path leads to, arrays unwound one level at its end") {
    struct Row { const char* document; const char* path; const char* want; };
    const Row rows[] = {
        {R"({"a":1})", "a", "1 "},
        {R"({"a":[1,[2,3],4]})", "a", "1 [2,3] 4 "},
        {R"({"a":[]})", "a", ""},
        {R"({"a":null})", "a", "null "},
        {R"({"b":1})", "a", ""},
        {R"({"a":{"b":[1,2]}})", "a.b", "1 2 "},
        {R"({"a":[{"b":1},{"b":[2,3]},{"c":4},5]})", "a.b", "1 2 3 "},
        {R"({"a":[{"b":1},{"b":2}]})", "a.1.b", "2 "},
        {R"({"a":[1,2]})", "a.0", "1 "},
        {R"({"a":[[{"b":1}]]})", "a.b", ""},
        {R"({"a.b":7,"a":{"b":8}})", "a.b", "7 "},
        {R"({"a":5})", "a.b", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.document));
        CAPTURE(std::string(row.path));
        const auto document = bson::from_json(row.document);
        REQUIRE(document.has_value());
        std::vector<bson::ValueRef> found;
        mql::collect_distinct(*document, row.path, found);
        std::string text;
        for (const auto& value : found) text += bson::to_json(value) + " ";
        CHECK(text == row.want);
    }
}
