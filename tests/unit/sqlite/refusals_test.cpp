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
    const auto remove = [](const char* filter, const char* projection, const char* sort = "{}") {
        FindAndModify op;
        op.kind       = FindAndModify::Kind::remove;
        op.filter     = json(filter);
        op.projection = json(projection);
        op.sort       = json(sort);
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
    const auto special = [](const char* keys, bool hidden, bool sparse, const char* partial) {
        CreateIndexes op;
        op.indexes.resize(1);
        op.indexes[0].keys           = json(keys);
        op.indexes[0].hidden         = hidden;
        op.indexes[0].sparse         = sparse;
        op.indexes[0].partial_filter = json(partial);
        return op;
    };
    Replace as_update;
    as_update.replacement = json(R"({"$set":1})");
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
        {find("{}", R"({"a":{"$toLower":[[]]}})"), 16007},  // an array of constants is one
        {find("{}", R"({"a":{"$reverseArray":{"$ifNull":[null,1,"$a"]}}})"), 34435},
        {find("{}", R"({"a":{"$reverseArray":{"$cond":[true,1,"$a"]}}})"), 34435},
        {find("{}", R"({"a":{"$reverseArray":{"$switch":{"branches":[{"case":false,"then":"$a"}],"default":1}}}})"), 34435},
        {find("{}", R"({"a":{"$reverseArray":{"$ifNull":["$a",1]}}})"), 0},
        {find(R"({"$expr":{"$concat":["$a",1,"b"]}})", "{}"), 16702},
        {find(R"({"$expr":{"$last":1},"a":{"$foo":1}})", "{}"), 2},
        {find(R"({"$expr":1})", R"({"a.$":1})"), 224},
        {find(R"({"$expr":1})", R"({"a..b.$":1})"), 15998},
        {find(R"({"$and":[{"$expr":1}]})", R"({"a.$":1,"b":{}})"), 224},
        {remove(R"({"$expr":1})", R"({"a.$":1})"), 224},
        {remove("{}", R"({"a":{}})", R"({"a":5})"), 15975},
        {remove(R"({"_id":1})", "{}", R"({"a":5})"), 0},  // by _id: the sort is not looked at
        {remove(R"({"_id":{"$eq":1}})", "{}", R"({"a":5})"), 15975},
        {change("{}", R"({"$set":{"a":1}})", R"({"a.$":1})"), 2},
        {index(R"({"_id":-1})", true), 197},
        {special(R"({"_id":1})", true, false, "{}"), 197},
        {special(R"({"_id":1})", false, true, R"({"a":1})"), 197},
        {special(R"({"p":1})", false, false, R"({"a":{"$in":[]}})"), 0},
        {special(R"({"q":1})", false, false, R"({"a":{"$in":[{"$regularExpression":{"pattern":"x","options":""}}]}})"), 0},
        {special(R"({"r":1})", false, false, R"({"a":{"$all":[]}})"), 67},
        {special(R"({"r":1})", false, false, R"({"a":{"$regularExpression":{"pattern":"x","options":""}}})"), 67},
        {special(R"({"r":1})", false, false, R"({"a":{"$exists":false}})"), 67},
        {special(R"({"r":1})", false, true, R"({"$foo":1})"), 2},
        {special(R"({"r":1})", false, true, R"({"a":1})"), 67},
        {as_update, 52},
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

TEST_CASE("of the faults of a document the one of the first index is named, that on _id in front") {
    Box           box;
    CreateIndexes indexes;
    indexes.indexes.resize(2);
    indexes.indexes[0].keys   = json(R"({"a":1})");
    indexes.indexes[0].unique = true;
    indexes.indexes[1].keys   = json(R"({"c.0":1})");
    REQUIRE(box.run(indexes));
    box.insert({R"({"_id":1,"a":1})", R"({"_id":2,"a":2})"});
    const auto insert = [](const char* document) {
        Insert op;
        op.documents.push_back(json(document));
        return op;
    };
    CHECK(box.refused(insert(R"({"_id":1,"a":9,"c":[{"0":1}]})")).code == Errc::duplicate_key);
    CHECK(box.refused(insert(R"({"_id":3,"a":1,"c":[{"0":1}]})")).code == Errc::duplicate_key);
    CHECK(box.refused(insert(R"({"_id":3,"a":3,"c":[{"0":1}]})")).server.code == 16746);
    Replace replace;
    replace.filter      = json(R"({"_id":2})");
    replace.replacement = json(R"({"a":1,"c":[{"0":1}]})");
    CHECK(box.refused(replace).code == Errc::duplicate_key);
    CreateIndexes parallel;
    parallel.indexes.resize(1);
    parallel.indexes[0].keys   = json(R"({"x":1,"y":1})");
    parallel.indexes[0].unique = true;
    box.insert({R"({"_id":5,"a":5,"x":[],"y":[]})"});
    CHECK(box.refused(parallel).server.code == 171);  // though 1 and 2 share a key
}

TEST_CASE("of one document, looked up by its _id, no sort key is made") {
    Box box;
    box.insert({R"({"_id":4,"b":[],"d":[]})"});
    Find op;
    op.filter = json(R"({"_id":4})");
    op.sort   = json(R"({"d":1,"b.y":1})");
    CHECK(box.find(op).size() == 1);
    op.filter = json(R"({"_id":{"$in":[4,5]}})");
    auto reply = box.must(op);
    const auto next = reply.cursor->next();
    REQUIRE_FALSE(next.has_value());
    CHECK(next.error().server.code == 2);
    op.sort = json(R"({"d":5})");
    CHECK(box.refused(op).server.code == 15975);
}

TEST_CASE("what a write has done before its filter or its projection fails stays") {
    Box        box;
    const auto stored = [&] {
        std::vector<std::string> all;
        for (const auto& document : box.find("{}", R"({"_id":1})")) all.push_back(bson::to_json(document));
        return all;
    };
    box.insert({R"({"_id":1,"a":[]})", R"({"_id":2,"a":1})"});
    Update update;
    update.filter = json(R"({"$expr":{"$setUnion":"$a"}})");
    update.update = json(R"({"$set":{"b":1}})");
    update.many   = true;
    auto fault    = box.refused(update);
    CHECK(fault.server.code == 17043);
    CHECK(fault.outcome == Outcome::partial);
    CHECK(stored() == std::vector<std::string>{R"({"_id":1,"a":[],"b":1})", R"({"_id":2,"a":1})"});

    FindAndModify change;
    change.filter     = json(R"({"_id":2})");
    change.change     = json(R"({"$set":{"b":2}})");
    change.projection = json(R"({"a":{"$setUnion":"$a"}})");
    fault             = box.refused(change);
    CHECK(fault.server.code == 17043);
    CHECK(fault.outcome == Outcome::partial);
    CHECK(stored() == std::vector<std::string>{R"({"_id":1,"a":[],"b":1})", R"({"_id":2,"a":1,"b":2})"});

    Delete all;
    all.filter = update.filter;
    all.many   = true;
    CHECK(box.refused(all).outcome == Outcome::partial);
    CHECK(stored() == std::vector<std::string>{R"({"_id":2,"a":1,"b":2})"});
}
