#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using tenon::field;
using tenon::bson::Type;

TEST_CASE("each operator of a field is the one operator of MongoDB's") {
    const std::vector<std::string> two{"a", "b"};
    const Row rows[] = {
        {field<&Order::qty> == 5, R"({"qty":{"$eq":5}})"},
        {field<&Order::qty> != 5, R"({"qty":{"$ne":5}})"},
        {field<&Order::qty> < 5, R"({"qty":{"$lt":5}})"},
        {field<&Order::qty> <= 5, R"({"qty":{"$lte":5}})"},
        {field<&Order::qty> > 5, R"({"qty":{"$gt":5}})"},
        {field<&Order::qty> >= 5, R"({"qty":{"$gte":5}})"},
        {field<&Order::qty>.eq(5), R"({"qty":{"$eq":5}})"},
        {field<&Order::qty>.ne(5), R"({"qty":{"$ne":5}})"},
        {field<&Order::qty>.lt(5), R"({"qty":{"$lt":5}})"},
        {field<&Order::qty>.lte(5), R"({"qty":{"$lte":5}})"},
        {field<&Order::qty>.gt(5), R"({"qty":{"$gt":5}})"},
        {field<&Order::qty>.gte(5), R"({"qty":{"$gte":5}})"},
        {field<&Order::qty>.in({1, 2}), R"({"qty":{"$in":[1,2]}})"},
        {field<&Order::qty>.in(std::vector<int>{}), R"({"qty":{"$in":[]}})"},
        {field<&Order::buyer>.in({"a", "b"}), R"({"by":{"$in":["a","b"]}})"},
        {field<&Order::buyer>.nin(two), R"({"by":{"$nin":["a","b"]}})"},
        {field<&Order::note>.in(std::vector<std::optional<std::string>>{"x", std::nullopt}), R"({"note":{"$in":["x",null]}})"},
        {field<&Order::note>.exists(), R"({"note":{"$exists":true}})"},
        {field<&Order::note>.exists(false), R"({"note":{"$exists":false}})"},
        {field<&Order::qty>.type(Type::int32), R"({"qty":{"$type":"int"}})"},
        {field<&Order::qty>.type({Type::int32, Type::float64}), R"({"qty":{"$type":["int","double"]}})"},
        {field<&Order::qty>.type("number"), R"({"qty":{"$type":"number"}})"},
        {field<&Order::buyer>.regex("^a.c$"), R"({"by":{"$regex":"^a.c$"}})"},
        {field<&Order::buyer>.regex("a", "im"), R"({"by":{"$regex":"a","$options":"im"}})"},
        {field<&Order::tags>.regex("a"), R"({"tags":{"$regex":"a"}})"},
        {field<&Order::buyer>.starts_with("src/a.b(c)"), R"j({"by":{"$regex":"^src/a\\.b\\(c\\)"}})j"},
        {field<&Order::tags>.starts_with("x"), R"({"tags":{"$regex":"^x"}})"},
        {field<&Order::qty>.mod(4, 1), R"({"qty":{"$mod":[{"$numberLong":"4"},{"$numberLong":"1"}]}})"},
        {field<&Order::qty>.bits_all_set(6), R"({"qty":{"$bitsAllSet":{"$numberLong":"6"}}})"},
        {field<&Order::qty>.bits_all_clear(6), R"({"qty":{"$bitsAllClear":{"$numberLong":"6"}}})"},
        {field<&Order::qty>.bits_any_set(6), R"({"qty":{"$bitsAnySet":{"$numberLong":"6"}}})"},
        {field<&Order::qty>.bits_any_clear(6), R"({"qty":{"$bitsAnyClear":{"$numberLong":"6"}}})"},
        {field<&Order::qty>.bits_all_set({1, 5}), R"({"qty":{"$bitsAllSet":[1,5]}})"},
        {field<&Order::blob>.bits_any_clear({0}), R"({"blob":{"$bitsAnyClear":[0]}})"},
        {field<&Order::bytes>.bits_any_set({90}), R"({"bytes":{"$bitsAnySet":[90]}})"},
        {field<&Order::qty>.bits_all_clear({2}), R"({"qty":{"$bitsAllClear":[2]}})"},
        {field<&Order::qty>.not_([](auto it) { return it > 5; }), R"({"qty":{"$not":{"$gt":5}}})"},
        {field<&Order::qty>.not_(tenon::element<int> > 5), R"({"qty":{"$not":{"$gt":5}}})"},
        {field<&Order::buyer>.not_([](auto it) { return it.regex("x"); }), R"({"by":{"$not":{"$regex":"x"}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}

TEST_CASE("no value is read as an operator") {
    std::map<std::string, int> counts{{"$gt", 1}};
    CHECK(canonical(field<&Order::counts> == counts) == json(R"({"counts":{"$eq":{"$gt":1}}})"));
    const auto free = tenon::bson::doc("$ne", 1);
    CHECK(canonical(field<&Order::free> == free) == json(R"({"free":{"$eq":{"$ne":1}}})"));
    CHECK(canonical(field<&Order::buyer> == "$where") == json(R"({"by":{"$eq":"$where"}})"));
}

TEST_CASE("a list of values refuses what MongoDB would read as a pattern or an operator") {
    const auto any = field<&Order::free>.key("k");
    CHECK(canonical(any.in({tenon::bson::Value(tenon::bson::Regex{"a", ""})})).starts_with("error at free.k: field \"free.k\": a regular"));
    CHECK(canonical(any.all({tenon::bson::doc("$elemMatch", tenon::bson::doc())})).starts_with("error at free.k: field \"free.k\": a value"));
    CHECK(canonical(any == tenon::bson::Value(tenon::bson::Regex{"a", ""})) ==
          json(R"({"free.k":{"$eq":{"$regularExpression":{"pattern":"a","options":""}}}})"));
}

TEST_CASE("an optional field is compared with nothing as with null") {
    const Row rows[] = {
        {field<&Order::note> == std::nullopt, R"({"note":{"$eq":null}})"},
        {field<&Order::note> != std::nullopt, R"({"note":{"$ne":null}})"},
        {field<&Order::note> == std::optional<std::string>(), R"({"note":{"$eq":null}})"},
        {field<&Order::note> == std::optional<std::string>("x"), R"({"note":{"$eq":"x"}})"},
        {field<&Order::address, &Address::city> == std::nullopt, R"({"address.city":{"$eq":null}})"},
        {field<&Order::second, &Address::zip> == std::nullopt, R"({"second.zip":{"$eq":null}})"},
        {field<&Order::lines, &Line::sku> == std::nullopt, R"({"lines.sku":{"$eq":null}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}

TEST_CASE("a field is compared with a field through expr only") {
    const Row rows[] = {
        {expr(field<&Order::sold> > field<&Order::stock>), R"({"$expr":{"$gt":["$sold","$stock"]}})"},
        {expr(field<&Order::sold> == field<&Order::stock>), R"({"$expr":{"$eq":["$sold","$stock"]}})"},
        {expr(field<&Order::sold> != field<&Order::qty>), R"({"$expr":{"$ne":["$sold","$qty"]}})"},
        {expr(field<&Order::qty> < field<&Order::weight>), R"({"$expr":{"$lt":["$qty","$weight"]}})"},
        {expr(field<&Order::sold> <= field<&Order::stock>), R"({"$expr":{"$lte":["$sold","$stock"]}})"},
        {expr(field<&Order::buyer> >= field<&Order::address, &Address::city>), R"({"$expr":{"$gte":["$by","$address.city"]}})"},
        {expr(field<&Order::counts>.key("a") > field<&Order::qty>), R"({"$expr":{"$gt":["$counts.a","$qty"]}})"},
        {tenon::expr<Order>(tenon::bson::doc("$gt", tenon::bson::array("$qty", 5))), R"({"$expr":{"$gt":["$qty",5]}})"},
        {tenon::expr<Order>(R"({"$gt": ["$qty", 5]})"), R"({"$expr":{"$gt":["$qty",5]}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
    CHECK(canonical(tenon::expr<Order>("{")).starts_with("error at"));
    CHECK(canonical(expr(field<&Order::scores>.at(0) > field<&Order::qty>)) ==
          "error at scores.0: field \"scores.0\": an expression cannot look into an array by index");
}

TEST_CASE("what only shows at run time is kept in the filter") {
    struct Bad {
        tenon::query::FilterBase filter;
        const char*              says;
    };
    using namespace std::string_literals;
    const Bad rows[] = {
        {field<&Order::qty>.mod(0, 1), "divisor"},
        {field<&Order::qty>.bits_all_set(std::uint64_t{1} << 63U), "2^63"},
        {field<&Order::qty>.bits_all_set({0x80000000U}), "2^31"},
        {field<&Order::qty>.type(Type::missing), "exists(false)"},
        {field<&Order::qty>.type(std::initializer_list<Type>{}), "at least one"},
        {field<&Order::qty>.type("integer"), "alias"},
        {field<&Order::tags>.size(-1), "not negative"},
        {field<&Order::buyer>.regex("a", "g"), "options"},
        {field<&Order::buyer>.regex("a", "ii"), "each once"},
        {field<&Order::buyer>.regex("a\0b"s), "NUL"},
        {field<&Order::buyer> == "\xff", "UTF-8"},
        {field<&Order::widest> > (std::uint64_t{1} << 63U), "above the range of int64_t"},
        {field<&Order::state> == static_cast<State>(9), "enumerators"},
        {field<&Order::tags>.in({"a", "\xff"}), "UTF-8"},
        {field<&Order::free>.key("a") == tenon::bson::Value(), "exists(false)"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.says);
        REQUIRE(row.filter.error() != nullptr);
        CHECK(row.filter.error()->message.find(row.says) != std::string::npos);
        CHECK(!row.filter.error()->path.empty());
        CHECK(!row.filter.checked().has_value());
    }
}
