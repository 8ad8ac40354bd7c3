#include <doctest/doctest.h>

#include <fmt/format.h>

#include <tenon/query/format.hpp>

#include "unit/query/entities.hpp"

using namespace shop;
using namespace tenon;

TEST_CASE("clauses print as relaxed Extended JSON") {
    CHECK(fmt::format("{}", field<&Order::total> > 5 && field<&Order::buyer> == "x") == R"({"total":{"$gt":5},"by":{"$eq":"x"}})");
    CHECK(fmt::format("{}", Filter<Order>()) == "{}");
    CHECK(fmt::format("{}", Sort<Order>(desc<&Order::at>)) == R"({"at":-1})");
    CHECK(fmt::format("{}", set<&Order::qty>(5)) == R"({"$set":{"qty":5}})");
    CHECK(fmt::format("{}", inc(field<&Order::lines>.each("a").then<&Line::qty>(), 1) | array_filter<Order>("a", field<&Line::qty> > 5)) ==
          R"({"$inc":{"lines.$[a].qty":1}} with array filters [{"a.qty":{"$gt":5}}])");
    CHECK(fmt::format("{}", field<&Order::qty>.mod(0, 1)) ==
          "(invalid: field \"qty\": mod takes a divisor that is not zero)");
}
