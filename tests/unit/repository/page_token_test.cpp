#include "repository/page_token.hpp"

#include <limits>

#include "json.hpp"

using namespace tenon;              // NOLINT(google-build-using-namespace)
using namespace tenon::repository;  // NOLINT(google-build-using-namespace)

TEST_CASE("a cursor holds any key, byte for byte") {
    const auto sort = bson::doc("a", 1, "_id", 1);
    const char* keys[] = {
        R"({"0":null,"1":{"$oid":"0102030405060708090a0b0c"}})",
        R"({"0":{"$numberDouble":"NaN"},"1":1})",
        R"({"0":{"$numberDecimal":"1.50"},"1":""})",
        R"({"0":{"$gt":1},"1":{"$minKey":1}})",
        R"({"0":"äöü","1":{"$regularExpression":{"pattern":"^a","options":"i"}}})",
    };
    for (const char* json : keys) {
        CAPTURE(json);
        const PageScope scope{"things", "", sort};
        const auto      key  = parsed(json);
        for (const bool inclusive : {false, true}) {
            const auto read = read_page_token(scope, page_token(scope, {key, inclusive}), 2, "after");
            REQUIRE(read.has_value());
            CHECK(read->values == key);
            CHECK(read->inclusive == inclusive);
        }
    }
}

TEST_CASE("a cursor of another query or tenant, or a changed one, is refused") {
    const auto      sort  = bson::doc("a", 1, "_id", 1);
    const auto      other = bson::doc("a", -1, "_id", -1);
    const PageScope scope{"things", "acme", sort};
    const auto      token = page_token(scope, {parsed(R"({"0":5,"1":"x"})")});
    REQUIRE(read_page_token(scope, token, 2, "after").has_value());
    CHECK(!read_page_token({"thing", "acme", sort}, token, 2, "after").has_value());
    CHECK(!read_page_token({"things", "acm", sort}, token, 2, "after").has_value());
    CHECK(!read_page_token({"thingsa", "cme", sort}, token, 2, "after").has_value());
    CHECK(!read_page_token({"things", "acme", other}, token, 2, "after").has_value());
    CHECK(!read_page_token(scope, token, 3, "after").has_value());

    // Every byte, changed to each other letter of the alphabet and to some that are none.
    for (std::size_t at = 0; at < token.size(); ++at) {
        for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\xff")) {
            if (c == token[at]) continue;
            auto forged = token;
            forged[at]  = c;
            const auto read = read_page_token(scope, forged, 2, "before");
            REQUIRE(!read.has_value());
            REQUIRE(read.error().code == Errc::invalid_argument);
            REQUIRE(read.error().path == "before");
        }
        REQUIRE(!read_page_token(scope, token.substr(0, at), 2, "after").has_value());
    }
    CHECK(!read_page_token(scope, token + "A", 2, "after").has_value());
    CHECK(!read_page_token(scope, std::string(std::size_t{5} * 1024 * 1024, 'A'), 2, "after").has_value());
}

TEST_CASE("an array or a key of deprecated type in a forged cursor is refused though its hash fits") {
    const auto      sort = bson::doc("a", 1, "_id", 1);
    const PageScope scope{"things", "", sort};
    for (const char* json : {R"({"0":[1],"1":1})", R"({"0":{"$undefined":true},"1":1})"}) {
        CAPTURE(json);
        CHECK(!read_page_token(scope, page_token(scope, {parsed(json)}), 2, "after").has_value());
    }
}
