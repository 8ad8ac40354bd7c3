#include "unit/mapping/entities.hpp"

using namespace mapping_test;

namespace {

Everything full() {
    Everything e;
    e.id.bytes[0] = 9;
    e.counts      = {{"a.b", 1}, {"$c", 2}};
    e.by_name     = {{"x", {"+1", "ann", tenon::DateTime(5)}}};
    e.names       = {"q", "p"};
    e.triple      = {1, 2, 3};
    e.flags       = {true, false, true};
    e.gaps        = {1, std::nullopt, 3};
    e.table       = {{1.5}, {}, {2, 3}};
    e.shape       = Square{4};
    e.loose       = std::string("text");
    e.color       = Color::blue;
    e.level       = Level::high;
    e.maybe       = Color::green;
    e.money       = {250};
    e.user        = UserId("u1");
    e.length      = std::chrono::seconds(90);
    e.when        = std::chrono::sys_seconds(std::chrono::seconds(77));
    e.price       = *tenon::Decimal128::parse("1.50");
    e.uuid        = *tenon::Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    e.binary      = {{1, 2, 3}, 0x80};
    e.bytes       = {4, 5};
    e.raw         = {std::byte{6}};
    e.four        = {7, 8, 9, 10};
    e.free        = tenon::bson::doc("k", 1);
    e.list        = tenon::bson::array(1, "two");
    e.value       = tenon::bson::Value(2.5);
    e.regex       = {"^a", "i"};
    e.stamp       = {7, 8};
    e.ratio       = 1.5F;
    e.small       = 200;
    e.medium      = 4000000000U;
    e.large       = 9223372036854775807U;
    e.flag        = true;
    return e;
}

}  // namespace

TEST_CASE("every type of the mapping is stored as the rules say") {
    CHECK(json_of(full()) ==
          R"({"id":{"$oid":"090000000000000000000000"},"counts":{"$c":2,"a.b":1},)"
          R"("by_name":{"x":{"emoji":"+1","user":"ann","at":{"$date":"1970-01-01T00:00:00.005Z"}}},"names":["p","q"],"triple":[1,2,3],)"
          R"("flags":[true,false,true],"gaps":[1,null,3],"table":[[1.5],[],[2.0,3.0]],"shape":{"_type":"Square","side":4},"loose":"text",)"
          R"("color":"blue","level":200,"maybe":"green","money":250,"user":"u1","length":90,"when":{"$date":"1970-01-01T00:01:17Z"},)"
          R"("price":{"$numberDecimal":"1.50"},"uuid":{"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"04"}},)"
          R"("binary":{"$binary":{"base64":"AQID","subType":"80"}},"bytes":{"$binary":{"base64":"BAU=","subType":"00"}},)"
          R"("raw":{"$binary":{"base64":"Bg==","subType":"00"}},"four":{"$binary":{"base64":"BwgJCg==","subType":"00"}},"free":{"k":1},)"
          R"("list":[1,"two"],"value":2.5,"regex":{"$regularExpression":{"pattern":"^a","options":"i"}},)"
          R"("stamp":{"$timestamp":{"t":7,"i":8}},"ratio":1.5,"small":200,"medium":4000000000,"large":9223372036854775807,"flag":true})");
}

TEST_CASE("what was written is read back, fresh and into an object in use") {
    const auto document = tenon::encode(full());
    REQUIRE(document.has_value());
    const auto back = tenon::decode<Everything>(*document);
    REQUIRE_MESSAGE(back.has_value(), (back ? "" : back.error().to_string()));
    CHECK(*tenon::encode(*back) == *document);

    Everything used;
    used.counts = {{"old", 1}};
    used.names  = {"old"};
    used.gaps   = {7, 7, 7, 7, 7};
    used.flags.assign(9, true);
    used.table = {{9, 9}, {9}};
    used.shape = Circle{1};
    used.loose = 5;
    REQUIRE(tenon::decode_into(document->view(), used).has_value());
    CHECK(*tenon::encode(used) == *document);
    REQUIRE(tenon::decode_into(tenon::encode(Everything{})->view(), used).has_value());
    CHECK(*tenon::encode(used) == *tenon::encode(Everything{}));
}

TEST_CASE("encode overwrites its buffer and leaves nothing behind the document") {
    Message message;
    std::vector<std::uint8_t> buffer(5000, 0xAA);
    REQUIRE(tenon::encode(message, buffer).has_value());
    const auto first = buffer;
    CHECK(tenon::bson::View::validate(buffer).has_value());
    message.sender = std::string(3000, 'x');
    message.reactions.resize(40);
    REQUIRE(tenon::encode(message, buffer).has_value());
    CHECK(tenon::bson::View::validate(buffer).has_value());
    message = {};
    REQUIRE(tenon::encode(message, buffer).has_value());
    CHECK(buffer == first);
}

TEST_CASE("fields are found in any order and unknown ones are skipped") {
    const char* rows[] = {
        R"({"_id":{"$oid":"090000000000000000000000"},"sender":"a","reactions":[],"reply_to":"r","created_at":{"$date":"1970-01-01T00:00:00.001Z"},"version":{"$numberLong":"3"}})",
        R"({"version":{"$numberLong":"3"},"created_at":{"$date":"1970-01-01T00:00:00.001Z"},"reply_to":"r","reactions":[],"sender":"a","_id":{"$oid":"090000000000000000000000"}})",
        R"({"x":1,"_id":{"$oid":"090000000000000000000000"},"y":{"z":[1,"s",null]},"sender":"a","reactions":[],"version":{"$numberLong":"3"},"reply_to":"r","created_at":{"$date":"1970-01-01T00:00:00.001Z"},"deleted_at":null})",
        R"({"_id":{"$oid":"090000000000000000000000"},"sender":"a","reactions":[],"reply_to":"r","created_at":{"$date":"1970-01-01T00:00:00.001Z"},"version":3,"b":{"$binary":{"base64":"","subType":"02"}},"r":{"$regularExpression":{"pattern":"a","options":""}},"c":{"$code":"f"},"m":{"$minKey":1}})",
    };
    const auto want = *read<Message>(rows[0]);
    CHECK(want.version == 3);
    CHECK(want.reply_to == "r");
    for (const char* row : rows) {
        CAPTURE(row);
        const auto message = read<Message>(row);
        REQUIRE_MESSAGE(message.has_value(), (message ? "" : message.error().to_string()));
        CHECK(*message == want);
    }
}

TEST_CASE("an empty optional is absent, and null or absence empties it") {
    CHECK(json_of(Message{}).find("reply_to") == std::string::npos);
    struct Pair {
        std::optional<std::string> a = "default";
        std::optional<Reaction>    b{};
    };
    CHECK_FALSE(read<Pair>(R"({"a":null,"b":null})")->a.has_value());
    CHECK_FALSE(read<Pair>("{}")->a.has_value());
    Pair used{.a = "x", .b = Reaction{}};
    REQUIRE(tenon::decode_into(tenon::bson::View(), used).has_value());
    CHECK_FALSE(used.a.has_value());
    CHECK_FALSE(used.b.has_value());
}

TEST_CASE("linked structs nest to 100 levels and not further") {
    const auto chain = [](int levels) {
        Node  root;
        Node* last = &root;
        for (int i = 1; i < levels; ++i) {
            last->next = std::make_unique<Node>();
            last       = last->next.get();
            last->value = i;
        }
        return root;
    };
    // The innermost node has an array of its own.
    const auto deepest = tenon::encode(chain(99));
    REQUIRE(deepest.has_value());
    CHECK(tenon::decode<Node>(*deepest).has_value());
    const auto deeper = tenon::encode(chain(101));
    REQUIRE_FALSE(deeper.has_value());
    CHECK(deeper.error().code == tenon::Errc::encode);
    CHECK(deeper.error().path.starts_with("next.next."));
}

TEST_CASE("more than 64 fields") {
    struct Wide {
        int a0{}, a1{}, a2{}, a3{}, a4{}, a5{}, a6{}, a7{}, a8{}, a9{}, b0{}, b1{}, b2{}, b3{}, b4{}, b5{}, b6{}, b7{}, b8{}, b9{};
        int c0{}, c1{}, c2{}, c3{}, c4{}, c5{}, c6{}, c7{}, c8{}, c9{}, d0{}, d1{}, d2{}, d3{}, d4{}, d5{}, d6{}, d7{}, d8{}, d9{};
        int e0{}, e1{}, e2{}, e3{}, e4{}, e5{}, e6{}, e7{}, e8{}, e9{}, f0{}, f1{}, f2{}, f3{}, f4{}, f5{}, f6{}, f7{}, f8{}, f9{};
        int g0{}, g1{}, g2{}, g3{}, g4{}, g5{}, g6{}, g7{}, g8{}, g9{};
    };
    Wide wide;
    wide.g9             = 7;
    const auto document = tenon::encode(wide);
    CHECK(tenon::decode<Wide>(*document)->g9 == 7);
    tenon::bson::Builder lacking;
    for (const auto& element : *document) {
        if (element.key != "g8") lacking.append(element.key, element.value);
    }
    CHECK(tenon::decode<Wide>(lacking.take()).error().path == "g8");
}

TEST_CASE("an Extra keeps what the struct does not name") {
    struct Open {
        std::int32_t a{};
        tenon::Extra rest{};
        std::int32_t b{};
    };
    const auto document = tenon::bson::from_json(R"({"x":{"y":[1,2]},"a":1,"b":2,"z":"s"})");
    auto       open     = tenon::decode<Open>(*document);
    REQUIRE(open.has_value());
    CHECK(json_of(open->rest.fields.empty() ? Open{} : *open) == R"({"a":1,"b":2,"x":{"y":[1,2]},"z":"s"})");
    REQUIRE(tenon::decode_into(tenon::bson::from_json(R"({"a":1,"b":2})")->view(), *open).has_value());
    CHECK(open->rest.fields.empty());
    open->rest.fields = tenon::bson::doc("a", 5);
    const auto clash  = tenon::encode(*open);
    REQUIRE_FALSE(clash.has_value());
    CHECK(clash.error().path == "a");
}

TEST_CASE("enumerators go by name, by declared name or by value") {
    struct Enums {
        Color a{};
        Wide  b = Wide::far;
        Level c{};
    };
    CHECK(json_of(Enums{Color::green, Wide::far, Level::low}) == R"({"a":"green","b":"FAR","c":1})");
    CHECK(read<Enums>(R"({"a":"blue","b":"FAR","c":77})")->a == Color::blue);
    CHECK(read<Enums>(R"({"a":"pink","b":"FAR","c":77})").error().path == "a");
    const auto unnamed = tenon::encode(Enums{static_cast<Color>(9), Wide::far, Level::low});
    REQUIRE_FALSE(unnamed.has_value());
    CHECK(unnamed.error().path == "a");
}

TEST_CASE("a variant is read by its tag or by its BSON type") {
    struct Holder {
        std::variant<Circle, Square, std::string, double, std::monostate> v{};
    };
    CHECK(std::get<Square>(read<Holder>(R"({"v":{"side":3,"_type":"Square"}})")->v) == Square{3});
    CHECK(std::get<std::string>(read<Holder>(R"({"v":"s"})")->v) == "s");
    CHECK(std::get<double>(read<Holder>(R"({"v":7})")->v) == 7.0);
    CHECK(read<Holder>(R"({"v":null})")->v.index() == 4);
    CHECK(json_of(Holder{std::monostate{}}) == R"({"v":null})");
    CHECK(read<Holder>(R"({"v":{"side":3}})").error().path == "v._type");
    CHECK(read<Holder>(R"({"v":{"_type":"Cube"}})").error().path == "v");
    CHECK(read<Holder>(R"({"v":{"_type":"Circle","radius":"x"}})").error().path == "v.radius");
    CHECK(read<Holder>(R"({"v":true})").error().path == "v");
}
