// Cursors inside a transaction, whose own writes go on behind and before them.

#include "unit/sqlite/fixture.hpp"

#include <set>

#include <tenon/bson/compare.hpp>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

constexpr int many = 400;  // several batches of rows

/// `many` documents {_id: i, n: i} in an open transaction.
struct Open : Box {
    std::unique_ptr<Session> own;

    explicit Open(std::string_view keys = {}) {
        if (!keys.empty()) Box::index(keys);
        Insert op;
        for (int i = 0; i < many; ++i) op.documents.push_back(bson::doc("_id", i, "n", i));
        must(std::move(op));
        auto begun = store->begin({}, {});
        REQUIRE(begun.has_value());
        own     = std::move(*begun);
        session = own.get();
    }
    ~Open() { session = &plain; }

    std::unique_ptr<Cursor> cursor(std::string_view filter, std::string_view sort = "{}") {
        Find op;
        op.filter = json(filter);
        op.sort   = json(sort);
        return must(std::move(op)).cursor;
    }
    void update(std::string_view filter, std::string_view change, bool all = false) {
        Update op;
        op.filter = json(filter);
        op.update = json(change);
        op.many   = all;
        must(std::move(op));
    }
    void remove(std::string_view filter, bool all = false) {
        Delete op;
        op.filter = json(filter);
        op.many   = all;
        must(std::move(op));
    }
};

std::string by_id(const bson::Document& document) { return R"({"_id":)" + bson::to_json(document["_id"]) + "}"; }

/// Every document with `each` called between two; none twice.
template <class Each>
std::vector<bson::Document> drain(Cursor& cursor, const Each& each) {
    std::vector<bson::Document> found;
    std::set<bson::Value>       ids;
    for (;;) {
        auto next = cursor.next();
        REQUIRE_MESSAGE(next.has_value(), (next ? std::string() : next.error().to_string()));
        if (!*next) return found;
        found.emplace_back(**next);
        if (!ids.emplace(found.back()["_id"]).second) FAIL("a document came twice");
        each(found.back());
    }
}

std::vector<bson::Document> drain(Cursor& cursor) { return drain(cursor, [](const bson::Document&) {}); }

}  // namespace

TEST_CASE("a cursor in a transaction fetches as it goes: what comes to match before it gets there is found") {
    for (const char* sort : {"{}", R"({"_id":1})", R"({"n":1})", R"({"n":-1})", R"({"_id":-1})"}) {
        CAPTURE(sort);
        Open box(R"({"n":1})");
        auto cursor = box.cursor(R"({"late":{"$ne":true},"n":{"$gte":0}})", sort);
        REQUIRE(cursor->next().has_value());
        box.update(R"({"n":200})", R"({"$set":{"late":true}})");
        CHECK(drain(*cursor).size() == many - 2);
    }
    Open box;
    auto cursor = box.cursor(R"({"extra":true})");
    box.update(R"({"_id":350})", R"({"$set":{"extra":true}})");
    CHECK(drain(*cursor).size() == 1);
}

TEST_CASE("a row that the transaction moves ahead of its cursor is not met again") {
    struct Row { const char* keys; const char* filter; const char* sort; const char* change; };
    const Row rows[] = {
        {R"({"n":1})", R"({"n":{"$gte":0}})", R"({"n":1})", R"({"$inc":{"n":1000}})"},
        {R"({"n":1})", R"({"n":{"$gte":0}})", R"({"n":1})", R"({"$inc":{"n":1}})"},
        {R"({"n":1})", R"({"n":{"$gte":-1000}})", R"({"n":-1})", R"({"$inc":{"n":-150}})"},
        {R"({"n":1})", R"({"n":{"$gte":0}})", R"({"n":1})", R"({"$push":{"m":1},"$inc":{"n":130}})"},
        {R"({"n":1})", R"({"$or":[{"n":{"$lt":200}},{"n":{"$gte":200}}]})", "{}", R"({"$inc":{"n":199}})"},
        {R"({"n":1,"m":1})", R"({"n":{"$gte":0}})", R"({"n":1})", R"({"$set":{"n":[500,600,700]}})"},
        {R"({"_id":1,"n":1})", "{}", R"({"_id":1,"n":1})", R"({"$inc":{"n":5}})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.keys);
        CAPTURE(row.change);
        Open box(row.keys);
        auto cursor = box.cursor(row.filter, row.sort);
        CHECK(drain(*cursor, [&](const bson::Document& document) { box.update(by_id(document), row.change); }).size() == many);
    }
}

TEST_CASE("what was moved before its cursor came by is given once, where it is met first") {
    Open box(R"({"n":1})");
    auto cursor = box.cursor(R"({"n":{"$gte":0}})", R"({"n":1})");
    REQUIRE(cursor->next().has_value());
    box.update(R"({"n":100})", R"({"$set":{"n":900}})");  // fetched already
    box.update(R"({"n":300})", R"({"$set":{"n":950}})");  // not yet
    const auto rest = drain(*cursor);
    CHECK(rest.size() == many - 1);
    CHECK(bson::to_json(rest.back()) == R"({"_id":300,"n":950})");
}

TEST_CASE("an array that the transaction stores does not bring its row twice") {
    Open box(R"({"n":1})");
    auto cursor = box.cursor(R"({"n":{"$gte":0}})", R"({"n":1})");
    REQUIRE(cursor->next().has_value());
    box.update(R"({"_id":200})", R"({"$set":{"n":[200,300,390]}})");
    box.update(R"({"_id":0})", R"({"$set":{"n":[0,250]}})");
    CHECK(drain(*cursor).size() == many - 1);
}

TEST_CASE("a loop that inserts what it reads comes to an end") {
    for (const char* sort : {"{}", R"({"n":1})"}) {
        CAPTURE(sort);
        Open box(R"({"n":1})");
        int  made   = 10'000;
        auto cursor = box.cursor("{}", sort);
        auto found  = drain(*cursor, [&](const bson::Document& document) {
            box.insert({R"({"_id":)" + std::to_string(made) + R"(,"n":)" + std::to_string(made) + "}"});
            ++made;
            box.remove(by_id(document));
        });
        CHECK(found.size() == many);
        CHECK(box.count() == many);
    }
    // The only row is removed, and the next one gets its number.
    Open box(R"({"n":1})");
    box.remove(R"({"_id":{"$ne":7}})", true);
    auto cursor = box.cursor(R"({"n":{"$gte":0}})", R"({"n":1})");
    int  seen   = 0;
    for (auto next = cursor->next(); next && *next && seen < 10; next = cursor->next(), ++seen) {
        box.remove("{}", true);
        box.insert({R"({"_id":7,"n":)" + std::to_string(50 + seen) + "}"});
    }
    CHECK(seen == 1);
}

TEST_CASE("removed rows are left out, and skip and limit count what is given") {
    Open box(R"({"n":1})");
    Find find;
    find.sort   = json(R"({"n":1})");
    find.skip   = 5;
    find.limit  = 150;
    auto cursor = box.must(find).cursor;
    auto first  = cursor->next();
    REQUIRE(first.has_value());
    CHECK(bson::to_json((**first)["_id"]) == "5");
    box.remove(R"({"n":{"$gte":6,"$lt":300}})", true);
    const auto rest = drain(*cursor);
    CHECK(rest.size() == 100);
    CHECK(bson::to_json(rest.front()["_id"]) == "300");
}

TEST_CASE("a cursor whose index or collection the transaction drops says so") {
    for (const bool collection : {false, true}) {
        CAPTURE(collection);
        Open box(R"({"n":1})");
        auto cursor = box.cursor(R"({"n":{"$gte":0}})", R"({"n":1})");
        REQUIRE(cursor->next().has_value());
        if (collection) {
            box.must(DropCollection{});
        } else {
            DropIndexes drop;
            drop.names = {"n_1"};
            box.must(drop);
        }
        auto next = cursor->next();
        while (next && *next) next = cursor->next();
        REQUIRE_FALSE(next.has_value());
        if (!collection) CHECK(next.error().server.code == 175);
        CHECK_FALSE(cursor->next().has_value());
    }
}
