#include "repository/document_edit.hpp"

#include "json.hpp"

using namespace tenon;              // NOLINT(google-build-using-namespace)
using namespace tenon::repository;  // NOLINT(google-build-using-namespace)

TEST_CASE("a field is overwritten where it stands, or appended") {
    struct Row {
        const char* before;
        const char* key;
        Scalar      value;
        const char* after;
    };
    const Row rows[] = {
        {R"({})", "v", Scalar::int64(1), R"({"v":{"$numberLong":"1"}})"},
        {R"({"a":1})", "v", Scalar::null(), R"({"a":1,"v":null})"},
        {R"({"v":{"$numberLong":"7"},"a":1})", "v", Scalar::int64(8), R"({"v":{"$numberLong":"8"},"a":1})"},
        {R"({"v":"text","a":1})", "v", Scalar::int64(8), R"({"v":{"$numberLong":"8"},"a":1})"},
        {R"({"a":1,"v":null,"b":2})", "v", Scalar::date(bson::DateTime(5)), R"({"a":1,"v":{"$date":{"$numberLong":"5"}},"b":2})"},
        {R"({"a":1,"v":[1,2,3]})", "v", Scalar::int32(3), R"({"a":1,"v":3})"},
        {R"({"vv":1,"a":{"v":2}})", "v", Scalar::int32(3), R"({"vv":1,"a":{"v":2},"v":3})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.before);
        auto document = parsed(row.before);
        set_field(document, row.key, row.value.ref());
        CHECK(document == parsed(row.after));
        CHECK(bson::View::validate(document.view().bytes()).has_value());
    }
    bson::Document none;
    set_first_field(none, "a", Scalar::null().ref());
    CHECK(none == parsed(R"({"a":null})"));
    set_first_field(none, "b", Scalar::int32(1).ref());
    CHECK(none == parsed(R"({"b":1,"a":null})"));
}

TEST_CASE("a condition joins a filter flat where the key is free, and under $and where it is not") {
    struct Row {
        const char* before;
        const char* after;
    };
    const Row rows[] = {
        {R"({})", R"({"d":null})"},
        {R"({"a":1})", R"({"a":1,"d":null})"},
        {R"({"$or":[{"a":1}]})", R"({"$or":[{"a":1}],"d":null})"},
        {R"({"d":null})", R"({"d":null})"},
        {R"({"d":{"$eq":null}})", R"({"d":{"$eq":null}})"},
        {R"({"d":{"$gt":1}})", R"({"$and":[{"d":{"$gt":1}},{"d":null}]})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.before);
        auto filter = parsed(row.before);
        add_condition(filter, "d", Scalar::null().ref());
        CHECK(filter == parsed(row.after));
    }
}

TEST_CASE("a filter as deep as documents may be keeps its conditions under $and") {
    bson::Builder deep;
    for (std::size_t i = 1; i < bson::max_depth; ++i) deep.open_document("d");
    for (std::size_t i = 1; i < bson::max_depth; ++i) deep.close();
    auto built = deep.finish();
    REQUIRE(built.has_value());
    const auto before = *built;
    add_condition(*built, "d", Scalar::null().ref());
    CHECK(built->at_path("$and.0").as_view() == before.view());
    CHECK(text(built->at_path("$and.1").as_view()) == same(R"({"d":null})"));
}

TEST_CASE("a filter by id alone is told from every other") {
    struct Row {
        const char* filter;
        bool        only;
        bool        has;
    };
    const Row rows[] = {
        {R"({"_id":1})", true, true},
        {R"({"_id":{"$eq":1}})", true, true},
        {R"({"_id":{"a":1}})", true, true},
        {R"({"_id":null})", true, true},
        {R"({"_id":1,"a":1})", false, true},
        {R"({"a":1,"_id":1})", false, true},
        {R"({"_id":{"$gt":1}})", false, false},
        {R"({"_id":{"$eq":1,"$gt":0}})", false, false},
        {R"({"_id":[1]})", false, false},
        {R"({"_id":{"$eq":[1]}})", false, false},
        {R"({"_id":{"$regularExpression":{"pattern":"a","options":""}}})", false, false},
        {R"({"a":1})", false, false},
        {R"({})", false, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        const auto filter = parsed(row.filter);
        CHECK(!only_id(filter).missing() == row.only);
        CHECK(!id_of(filter).missing() == row.has);
    }
}
