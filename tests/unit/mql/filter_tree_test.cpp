#include <string>
#include <string_view>
#include <thread>

#include "unit/mql/match_rows.hpp"

#include <tenon/bson/json.hpp>

using namespace tenon;
using mql::Op;
using test::json;

namespace {

std::string_view op_name(Op op) {
    switch (op) {
        case Op::and_:              return "and";
        case Op::or_:               return "or";
        case Op::elem_match_object: return "elem_object";
        case Op::elem_match_value:  return "elem_value";
        case Op::size:              return "size";
        case Op::eq:                return "eq";
        case Op::lte:               return "lte";
        case Op::lt:                return "lt";
        case Op::gte:               return "gte";
        case Op::gt:                return "gt";
        case Op::regex:             return "regex";
        case Op::mod:               return "mod";
        case Op::exists:            return "exists";
        case Op::in:                return "in";
        case Op::bits_all_set:      return "bits_all_set";
        case Op::bits_all_clear:    return "bits_all_clear";
        case Op::bits_any_set:      return "bits_any_set";
        case Op::bits_any_clear:    return "bits_any_clear";
        case Op::not_:              return "not";
        case Op::nor:               return "nor";
        case Op::type:              return "type";
        case Op::expr:              return "expr";
        case Op::always_false:      return "false";
        case Op::always_true:       return "true";
    }
    return "?";
}

// and(eq a 1, not(in b [1,2] 1))
std::string shape(const mql::Node& node) {
    std::string text(op_name(node.op));
    if (!node.path.empty()) text += " " + node.path.text();
    if (!node.operand.missing()) text += " " + bson::to_json(node.operand.ref());
    for (const auto& value : node.values) text += " " + bson::to_json(value.ref());
    if (node.op == Op::in && !node.patterns.empty()) text += " +" + std::to_string(node.patterns.size());
    if (node.children.empty()) return text;
    text += "(";
    for (std::size_t i = 0; i < node.children.size(); ++i) text += (i == 0 ? "" : ", ") + shape(node.children[i]);
    return text + ")";
}

}  // namespace

TEST_CASE("a filter becomes MongoDB's tree") {
    struct Row {
        std::string filter;
        std::string want;
    };
    const Row rows[] = {
        {R"({})", "true"},
        {R"({"a":1})", "eq a 1"},
        {R"({"$comment":"x"})", "true"},
        {R"({"a":{"$ne":1}})", "not(eq a 1)"},
        {R"({"a":{"$nin":[2,1]}})", "not(in a 1 2)"},
        {R"({"a":{"$exists":false}})", "not(exists a)"},
        {R"({"a":{"$gt":1,"$lt":5}})", "and(lt a 5, gt a 1)"},
        {R"({"b":1,"a":2})", "and(eq a 2, eq b 1)"},
        {R"({"$and":[{"a":1},{"$and":[{"b":2},{"c":3}]}]})", "and(eq a 1, eq b 2, eq c 3)"},
        {R"({"$and":[{"a":1}]})", "eq a 1"},
        {R"({"$and":[{},{}]})", "true"},
        {R"({"$or":[{"a":1},{"$or":[{"b":2},{"c":3}]}]})", "or(eq a 1, eq b 2, eq c 3)"},
        {R"({"$or":[{"a":2},{"a":1},{"a":2}]})", "in a 1 2"},
        {R"({"$or":[{"a":1},{}]})", "true"},
        {R"({"$or":[{"$alwaysFalse":1},{"a":1}]})", "eq a 1"},
        {R"({"$nor":[{}]})", "false"},
        {R"({"$nor":[{"a":1}]})", "nor(eq a 1)"},
        {R"({"a":{"$all":[]}})", "false"},
        {R"({"a":{"$all":[2,1]}})", "and(eq a 2, eq a 1)"},
        {R"({"a":{"$in":[]}})", "false"},
        {R"({"a":{"$nin":[]}})", "true"},
        {R"({"a":{"$in":[1]}})", "eq a 1"},
        {R"({"a":{"$in":[3,1,2,1.0]}})", "in a 1 2 3"},
        {R"({"a":{"$in":[1,{"$regularExpression":{"pattern":"x","options":""}}]}})", "in a 1 +1"},
        {R"({"a":1,"b":{"$in":[]}})", "false"},
        {R"({"a":{"$elemMatch":{"$gt":1,"$lt":5}}})", "elem_value a(gt 1, lt 5)"},
        {R"({"a":{"$elemMatch":{"b":1,"c":2}}})", "elem_object a(and(eq b 1, eq c 2))"},
        {R"({"a":{"$not":{"$gt":1,"$lt":5}}})", "not(and(lt a 5, gt a 1))"},
        {R"({"a.b.0":{"$type":"int"}})", "type a.b.0"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        const auto filter = mql::Filter::parse(json(row.filter));
        REQUIRE(filter.has_value());
        CHECK(shape(filter->root()) == row.want);
    }
}

TEST_CASE("a match tells the array element that the positional operator means") {
    struct Row {
        std::string filter;
        std::string document;
        int         element;  // -1: none, -2: no match
    };
    const Row rows[] = {
        {R"({"a":2})", R"({"a":[1,2,3]})", 1},
        {R"({"a":2})", R"({"a":2})", -1},
        {R"({"a":2})", R"({"a":[1]})", -2},
        {R"({"a":[1,2]})", R"({"a":[1,2]})", -1},
        {R"({"a.b":2})", R"({"a":[{"b":1},{"b":[1,2]}]})", 1},
        {R"({"a.b":2})", R"({"a":{"b":[1,2]}})", 1},
        {R"({"a.1.b":2})", R"({"a":[{"b":1},{"b":[1,2]}]})", 1},
        {R"({"a.1":2})", R"({"a":[1,2]})", -1},
        {R"({"a":{"$elemMatch":{"b":2}}})", R"({"a":[{"b":1},{"b":2}]})", 1},
        {R"({"a":{"$elemMatch":{"$gt":1,"$lt":3}}})", R"({"a":[1,3,2]})", 2},
        {R"({"a":{"$in":[3,2]}})", R"({"a":[1,2,3]})", 1},
        {R"({"a":{"$gte":2,"$lte":1}})", R"({"a":[1,2,3]})", 1},
        {R"({"a":{"$gt":2,"$lt":2}})", R"({"a":[1,2,3]})", 2},
        {R"({"a":2,"b":2})", R"({"a":[1,2,3],"b":[2]})", 0},
        {R"({"b":{"$elemMatch":{"$gt":1}},"a":2})", R"({"a":[1,2,3],"b":[3]})", 1},
        {R"({"a":{"$all":[3,2]}})", R"({"a":[1,2,3]})", 1},
        {R"({"a":{"$size":3}})", R"({"a":[1,2,3]})", -1},
        {R"({"a":{"$ne":5}})", R"({"a":[1,2,3]})", -1},
        {R"({"$or":[{"a":3},{"a":2}]})", R"({"a":[1,2,3]})", 1},
        {R"({"$or":[{"a":3},{"b":2}]})", R"({"a":[1,2,3]})", -1},
        {R"({"$nor":[{"a":5}]})", R"({"a":[1,2,3]})", -1},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        CAPTURE(row.document);
        const auto        filter = mql::Filter::parse(json(row.filter));
        mql::MatchDetails details;
        details.element    = 77;
        const auto matched = filter->matches(json(row.document), &details);
        REQUIRE(matched.has_value());
        CHECK(*matched == (row.element != -2));
        CHECK(details.element == (row.element < 0 ? std::nullopt : std::optional<std::uint32_t>(row.element)));
    }
}

TEST_CASE("the last predicate is that of the filter's text where a projection asks, that of the evaluation for an update") {
    struct Row {
        const char*   filter;
        std::uint32_t evaluated;
        std::uint32_t written;
    };
    const Row rows[] = {
        {R"({"a":1,"b":2})", 2, 2},
        {R"({"b":2,"a":1})", 2, 3},
        {R"({"c":{},"a":1})", 1, 3},
        {R"({"b":2,"$or":[{"a":1},{"a":5}]})", 3, 3},
        {R"({"$or":[{"a":1}],"b":2})", 2, 2},
        {R"({"b":2,"$or":[{"a":1}]})", 2, 3},
        {R"({"b":2,"$and":[{"$and":[{"c":{}},{"a":1}]}]})", 1, 3},
        {R"({"a":{"$in":[7,1]},"b":2})", 3, 2},
        {R"({"b":2,"a":{"$not":{"$ne":1}}})", 2, 2},
        {R"({"b":2,"a":{"$all":[1,0]}})", 2, 0},
        {R"({"a":{"$gt":0,"$lt":1}})", 3, 0},
        {R"({"a":{"$gte":0,"$eq":1}})", 0, 3},
    };
    const auto document = json(R"({"a":[0,0,0,1],"b":[0,0,2],"c":[0,{}]})");
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        const auto filter = mql::Filter::parse(json(row.filter));
        REQUIRE(filter.has_value());
        for (const bool as_written : {false, true}) {
            mql::MatchDetails details;
            details.as_written = as_written;
            REQUIRE(filter->matches(document, &details) == true);
            CHECK(details.element == (as_written ? row.written : row.evaluated));
        }
    }
}

TEST_CASE("a condition on a value is that of $pull") {
    struct Row {
        std::string condition;  // {"v": ...}
        std::string value;      // {"v": ...}
        bool        want;
    };
    const Row rows[] = {
        {R"({"v":{"$gte":5}})", R"({"v":5})", true},
        {R"({"v":{"$gte":5}})", R"({"v":4})", false},
        {R"({"v":{"$gte":5}})", R"({"v":[4,6]})", true},
        {R"({"v":{"$size":2}})", R"({"v":[4,6]})", true},
        {R"({"v":{"$elemMatch":{"$gt":5}}})", R"({"v":[4,6]})", true},
        {R"({"v":{"$in":[1,2]}})", R"({"v":2})", true},
        {R"({"v":{"$not":{"$gt":1}}})", R"({"v":1})", true},
        {R"({"v":{"$regularExpression":{"pattern":"^a","options":""}}})", R"({"v":"ab"})", true},
        {R"({"v":{"$regularExpression":{"pattern":"^a","options":""}}})", R"({"v":"ba"})", false},
        {R"({"v":3})", R"({"v":3.0})", true},
        {R"({"v":null})", R"({"v":null})", true},
        {R"({"v":{"b":1}})", R"({"v":{"b":1}})", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.condition);
        CAPTURE(row.value);
        const auto filter = mql::Filter::parse_value_expression(json(row.condition)["v"]);
        REQUIRE(filter.has_value());
        const auto matched = filter->matches_value(json(row.value)["v"]);
        REQUIRE(matched.has_value());
        CHECK(*matched == row.want);
    }
    CHECK(mql::Filter::parse_value_expression(json(R"({"v":{"$foo":1}})")["v"]).error().server.code == 2);
}

TEST_CASE("a copy of a filter stands alone, and many threads may match with one") {
    auto made = mql::Filter::parse(json(R"({"a":{"$in":["x",{"$regularExpression":{"pattern":"^(a|b)+$","options":""}}]}})"));
    REQUIRE(made.has_value());
    const mql::Filter filter = *made;
    made                     = mql::Filter::parse(json("{}"));
    const bson::Document yes = json(R"({"a":"abba"})");
    const bson::Document no  = json(R"({"a":"abca"})");
    int                  wrong[4]{};
    {
        std::vector<std::jthread> threads;
        for (int& mistakes : wrong) {
            threads.emplace_back([&] {
                for (int i = 0; i < 500; ++i) {
                    const auto matched = filter.matches(yes);
                    const auto missed  = filter.matches(no);
                    mistakes += (!matched || !*matched || !missed || *missed) ? 1 : 0;
                }
            });
        }
    }
    for (const int mistakes : wrong) CHECK(mistakes == 0);
}
