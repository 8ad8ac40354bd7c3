#include <tenon/bson/json.hpp>

#include "mql/index_keys.hpp"
#include "unit/mql/match_rows.hpp"

using namespace tenon;
using test::json;

namespace {

// All keys as one line: "[1,2] [3,null]"
std::string keys_text(const mql::IndexKeys& keys) {
    std::string text;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        text += i == 0 ? "[" : " [";
        for (std::size_t part = 0; part < keys[i].size(); ++part) {
            text += (part == 0 ? "" : ",") + bson::to_json(keys[i][part]);
        }
        text += "]";
    }
    return text;
}

}  // namespace

TEST_CASE("a document has MongoDB's keys in an index") {
    struct Row {
        std::string   pattern;
        std::string   document;
        std::string   keys;
        const char*   sparse_keys;  // nullptr: the same
        std::uint32_t multikey;
    };
    const char* const undefined = R"([{"$undefined":true}])";
    const Row         rows[]    = {
        {R"({"a":1})", R"({"a":5})", "[5]", nullptr, 0},
        {R"({"a":1})", R"({})", "[null]", "", 0},
        {R"({"a":1})", R"({"a":null})", "[null]", nullptr, 0},
        {R"({"a":1})", R"({"a":{"b":[1]}})", R"([{"b":[1]}])", nullptr, 0},
        {R"({"a":1})", R"({"a":[]})", undefined, nullptr, 1},
        {R"({"a":1})", R"({"a":[7]})", "[7]", nullptr, 1},
        {R"({"a":1})", R"({"a":[3,1,2,1,1.0]})", "[1] [2] [3]", nullptr, 1},
        {R"({"a":-1})", R"({"a":[3,1,2]})", "[1] [2] [3]", nullptr, 1},
        {R"({"a":1})", R"({"a":[[2,1],[]]})", "[[]] [[2,1]]", nullptr, 1},
        {R"({"a":1})", R"({"a":[null,{}]})", "[null] [{}]", nullptr, 1},
        {R"({"a.b":1})", R"({"a":{"b":1}})", "[1]", nullptr, 0},
        {R"({"a.b":1})", R"({"a":{"b":[1,2]}})", "[1] [2]", nullptr, 1},
        {R"({"a.b":1})", R"({"a":5})", "[null]", "", 0},
        {R"({"a.b":1})", R"({"a":[]})", "[null]", "", 1},
        {R"({"a.b":1})", R"({"a":[{"b":1},{"c":1}]})", "[null] [1]", "[1]", 1},
        {R"({"a.b":1})", R"({"a":[{"b":[1,2]},{"b":3},4]})", "[null] [1] [2] [3]", "[1] [2] [3]", 1},
        {R"({"a.b":1})", R"({"a":[[{"b":1}]]})", "[null]", "", 1},
        {R"({"a.b":1})", R"({"a":[{"b":[]}]})", undefined, nullptr, 1},
        {R"({"a.0":1})", R"({"a":[7,8]})", "[7]", nullptr, 1},
        {R"({"a.0":1})", R"({"a":[[7,8],9]})", "[[7,8]]", nullptr, 1},
        {R"({"a.0":1})", R"({"a":[[]]})", undefined, nullptr, 1},
        {R"({"a.0":1})", R"({"a":{"0":5}})", "[5]", nullptr, 0},
        {R"({"a.2":1})", R"({"a":[7,8]})", "[null]", "", 1},
        {R"({"a.0.b":1})", R"({"a":[{"b":1},{"b":2}]})", "[1]", nullptr, 1},
        {R"({"a.0.b":1})", R"({"a":[[{"b":1},{"b":2}],5]})", "[1] [2]", nullptr, 1},
        {R"({"a":1,"b":1})", R"({"a":1,"b":2})", "[1,2]", nullptr, 0},
        {R"({"a":1,"b":1})", R"({"b":2})", "[null,2]", nullptr, 0},
        {R"({"a":1,"b":1})", R"({})", "[null,null]", "", 0},
        {R"({"a":1,"b":1})", R"({"a":[2,1],"b":5})", "[1,5] [2,5]", nullptr, 1},
        {R"({"b":1,"a":1})", R"({"a":[2,1],"b":5})", "[5,1] [5,2]", nullptr, 2},
        {R"({"a.b":1,"a.c":1})", R"({"a":[{"b":1,"c":5},{"b":2}]})", "[1,5] [2,null]", nullptr, 3},
        {R"({"a":1,"a.b":1})", R"({"a":[{"b":1},2]})", R"([2,null] [{"b":1},1])", nullptr, 3},
        {R"({"a":1,"a.0":1})", R"({"a":[3,4]})", "[3,3] [4,3]", nullptr, 3},
    };
    mql::IndexKeys keys;  // one for all: nothing of an earlier document may stay
    for (const auto& row : rows) {
        CAPTURE(row.pattern);
        CAPTURE(row.document);
        auto                 pattern  = mql::KeyPattern::parse(json(row.pattern));
        const bson::Document document = json(row.document);
        REQUIRE(pattern.has_value());
        REQUIRE(mql::index_keys(document, *pattern, keys).has_value());
        CHECK(keys_text(keys) == row.keys);
        CHECK(keys.multikey_parts() == row.multikey);
        CHECK(keys.multikey() == (row.multikey != 0));
        CHECK(keys.all_missing() == (row.sparse_keys != nullptr && *row.sparse_keys == '\0'));
        pattern->sparse = true;
        REQUIRE(mql::index_keys(document, *pattern, keys).has_value());
        CHECK(keys_text(keys) == (row.sparse_keys == nullptr ? row.keys : row.sparse_keys));
    }
}

TEST_CASE("documents that MongoDB cannot index are refused with its code") {
    struct Row {
        std::string pattern;
        std::string document;
        int         code;
    };
    const Row rows[] = {
        {R"({"a":1,"b":1})", R"({"a":[1],"b":[2]})", 171},
        {R"({"a":1,"b":1})", R"({"a":[],"b":[]})", 171},
        {R"({"a.b":1,"a.c":1})", R"({"a":{"b":[1],"c":[2]}})", 171},
        {R"({"a.b":1,"a.c":1})", R"({"a":[{"b":[1],"c":[2]}]})", 171},
        {R"({"a.0":1})", R"({"a":[{"0":1}]})", 16746},
        {R"({"a.0.b":1})", R"({"a":[{"0":{"b":1}}]})", 16746},
    };
    mql::IndexKeys keys;
    for (const auto& row : rows) {
        CAPTURE(row.pattern);
        CAPTURE(row.document);
        const auto           pattern  = mql::KeyPattern::parse(json(row.pattern));
        const bson::Document document = json(row.document);
        const auto           made     = mql::index_keys(document, *pattern, keys);
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().code == Errc::invalid_argument);
        CHECK(made.error().server.code == row.code);
        CHECK(keys.empty());
    }
}

TEST_CASE("a key pattern is checked as createIndexes checks it") {
    struct Row {
        std::string pattern;
        int         code;
    };
    const Row rows[] = {
        {R"({})", 67},
        {R"({"a":0})", 67},
        {R"({"a":-0.0})", 67},
        {R"({"a":{"$numberDouble":"NaN"}})", 67},
        {R"({"a":true})", 67},
        {R"({"a":null})", 67},
        {R"({"a":[]})", 67},
        {R"({"a":""})", 67},
        {R"({"a":"x"})", 67},
        {R"({"":1})", 67},
        {R"({"a.":1})", 67},
        {R"({".a":1})", 67},
        {R"({"a..b":1})", 67},
        {R"({"$a":1})", 67},
        {R"({"$id":1})", 67},
        {R"({"a.$b":1})", 67},
        {R"({"a":1,"a":-1})", 2},
    };
    for (const auto& row : rows) {
        CAPTURE(row.pattern);
        const auto pattern = mql::KeyPattern::parse(json(row.pattern));
        REQUIRE_FALSE(pattern.has_value());
        CHECK(pattern.error().code == Errc::invalid_argument);
        CHECK(pattern.error().server.code == row.code);
    }
    for (const char* kind : {R"({"a":"text"})", R"({"a":"hashed"})", R"({"a":"2d"})", R"({"a":"2dsphere"})", R"({"$**":1})",
                             R"({"a.$**":1})"}) {
        CAPTURE(std::string(kind));
        CHECK(mql::KeyPattern::parse(json(kind)).error().code == Errc::unsupported);
    }
    const auto pattern = mql::KeyPattern::parse(json(R"({"a":2,"b.c":-0.5,"d.$id":{"$numberDecimal":"-1"}})"));
    REQUIRE(pattern.has_value());
    CHECK_FALSE(pattern->parts[0].descending);
    CHECK(pattern->parts[1].descending);
    CHECK(pattern->parts[2].descending);
    CHECK(pattern->parts[1].path.size() == 2);

    bson::Builder many;
    for (int i = 0; i < 33; ++i) many.append("f" + std::to_string(i), 1);
    CHECK(mql::KeyPattern::parse(many.take()).error().server.code == 13103);
}
