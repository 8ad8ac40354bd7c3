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
        {R"({"_id":"x"})", IdKind::object_id, nullptr},
        {R"({"_id":null})", IdKind::object_id, nullptr},
        {R"({"_id":{"$oid":"000000000000000000000001"}})", IdKind::uuid, nullptr},
        {R"({"_id":{"$binary":{"base64":"AAEC","subType":"04"}}})", IdKind::uuid, nullptr},
        {R"({"_id":7})", IdKind::string, nullptr},
        {R"({"_id":7})", IdKind::int64, ""},
        {R"({"_id":"7"})", IdKind::int64, nullptr},
        {R"({"_id":1.5})", IdKind::int64, nullptr},
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

TEST_CASE("an upsert inserts an _id of the model's kind, or is refused") {
    struct Row {
        const char* filter;
        const char* update;
        IdKind      kind;
        const char* refused;    // the path; null: fine
        bool        generated;  // as a Uuid under $setOnInsert
    };
    const Row rows[] = {
        {R"({"a":1})", R"({"$set":{"b":1}})", IdKind::object_id, nullptr, false},
        {R"({"a":1})", R"({"$set":{"b":1}})", IdKind::other, nullptr, false},
        {R"({"a":1})", R"({"$set":{"b":1}})", IdKind::uuid, nullptr, true},
        {R"({"_id":{"$gt":"x"}})", R"({"$set":{"b":1}})", IdKind::uuid, nullptr, true},
        {R"({"_id":{"$uuid":"00000000-0000-0000-0000-000000000001"}})", R"({"$set":{"b":1}})", IdKind::uuid, nullptr, false},
        {R"({"a":1})", R"({"$set":{"b":1}})", IdKind::string, "upsert", false},
        {R"({"a":1})", R"({"$set":{"b":1}})", IdKind::int64, "upsert", false},
        {R"({"_id":{"$ne":"x"}})", R"({"$set":{"b":1}})", IdKind::string, "upsert", false},
        {R"({"_id":{"$in":["x","y"]}})", R"({"$set":{"b":1}})", IdKind::string, "upsert", false},
        {R"({"$or":[{"_id":"x"},{"_id":"y"}]})", R"({"$set":{"b":1}})", IdKind::string, "upsert", false},
        {R"({"$or":[{"_id":"x"}]})", R"({"$set":{"b":1}})", IdKind::string, nullptr, false},
        {R"({"$or":[{"_id":"x"}]})", R"({"$set":{"b":1}})", IdKind::object_id, "_id", false},
        {R"({"_id":{"$in":["x","x"]}})", R"({"$set":{"b":1}})", IdKind::object_id, "_id", false},
        {R"({"_id":{"$all":["x"]}})", R"({"$set":{"b":1}})", IdKind::uuid, "_id", false},
        {R"({"_id":{"$all":[{"$elemMatch":{"a":1}}]}})", R"({"$set":{"b":1}})", IdKind::string, "upsert", false},
        {R"({"_id":"x"})", R"({"$set":{"b":1}})", IdKind::string, nullptr, false},
        {R"({"_id":{"$eq":"x"},"a":1})", R"({"$set":{"b":1}})", IdKind::string, nullptr, false},
        {R"({"_id":{"$in":["x"]}})", R"({"$set":{"b":1}})", IdKind::string, nullptr, false},
        {R"({"$and":[{"a":1},{"_id":"x"}]})", R"({"$set":{"b":1}})", IdKind::string, nullptr, false},
        {R"({"a":1})", R"({"$setOnInsert":{"_id":"x"}})", IdKind::string, nullptr, false},
        {R"({"a":1})", R"({"$set":{"_id":"x"}})", IdKind::string, nullptr, false},
        {R"({"a":1})", R"({"$set":{"_id":5}})", IdKind::string, "_id", false},
        {R"({"_id":""})", R"({"$set":{"b":1}})", IdKind::string, "_id", false},
        {R"({"_id":0})", R"({"$set":{"b":1}})", IdKind::int64, "_id", false},
        {R"({"_id":"x"})", R"({"$set":{"b":1}})", IdKind::object_id, "_id", false},
        {R"({"_id":{"$oid":"000000000000000000000000"}})", R"({"$set":{"b":1}})", IdKind::object_id, "_id", false},
        {R"({"a":1})", R"({})", IdKind::string, nullptr, false},         // refused further down, and
        {R"({"a":1})", R"({"b":1})", IdKind::uuid, nullptr, false},      // may not become an update
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        CAPTURE(row.update);
        auto       update = parsed(row.update);
        const auto before = update;
        const auto filled = fill_upsert_id(parsed(row.filter), update, row.kind);
        REQUIRE(filled.has_value() == (row.refused == nullptr));
        if (!filled) {
            CHECK(filled.error().code == Errc::invalid_argument);
            CHECK(filled.error().path == row.refused);
        } else if (row.generated) {
            CHECK(update.at_path("$setOnInsert._id").binary_bytes().size() == 16);
        } else {
            CHECK(update == before);
        }
    }
}
