#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using tenon::field;
using tenon::Filter;

namespace {
const auto a  = field<&Order::qty> == 1;
const auto b  = field<&Order::buyer> == "x";
const auto a2 = field<&Order::qty> != 2;
const auto c  = field<&Order::total> > 3;
}  // namespace

TEST_CASE("conditions on distinct fields share a document, on one field they are listed") {
    const Row rows[] = {
        {Filter<Order>(), R"({})"},
        {a && b, R"({"qty":{"$eq":1},"by":{"$eq":"x"}})"},
        {a && b && c, R"({"qty":{"$eq":1},"by":{"$eq":"x"},"total":{"$gt":{"$numberLong":"3"}}})"},
        {a && a2, R"({"$and":[{"qty":{"$eq":1}},{"qty":{"$ne":2}}]})"},
        {a && a2 && a, R"({"$and":[{"qty":{"$eq":1}},{"qty":{"$ne":2}},{"qty":{"$eq":1}}]})"},
        {a && b && a2, R"({"$and":[{"qty":{"$eq":1},"by":{"$eq":"x"}},{"qty":{"$ne":2}}]})"},
        {(a && a2) && (a2 && a), R"({"$and":[{"qty":{"$eq":1}},{"qty":{"$ne":2}},{"qty":{"$ne":2}},{"qty":{"$eq":1}}]})"},
        {(a || b) && c, R"({"$or":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}}],"total":{"$gt":{"$numberLong":"3"}}})"},
        {(a || b) && (a || c),
         R"({"$and":[{"$or":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}}]},{"$or":[{"qty":{"$eq":1}},{"total":{"$gt":{"$numberLong":"3"}}}]}]})"},
        {a && Filter<Order>(), R"({"qty":{"$eq":1}})"},
        {Filter<Order>() && a, R"({"qty":{"$eq":1}})"},
        {a || b, R"({"$or":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}}]})"},
        {a || b || a2, R"({"$or":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}},{"qty":{"$ne":2}}]})"},
        {a || Filter<Order>(), R"({"$or":[{"qty":{"$eq":1}},{}]})"},
        {!a, R"({"$nor":[{"qty":{"$eq":1}}]})"},
        {!(a || b), R"({"$nor":[{"$or":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}}]}]})"},
        {nor(a, b), R"({"$nor":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}}]})"},
        {and_(a, b), R"({"$and":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}}]})"},
        {or_(a), R"({"$or":[{"qty":{"$eq":1}}]})"},
        {or_(std::vector{a, b}), R"({"$or":[{"qty":{"$eq":1}},{"by":{"$eq":"x"}}]})"},
        {and_(std::vector{a}), R"({"$and":[{"qty":{"$eq":1}}]})"},
        {nor(std::vector{a}), R"({"$nor":[{"qty":{"$eq":1}}]})"},
        {not_(a), R"({"qty":{"$not":{"$eq":1}}})"},
        {not_(Filter<Order>::raw(tenon::bson::doc("qty", 5))), R"({"qty":{"$not":{"$eq":5}}})"},
        {not_(Filter<Order>::raw(tenon::bson::from_json(R"({"by":{"$regularExpression":{"pattern":"^a","options":"i"}}})").value())),
         R"({"by":{"$not":{"$regularExpression":{"pattern":"^a","options":"i"}}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}

TEST_CASE("a filter that makes no sense keeps its first mistake") {
    const Filter<Order> bad = field<&Order::qty>.mod(0, 0);
    for (const auto& filter : {bad && a, a && bad, bad || a, a || bad, !bad, nor(a, bad), and_(std::vector{bad}), not_(bad),
                               Filter<Order>() && bad, bad && (field<&Order::tags>.size(-1))}) {
        REQUIRE(filter.error() != nullptr);
        CHECK(filter.error()->message.find("divisor") != std::string::npos);
    }
    CHECK(canonical(or_(std::vector<Filter<Order>>{})) == "error at : $or takes at least one filter");
    CHECK(canonical(not_(a && b)).find("one field") != std::string::npos);
    CHECK(canonical(not_(a || b)).find("one field") != std::string::npos);
    CHECK(canonical(not_(Filter<Order>())).find("one field") != std::string::npos);
}

TEST_CASE("MongoDB's own form goes through as it is") {
    const auto document = tenon::bson::doc("$where", "1");
    CHECK(Filter<Order>::raw(document).document() == document);
    CHECK(canonical(Filter<Order>::from_json(R"({"a": {"$gt": 1}})").value()) == json(R"({"a":{"$gt":1}})"));
    const auto wrong = Filter<Order>::from_json("{");
    REQUIRE(!wrong);
    CHECK(wrong.error().code == tenon::Errc::invalid_argument);
}

TEST_CASE("filters are values: equal, copied, without borrowed parts") {
    tenon::query::FilterBase kept;
    {
        const std::string text = "a text that is too long for the small string buffer";
        kept                   = field<&Order::counts>.key(std::string(40, 'k')) == 5 && field<&Order::buyer> == text;
    }
    CHECK(kept.document()["by"].as_view()["$eq"].as_string().starts_with("a text"));
    CHECK(a == (field<&Order::qty> == 1));
    CHECK(!(tenon::query::Clause(a) == tenon::query::Clause(a2)));
    CHECK(a.checked().value() == a.document());
}
