#include "repository/keyset.hpp"

#include "json.hpp"
#include "repository/page_projection.hpp"

using namespace tenon;              // NOLINT(google-build-using-namespace)
using namespace tenon::repository;  // NOLINT(google-build-using-namespace)

TEST_CASE("under a collation a page goes on behind ids without text, and behind no others") {
    struct Row {
        const char* document;
        bool        refused;
    };
    const Row rows[] = {
        {R"({"_id":5})", false},
        {R"({"_id":{"$oid":"000000000000000000000001"},"a":"x"})", false},
        {R"({"_id":{"tenant":1,"n":{"m":[2]}}})", false},
        {R"({"_id":"x"})", true},
        {R"({"_id":{"tenant":1,"n":{"m":["x"]}}})", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.document);
        for (const bool collated : {false, true}) {
            const auto key = PageOrder::of(bson::doc("a", 1), collated)->key(parsed(row.document));
            CHECK(key.has_value() != (collated && row.refused));
            if (!key) CHECK(key.error().path == "collation");
        }
    }
}

TEST_CASE("the order of a page always ends in _id, in the direction of its last key") {
    struct Row {
        const char* sort;
        const char* forwards;
        const char* backwards;
    };
    const Row rows[] = {
        {R"({})", R"({"_id":1})", R"({"_id":-1})"},
        {R"({"a":1})", R"({"a":1,"_id":1})", R"({"a":-1,"_id":-1})"},
        {R"({"a":1,"b":-1})", R"({"a":1,"b":-1,"_id":-1})", R"({"a":-1,"b":1,"_id":1})"},
        {R"({"a":1.0,"_id":-1,"c":1})", R"({"a":1,"_id":-1})", R"({"a":-1,"_id":1})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.sort);
        const auto order = PageOrder::of(parsed(row.sort));
        REQUIRE(order.has_value());
        CHECK(text(order->sort(false)) == same(row.forwards));
        CHECK(text(order->sort(true)) == same(row.backwards));
    }
    for (const char* bad : {R"({"a":2})", R"({"a":"x"})", R"({"a":{"$meta":"textScore"}})"}) {
        CAPTURE(bad);
        const auto order = PageOrder::of(parsed(bad));
        REQUIRE(!order.has_value());
        CHECK(order.error().path == "a");
    }
}

TEST_CASE("the key of a document has null for what is missing and refuses arrays") {
    const auto order = PageOrder::of(bson::doc("a.b", 1));
    REQUIRE(order.has_value());
    struct Row {
        const char* document;
        const char* key;  // null: unsupported
    };
    const Row rows[] = {
        {R"({"_id":1,"a":{"b":2}})", R"({"0":2,"1":1})"},
        {R"({"_id":1,"a":{"b":{"c":1}}})", R"({"0":{"c":1},"1":1})"},
        {R"({"_id":1})", R"({"0":null,"1":1})"},
        {R"({"_id":1,"a":5})", R"({"0":null,"1":1})"},
        {R"({"_id":1,"a":{"c":5}})", R"({"0":null,"1":1})"},
        {R"({"_id":1,"a":[{"b":1}]})", nullptr},
        {R"({"_id":1,"a":{"b":[1]}})", nullptr},
        {R"({"_id":1,"a":{"b":{"$undefined":true}}})", nullptr},
    };
    for (const auto& row : rows) {
        CAPTURE(row.document);
        const auto document = parsed(row.document);
        const auto key      = order->key(document);
        CHECK(order->check(document).has_value() == key.has_value());
        REQUIRE(key.has_value() == (row.key != nullptr));
        if (key) {
            CHECK(text(*key) == same(row.key));
        } else {
            CHECK(key.error().code == Errc::unsupported);
            CHECK(key.error().path == "a.b");
        }
    }
}

TEST_CASE("behind a value means behind it within its type, and the value stays data") {
    struct Row {
        const char* value;
        const char* upwards;  // null: nothing of its type lies behind it
        const char* downwards;
    };
    const Row rows[] = {
        {R"(5)", R"({"a":{"$gt":5}})", R"({"a":{"$lt":5}})"},
        {R"("x")", R"({"a":{"$gt":"x"}})", R"({"a":{"$lt":"x"}})"},
        {R"({"$gt":1})", R"({"a":{"$gt":{"$gt":1}}})", R"({"a":{"$lt":{"$gt":1}}})"},
        {R"(true)", R"({"a":{"$gt":true}})", R"({"a":{"$lt":true}})"},
        {R"(null)", nullptr, nullptr},
        {R"({"$numberDouble":"NaN"})", nullptr, nullptr},
        {R"({"$minKey":1})", nullptr, nullptr},
        {R"({"$maxKey":1})", nullptr, nullptr},
        {R"({"$regularExpression":{"pattern":"a","options":""}})",
         R"({"a":{"$type":"regex"},"$expr":{"$gt":["$a",{"$literal":{"$regularExpression":{"pattern":"a","options":""}}}]}})",
         R"({"a":{"$type":"regex"},"$expr":{"$lt":["$a",{"$literal":{"$regularExpression":{"pattern":"a","options":""}}}]}})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.value);
        const auto value = bson::value_from_json(row.value);
        REQUIRE(value.has_value());
        for (const bool down : {false, true}) {
            bson::Document filter;
            const char*    want = down ? row.downwards : row.upwards;
            REQUIRE(add_behind(filter, "a", *value, down) == (want != nullptr));
            if (want != nullptr) CHECK(filter == parsed(want));
        }
    }
}

TEST_CASE("a page's projection keeps what it is sorted by") {
    const auto order = PageOrder::of(bson::doc("a.b", 1));
    REQUIRE(order.has_value());
    struct Row {
        const char* projection;
        const char* run;  // null: refused
    };
    const Row rows[] = {
        {R"({})", R"({})"},
        {R"({"x":1})", R"({"x":1,"a.b":1})"},
        {R"({"x":1,"_id":0})", R"({"x":1,"a.b":1})"},
        {R"({"a":1})", R"({"a":1})"},
        {R"({"a.b":true})", R"({"a.b":true})"},
        {R"({"a.c":1})", R"({"a.c":1,"a.b":1})"},
        {R"({"a.b.c":1})", nullptr},
        {R"({"x":0})", R"({"x":0})"},
        {R"({"a":0})", nullptr},
        {R"({"a.b.c":0})", nullptr},
        {R"({"_id":0})", nullptr},
        {R"({"x":"$y","a":"$z"})", nullptr},
        {R"({"x":"$y"})", R"({"x":"$y","a.b":1})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.projection);
        const auto run = with_sort_keys(parsed(row.projection), *order);
        REQUIRE(run.has_value() == (row.run != nullptr));
        if (run) CHECK(text(*run) == same(row.run));
        else CHECK(run.error().code == Errc::invalid_argument);
    }
}
