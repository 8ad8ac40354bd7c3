// The writes: what is stored, what is refused, and what a write of many tells.

#include "unit/sqlite/fixture.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

TEST_CASE("documents and ids that may not be stored are refused with MongoDB's code, and nothing is written") {
    Box box;
    struct Row { const char* document; int code; };
    const Row rows[] = {
        {R"({"_id":[1]})", 53},
        {R"({"_id":{"$regularExpression":{"pattern":"a","options":""}}})", 53},
        {R"({"_id":{"$undefined":true}})", 53},
        {R"({"_id":{"a":1,"$b":1}})", 52},
    };
    for (const auto& row : rows) {
        CAPTURE(row.document);
        const auto error = box.refused(one(row.document));
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.server.code == row.code);
        CHECK(error.where == "things.insert");
    }
    Insert large;
    large.documents.push_back(bson::doc("a", "x"));
    bson::Builder builder;
    const std::vector<std::uint8_t> bytes(bson::max_document_size - 20);
    builder.append_binary("b", bytes);
    large.documents[0] = builder.take();
    CHECK(box.refused(large).server.code == 10334);
    CHECK(box.must(ListCollections{}).names.empty());
}

TEST_CASE("an _id is made and put first") {
    Box  box;
    auto reply = box.must(one(R"({"a":1})"));
    CHECK(reply.stored[0].begin()->key == "_id");
    CHECK(reply.stored[0]["_id"].type() == bson::Type::object_id);
    reply = box.must(one(R"({"a":1,"_id":"x"})"));
    CHECK(bson::to_json(reply.stored[0]) == R"({"_id":"x","a":1})");
    CHECK(bson::to_json(box.find(R"({"_id":"x"})")[0]) == R"({"_id":"x","a":1})");
}

TEST_CASE("a Timestamp(0, 0) at the top of a document is stored as the time, one in _id or deeper as it is") {
    constexpr const char* zero = R"({"$timestamp":{"t":0,"i":0}})";
    const std::string     text = std::string(R"({"_id":)") + zero + R"(,"at":)" + zero + R"(,"then":)" + zero + R"(,"in":{"at":)" + zero + "}}";
    const auto            check = [](bson::View stored) {
        const auto now = static_cast<std::uint32_t>(bson::DateTime::now().ms / 1000);
        CHECK(stored["at"].as_timestamp().seconds + 5 > now);
        CHECK(stored["at"].as_timestamp() != stored["then"].as_timestamp());
        CHECK(stored.at_path("in.at").as_timestamp() == bson::Timestamp{});
    };
    Box  box;
    auto reply = box.must(one(text));
    CHECK(reply.stored[0]["_id"].as_timestamp() == bson::Timestamp{});
    check(reply.stored[0]);
    CHECK(box.find("{}")[0] == reply.stored[0]);
    BulkWrite bulk;
    bulk.items = {BulkWrite::InsertOne{json(std::string(R"({"_id":2,"at":)") + zero + "}")}};
    box.must(bulk);
    CHECK(box.find(R"({"_id":2})")[0]["at"].as_timestamp() != bson::Timestamp{});
    for (const bool upsert : {false, true}) {
        CAPTURE(upsert);
        Replace replace;
        replace.filter      = json(upsert ? R"({"_id":3})" : R"({"_id":2})");
        replace.replacement = json(std::string(R"({"at":)") + zero + "}");
        replace.upsert      = upsert;
        box.must(replace);
        const auto at = box.find(bson::to_json(replace.filter))[0]["at"].as_timestamp();
        CHECK(at != bson::Timestamp{});
        FindAndModify modify;
        modify.kind         = FindAndModify::Kind::replace;
        modify.filter       = json(upsert ? R"({"_id":4})" : R"({"_id":2})");
        modify.change       = replace.replacement;
        modify.upsert       = upsert;
        modify.return_after = true;
        CHECK((*box.must(modify).value)["at"].as_timestamp() > at);
    }
}

TEST_CASE("an ordered insert stops at the first refusal, an unordered one goes on; both say what was stored") {
    for (const bool ordered : {true, false}) {
        CAPTURE(ordered);
        Box    box;
        Insert op;
        op.ordered   = ordered;
        op.documents = {json(R"({"_id":1})"), json(R"({"_id":1})"), json(R"({"_id":2})"), json(R"({"_id":[]})")};
        const auto error = box.refused(op);
        CHECK(error.code == Errc::duplicate_key);
        CHECK(error.outcome == Outcome::partial);
        REQUIRE(error.items.size() == (ordered ? 1 : 2));
        CHECK(error.items[0].index == 1);
        CHECK(error.items[0].server_code == 11000);
        REQUIRE(error.inserted.size() == (ordered ? 1 : 2));
        CHECK(error.inserted.back().id == (ordered ? R"({"$numberInt":"1"})" : R"({"$numberInt":"2"})"));
        CHECK(box.ids("{}") == (ordered ? "1" : "1 2"));
        CHECK(box.must(EstimatedCount{}).count == (ordered ? 1 : 2));
    }
}

TEST_CASE("an update of many that fails midway keeps what it changed and says so") {
    Box box;
    box.insert({R"({"_id":1,"n":1})", R"({"_id":2,"n":"text"})", R"({"_id":3,"n":3})"});
    Update op;
    op.filter        = json("{}");
    op.update        = json(R"({"$inc":{"n":1}})");
    op.many          = true;
    const auto error = box.refused(op);
    CHECK(error.code == Errc::invalid_argument);
    CHECK(error.outcome == Outcome::partial);
    CHECK(box.ids(R"({"n":2})") == "1");
    CHECK(box.ids(R"({"n":3})") == "3");
    op.many   = false;
    op.filter = json(R"({"_id":2})");
    CHECK(box.refused(op).outcome == Outcome::none);
}

TEST_CASE("upserts, replaces, and find_and_modify answer as MongoDB does") {
    Box    box;
    Update update;
    update.filter = json(R"({"_id":7,"k":"x"})");
    update.update = json(R"({"$set":{"a":1},"$setOnInsert":{"b":2}})");
    update.upsert = true;
    auto made     = box.must(update);
    REQUIRE(made.upserted_id.has_value());
    CHECK(bson::to_json(made.upserted_id->ref()) == "7");
    CHECK(bson::to_json(box.find("{}")[0]) == R"({"_id":7,"k":"x","a":1,"b":2})");
    CHECK(box.must(update).matched == 1);

    Replace replace;
    replace.filter      = json(R"({"_id":7})");
    replace.replacement = json(R"({"z":1})");
    CHECK(box.must(replace).modified == 1);
    CHECK(box.must(replace).modified == 1);  // without the _id it is not what is stored
    CHECK(bson::to_json(box.find("{}")[0]) == R"({"_id":7,"z":1})");
    replace.replacement = json(R"({"_id":7,"z":1})");
    CHECK(box.must(replace).modified == 0);
    replace.replacement = json(R"({"_id":8})");
    CHECK(box.refused(replace).server.code == 66);

    box.insert({R"({"_id":1,"n":1})", R"({"_id":2,"n":2})"});
    FindAndModify modify;
    modify.filter = json(R"({"n":{"$exists":true}})");
    modify.change = json(R"({"$inc":{"n":10}})");
    modify.sort   = json(R"({"n":-1})");
    auto reply    = box.must(modify);
    CHECK(bson::to_json(*reply.value) == R"({"_id":2,"n":12})");
    CHECK(reply.updated_existing);
    modify.return_after = false;
    modify.projection   = json(R"({"_id":0,"n":1})");
    CHECK(bson::to_json(*box.must(modify).value) == R"({"n":12})");
    modify.kind = FindAndModify::Kind::remove;
    CHECK(bson::to_json(*box.must(modify).value) == R"({"n":22})");
    CHECK(box.ids(R"({"n":{"$exists":true}})") == "1");
    modify.kind   = FindAndModify::Kind::update;
    modify.filter = json(R"({"_id":99})");
    CHECK_FALSE(box.must(modify).value.has_value());
    modify.upsert       = true;
    modify.return_after = true;
    reply               = box.must(modify);
    CHECK(bson::to_json(*reply.value) == R"({"n":10})");
    CHECK(bson::to_json(reply.upserted_id->ref()) == "99");
}

TEST_CASE("a bulk write runs its items in order and tells each one's failure") {
    Box       box;
    BulkWrite bulk;
    Update    update;
    update.filter = json(R"({"_id":1})");
    update.update = json(R"({"$set":{"a":1}})");
    Update upsert = update;
    upsert.filter = json(R"({"_id":5})");
    upsert.upsert = true;
    Delete remove;
    remove.filter = json(R"({"_id":2})");
    bulk.items    = {BulkWrite::InsertOne{json(R"({"_id":1})")}, BulkWrite::InsertOne{json(R"({"_id":2})")}, update, upsert, remove};
    auto reply    = box.must(bulk);
    CHECK(reply.inserted == 2);
    CHECK(reply.matched == 1);
    CHECK(reply.modified == 1);
    CHECK(reply.deleted == 1);
    REQUIRE(reply.upserted.size() == 1);
    CHECK(reply.upserted[0].index == 3);

    bulk.items   = {BulkWrite::InsertOne{json(R"({"_id":1})")}, BulkWrite::InsertOne{json(R"({"_id":9})")}};
    bulk.ordered = false;
    auto error   = box.refused(bulk);
    CHECK(error.code == Errc::duplicate_key);
    CHECK(error.outcome == Outcome::partial);
    REQUIRE(error.inserted.size() == 1);
    CHECK(error.inserted[0].index == 1);
    bulk.ordered = true;
    error        = box.refused(bulk);
    CHECK(error.outcome == Outcome::none);
    CHECK(error.items.size() == 1);
}
