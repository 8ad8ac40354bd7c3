#include "unit/sqlite/fixture.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

std::string text(const bson::Document& plan, std::string_view field) {
    const auto value = plan[field];
    return value.type() == bson::Type::string ? std::string(value.as_string()) : std::string();
}

std::int64_t number(const bson::Document& plan, std::string_view field) { return plan[field].to_int64().value_or(-1); }

void fill(Box& box) {
    Insert op;
    for (int i = 0; i < 100; ++i) {
        op.documents.push_back(bson::doc("_id", i, "room", i % 4, "at", DateTime(i / 2), "name", "n" + std::to_string(i % 10), "x", i));
    }
    box.must(std::move(op));
}

}  // namespace

TEST_CASE("the planner takes the index that narrows most, and reads no more than its bounds") {
    Box box;
    fill(box);
    box.index(R"({"room":1,"at":-1})");
    box.index(R"({"name":1})");
    struct Row {
        const char*  filter;
        const char*  sort;
        std::int64_t limit;
        const char*  stage;
        const char*  index;
        std::int64_t keys;
        std::int64_t returned;
        const char*  sorted;
    };
    const Row rows[] = {
        {R"({"x":5})", "{}", 0, "COLLSCAN", "", 0, 1, "none"},
        {R"({"_id":5})", "{}", 0, "IDHACK", "_id_", 1, 1, "none"},
        {R"({"_id":{"$in":[5,7,900]}})", "{}", 0, "IXSCAN", "_id_", 2, 2, "none"},
        {R"({"_id":{"$gte":90}})", "{}", 0, "IXSCAN", "_id_", 10, 10, "none"},
        {R"({"name":"n3"})", "{}", 0, "IXSCAN", "name_1", 10, 10, "none"},
        {R"({"name":{"$in":["n3","n4"]}})", "{}", 0, "IXSCAN", "name_1", 20, 20, "none"},
        {R"({"name":{"$regex":"^n3"}})", "{}", 0, "IXSCAN", "name_1", 10, 10, "none"},
        {R"({"room":2})", R"({"at":-1})", 0, "IXSCAN", "room_1_at_-1", 25, 25, "index"},
        {R"({"room":2})", R"({"at":1})", 0, "IXSCAN", "room_1_at_-1", 25, 25, "index"},
        {R"({"room":2})", R"({"at":-1})", 3, "IXSCAN", "room_1_at_-1", 3, 3, "index"},
        {R"({"room":2})", R"({"at":-1,"_id":-1})", 3, "IXSCAN", "room_1_at_-1", 4, 3, "index, then memory"},
        {R"({"room":2,"at":{"$lt":{"$date":{"$numberLong":"10"}}}})", R"({"at":-1})", 0, "IXSCAN", "room_1_at_-1", 5, 5, "index"},
        {R"({"room":2,"$or":[{"at":{"$lt":{"$date":{"$numberLong":"10"}}}},{"at":{"$date":{"$numberLong":"10"}},"_id":{"$lt":0}}]})",
         R"({"at":-1})", 0, "IXSCAN", "room_1_at_-1", 5, 5, "index"},
        {R"({"room":{"$in":[1,2]}})", R"({"at":-1})", 0, "IXSCAN", "room_1_at_-1", 50, 50, "memory"},
        {R"({"x":{"$gt":90}})", R"({"room":1,"at":-1})", 0, "IXSCAN", "room_1_at_-1", 100, 9, "index"},
        {R"({"x":{"$gt":90}})", R"({"x":-1})", 2, "COLLSCAN", "", 0, 2, "memory"},
        {R"({"$or":[{"name":"n3"},{"_id":4}]})", "{}", 0, "OR", "", 11, 11, "none"},
        {R"({"$or":[{"name":"n3"},{"x":4}]})", "{}", 0, "COLLSCAN", "", 0, 11, "none"},
        {R"({"name":{"$in":[]}})", "{}", 0, "EOF", "", 0, 0, "none"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        CAPTURE(row.sort);
        const auto plan = box.explain(row.filter, row.sort, row.limit);
        CHECK(text(plan, "stage") == row.stage);
        CHECK(text(plan, "index") == row.index);
        CHECK(number(plan, "keys_examined") == row.keys);
        CHECK(number(plan, "returned") == row.returned);
        CHECK(text(plan, "sorted") == row.sorted);
    }
}

TEST_CASE("a count that the bounds express in full reads no document") {
    Box box;
    fill(box);
    box.index(R"({"room":1,"at":-1})");
    const auto explain = [&](const char* filter) {
        Count op;
        op.filter = json(filter);
        return box.must(Explain{op}).plan;
    };
    auto plan = explain(R"({"room":2,"at":{"$gte":{"$date":{"$numberLong":"10"}}}})");
    CHECK(text(plan, "stage") == "COUNT_SCAN");
    CHECK(number(plan, "documents_examined") == 0);
    CHECK(number(plan, "returned") == 20);
    plan = explain(R"({"room":2,"x":2})");
    CHECK(text(plan, "stage") == "IXSCAN");
    CHECK(number(plan, "documents_examined") == 25);
    CHECK(text(explain("{}"), "stage") == "RECORD_STORE_FAST_COUNT");
    CHECK(box.must(EstimatedCount{}).count == 100);
}

TEST_CASE("a hint is followed, and one that names nothing is refused") {
    Box box;
    fill(box);
    box.index(R"({"room":1})");
    CHECK(text(box.explain(R"({"room":2})", "{}", 0, "$natural"), "stage") == "COLLSCAN");
    CHECK(text(box.explain(R"({"x":2})", "{}", 0, "room_1"), "index") == "room_1");
    Find find;
    find.hint = "nothing_1";
    CHECK(box.refused(find).server.code == 2);
}

TEST_CASE("a hidden index is kept but not used") {
    Box box;
    fill(box);
    box.index(R"({"room":1})");
    HideIndex hide;
    hide.name = "room_1";
    CHECK(box.must(hide).changed);
    CHECK_FALSE(box.must(hide).changed);
    CHECK(text(box.explain(R"({"room":2})"), "stage") == "COLLSCAN");
    box.insert({R"({"_id":"new","room":2})"});
    hide.hidden = false;
    CHECK(box.must(hide).changed);
    const auto plan = box.explain(R"({"room":2})");
    CHECK(text(plan, "stage") == "IXSCAN");
    CHECK(number(plan, "returned") == 26);
}

TEST_CASE("on an array's path bounds are not intersected, but within $elemMatch they are") {
    Box box;
    box.index(R"({"a":1})");
    box.index(R"({"l.q":1,"l.p":1})");
    box.insert({R"({"_id":1,"a":[1,10],"l":[{"q":1,"p":2},{"q":3,"p":4}]})", R"({"_id":2,"a":[5]})", R"({"_id":3,"a":5})"});
    // 10 > 4 and 1 < 2: two elements meet the two conditions, none meets both.
    CHECK(box.ids(R"({"a":{"$gt":4,"$lt":2}})") == "1");
    CHECK(box.ids(R"({"a":{"$elemMatch":{"$gt":4,"$lt":6}}})") == "2");
    CHECK(number(box.explain(R"({"a":{"$elemMatch":{"$gt":4,"$lt":6}}})"), "keys_examined") == 2);
    // q of one element and p of the other: their entries are apart.
    CHECK(box.ids(R"({"l.q":1,"l.p":4})") == "1");
    CHECK(box.ids(R"({"l":{"$elemMatch":{"q":1,"p":4}}})").empty());
    CHECK(box.ids(R"({"l":{"$elemMatch":{"q":3,"p":4}}})") == "1");
    // Both entries of one document are in the bounds: it is found once.
    CHECK(box.ids(R"({"a":{"$gt":0}})") == "1 2 3");
}

TEST_CASE("an array sorts by its lowest or highest element, which the bounds of an index may hide") {
    Box box;
    box.index(R"({"a":1})");
    box.insert({R"({"_id":1,"a":[1,10]})", R"({"_id":2,"a":[5]})", R"({"_id":3,"a":7})"});
    CHECK(box.ids(R"({"a":{"$gte":5}})", R"({"a":1})") == "1 2 3");
    CHECK(box.ids(R"({"a":{"$lte":7}})", R"({"a":-1})") == "1 3 2");
}

TEST_CASE("a pattern finds by index what it finds without one") {
    Box box;
    box.index(R"({"a":1})");
    const char* const texts[] = {"",    "x",   "x1",  "a",   "ax",   "abx",  "abcx", "b",      "Ax",   "é",
                                 "éx1", "ééx", "aéx", "a€x", "a\\nx", "\\nax", "a x",  "a\\\\.x", "a.x",  "𝄞x", "è", "èx"};
    int               id = 0;
    for (const char* each : texts) box.insert({"{\"_id\":" + std::to_string(id++) + ",\"a\":\"" + each + "\"}"});
    // Never a character cut in half, and no more text than every match starts with.
    const char* const patterns[] = {
        "^é?x",      "^é*x",     "^é{0,1}x",   "^é+x",       "^aé?x",     "^a€*x",    "^𝄞?x",     "^\\Qaé\\E?x", "^a\\Q\\E?x", "^a\\E?x",
        "^ab?x",     "^ab*x",    "^ab{0}x",    "^abc{0,2}x", "^a|b",      "^ab|^x",   "^(a|b)x",  "^(?i)ax",      "^a(?i)X",     "^(?:ab)?x",
        "^ab(?#c)?x", "^ab(?#c)*x", "^a\\.?x", "^a\\.x",   "^a\\x2Ex", "\\Aab?x", "^^ax",     "a^x",          "^$",          "^a$",
        "(?x)^a b ?x", "^é",     "^a[b]?x",    "^a.x",       "^a\\Kx",   "^\\Qa.x",  "^\\Q|",   "(?m)^ax",
    };
    for (const char* pattern : patterns) {
        for (const char* options : {"", "i", "m", "s", "x", "im"}) {
            CAPTURE(pattern);
            CAPTURE(options);
            Find find;
            find.filter = bson::doc("a", bson::doc("$regex", pattern, "$options", options));
            find.sort   = json(R"({"_id":1})");
            Find natural = find;
            natural.hint = "$natural";
            find.hint    = "a_1";
            CHECK(box.find(find) == box.find(natural));
        }
    }
    CHECK(number(box.explain(R"({"a":{"$regex":"^éx"}})"), "keys_examined") == 1);
}

TEST_CASE("a position in an index's path finds in arrays of arrays what it finds without the index") {
    for (const bool sparse : {false, true}) {
        CAPTURE(sparse);
        for (const char* keys : {R"({"a.0":1})", R"({"a.1":1})", R"({"a.0.b":1})", R"({"b":1,"a.0":1})"}) {
            CAPTURE(keys);
            Box       box;
            IndexSpec spec;
            spec.sparse = sparse;
            spec.name   = "i";
            box.index(keys, spec);
            box.insert({R"({"_id":1,"b":1,"a":[[5,7]]})", R"({"_id":2,"b":1,"a":[5,7]})", R"({"_id":3,"b":1,"a":{"0":5,"1":7}})",
                        R"({"_id":4,"b":1,"a":[[{"b":5}]]})", R"({"_id":5,"b":1,"a":[{"b":[5,7]}]})", R"({"_id":6,"b":1,"a":[[[5,7]]]})",
                        R"({"_id":7,"b":1,"a":{"0":[5,7]}})", R"({"_id":8,"b":1,"a":{"0":[{"b":5}]}})", R"({"_id":9,"b":1})"});
            for (const char* path : {"a.0", "a.1", "a.0.b"}) {
                for (const char* condition : {R"({"$elemMatch":{"$gte":6}})", R"({"$eq":5})", R"({"$eq":7})", R"({"$eq":[5,7]})", R"({"$gte":6})",
                                              R"({"$eq":null})", R"({"$in":[5,[5,7]]})", R"({"$exists":true})", R"({"$elemMatch":{"b":5}})"}) {
                    CAPTURE(path);
                    CAPTURE(condition);
                    Find find;
                    find.filter  = json("{\"b\":{\"$gte\":1},\"" + std::string(path) + "\":" + condition + "}");
                    find.sort    = json(R"({"_id":1})");
                    Find natural = find;
                    natural.hint = "$natural";
                    CHECK(box.find(find) == box.find(natural));
                }
            }
        }
    }
}

TEST_CASE("null finds what is null, missing, or an empty path, by index as without") {
    Box box;
    box.insert({R"({"_id":1,"a":null})", R"({"_id":2})", R"({"_id":3,"a":[]})", R"({"_id":4,"a":[null]})", R"({"_id":5,"a":0})"});
    const auto bare = box.ids(R"({"a":null})");
    CHECK(bare == "1 2 4");
    box.index(R"({"a":1})");
    CHECK(box.ids(R"({"a":null})") == bare);
    CHECK(text(box.explain(R"({"a":null})"), "stage") == "IXSCAN");
    CHECK(box.ids(R"({"a":{"$exists":false}})") == "2");
}
