#include "mql/path.hpp"
#include "unit/mql/match_rows.hpp"

using namespace tenon;
using mql::FieldPath;

TEST_CASE("a path is split at its dots, empty parts kept") {
    const FieldPath path("a.0..b");
    REQUIRE(path.size() == 4);
    CHECK(path[0] == "a");
    CHECK(path[1] == "0");
    CHECK(path[2] == "");
    CHECK(path[3] == "b");
    CHECK(path.rest(0) == "a.0..b");
    CHECK(path.rest(1) == "0..b");
    CHECK(path.rest(4) == "");
    CHECK(FieldPath("").empty());
    CHECK(FieldPath("a.").size() == 2);
    CHECK(FieldPath(".").size() == 2);
}

TEST_CASE("paths overlap when one holds the other") {
    CHECK(FieldPath("a").contains(FieldPath("a.b")));
    CHECK(FieldPath("a").contains(FieldPath("a")));
    CHECK_FALSE(FieldPath("a").contains(FieldPath("ab")));
    CHECK_FALSE(FieldPath("a.b").contains(FieldPath("a")));
    CHECK(FieldPath("a.b").overlaps(FieldPath("a")));
    CHECK_FALSE(FieldPath("a.b").overlaps(FieldPath("a.bc")));
    CHECK_FALSE(FieldPath("a.b").overlaps(FieldPath("a.c")));
}

TEST_CASE("an array index has one spelling") {
    CHECK(mql::array_index("0") == 0U);
    CHECK(mql::array_index("17") == 17U);
    CHECK(mql::array_index("4294967295") == 4294967295U);
    for (const char* bad : {"", "01", "-1", "+1", "1a", "4294967296", " 1"}) {
        CAPTURE(std::string(bad));
        CHECK_FALSE(mql::array_index(bad).has_value());
    }
}

TEST_CASE("lookup_documents goes through documents alone") {
    const bson::Document document = test::json(R"({"a":{"b":{"c":1}},"l":[{"b":2}],"n":5})");
    CHECK(mql::lookup_documents(document, FieldPath("a.b.c")).as_int32() == 1);
    CHECK(mql::lookup_documents(document, FieldPath("l")).type() == bson::Type::array);
    for (const char* missing : {"a.x", "a.b.c.d", "l.0", "l.b", "n.x", ""}) {
        CAPTURE(std::string(missing));
        CHECK(mql::lookup_documents(document, FieldPath(missing)).missing());
    }
}
