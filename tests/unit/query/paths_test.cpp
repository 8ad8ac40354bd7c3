#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using tenon::field;

TEST_CASE("paths go through optional, unique_ptr, vector and array") {
    const Row rows[] = {
        {field<&Order::id>.exists(), R"({"_id":{"$exists":true}})"},
        {field<&Order::buyer>.exists(), R"({"by":{"$exists":true}})"},
        {field<&Order::lines, &Line::sku>.exists(), R"({"lines.sku":{"$exists":true}})"},
        {field<&Order::lines, &Line::marks>.exists(), R"({"lines.marks":{"$exists":true}})"},
        {field<&Order::address, &Address::zip>.exists(), R"({"address.zip":{"$exists":true}})"},
        {field<&Order::second, &Address::city>.exists(), R"({"second.city":{"$exists":true}})"},
        {field<&Order::lines>.at(2).exists(), R"({"lines.2":{"$exists":true}})"},
        {field<&Order::lines>.at(2).then<&Line::qty>() == 1, R"({"lines.2.qty":{"$eq":1}})"},
        {field<&Order::lines, &Line::marks>.at(0) == "x", R"({"lines.marks.0":{"$eq":"x"}})"},
        {field<&Order::grid>.at(1).at(2) == 3, R"({"grid.1.2":{"$eq":3}})"},
        {field<&Order::counts>.key("a") == 5, R"({"counts.a":{"$eq":5}})"},
        {field<&Order::counts>.key("a$b") == 5, R"({"counts.a$b":{"$eq":5}})"},
        {field<&Order::by_sku>.key("k").then<&Line::qty>() == 5, R"({"by_sku.k.qty":{"$eq":5}})"},
        {field<&Order::payment>.as<Cash>().then<&Cash::coins>() == 5, R"({"payment.coins":{"$eq":5}})"},
        {field<&Order::free>.key("a").key("b") == 5, R"({"free.a.b":{"$eq":5}})"},
        {field<&Order::free>.key("a").at(3) == 5, R"({"free.a.3":{"$eq":5}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}

TEST_CASE("a path of members is known at compile time") {
    static_assert(decltype(tenon::field<&Order::lines, &Line::sku>)::text() == "lines.sku");
    static_assert(decltype(tenon::field<&Order::id>)::text() == "_id");
    static_assert(std::is_empty_v<std::remove_const_t<decltype(tenon::field<&Order::lines, &Line::sku>)>>);
}

TEST_CASE("a key that MongoDB would split or read as an operator is refused when the filter is used") {
    using namespace std::string_literals;
    struct Bad {
        std::string key;
        const char* says;
    };
    const Bad rows[] = {{"", "empty"}, {"a.b", "holds '.'"}, {".", "holds '.'"}, {"$gt", "starts with '$'"}, {"a\0b"s, "NUL"}};
    for (const auto& row : rows) {
        CAPTURE(row.says);
        const tenon::query::Clause clauses[] = {
            field<&Order::counts>.key(row.key) == 5,
            field<&Order::by_sku>.key(row.key).then<&Line::qty>() == 5,
            field<&Order::qty> == 1 && field<&Order::counts>.key(row.key) == 5,
            field<&Order::counts>.key(row.key) == 5 || field<&Order::qty> == 1,
            !(field<&Order::counts>.key(row.key) == 5),
            field<&Order::counts>.key(row.key).in({1}),
            field<&Order::counts>.key(row.key).exists(),
            expr(field<&Order::counts>.key(row.key) > field<&Order::qty>),
            tenon::set(field<&Order::counts>.key(row.key), 5) | tenon::inc<&Order::qty>(1),
            tenon::Sort<Order>(tenon::asc<&Order::qty>, field<&Order::counts>.key(row.key).asc()),
        };
        for (const auto& clause : clauses) {
            REQUIRE(clause.error() != nullptr);
            CHECK(clause.error()->code == tenon::Errc::invalid_argument);
            CHECK(clause.error()->path == (clause.error()->path.starts_with("by_sku") ? "by_sku" : "counts"));
            CHECK(clause.error()->message.find(row.says) != std::string::npos);
        }
    }
}

TEST_CASE("the steps of updates have no place in filters and sorts") {
    const tenon::query::Clause clauses[] = {
        field<&Order::lines>.each().then<&Line::qty>() == 5,
        field<&Order::lines>.each("big").then<&Line::qty>() == 5,
        field<&Order::lines>.matched().then<&Line::qty>() == 5,
        tenon::Sort<Order>(field<&Order::lines>.matched().then<&Line::qty>().asc()),
    };
    for (const auto& clause : clauses) CHECK(canonical(clause).find("for updates only") != std::string::npos);
}
