#include "unit/sqlite/fixture.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

CreateIndexes create(std::string_view keys, IndexSpec spec = {}) {
    spec.keys = json(keys);
    CreateIndexes op;
    op.indexes.push_back(std::move(spec));
    return op;
}

IndexSpec unique() {
    IndexSpec spec;
    spec.unique = true;
    return spec;
}

IndexSpec partial(std::string_view filter) {
    IndexSpec spec;
    spec.partial_filter = json(filter);
    return spec;
}

std::string stage(Box& box, std::string_view filter) { return std::string(box.explain(filter)["stage"].as_string()); }

}  // namespace

TEST_CASE("a unique index refuses a second key, names itself and shows no value") {
    Box box;
    box.index(R"({"email":1})", unique());
    box.insert({R"({"_id":1,"email":"a@x"})", R"({"_id":2,"email":["b@x","c@x"]})"});
    Insert op;
    op.documents.push_back(json(R"({"_id":3,"email":"c@x"})"));
    const auto error = box.refused(op);
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.server.code == 11000);
    CHECK(error.where == "things.insert");
    CHECK(error.document_id == R"({"$numberInt":"3"})");
    CHECK(error.message.find("email_1") != std::string::npos);
    CHECK(error.message.find("c@x") == std::string::npos);
    CHECK(error.outcome == Outcome::none);
    CHECK(box.ids("{}") == "1 2");
    CHECK(box.ids(R"({"email":"c@x"})") == "2");

    Update update;
    update.filter = json(R"({"_id":1})");
    update.update = json(R"({"$set":{"email":"b@x"}})");
    CHECK(box.refused(update).code == Errc::duplicate_key);
    CHECK(box.ids(R"({"email":"a@x"})") == "1");
    // A document may hold its own key twice.
    box.insert({R"({"_id":4,"email":["d@x","d@x"]})"});
}

TEST_CASE("a missing field counts as null in a unique index, once; sparse and partial ones leave it out") {
    Box box;
    box.index(R"({"k":1})", unique());
    box.insert({R"({"_id":1})"});
    Insert op;
    op.documents.push_back(json(R"({"_id":2,"k":null})"));
    CHECK(box.refused(op).code == Errc::duplicate_key);

    box.collection = "sparse";
    auto spec      = unique();
    spec.sparse    = true;
    box.index(R"({"k":1})", spec);
    box.insert({R"({"_id":1})", R"({"_id":2})", R"({"_id":3,"k":1})"});
    CHECK(stage(box, R"({"k":null})") == "COLLSCAN");
    CHECK(box.ids(R"({"k":null})") == "1 2");
    CHECK(stage(box, R"({"k":1})") == "IXSCAN");
    CHECK(stage(box, R"({"k":{"$exists":true}})") == "COLLSCAN");
    CHECK(stage(box, R"({"k":{"$exists":false}})") == "COLLSCAN");
    CHECK(box.ids(R"({"k":{"$exists":false}})") == "1 2");

    box.collection = "dotted";
    box.index(R"({"k.b":1})");
    box.insert({R"({"_id":1})", R"({"_id":2,"k":[]})", R"({"_id":3,"k":[5]})", R"({"_id":4,"k":[[{"b":1}]]})", R"({"_id":5,"k":{"b":null}})",
                R"({"_id":6,"k":{"b":1}})", R"({"_id":7,"k":[{"c":1},{"b":2}]})", R"({"_id":8,"k":{"b":[]}})", R"({"_id":9,"k":{"c":1}})"});
    CHECK(stage(box, R"({"k.b":{"$exists":false}})") == "IXSCAN");
    CHECK(box.ids(R"({"k.b":{"$exists":false}})") == "1 2 3 4 9");
    CHECK(stage(box, R"({"$or":[{"k.b":null},{"k.b":{"$exists":false}}]})") == "IXSCAN");
    CHECK(box.ids(R"({"$or":[{"k.b":null},{"k.b":{"$exists":false}}]})") == "1 2 3 4 5 7 9");

    box.collection = "partial";
    spec           = partial(R"({"deleted_at":null})");
    spec.unique    = true;
    box.index(R"({"k":1})", spec);
    box.insert({R"({"_id":1,"k":1,"deleted_at":null})", R"({"_id":2,"k":1,"deleted_at":5})", R"({"_id":3,"k":1,"deleted_at":6})"});
    op.documents = {json(R"({"_id":4,"k":1})")};
    CHECK(box.refused(op).code == Errc::duplicate_key);
    CHECK(stage(box, R"({"k":1,"deleted_at":null})") == "IXSCAN");
    CHECK(stage(box, R"({"k":1})") == "COLLSCAN");
    CHECK(box.ids(R"({"k":1})") == "1 2 3");
    // What leaves the filter frees the key.
    Update update;
    update.filter = json(R"({"_id":1})");
    update.update = json(R"({"$set":{"deleted_at":7}})");
    CHECK(box.must(update).modified == 1);
    box.insert({R"({"_id":4,"k":1})"});
}

TEST_CASE("a partial index serves only queries that imply its filter") {
    Box box;
    box.index(R"({"k":1})", partial(R"({"n":{"$gt":5}})"));
    box.insert({R"({"_id":1,"k":1,"n":7})", R"({"_id":2,"k":1,"n":3})", R"({"_id":3,"k":1,"n":[3,9]})"});
    struct Row { const char* filter; const char* stage; const char* ids; };
    const Row rows[] = {
        {R"({"k":1,"n":{"$gt":5}})", "IXSCAN", "1 3"},
        {R"({"k":1,"n":{"$gt":6}})", "IXSCAN", "1 3"},
        {R"({"k":1,"n":{"$gte":6}})", "IXSCAN", "1 3"},
        {R"({"k":1,"n":7})", "IXSCAN", "1"},
        {R"({"k":1,"n":{"$in":[7,9]}})", "IXSCAN", "1 3"},
        {R"({"k":1,"n":{"$gt":4}})", "COLLSCAN", "1 3"},
        {R"({"k":1,"n":{"$gte":5}})", "COLLSCAN", "1 3"},
        {R"({"k":1,"n":{"$in":[7,3]}})", "COLLSCAN", "1 2 3"},
        {R"({"k":1})", "COLLSCAN", "1 2 3"},
        {R"({"k":1,"n":{"$lt":5}})", "COLLSCAN", "2 3"},
        {R"({"k":1,"n":{"$gt":"z"}})", "COLLSCAN", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.filter);
        CHECK(stage(box, row.filter) == row.stage);
        CHECK(box.ids(row.filter) == row.ids);
    }
}

TEST_CASE("what cannot be an index is refused with MongoDB's code and changes nothing") {
    Box box;
    box.index(R"({"a":1})");
    struct Row { CreateIndexes op; Errc errc; int code; };
    IndexSpec ttl;
    ttl.expire_after_seconds = 60;
    IndexSpec named;
    named.name         = "a_1";
    auto sparse_and    = partial(R"({"a":1})");
    sparse_and.sparse  = true;
    const Row rows[] = {
        {create("{}"), Errc::invalid_argument, 67},
        {create(R"({"a":0})"), Errc::invalid_argument, 67},
        {create(R"({"a":"text"})"), Errc::unsupported, 0},
        {create(R"({"a":"hashed"})"), Errc::unsupported, 0},
        {create(R"({"a":"2dsphere"})"), Errc::unsupported, 0},
        {create(R"({"$**":1})"), Errc::unsupported, 0},
        {create(R"({"b":1})", ttl), Errc::unsupported, 0},
        {create(R"({"b":1})", partial(R"({"c":{"$exists":false}})")), Errc::invalid_argument, 67},
        {create(R"({"b":1})", partial(R"({"c":{"$ne":1}})")), Errc::invalid_argument, 67},
        {create(R"({"b":1})", sparse_and), Errc::invalid_argument, 67},
        {create(R"({"a":1})", unique()), Errc::invalid_argument, 86},
        {create(R"({"b":1})", named), Errc::invalid_argument, 86},
    };
    for (const auto& row : rows) {
        CAPTURE(bson::to_json(row.op.indexes.front().keys));
        const auto error = box.refused(row.op);
        CHECK(error.code == row.errc);
        if (row.code != 0) CHECK(error.server.code == row.code);
    }
    CHECK(box.must(ListIndexes{}).indexes.size() == 2);
    CHECK_FALSE(box.must(create(R"({"a":1})")).changed);
    CHECK_FALSE(box.must(create(R"({"_id":1})")).changed);
}

TEST_CASE("an index that cannot be built leaves nothing behind") {
    Box box;
    box.insert({R"({"_id":1,"a":1})", R"({"_id":2,"a":1})"});
    CHECK(box.refused(create(R"({"a":1})", unique())).code == Errc::duplicate_key);
    CHECK(box.must(ListIndexes{}).indexes.size() == 1);
    box.insert({R"({"_id":3,"a":[1],"b":[2]})"});
    CHECK(box.refused(create(R"({"a":1,"b":1})")).server.code == 171);
    CHECK(box.must(ListIndexes{}).indexes.size() == 1);
    box.index(R"({"a":1})");
    CHECK(box.ids(R"({"a":1})") == "1 2 3");
}

TEST_CASE("indexes and collections are listed and dropped") {
    Box box;
    box.index(R"({"a":1})");
    box.index(R"({"b":-1,"c":1})");
    CHECK(box.must(ListIndexes{}).indexes[0].name == "_id_");
    CHECK(box.must(ListIndexes{}).indexes[2].name == "b_-1_c_1");
    DropIndexes drop;
    drop.names = {"nothing"};
    CHECK(box.refused(drop).server.code == 27);
    drop.names = {"_id_"};
    CHECK(box.refused(drop).server.code == 72);
    drop.names = {"a_1"};
    CHECK(box.must(drop).changed);
    CHECK(box.must(ListIndexes{}).indexes.size() == 2);
    CHECK(box.must(DropIndexes{}).changed);
    CHECK(box.must(ListIndexes{}).indexes.size() == 1);
    box.collection = "another";
    CHECK(box.must(CreateCollection{}).changed);
    CHECK_FALSE(box.must(CreateCollection{}).changed);
    CHECK(box.must(ListCollections{}).names == std::vector<std::string>{"another", "things"});
    CHECK(box.must(DropCollection{}).changed);
    CHECK_FALSE(box.must(DropCollection{}).changed);
    CHECK(box.must(ListCollections{}).names == std::vector<std::string>{"things"});
    CHECK(box.ids("{}").empty());
    box.collection = "bad$name";
    CHECK(box.refused(CreateCollection{}).server.code == 73);
}

TEST_CASE("an update moves the entries of what changed, arrays included") {
    Box box;
    box.index(R"({"tags":1})");
    box.insert({R"({"_id":1,"tags":["a","b"]})"});
    const auto set = [&](const char* update) {
        Update op;
        op.filter = json(R"({"_id":1})");
        op.update = json(update);
        box.must(op);
    };
    set(R"({"$push":{"tags":"c"}})");
    CHECK(box.ids(R"({"tags":"c"})") == "1");
    set(R"({"$pull":{"tags":"a"}})");
    CHECK(box.ids(R"({"tags":"a"})").empty());
    CHECK(box.ids(R"({"tags":"b"})") == "1");
    set(R"({"$unset":{"tags":1}})");
    CHECK(box.ids(R"({"tags":"b"})").empty());
    CHECK(box.ids(R"({"tags":null})") == "1");
    Delete remove;
    remove.filter = json("{}");
    box.must(remove);
    CHECK(box.ids(R"({"tags":null})").empty());
}

TEST_CASE("an update that moves documents forward in its own index meets each of them once") {
    Box box;
    box.index(R"({"n":1})");
    Insert insert;
    for (int i = 0; i < 50; ++i) insert.documents.push_back(bson::doc("_id", i, "n", i));
    box.must(std::move(insert));
    Update op;
    op.filter = json(R"({"n":{"$gte":0}})");
    op.update = json(R"({"$inc":{"n":10}})");
    op.many   = true;
    CHECK(box.must(op).modified == 50);
    CHECK(box.ids(R"({"n":{"$lt":12}})") == "0 1");
    CHECK(box.count(R"({"n":{"$gte":59}})") == 1);
}
