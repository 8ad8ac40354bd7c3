#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include <tenon/bson/json.hpp>

using namespace tenon;
using bson::from_json;
using bson::JsonMode;
using bson::to_json;
using bson::value_from_json;

namespace {

std::string nested_arrays(std::size_t levels) {  // the document is one level itself
    return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

std::string nested_documents(std::size_t levels) {
    std::string json;
    for (std::size_t i = 1; i < levels; ++i) json += R"({"a":)";
    return json + "{}" + std::string(levels - 1, '}');
}

}  // namespace

TEST_CASE("plain JSON becomes the narrowest type that holds it") {
    struct Row {
        std::string_view json;
        bson::Type       type;
    };
    const Row rows[] = {
        {"1", bson::Type::int32},
        {"-2147483648", bson::Type::int32},
        {"2147483648", bson::Type::int64},
        {"-2147483649", bson::Type::int64},
        {"9223372036854775807", bson::Type::int64},
        {"9223372036854775808", bson::Type::float64},
        {"1.0", bson::Type::float64},
        {"1e0", bson::Type::float64},
        {R"("1")", bson::Type::string},
        {"true", bson::Type::boolean},
        {"null", bson::Type::null},
        {"[]", bson::Type::array},
        {"{}", bson::Type::document},
        {R"({"$oid":"56e1fc72e0c917e9c4714161"})", bson::Type::object_id},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const auto value = value_from_json(row.json);
        REQUIRE(value);
        CHECK(value->type() == row.type);
    }
}

TEST_CASE("a mistake is told by line and column") {
    struct Row {
        std::string_view json;
        std::string_view message;
    };
    const Row rows[] = {
        {"", "JSON line 1, column 1: expected a document"},
        {"[1]", "JSON line 1, column 1: expected a document"},
        {"{\"a\":1", "JSON line 1, column 7: expected ',' or '}'"},
        {"{\"a\":\n  tru}", "JSON line 2, column 3: expected a value"},
        {"{\"a\":1}\n\n x", "JSON line 3, column 2: there is more after the value"},
        {"{\"a\" 1}", "JSON line 1, column 6: expected ':'"},
        {"{\"\xC3\xA9\xE6\x97\xA5\" 1}", "JSON line 1, column 7: expected ':'"},
        {"{\"a\":[1,2,\n3,}]", "JSON line 2, column 3: expected a value"},
        {"{\"a\":\"b\\q\"}", "JSON line 1, column 8: this is no escape of JSON"},
        {"{\"a\":\"b\xFF\"}", "JSON line 1, column 6: this string is not valid UTF-8"},
        {"{\"a\\u0000\":1}", "JSON line 1, column 2: a key may not hold NUL"},
        {"{\"a\":{\"$oid\":\"12\"}}", "JSON line 1, column 14: $oid takes 24 hexadecimal digits"},
        {"{\"a\":{\"$numberInt\":\"1\",\"b\":1}}",
         "JSON line 1, column 23: expected '}': this form takes no other key"},
        {"{\"a\":{\"b\":1,\"$date\":1}}",
         "JSON line 1, column 13: this key has a meaning of its own and must stand alone"},
        {"{\"a\":1e999}", "JSON line 1, column 6: this number is too large for a double"},
        {"{\"$oid\":\"56e1fc72e0c917e9c4714161\"}", "JSON line 1, column 1: expected a document, this is another type"},
        {"\xEF\xBB\xBF{}", "JSON line 1, column 1: expected a document"},
        {"{\"a\":1}}", "JSON line 1, column 8: there is more after the value"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const auto read = from_json(row.json);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == Errc::invalid_argument);
        CHECK(read.error().message == row.message);
    }
}

TEST_CASE("the error never repeats what stands in the text") {
    for (const std::string_view json : {R"({"a":{"$oid":"secret"}})", R"({"a":{"$numberDecimal":"secret"}})",
                                        R"({"a":secret})", R"({"a":{"$date":"secret"}})", R"({"secret":1x})"}) {
        const auto read = from_json(json);
        REQUIRE_FALSE(read);
        CHECK(read.error().message.find("secret") == std::string::npos);
    }
}

TEST_CASE("documents nest as deep as BSON may, and no deeper") {
    CHECK(from_json(nested_arrays(100)));
    CHECK_FALSE(from_json(nested_arrays(101)));
    CHECK(from_json(nested_documents(100)));
    CHECK_FALSE(from_json(nested_documents(101)));
    CHECK(value_from_json(nested_documents(99)));
    CHECK_FALSE(value_from_json(nested_documents(100)));
    const std::size_t huge = 1'000'000;
    for (const std::string& json : {nested_arrays(huge), nested_documents(huge), R"({"a":)" + std::string(huge, '[')}) {
        const auto read = from_json(json);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == Errc::invalid_argument);
    }
    // A scope is a level too, whichever of the two keys comes first.
    const auto scopes = [](std::size_t levels, std::string_view before, std::string_view behind) {
        std::string json = R"({"a":)";
        for (std::size_t i = 1; i < levels; ++i) {
            json += before;
            json += i + 1 < levels ? R"({"a":)" : "{";
        }
        for (std::size_t i = 1; i < levels; ++i) json += "}" + std::string(behind);
        return json + "}";
    };
    for (const std::size_t levels : {std::size_t{2}, std::size_t{100}}) {
        const auto read = from_json(scopes(levels, R"({"$code":"","$scope":)", "}"));
        REQUIRE_MESSAGE(read, read.error().message);
        CHECK(bson::View::validate(read->view().bytes()));
        CHECK(from_json(scopes(levels, R"({"$scope":)", R"(,"$code":""})")));
    }
    CHECK_FALSE(from_json(scopes(101, R"({"$code":"","$scope":)", "}")));
    CHECK_FALSE(from_json(scopes(101, R"({"$scope":)", R"(,"$code":""})")));
    CHECK(from_json(scopes(50, R"({"$scope":)", "}")));
    CHECK_FALSE(from_json(scopes(51, R"({"$scope":)", "}")));  // each object counts here, and the scope in it
}

TEST_CASE("a document past 16 MiB is refused") {
    const std::string text(bson::max_document_size - 13, 'a');  // lengths, type, key and terminators take 13
    CHECK(from_json(R"({"a":")" + text + R"("})"));
    const auto read = from_json(R"({"a":"b)" + text + R"("})");
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::invalid_argument);
}

TEST_CASE("filters and updates can be written as JSON") {
    for (const std::string_view json : {
             R"({"$set":{"a":1},"$unset":{"b":""}})",
             R"({"qty":{"$gte":5,"$lt":10}})",
             R"({"$or":[{"a":{"$eq":1}},{"b":{"$in":[1,2]}}]})",
             R"({"name":{"$regex":"^a","$options":"i"}})",
             R"({"name":{"$regex":{"$regularExpression":{"pattern":"^a","options":""}},"$options":"i"}})",
             R"({"a":{"$type":"string"}})",
             R"({"a":{"$ref":"c","$id":{"$oid":"56e1fc72e0c917e9c4714161"},"$db":"d"}})",
             R"({"$currentDate":{"at":true}})",
             R"({"a":{"$minKeys":1}})",
         }) {
        const auto read = from_json(json);
        REQUIRE_MESSAGE(read, read.error().message);
        CHECK(to_json(*read) == json);
    }
}

TEST_CASE("space may stand between all tokens") {
    const auto read = from_json(" {\t\"a\" :\r\n[ 1 ,\n{ \"$oid\" : \"56e1fc72e0c917e9c4714161\" } , { } , [ ] ] , "
                                "\"b\" : { \"$binary\" : { \"base64\" : \"\" , \"subType\" : \"00\" } } } \n");
    REQUIRE(read);
    CHECK(to_json(*read) ==
          R"({"a":[1,{"$oid":"56e1fc72e0c917e9c4714161"},{},[]],"b":{"$binary":{"base64":"","subType":"00"}}})");
    CHECK_FALSE(from_json("\v{}"));
    CHECK_FALSE(from_json("{}\f"));
    CHECK_FALSE(from_json(std::string_view("{}\0", 3)));
}

TEST_CASE("a value alone prints as it does in a document, and a missing one not at all") {
    const auto doc = bson::doc("a", 5, "b", bson::array(1, "x"), "c", 2.5, "d", bson::doc("e", bson::Null{}));
    CHECK(to_json(doc["a"]) == "5");
    CHECK(to_json(doc["a"], JsonMode::canonical) == R"({"$numberInt":"5"})");
    CHECK(to_json(doc["b"]) == R"([1,"x"])");
    CHECK(to_json(doc["c"]) == "2.5");
    CHECK(to_json(doc["d"]) == R"({"e":null})");
    CHECK(to_json(doc["none"]).empty());
    CHECK(to_json(bson::View()) == "{}");
    CHECK(bson::Document::from_json(R"({"a":5})")->view() == bson::doc("a", 5).view());
}

TEST_CASE("doubles print with the fewest digits that read back, and stay doubles") {
    struct Row {
        double           value;
        std::string_view text;
    };
    const Row rows[] = {
        {100.0, "100.0"},   {1e16, "10000000000000000.0"}, {1e17, "1e+17"},     {123456.789, "123456.789"},
        {0.00001, "0.00001"}, {0.000001, "1e-06"},          {-1e-7, "-1e-07"},   {1.0 / 3.0, "0.3333333333333333"},
        {-0.0, "-0.0"},     {5e-324, "5e-324"},            {9007199254740993.0, "9007199254740992.0"},
    };
    for (const Row& row : rows) CHECK(to_json(bson::Value(row.value).ref()) == row.text);
}
