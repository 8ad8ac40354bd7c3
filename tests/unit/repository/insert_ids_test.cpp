#include "repository/insert_ids.hpp"

#include "json.hpp"

using namespace tenon;              // NOLINT(google-build-using-namespace)
using namespace tenon::repository;  // NOLINT(google-build-using-namespace)

TEST_CASE("an empty id is generated where its kind allows, and refused where the caller chooses it") {
    struct Row {
        const char* document;
        IdKind      kind;
        const char* made;  // "" kept as it is; else the type generated; null refused
    };
    const Row rows[] = {
        {R"({"a":1})", IdKind::object_id, "objectId"},
        {R"({"_id":{"$oid":"000000000000000000000000"},"a":1})", IdKind::object_id, "objectId"},
        {R"({"_id":{"$oid":"000000000000000000000001"},"a":1})", IdKind::object_id, ""},
        {R"({"a":1})", IdKind::uuid, "binData"},
        {R"({"_id":{"$uuid":"00000000-0000-0000-0000-000000000000"}})", IdKind::uuid, "binData"},
        {R"({"_id":{"$uuid":"00000000-0000-0000-0000-000000000001"}})", IdKind::uuid, ""},
        {R"({"_id":"x"})", IdKind::string, ""},
        {R"({"_id":""})", IdKind::string, nullptr},
        {R"({"a":1})", IdKind::string, nullptr},
        {R"({"_id":{"$numberLong":"4"}})", IdKind::int64, ""},
        {R"({"_id":{"$numberLong":"0"}})", IdKind::int64, nullptr},
        {R"({"a":1})", IdKind::int64, nullptr},
        {R"({"a":1})", IdKind::other, "objectId"},
        {R"({"_id":0})", IdKind::other, ""},
        {R"({"_id":""})", IdKind::other, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.document);
        auto       document = parsed(row.document);
        const auto before   = document;
        const auto filled   = fill_id(document, row.kind);
        REQUIRE(filled.has_value() == (row.made != nullptr));
        if (!filled) {
            CHECK(filled.error().code == Errc::invalid_argument);
            CHECK(filled.error().path == "_id");
        } else if (*row.made == '\0') {
            CHECK(document == before);
        } else {
            CHECK(name(document["_id"].type()) == row.made);
            CHECK(document.begin()->key == "_id");
            CHECK(has_id(document));
        }
    }
}
