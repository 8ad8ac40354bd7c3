// Which fault is named, and when. Each row was found by tests/differential and holds MongoDB 6.0's answer.

#include "unit/sqlite/fixture.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

TEST_CASE("of a call with faults the one that MongoDB names is named, on an empty collection too") {
    struct Row {
        Operation operation;
        int       code;  // 0: it is no fault
    };
    const auto find = [](const char* filter, const char* projection) {
        Find op;
        op.filter     = json(filter);
        op.projection = json(projection);
        return op;
    };
    const auto distinct = [](const char* path, const char* filter = "{}") {
        Distinct op;
        op.path   = path;
        op.filter = json(filter);
        return op;
    };
    const auto index = [](const char* keys, bool unique) {
        CreateIndexes op;
        op.indexes.resize(1);
        op.indexes[0].keys   = json(keys);
        op.indexes[0].unique = unique;
        return op;
    };
    const auto upsert = [](const char* filter) {
        Update op;
        op.filter = json(filter);
        op.update = json(R"({"$set":{"a":1}})");
        op.upsert = true;
        return op;
    };
    const auto change = [](const char* filter, const char* with, const char* projection) {
        FindAndModify op;
        op.filter     = json(filter);
        op.change     = json(with);
        op.projection = json(projection);
        return op;
    };
    Replace replace;
    replace.filter      = json(R"({"_id":"none"})");
    replace.replacement = json(R"({"_id":[]})");
    const Row rows[] = {
        {find(R"({"$or":1})", R"({"a.b":1,"a":1})"), 2},  // the filter's fault before the projection's
        {find("{}", R"({"a.b":1,"a":1})"), 31250},
        {find("{}", R"({"a":{"$slice":[1,0]}})"), 28724},  // not the find form, so the expression: 1 is no array
        {find(R"({"$expr":{"$last":1}})", "{}"), 28689},   // constants are evaluated though there is no document
        {find(R"({"$expr":{"$concat":["a",{"$concat":1}]}})", "{}"), 16702},
        {find(R"({"$expr":{"$concat":["$a",1]}})", "{}"), 0},
        {distinct("a..x"), 15998},
        {distinct("a.$x"), 16410},
        {distinct("a..x", R"({"$or":1})"), 2},
        {index(R"({"_id":1})", true), 197},
        {index(R"({"_id":-1})", false), 2},
        {upsert(R"({"$and":[{"$expr":1}]})"), 224},
        {upsert(R"({"$nor":[{"$expr":{"$gte":1}}]})"), 224},
        {change(R"({"$or":1})", R"({"$foo":1})", R"({"a":{}})"), 9},
        {change(R"({"$or":1})", R"({"$set":{"a":1}})", R"({"a":{}})"), 2},
        {change("{}", R"({"$set":{"a":1}})", R"({"a":{}})"), 51270},
        {replace, 0},  // nothing matches: its _id is not looked at
    };
    Box box;
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        CAPTURE(i);
        const auto reply = box.run(rows[i].operation);
        CHECK(reply.has_value() == (rows[i].code == 0));
        if (!reply) CHECK(reply.error().server.code == rows[i].code);
    }
    // With a document that matches, too.
    box.insert({R"({"_id":1,"a":1})"});
    CHECK(box.refused(upsert(R"({"_id":1,"$expr":true})")).server.code == 224);
}
