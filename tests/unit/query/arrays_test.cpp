#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using tenon::element;
using tenon::field;

TEST_CASE("operators of arrays") {
    const Row rows[] = {
        {field<&Order::tags>.all({"a", "b"}), R"({"tags":{"$all":["a","b"]}})"},
        {field<&Order::scores>.all(std::vector<int>{1, 2}), R"({"scores":{"$all":[1,2]}})"},
        {field<&Order::tags>.size(3), R"({"tags":{"$size":{"$numberLong":"3"}}})"},
        {field<&Order::lines>.size(0), R"({"lines":{"$size":{"$numberLong":"0"}}})"},
        {field<&Order::lines>.elem_match(field<&Line::sku> == "s" && field<&Line::qty> > 5),
         R"({"lines":{"$elemMatch":{"sku":{"$eq":"s"},"qty":{"$gt":5}}}})"},
        {field<&Order::lines>.elem_match(field<&Line::qty> > 5 || field<&Line::price> < 1),
         R"({"lines":{"$elemMatch":{"$or":[{"qty":{"$gt":5}},{"price":{"$lt":1.0}}]}}})"},
        {field<&Order::scores>.elem_match([](auto it) { return it >= 80 && it < 85; }),
         R"({"scores":{"$elemMatch":{"$gte":80,"$lt":85}}})"},
        {field<&Order::scores>.elem_match(element<int> >= 80 && element<int> < 85),
         R"({"scores":{"$elemMatch":{"$gte":80,"$lt":85}}})"},
        {field<&Order::scores>.elem_match([](auto it) { return !(it > 5); }), R"({"scores":{"$elemMatch":{"$not":{"$gt":5}}}})"},
        {field<&Order::scores>.elem_match([](auto it) { return it.in({1, 2}) && it.mod(2, 1); }),
         R"({"scores":{"$elemMatch":{"$in":[1,2],"$mod":[{"$numberLong":"2"},{"$numberLong":"1"}]}}})"},
        {field<&Order::grid>.elem_match([](auto row) { return row.elem_match([](auto it) { return it > 1; }); }),
         R"({"grid":{"$elemMatch":{"$elemMatch":{"$gt":1}}}})"},
        {field<&Order::lines, &Line::marks>.elem_match([](auto it) { return it.regex("x"); }),
         R"({"lines.marks":{"$elemMatch":{"$regex":"x"}}})"},
        {field<&Order::lines>.all_elem_match(field<&Line::qty> > 5, field<&Line::sku> == "s"),
         R"({"lines":{"$all":[{"$elemMatch":{"qty":{"$gt":5}}},{"$elemMatch":{"sku":{"$eq":"s"}}}]}})"},
        {field<&Order::free>.key("list").elem_match([](auto it) { return it > 5; }), R"({"free.list":{"$elemMatch":{"$gt":5}}})"},
        {field<&Order::free>.key("list").size(2), R"({"free.list":{"$size":{"$numberLong":"2"}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}

TEST_CASE("an element's conditions join by && and with distinct operators only") {
    CHECK(canonical(field<&Order::scores>.elem_match([](auto it) { return it > 1 || it < 5; })).find("by && only") != std::string::npos);
    CHECK(canonical(field<&Order::scores>.elem_match([](auto it) { return it > 1 && it > 5; })).find("one operator twice") !=
          std::string::npos);
    CHECK(canonical(field<&Order::scores>.elem_match([](auto it) { return nor(it > 1, it < 0); })).find("$nor does not take") !=
          std::string::npos);
    CHECK(canonical(field<&Order::lines>.elem_match(field<&Line::qty>.mod(0, 0))).find("divisor") != std::string::npos);
}
