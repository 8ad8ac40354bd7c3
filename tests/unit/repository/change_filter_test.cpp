#include <doctest/doctest.h>

#include "json.hpp"
#include "repository/change_filter.hpp"

using tenon::Errc;
using tenon::FullDocument;
using tenon::repository::change_filter;

TEST_CASE("a filter on documents becomes a condition on events") {
    constexpr auto none   = FullDocument::none;
    constexpr auto lookup = FullDocument::update_lookup;
    constexpr auto image  = FullDocument::when_available;
    struct Row {
        const char*  filter;
        FullDocument after;
        FullDocument before;
        const char*  condition;
    };
    const Row rows[] = {
        {"{}", none, none, "{}"},
        // The id alone is in every event of a document.
        {R"({"_id":5})", none, none, R"({"$or":[{"documentKey._id":5},{"documentKey":{"$exists":false}}]})"},
        {R"({"_id.t":"a","$comment":"x"})", lookup, none, R"({"$or":[{"documentKey._id.t":"a","$comment":"x"},{"documentKey":{"$exists":false}}]})"},
        {R"({"$or":[{"_id":1},{"_id":{"$gt":9}}]})", none, none,
         R"({"$or":[{"$or":[{"documentKey._id":1},{"documentKey._id":{"$gt":9}}]},{"documentKey":{"$exists":false}}]})"},
        // The rest is asked of the documents that come along; an event without one passes.
        {R"({"a":1})", lookup, none,
         R"({"$or":[{"$and":[{"fullDocument":{"$type":"object"}},{"fullDocument.a":1}]},{"fullDocument":{"$not":{"$type":"object"}}}]})"},
        {R"({"_id":1,"a.b":{"$elemMatch":{"c":1}}})", lookup, none,
         R"({"$or":[{"$and":[{"fullDocument":{"$type":"object"}},{"fullDocument._id":1,"fullDocument.a.b":{"$elemMatch":{"c":1}}}]},)"
         R"({"fullDocument":{"$not":{"$type":"object"}}}]})"},
        {R"({"$nor":[{"a":1},{"$and":[{"b":2}]}]})", image, none,
         R"({"$or":[{"$and":[{"fullDocument":{"$type":"object"}},{"$nor":[{"fullDocument.a":1},{"$and":[{"fullDocument.b":2}]}]}]},)"
         R"({"fullDocument":{"$not":{"$type":"object"}}}]})"},
        {R"({"a":1})", none, image,
         R"({"$or":[{"$and":[{"fullDocument":{"$type":"object"}},{"fullDocument.a":1}]},)"
         R"({"$and":[{"fullDocumentBeforeChange":{"$type":"object"}},{"fullDocumentBeforeChange.a":1}]},)"
         R"({"fullDocument":{"$not":{"$type":"object"}},"fullDocumentBeforeChange":{"$not":{"$type":"object"}}}]})"},
        {R"({"$expr":{"$gt":["$a","$b"]}})", lookup, none,
         R"({"$or":[{"$and":[{"fullDocument":{"$type":"object"}},{"$expr":{"$let":{"vars":{"CURRENT":"$fullDocument"},"in":{"$gt":["$a","$b"]}}}}]},)"
         R"({"fullDocument":{"$not":{"$type":"object"}}}]})"},
        {R"({"$expr":{"$eq":["$a",{"$literal":"$$ROOT.x"}]}})", lookup, none,
         R"({"$or":[{"$and":[{"fullDocument":{"$type":"object"}},{"$expr":{"$let":{"vars":{"CURRENT":"$fullDocument"},)"
         R"("in":{"$eq":["$a",{"$literal":"$$ROOT.x"}]}}}}]},{"fullDocument":{"$not":{"$type":"object"}}}]})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        const auto made = change_filter(parsed(row.filter), row.after, row.before);
        REQUIRE(made.has_value());
        CHECK(text(*made) == text(parsed(row.condition)));
    }
}

TEST_CASE("a filter that cannot be asked of events is refused") {
    struct Row {
        const char*  filter;
        FullDocument after;
        Errc         code;
        const char*  path;
    };
    const Row rows[] = {
        {R"({"a":1})", FullDocument::none, Errc::invalid_argument, "full_document"},
        {R"({"_id":1,"a":1})", FullDocument::none, Errc::invalid_argument, "full_document"},
        {R"({"$expr":{"$eq":["$_id",1]}})", FullDocument::none, Errc::invalid_argument, "full_document"},
        {R"({"$text":{"$search":"x"}})", FullDocument::update_lookup, Errc::unsupported, "$text"},
        {R"({"$and":[{"$where":"1"}]})", FullDocument::update_lookup, Errc::unsupported, "$where"},
        {R"({"$expr":{"$eq":["$$ROOT.a",1]}})", FullDocument::update_lookup, Errc::unsupported, "$expr"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        const auto made = change_filter(parsed(row.filter), row.after, FullDocument::none);
        REQUIRE(!made.has_value());
        CHECK(made.error().code == row.code);
        CHECK(made.error().path == row.path);
    }
}
