#pragma once
// Rows of expressions: what a MongoDB 6.0 server computed from the same document.

#include <span>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>

#include "mql/expression.hpp"

namespace tenon::test {

inline constexpr const char* document =
    R"({"_id":1,"i":5,"j":-3,"l":{"$numberLong":"9007199254740993"},"big":{"$numberLong":"9223372036854775807"},"im":2147483647,"d":2.5,"dn":-2.5,"dec":{"$numberDecimal":"1.50"},"s":"héllo","t":"Abc","b":true,"n":null,"a":[1,2,3])"
    R"(,"aa":[[1],[2]],"o":{"x":1,"y":[{"z":1},{"z":2}]})"
    R"(,"dt":{"$date":{"$numberLong":"1600000000000"}},"nan":{"$numberDouble":"NaN"},"inf":{"$numberDouble":"Infinity"},"oid":{"$oid":"507f1f77bcf86cd799439011"},"e":[]})";

struct Row {
    const char* expression;
    const char* value;  // {"v": ...}, without v when the value is missing; null for an error
    int         code;
};

inline void check(const Row& row, const Result<bson::Value>& value) {
    if (row.value == nullptr) {
        REQUIRE_FALSE(value.has_value());
        CHECK(value.error().server.code == row.code);
        return;
    }
    REQUIRE_MESSAGE(value.has_value(), value.error().message);
    const auto want = bson::from_json(row.value);
    REQUIRE(want.has_value());
    bson::Builder got;
    got.append("v", value->ref());
    CHECK(bson::to_json(got.take(), bson::JsonMode::canonical) == bson::to_json(*want, bson::JsonMode::canonical));
}

inline void check(std::span<const Row> rows) {
    const auto root = bson::from_json(document);
    REQUIRE(root.has_value());
    for (const auto& row : rows) {
        INFO(row.expression);
        const auto expression = bson::value_from_json(row.expression);
        REQUIRE(expression.has_value());
        for (const bool optimized : {false, true}) {
            CAPTURE(optimized);
            auto       parsed = mql::Expression::parse(*expression);
            const auto folded = parsed && optimized ? parsed->optimize() : Result<void>();
            const auto value  = !parsed ? Result<bson::Value>(fail(parsed.error())) : folded ? parsed->evaluate(*root) : Result<bson::Value>(fail(folded.error()));
            check(row, value);
        }
    }
}

}  // namespace tenon::test
