#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using namespace tenon;

TEST_CASE("sort keys in the order they are written") {
    struct Case {
        query::SortBase sort;
        const char*     want;
    };
    const Case rows[] = {
        {Sort<Order>(), R"({})"},
        {Sort<Order>(asc<&Order::qty>), R"({"qty":1})"},
        {Sort<Order>(desc<&Order::at>, asc<&Order::buyer>), R"({"at":-1,"by":1})"},
        {Sort<Order>(asc<&Order::lines, &Line::sku>, desc<&Order::id>), R"({"lines.sku":1,"_id":-1})"},
        {Sort<Order>(field<&Order::counts>.key("k").desc()), R"({"counts.k":-1})"},
        {Sort<Order>::raw(bson::doc("x", -1)), R"({"x":-1})"},
        {Sort<Order>::from_json(R"({"x": 1})").value(), R"({"x":1})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.sort) == json(row.want));
}

TEST_CASE("a sort names a field once") {
    CHECK(canonical(Sort<Order>(asc<&Order::qty>, desc<&Order::at>, desc<&Order::qty>)) == "error at qty: field \"qty\": one key twice");
    CHECK(!Sort<Order>::from_json("{").has_value());
}
