#include "unit/sqlite/fixture.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

TEST_CASE("what is inserted is found, changed and removed") {
    Box box;
    box.insert({R"({"_id":1,"a":"x"})", R"({"_id":2,"a":"y"})", R"({"_id":3,"a":"x","n":[1,2]})"});
    CHECK(box.ids("{}") == "1 2 3");
    CHECK(box.ids(R"({"a":"x"})") == "1 3");
    CHECK(box.ids(R"({"_id":2})") == "2");
    CHECK(box.ids(R"({"_id":7})").empty());
    CHECK(box.count(R"({"a":"x"})") == 2);

    Update update;
    update.filter = json(R"({"a":"x"})");
    update.update = json(R"({"$set":{"b":5}})");
    update.many   = true;
    auto updated  = box.must(update);
    CHECK(updated.matched == 2);
    CHECK(updated.modified == 2);
    updated = box.must(update);
    CHECK(updated.matched == 2);
    CHECK(updated.modified == 0);
    CHECK(bson::to_json(box.find(R"({"_id":1})").front()) == R"({"_id":1,"a":"x","b":5})");

    Delete remove;
    remove.filter = json(R"({"a":"x"})");
    remove.many   = true;
    CHECK(box.must(remove).deleted == 2);
    CHECK(box.ids("{}") == "2");
}
