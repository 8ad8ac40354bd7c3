#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using namespace tenon;
using tenon::query::UpdateBase;

TEST_CASE("updates of arrays") {
    struct Change {
        UpdateBase  update;
        const char* want;
    };
    const std::vector<std::string> two{"a", "b"};
    const Change rows[] = {
        {push<&Order::tags>("a"), R"({"$push":{"tags":{"$each":["a"]}}})"},
        {push<&Order::lines>(Line{"s", 1, 2, {}}),
         R"({"$push":{"lines":{"$each":[{"sku":"s","qty":1,"price":2.0,"marks":[]}]}}})"},
        {push<&Order::grid>(std::vector<int>{1}), R"({"$push":{"grid":{"$each":[[1]]}}})"},
        {push(field<&Order::lines>.at(0).then<&Line::marks>(), "x"), R"({"$push":{"lines.0.marks":{"$each":["x"]}}})"},
        {push(field<&Order::free>.key("list"), 5), R"({"$push":{"free.list":{"$each":[5]}}})"},
        {push_each<&Order::tags>(two), R"({"$push":{"tags":{"$each":["a","b"]}}})"},
        {push_each<&Order::tags>({"a", "b"}), R"({"$push":{"tags":{"$each":["a","b"]}}})"},
        {push_each<&Order::scores>({3}, {.position = 0, .slice = -5, .order = -1}),
         R"({"$push":{"scores":{"$each":[3],"$slice":{"$numberLong":"-5"},"$sort":-1,"$position":{"$numberLong":"0"}}}})"},
        {push_each<&Order::lines>(std::vector<Line>{}, {.slice = 3, .sort = {desc<&Line::qty>, asc<&Line::sku>}}),
         R"({"$push":{"lines":{"$each":[],"$slice":{"$numberLong":"3"},"$sort":{"qty":-1,"sku":1}}}})"},
        {add_to_set<&Order::tags>("a"), R"({"$addToSet":{"tags":{"$each":["a"]}}})"},
        {add_to_set<&Order::flags>("a"), R"({"$addToSet":{"flags":{"$each":["a"]}}})"},
        {add_to_set_each<&Order::tags>({"a", "b"}), R"({"$addToSet":{"tags":{"$each":["a","b"]}}})"},
        {add_to_set_each<&Order::tags>(two), R"({"$addToSet":{"tags":{"$each":["a","b"]}}})"},
        {pop_first<&Order::tags>(), R"({"$pop":{"tags":-1}})"},
        {pop_last<&Order::tags>(), R"({"$pop":{"tags":1}})"},
        {pull<&Order::tags>("a"), R"({"$pullAll":{"tags":["a"]}})"},
        {pull<&Order::lines>(field<&Line::qty> > 5), R"({"$pull":{"lines":{"qty":{"$gt":5}}}})"},
        {pull<&Order::scores>([](auto it) { return it >= 6; }), R"({"$pull":{"scores":{"$gte":6}}})"},
        {pull<&Order::scores>(element<int> >= 6), R"({"$pull":{"scores":{"$gte":6}}})"},
        {pull_all<&Order::scores>({1, 2}), R"({"$pullAll":{"scores":[1,2]}})"},
        {pull_all<&Order::tags>(two), R"({"$pullAll":{"tags":["a","b"]}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.update) == json(row.want));
}

TEST_CASE("a pushed or pulled value is never read as a modifier or a filter") {
    const auto each = bson::doc("$each", bson::array(1, 2));
    const auto list = field<&Order::free>.key("list");
    CHECK(canonical(push(list, each)) == json(R"({"$push":{"free.list":{"$each":[{"$each":[1,2]}]}}})"));
    CHECK(canonical(add_to_set(list, each)) == json(R"({"$addToSet":{"free.list":{"$each":[{"$each":[1,2]}]}}})"));
    CHECK(canonical(pull(list, each)) == json(R"({"$pullAll":{"free.list":[{"$each":[1,2]}]}})"));
}

TEST_CASE("an array filter names the elements that $[name] stands for") {
    struct Row {
        UpdateBase  update;
        const char* want;
    };
    const Row rows[] = {
        {array_filter<Order>("big", field<&Line::qty> > 5), R"({"big.qty":{"$gt":5}})"},
        {array_filter<Order>("big", field<&Line::qty> > 5 && field<&Line::sku> == "s"), R"({"big.qty":{"$gt":5},"big.sku":{"$eq":"s"}})"},
        {array_filter<Order>("big", field<&Line::qty> > 5 || field<&Line::qty> < 1),
         R"({"$or":[{"big.qty":{"$gt":5}},{"big.qty":{"$lt":1}}]})"},
        {array_filter<Order>("big", !(field<&Line::qty> > 5 && field<&Line::qty> < 9)),
         R"({"$nor":[{"$and":[{"big.qty":{"$gt":5}},{"big.qty":{"$lt":9}}]}]})"},
        {array_filter<Order>("n", element<int> > 5 && element<int> < 9), R"({"n":{"$gt":5,"$lt":9}})"},
        {array_filter<Order>("n", !(element<int> > 5)), R"({"n":{"$not":{"$gt":5}}})"},
        {array_filter<Order>("any", Filter<Line>()), R"({"any":{"$exists":true}})"},
    };
    for (const auto& row : rows) {
        REQUIRE(row.update.array_filters().size() == 1);
        CHECK(bson::to_json(row.update.array_filters()[0].view(), bson::JsonMode::canonical) == json(row.want));
    }
    const auto joined = set(field<&Order::lines>.each("a").then<&Line::qty>(), 1) | array_filter<Order>("a", field<&Line::qty> > 5) |
                        array_filter<Order>("b", field<&Line::qty> < 5);
    CHECK(joined.array_filters().size() == 2);
    CHECK(canonical(joined) == json(R"({"$set":{"lines.$[a].qty":1}})"));
}

TEST_CASE("a mistake in an array's update is kept") {
    struct Bad {
        UpdateBase  update;
        const char* says;
    };
    const Bad rows[] = {
        {array_filter<Order>("Big", field<&Line::qty> > 5), "lower-case"},
        {array_filter<Order>("", field<&Line::qty> > 5), "lower-case"},
        {array_filter<Order>("a.b", field<&Line::qty> > 5), "lower-case"},
        {set(field<&Order::scores>.each("a b"), 5), "lower-case"},
        {array_filter<Order>("a", expr(field<&Line::qty> > field<&Line::qty>)), "$expr"},
        {array_filter<Order>("a", field<&Line::qty>.mod(0, 0)), "divisor"},
        {array_filter<Order>("a", field<&Line::qty> > 5) | array_filter<Order>("a", field<&Line::sku> == "s"), "one name"},
        {array_filter<Order>("a", field<&Line::qty> > 5 || field<&Line::qty> < 1) | array_filter<Order>("a", element<int> > 5), "one name"},
        {push_each<&Order::scores>({1}, {.order = 2}), "1 or -1"},
        {push_each<&Order::lines>({Line{}}, {.sort = {asc<&Line::qty>, desc<&Line::qty>}}), "twice"},
        {push_each<&Order::lines>({Line{}}, {.sort = asc<&Line::qty>, .order = 1}), "not both"},
        {pull<&Order::lines>(field<&Line::qty>.mod(0, 0)), "divisor"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.says);
        REQUIRE(row.update.error() != nullptr);
        CHECK(row.update.error()->message.find(row.says) != std::string::npos);
    }
}
