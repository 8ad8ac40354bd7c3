#include "repository/update_edit.hpp"

#include "json.hpp"
#include "repository/document_edit.hpp"

using namespace tenon;              // NOLINT(google-build-using-namespace)
using namespace tenon::repository;  // NOLINT(google-build-using-namespace)

namespace {

ModelInfo versioned() {
    ModelInfo model;
    model.collection  = "things";
    model.created_at  = "created_at";
    model.updated_at  = "updated_at";
    model.version     = "version";
    model.soft_delete = SoftDeleteInfo{};
    return model;
}

}  // namespace

TEST_CASE("an update raises the version and sets updated_at beside the caller's own operators") {
    struct Row {
        const char* update;
        bool        upsert;
        const char* stamped;
    };
    const Row rows[] = {
        {R"({"$set":{"a":1}})", false, R"({"$set":{"a":1,"updated_at":{"$date":{"$numberLong":"5"}}},"$inc":{"version":{"$numberLong":"1"}}})"},
        {R"({"$inc":{"a":1}})", false, R"({"$inc":{"a":1,"version":{"$numberLong":"1"}},"$set":{"updated_at":{"$date":{"$numberLong":"5"}}}})"},
        {R"({"$unset":{"a":""}})", true,
         R"({"$unset":{"a":""},"$set":{"updated_at":{"$date":{"$numberLong":"5"}}},"$inc":{"version":{"$numberLong":"1"}},
             "$setOnInsert":{"created_at":{"$date":{"$numberLong":"5"}}}})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.update);
        const auto stamped = stamped_update(versioned(), parsed(row.update), row.upsert, bson::DateTime(5));
        REQUIRE(stamped.has_value());
        CHECK(text(*stamped) == same(row.stamped));
    }
}

TEST_CASE("an update that the additions make too large is refused, not lost") {
    const std::string most(bson::max_document_size - 40, 'x');
    const auto        update = bson::doc("$set", bson::doc("a", most));
    const auto        stamped = stamped_update(versioned(), update, false, {});
    REQUIRE(!stamped.has_value());
}

TEST_CASE("a narrow version is raised by a narrow one: the field's type stays") {
    auto model             = versioned();
    model.version_is_int32 = true;
    model.updated_at.clear();
    const auto update = stamped_update(model, parsed(R"({"$set":{"a":1}})"), false, {});
    REQUIRE(update.has_value());
    CHECK(update->at_path("$inc.version").type() == bson::Type::int32);
}

TEST_CASE("an update may not touch what the library keeps, and the path is named") {
    struct Row {
        const char* update;
        const char* path;  // null: fine
    };
    const Row rows[] = {
        {R"({"$set":{"a":1}})", nullptr},
        {R"({"$set":{"versions":1}})", nullptr},
        {R"({"$set":{"a.version":1}})", nullptr},
        {R"({"$set":{"created_at":1}})", "created_at"},
        {R"({"$setOnInsert":{"created_at":1}})", "created_at"},
        {R"({"$set":{"version":1}})", "version"},
        {R"({"$inc":{"version":1}})", "version"},
        {R"({"$unset":{"version.a":1}})", "version.a"},
        {R"({"$set":{"a":1,"deleted_at":null}})", "deleted_at"},
        {R"({"$currentDate":{"updated_at":true}})", "updated_at"},
        {R"({"$rename":{"a":"deleted_at"}})", "deleted_at"},
        {R"({"$rename":{"version":"a"}})", "version"},
        {R"({"a":1})", ""},
        {R"({})", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.update);
        const auto checked = check_update(parsed(row.update), versioned());
        REQUIRE(checked.has_value() == (row.path == nullptr));
        if (checked) continue;
        CHECK(checked.error().code == Errc::invalid_argument);
        CHECK(checked.error().path == row.path);
    }
}
