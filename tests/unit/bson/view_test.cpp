#include <cmath>
#include <limits>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include <tenon/bson/bson.hpp>

#include "samples.hpp"

using namespace tenon::bson;
using namespace tenon::bson::test;

TEST_CASE("every type is read back as it was written") {
    const Document d = all_types();
    CHECK(d["double"].as_double() == 1.5);
    CHECK(d["string"].as_string() == std::string_view("h\xC3\xA9llo\0w", 8));
    CHECK(d["document"].as_view()["a"].as_int32() == 1);
    CHECK(d["array"].as_view().count() == 3);
    CHECK(d["binary"].binary_subtype() == 0x80);
    CHECK(d["binary"].binary_bytes().size() == 3);
    CHECK(d["old binary"].binary_subtype() == 2);
    CHECK(d["old binary"].binary_bytes().size() == 3);
    CHECK(d["old binary"].binary_bytes()[0] == 1);
    CHECK(d["undefined"].type() == Type::undefined);
    CHECK(d["object_id"].as_object_id().to_string() == "0102030405060708090a0b0c");
    CHECK(d["bool"].as_bool());
    CHECK(d["date"].as_datetime() == DateTime(1));
    CHECK(d["null"].type() == Type::null);
    CHECK(d["regex"].regex_pattern() == "^a");
    CHECK(d["regex"].regex_options() == "im");
    CHECK(d["db_pointer"].type() == Type::db_pointer);
    CHECK(d["code"].code_source() == "f()");
    CHECK(d["code"].as_string() == "f()");
    CHECK(d["symbol"].as_string() == "s");
    CHECK(d["code_scope"].code_source() == "g()");
    CHECK(d["code_scope"].code_scope()["x"].as_int32() == 1);
    CHECK(d["int32"].as_int32() == 7);
    CHECK(d["timestamp"].as_timestamp() == Timestamp{1, 2});
    CHECK(d["int64"].as_int64() == 8);
    CHECK(d["decimal128"].as_decimal128().to_string() == "1.50");
    CHECK(d["min_key"].type() == Type::min_key);
    CHECK(d["max_key"].type() == Type::max_key);
    CHECK(d["none"].missing());
    CHECK_FALSE(d["none"]);
}

TEST_CASE("iteration meets the elements in order and ends at the terminator") {
    std::string keys;
    const Document d = doc("b", 1, "a", Null{}, "", "x");
    for (const auto& [key, value] : d) keys += std::string(key) + ",";
    CHECK(keys == "b,a,,");
    CHECK(View().begin() == View().end());
    CHECK(View().empty());
    CHECK(View().size() == 5);
    CHECK(Document().begin() == Document().end());
    CHECK(all_types().view().count() == 22);
}

TEST_CASE("lookup by key takes the first of equal keys and no prefix") {
    Builder b;
    b.append("ab", 0).append("a", 1).append("a", 2);
    const Document d = b.take();
    CHECK(d["a"].as_int32() == 1);
    CHECK(d["abc"].missing());
    CHECK(d[""].missing());
    CHECK(doc("a.b", 3)["a.b"].as_int32() == 3);
}

TEST_CASE("a dotted path goes through documents by key and arrays by position") {
    const Document d = doc("a", doc("b", array(10, doc("c", "x"), array(7))), "0", "zero", "", doc("", 5));
    const std::map<std::string, const char*> rows = {
        {"a.b.0", "int"},   {"a.b.1.c", "string"}, {"a.b.2.0", "int"},  {"a.b", "array"},     {"a", "object"},
        {"0", "string"},    {"a.b.3", "missing"},  {"a.b.00", "missing"}, {"a.b.-1", "missing"}, {"a.b.c", "missing"},
        {"a.b.0.x", "missing"}, {"a.x.b", "missing"}, {"a.b.", "missing"}, {"a..b", "missing"}, {".", "int"},
        {"", "object"},     {"a.b.4294967296", "missing"}, {"a.b.1x", "missing"}, {"a.b.+1", "missing"},
    };
    for (const auto& [path, type] : rows) {
        CAPTURE(path);
        CHECK(name(d.at_path(path).type()) == type);
    }
    // Stored keys of an array are not trusted: its second element is "1" whatever it is called.
    Builder odd;
    odd.append("7", 70).append("0", 71);
    CHECK(doc("a", Array(odd.take())).at_path("a.1").as_int32() == 71);
}

TEST_CASE("a number is an int64 only when nothing is lost") {
    const double inf = std::numeric_limits<double>::infinity();
    struct Row {
        Value                       value;
        std::optional<std::int64_t> want;
    };
    const Row rows[] = {
        {Value(7), 7},
        {Value(std::numeric_limits<std::int64_t>::min()), std::numeric_limits<std::int64_t>::min()},
        {Value(7.0), 7},
        {Value(-0.0), 0},
        {Value(7.5), std::nullopt},
        {Value(-0x1p63), std::numeric_limits<std::int64_t>::min()},
        {Value(0x1p63), std::nullopt},
        {Value(inf), std::nullopt},
        {Value(std::nan("")), std::nullopt},
        {Value(decimal("70E-1")), 7},
        {Value(decimal("7.5")), std::nullopt},
        {Value(decimal("9223372036854775807")), std::numeric_limits<std::int64_t>::max()},
        {Value(decimal("9223372036854775808")), std::nullopt},
        {Value(decimal("NaN")), std::nullopt},
        {Value("7"), std::nullopt},
        {Value(true), std::nullopt},
        {Value(), std::nullopt},
    };
    for (const auto& row : rows) CHECK(row.value.ref().to_int64() == row.want);
}

TEST_CASE("any number reads as the nearest double, nothing else does") {
    CHECK(Value(7).ref().to_double() == 7.0);
    CHECK(Value((std::int64_t{1} << 53) + 1).ref().to_double() == 0x1p53);
    CHECK(Value(0.5).ref().to_double() == 0.5);
    CHECK(Value(decimal("0.1")).ref().to_double() == 0.1);
    CHECK(Value(decimal("-Infinity")).ref().to_double() == -std::numeric_limits<double>::infinity());
    CHECK_FALSE(Value("7").ref().to_double().has_value());
    CHECK_FALSE(Value(DateTime(7)).ref().to_double().has_value());
}

TEST_CASE("false, zero, null, undefined and missing are not true, all else is") {
    const Value falsy[]  = {Value(), undefined(), Value(Null{}), Value(false), Value(0), Value(std::int64_t{0}), Value(-0.0),
                            Value(decimal("-0E+3"))};
    const Value truthy[] = {Value(true), Value(1), Value(std::int64_t{1}), Value(0.1), Value(std::nan("")), Value(decimal("NaN")),
                            Value(decimal("0.1")), Value(""), Value(View()), Value(Array()), Value(MinKey{}), Value(DateTime(0)),
                            Value(ObjectId{})};
    for (const auto& value : falsy) CHECK_FALSE(value.ref().truthy());
    for (const auto& value : truthy) CHECK(value.ref().truthy());
}

TEST_CASE("identical means type and bytes") {
    CHECK(Value(1).ref().identical(Value(1)));
    CHECK_FALSE(Value(1).ref().identical(Value(2)));
    CHECK_FALSE(Value(1).ref().identical(Value(1.0)));
    CHECK_FALSE(Value("a").ref().identical(symbol("a")));
    CHECK(Value().ref().identical(ValueRef()));
    CHECK(Value(Null{}) == Value(nullptr));
    CHECK(doc("a", 1) == doc("a", 1));
    CHECK_FALSE(doc("a", 1) == doc("a", 1.0));
}
