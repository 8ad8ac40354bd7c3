#include <algorithm>

#include <tenon/bson/json.hpp>

#include "mql/sort.hpp"
#include "unit/mql/match_rows.hpp"

using namespace tenon;
using test::json;

TEST_CASE("a document sorts by the least of its keys") {
    struct Row {
        std::string sort;
        std::string document;
        std::string key;
    };
    const Row rows[] = {
        {R"({"a":1})", R"({"a":5})", R"([5])"},
        {R"({"a":1})", R"({})", R"([null])"},
        {R"({"a":1})", R"({"a":null})", R"([null])"},
        {R"({"a":1})", R"({"a":[]})", R"([{"$undefined":true}])"},
        {R"({"a":1})", R"({"a":[3,1,2]})", R"([1])"},
        {R"({"a":-1})", R"({"a":[3,1,2]})", R"([3])"},
        {R"({"a":1})", R"({"a":[[9],"x"]})", R"(["x"])"},
        {R"({"a":-1})", R"({"a":[[9],"x"]})", R"([[9]])"},
        {R"({"a":1})", R"({"a":{"b":1}})", R"([{"b":1}])"},
        {R"({"a.b":1})", R"({"a":{"b":7}})", R"([7])"},
        {R"({"a.b":1})", R"({"a":5})", R"([null])"},
        {R"({"a.b":1})", R"({"a":[{"b":2},{"b":1},5]})", R"([null])"},
        {R"({"a.b":-1})", R"({"a":[{"b":2},{"b":1},5]})", R"([2])"},
        {R"({"a.b":-1})", R"({"a":[{"b":[1,8]},{"b":3}]})", R"([8])"},
        {R"({"a.0":1})", R"({"a":[7,1]})", R"([7])"},
        {R"({"a.0":1})", R"({"a":[[7,1],0]})", R"([[7,1]])"},
        {R"({"a.1.b":1})", R"({"a":[{"b":1},{"b":9}]})", R"([9])"},
        // One key of the document and not the least of each field.
        {R"({"a.b":1,"a.c":1})", R"({"a":[{"b":1,"c":5},{"b":2,"c":1}]})", R"([1,5])"},
        {R"({"a.b":-1,"a.c":1})", R"({"a":[{"b":1,"c":5},{"b":2,"c":7},{"b":2,"c":6}]})", R"([2,6])"},
        {R"({"a":1,"b":-1})", R"({"a":[2,1],"b":3})", R"([1,3])"},
        {R"({"a":1,"a.b":1})", R"({"a":[{"b":2},{"b":1}]})", R"([{"b":1},1])"},
        {R"({})", R"({"a":1})", R"([])"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sort);
        CAPTURE(row.document);
        const auto           sort     = mql::Sort::parse(json(row.sort));
        const bson::Document document = json(row.document);
        REQUIRE(sort.has_value());
        const auto key = sort->key(document);
        REQUIRE(key.has_value());
        bson::Builder array;
        array.open_array("k");
        for (const auto& element : mql::Sort::own(*key)) array.push(element.value);
        array.close();
        CHECK(bson::to_json(array.take()["k"]) == row.key);
    }
}

TEST_CASE("directions apply to each part in turn, and equal numbers tie") {
    const auto sort = mql::Sort::parse(json(R"({"a":1,"b":-1})"));
    REQUIRE(sort.has_value());
    const char* in_order[] = {
        R"({"a":{"$minKey":1}})", R"({"a":[]})", R"({"b":1})", R"({"a":null})", R"({"a":{"$numberDouble":"NaN"}})",
        R"({"a":1,"b":"x"})", R"({"a":1.0,"b":2})", R"({"a":{"$numberLong":"1"}})", R"({"a":"1"})", R"({"a":{}})",
        R"({"a":[[1]]})", R"({"a":true})", R"({"a":{"$maxKey":1}})",
    };
    for (std::size_t i = 0; i < std::size(in_order); ++i) {
        for (std::size_t j = 0; j < std::size(in_order); ++j) {
            CAPTURE(std::string(in_order[i]));
            CAPTURE(std::string(in_order[j]));
            const auto order = sort->compare(json(in_order[i]).view(), json(in_order[j]).view());
            REQUIRE(order.has_value());
            CHECK(*order == (i < j ? -1 : i > j ? 1 : 0));
        }
    }
    CHECK(*mql::Sort::parse(json(R"({"a":1})"))->compare(json(R"({"a":1})").view(), json(R"({"a":1.0})").view()) == 0);
}

TEST_CASE("a sort that MongoDB refuses is refused with its code") {
    struct Row {
        std::string sort;
        int         code;
    };
    const Row rows[] = {
        {R"({"a":2})", 15975},
        {R"({"a":0})", 15975},
        {R"({"a":0.5})", 15975},
        {R"({"a":-3})", 15975},
        {R"({"a":{"$numberDecimal":"1.5"}})", 15975},  // 2, where the double is 1
        {R"({"a":{"$numberDecimal":"0.5"}})", 15975},
        {R"({"a":{"$numberDouble":"NaN"}})", 15975},
        {R"({"a":{"$numberDouble":"Infinity"}})", 15975},
        {R"({"a":"x"})", 15974},
        {R"({"a":true})", 15974},
        {R"({"a":null})", 15974},
        {R"({"a":[]})", 15974},
        {R"({"a":{}})", 17312},
        {R"({"a":{"b":1}})", 17312},
        {R"({"":1})", 40352},
        {R"({"a.":1})", 40353},
        {R"({".a":1})", 15998},
        {R"({"a..b":1})", 15998},
        {R"({"$a":1})", 16410},
        {R"({"a.$b":1})", 16410},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sort);
        const auto sort = mql::Sort::parse(json(row.sort));
        REQUIRE_FALSE(sort.has_value());
        CHECK(sort.error().code == Errc::invalid_argument);
        CHECK(sort.error().server.code == row.code);
    }
    for (const char* good : {R"({"a":1.5})", R"({"a":{"$numberDecimal":"-1"}})", R"({"a":{"$numberDecimal":"0.51"}})",
                             R"({"a":{"$numberDecimal":"-1.4999"}})", R"({"a.$id":1})", R"({"a":1,"a":-1})"}) {
        CAPTURE(std::string(good));
        CHECK(mql::Sort::parse(json(good)).has_value());
    }
    CHECK(mql::Sort::parse(json(R"({"a":{"$meta":"textScore"}})")).error().code == Errc::unsupported);
    CHECK(mql::Sort::parse(json(R"({"$natural":1})")).error().code == Errc::unsupported);

    bson::Builder many;
    for (int i = 0; i < 32; ++i) many.append("f" + std::to_string(i), 1);
    const bson::Document most = many.take();
    CHECK(mql::Sort::parse(most).has_value());
    many.append_all(most);
    many.append("f32", 1);
    CHECK(mql::Sort::parse(many.take()).error().server.code == 13103);
}

TEST_CASE("two arrays cannot be sort keys together") {
    const auto sort = mql::Sort::parse(json(R"({"a":1,"b":1})"));
    const auto key  = sort->key(json(R"({"a":[1],"b":[2]})"));
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error().server.code == 2);
    CHECK(key.error().message == "cannot sort with keys that are parallel arrays");
}
