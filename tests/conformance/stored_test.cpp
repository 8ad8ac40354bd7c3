// The stored bytes after each verb. A date that the library sets prints as "now".

#include "fixture.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)

namespace {

std::string shown(const Database& db, const std::string& collection) {
    std::string out;
    for (const auto& document : stored(db, collection)) {
        tenon::bson::Builder builder;
        for (const auto& [key, value] : document) {
            if (value.type() == tenon::bson::Type::datetime && value.as_datetime().ms > 1'000'000) builder.append(key, "now");
            else builder.append(key, value);
        }
        out += tenon::bson::to_json(builder.take(), tenon::bson::JsonMode::canonical);
    }
    return out;
}

/// The model's rules with integers as ids, which are short to print.
template <class M>
tenon::Collection numbered(const Database& db) {
    static const auto info = [] {
        auto model = tenon::model_info<M>();
        model.id   = tenon::IdKind::int64;
        return model;
    }();
    return tenon::Collection(db, info);
}

using Write = void (*)(const tenon::Collection&);

struct Row {
    const char* verb;
    Write       write;
    const char* stored;
};

void run(const Row& row, const Database& db, const tenon::Collection& things) {
    CAPTURE(row.verb);
    good(things.drop());
    good(things.insert(json(R"({"_id":1,"n":1})")));
    row.write(things);
    CHECK(shown(db, things.name()) == row.stored);
}

}  // namespace

CONFORMANCE("stored bytes on a soft-deleting model", SoftDeleted) {
    const Row rows[] = {
        {"insert", [](const tenon::Collection&) {}, R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"deleted_at":null})"},
        {"update", [](const tenon::Collection& c) { good(c.update(1, json(R"({"$set":{"n":2}})"))); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"2"},"deleted_at":null})"},
        {"replace_one", [](const tenon::Collection& c) { good(c.replace_one(json(R"({"_id":1})"), json(R"({"m":3})"))); },
         R"({"_id":{"$numberInt":"1"},"m":{"$numberInt":"3"},"deleted_at":null})"},
        {"replace_one with a mark", [](const tenon::Collection& c) { good(c.replace_one(json(R"({"_id":1})"), json(R"({"deleted_at":7,"m":3})"))); },
         R"({"_id":{"$numberInt":"1"},"deleted_at":null,"m":{"$numberInt":"3"}})"},
        {"remove", [](const tenon::Collection& c) { good(c.remove(1)); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"deleted_at":"now"})"},
        {"find_and_remove", [](const tenon::Collection& c) { good(c.find_and_remove({})); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"deleted_at":"now"})"},
        {"remove and restore", [](const tenon::Collection& c) { good(c.remove(1)); good(c.restore(1)); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"deleted_at":null})"},
        {"purge", [](const tenon::Collection& c) { good(c.purge(1)); }, ""},
        {"upsert by update",
         [](const tenon::Collection& c) { good(c.update_one(json(R"({"_id":2})"), json(R"({"$set":{"n":5}})"), {.upsert = true})); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"deleted_at":null}{"_id":{"$numberInt":"2"},"deleted_at":null,"n":{"$numberInt":"5"}})"},
        {"upsert by replace",
         [](const tenon::Collection& c) { good(c.replace_one(json(R"({"_id":2})"), json(R"({"n":5})"), {.upsert = true})); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"deleted_at":null}{"_id":{"$numberInt":"2"},"n":{"$numberInt":"5"},"deleted_at":null})"},
    };
    const auto things = numbered<M>(db);
    for (const auto& row : rows) run(row, db, things);
}

CONFORMANCE("stored bytes on a versioned model", Versioned) {
    const Row rows[] = {
        {"insert", [](const tenon::Collection&) {},
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"created_at":"now","updated_at":"now","version":{"$numberLong":"1"}})"},
        {"insert in place",
         [](const tenon::Collection& c) {
             good(c.remove(1));
             good(c.insert(json(R"({"_id":1,"version":9,"created_at":{"$date":{"$numberLong":"5"}},"updated_at":null,"n":1})")));
         },
         R"({"_id":{"$numberInt":"1"},"version":{"$numberLong":"1"},"created_at":{"$date":{"$numberLong":"5"}},"updated_at":"now","n":{"$numberInt":"1"}})"},
        {"update", [](const tenon::Collection& c) { good(c.update(1, json(R"({"$set":{"n":2}})"))); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"2"},"created_at":"now","updated_at":"now","version":{"$numberLong":"2"}})"},
        {"replace_one", [](const tenon::Collection& c) { good(c.replace_one(json(R"({"_id":1})"), json(R"({"m":3})"))); },
         R"({"_id":{"$numberInt":"1"},"m":{"$numberInt":"3"},"updated_at":"now","version":{"$numberLong":"2"},"created_at":"now"})"},
        {"save", [](const tenon::Collection& c) { good(c.save(json(R"({"_id":1,"version":{"$numberLong":"1"},"m":3})"))); },
         R"({"_id":{"$numberInt":"1"},"version":{"$numberLong":"2"},"m":{"$numberInt":"3"},"updated_at":"now","created_at":"now"})"},
        {"upsert by update",
         [](const tenon::Collection& c) {
             good(c.remove(1));
             good(c.update_one(json(R"({"_id":2})"), json(R"({"$set":{"n":5}})"), {.upsert = true}));
         },
         R"({"_id":{"$numberInt":"2"},"created_at":"now","n":{"$numberInt":"5"},"updated_at":"now","version":{"$numberLong":"1"}})"},
        {"upsert by replace",
         [](const tenon::Collection& c) {
             good(c.remove(1));
             good(c.replace_one(json(R"({"_id":2})"), json(R"({"n":5})"), {.upsert = true}));
         },
         R"({"_id":{"$numberInt":"2"},"n":{"$numberInt":"5"},"created_at":"now","updated_at":"now","version":{"$numberLong":"1"}})"},
        {"remove", [](const tenon::Collection& c) { good(c.remove(1)); }, ""},
    };
    const auto things = numbered<M>(db);
    for (const auto& row : rows) run(row, db, things);
}

CONFORMANCE("stored bytes on a model that is both", Both) {
    const Row rows[] = {
        {"insert", [](const tenon::Collection&) {},
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"created_at":"now","updated_at":"now","version":{"$numberLong":"1"},"deleted_at":null})"},
        {"remove", [](const tenon::Collection& c) { good(c.remove(1)); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"created_at":"now","updated_at":"now","version":{"$numberLong":"2"},"deleted_at":"now"})"},
        {"bulk remove",
         [](const tenon::Collection& c) {
             tenon::BulkItems items;
             items.remove_one(json(R"({"_id":1})"));
             CHECK(good(c.bulk(std::move(items))).deleted == 1);
         },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"created_at":"now","updated_at":"now","version":{"$numberLong":"2"},"deleted_at":"now"})"},
        {"remove and restore", [](const tenon::Collection& c) { good(c.remove(1)); good(c.restore(1)); },
         R"({"_id":{"$numberInt":"1"},"n":{"$numberInt":"1"},"created_at":"now","updated_at":"now","version":{"$numberLong":"3"},"deleted_at":null})"},
        {"replace a deleted one",
         [](const tenon::Collection& c) {
             good(c.remove(1));
             good(c.replace_one(json(R"({"_id":1})"), json(R"({"m":3})"), {.call = {.visibility = Visibility::with_deleted}}));
         },
         R"({"_id":{"$numberInt":"1"},"m":{"$numberInt":"3"},"updated_at":"now","version":{"$numberLong":"3"},"created_at":"now","deleted_at":"now"})"},
    };
    const auto things = numbered<M>(db);
    for (const auto& row : rows) run(row, db, things);
}
