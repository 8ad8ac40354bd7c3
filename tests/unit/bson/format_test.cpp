#include <stdexcept>
#include <string>

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <tenon/bson/bson.hpp>
#include <tenon/bson/format.hpp>

#include "samples.hpp"

using namespace tenon::bson;
using namespace tenon::bson::test;

TEST_CASE("values print as their text") {
    CHECK(fmt::format("{}", ObjectId{{1}}) == "010000000000000000000000");
    CHECK(fmt::format("{}", DateTime(5)) == "1970-01-01T00:00:00.005Z");
    CHECK(fmt::format("{}", decimal("1.50")) == "1.50");
    CHECK(fmt::format("{}", Uuid{{1}}) == "01000000-0000-0000-0000-000000000000");
    CHECK(fmt::format("{}", Binary{{1, 2, 3}, 0}) == to_json(Value(Binary{{1, 2, 3}, 0}).ref()));
    CHECK(fmt::format("{}", Regex{"^a", "i"}) == "/^a/i");
    CHECK(fmt::format("{}", Code{"f()"}) == "f()");
    CHECK(fmt::format("{}", Timestamp{1, 2}) == "Timestamp(1, 2)");
    CHECK(fmt::format("{} {} {}", MinKey{}, MaxKey{}, Null{}) == "MinKey MaxKey null");
    CHECK(fmt::format("{}", Type::object_id) == "objectId");
}

TEST_CASE("documents and values print as Extended JSON, relaxed or canonical") {
    const Document d = doc("n", 1, "list", array("a", 2.5));
    CHECK(fmt::format("{}", d) == to_json(d));
    CHECK(fmt::format("{}", d.view()) == to_json(d));
    CHECK(fmt::format("{:c}", d) == to_json(d, JsonMode::canonical));
    CHECK(fmt::format("{:c}", d.view()) == to_json(d, JsonMode::canonical));
    CHECK(fmt::format("{}", d["n"]) == "1");
    CHECK(fmt::format("{:c}", d["n"]) == R"({"$numberInt":"1"})");
    CHECK(fmt::format("{}", Value("x")) == "\"x\"");
    CHECK(fmt::format("{}", Value()) == "missing");
}

TEST_CASE("format options that do not exist are refused") {
    CHECK_THROWS_AS(static_cast<void>(fmt::format(fmt::runtime("{:x}"), ObjectId{})), std::runtime_error);
    CHECK_THROWS_AS(static_cast<void>(fmt::format(fmt::runtime("{:x}"), Document())), std::runtime_error);
    CHECK_THROWS_AS(static_cast<void>(fmt::format(fmt::runtime("{:cc}"), Document())), std::runtime_error);
}
