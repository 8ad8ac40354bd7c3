#include <limits>

#include <tenon/bson/json.hpp>
#include <tenon/mapping/json.hpp>

#include "unit/mapping/entities.hpp"

namespace mapping_test {

struct Item {
    std::string  name{};
    std::int32_t qty{};
    std::string  secret{};
};
struct Order {
    tenon::ObjectId              id{};
    std::string                  title{};
    std::vector<Item>            lines{};
    std::optional<std::string>   note{};
    tenon::DateTime              placed{};
    tenon::Decimal128            total{};
    Color                        color{};
    std::variant<Circle, Square> shape{};
    tenon::Uuid                  token{};
    std::vector<std::uint8_t>    blob{};
    std::string                  status = "new";
    std::int64_t                 version{};
};

struct Price {
    tenon::Decimal128 price{};
};
struct Offer {
    tenon::Decimal128 rate{};
    double            real{};
    Price             cost{};
};


struct Wrapped {
    Item item{};
};
struct Nests {
    std::variant<std::vector<Item>, int>                              list{};
    std::variant<std::vector<Item>, std::string>                      text{};
    std::vector<std::variant<std::vector<Item>, int>>                 lists{};
    std::variant<std::vector<Wrapped>, int>                           wrapped{};
    std::variant<std::map<std::string, std::vector<Item>>, int>       map{};
};

struct Cents {
    std::int64_t n{};
};
struct Strict {
    Cents                              fee{};
    std::vector<Cents>                 fees{};
    std::array<int, 2>                 pair{};
    float                              rate{};
    std::chrono::sys_days              day{};
    std::map<std::string, std::string> labels{};
    double                             real{};
    tenon::bson::Value                 any{};
    std::optional<Cents>               tip{};
};

enum class Kind { a = 1, b = 2 };
struct Ticket {
    tenon::ObjectId id{};
    Kind            kind{};
    std::string     name{};
    std::int32_t    level = 7;
    std::string     note  = "new";
    std::int64_t    version{};
};
struct LenientTicket {
    tenon::ObjectId id{};
    Kind            kind{};
    std::string     name{};
    std::int32_t    level = 7;
};

struct KeptLine {
    std::string  sku{};
    tenon::Extra rest{};
};
struct Kept {
    std::int64_t      id{};
    std::vector<KeptLine> lines{};
    tenon::Extra      rest{};
};

struct Binaries {
    tenon::Uuid                               uuid{};
    tenon::bson::Binary                       any{};
    std::variant<std::string, tenon::bson::Binary> either{};
    tenon::bson::Document                     free{};
};
struct Nothings {
    std::optional<std::variant<std::int32_t, std::string>>              either{};
    std::optional<Kind>                                                 named{};
    std::optional<Kind>                                                 numbered{};
    std::vector<std::optional<std::variant<std::int32_t, std::string>>> list{};
};
struct Reals {
    double                must{};
    std::optional<double> may{};
};

}  // namespace mapping_test

using namespace mapping_test;

template <>
struct tenon::Mapping<Item> : tenon::MappingDefaults {
    static constexpr auto hidden = tenon::members<&Item::secret>;
};
template <>
struct tenon::Mapper<Wrapped> {
    static Item                   to_bson(const Wrapped& w) { return w.item; }
    static tenon::Result<Wrapped> from_bson(const Item& item) { return Wrapped{item}; }
};
template <>
struct tenon::Mapper<Cents> {
    static std::int64_t         to_bson(const Cents& c) { return c.n; }
    static tenon::Result<Cents> from_bson(std::int64_t n) {
        if (n < 0) return tenon::fail(tenon::Errc::validation, "less than nothing");
        return Cents{n};
    }
};
template <>
struct tenon::Model<Order> : tenon::Defaults<Order> {
    static constexpr auto read_only = tenon::members<&Order::status>;
    static constexpr auto versioned = &Order::version;
};
template <>
struct tenon::Model<Ticket> : tenon::Defaults<Ticket> {
    static constexpr auto hidden    = tenon::members<&Ticket::level>;
    static constexpr auto read_only = tenon::members<&Ticket::note>;
    static constexpr auto versioned = &Ticket::version;
};
template <>
struct tenon::Model<LenientTicket> : tenon::Defaults<LenientTicket> {
    static constexpr auto lenient = true;
};
template <>
struct tenon::Mapping<Nothings> : tenon::MappingDefaults {
    static constexpr auto null_when_empty = true;
    static constexpr auto enum_by_value   = tenon::members<&Nothings::numbered>;
};
template <>
struct tenon::Model<Kept> : tenon::Defaults<Kept> {
    static constexpr auto lenient = true;
};

namespace {
constexpr const char* plain =
    R"({"id":"0102030405060708090a0b0c","title":"a \"b\"","lines":[{"name":"x","qty":2}],"placed":"1970-01-01T00:00:00.005Z","total":"1.50",)"
    R"("color":"green","shape":{"_type":"Square","side":4},"token":"00112233-4455-6677-8899-aabbccddeeff","blob":"AQIDBA==","status":"new","version":3})";

Order sample() {
    Order order;
    order.id      = *tenon::ObjectId::parse("0102030405060708090a0b0c");
    order.title   = "a \"b\"";
    order.lines   = {{"x", 2, "s"}};
    order.placed  = tenon::DateTime(5);
    order.total   = *tenon::Decimal128::parse("1.50");
    order.color   = Color::green;
    order.shape   = Square{4};
    order.token   = *tenon::Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    order.blob    = {1, 2, 3, 4};
    order.version = 3;
    return order;
}
}  // namespace

TEST_CASE("a decimal given as a plain number keeps the digits that were written") {
    struct Row {
        const char* number;
        const char* want;  // null: refused
    };
    const Row rows[] = {
        {"1.50", "1.50"},
        {"0.1", "0.1"},
        {"12", "12"},
        {"1234567890123456789.123456789012345", "1234567890123456789.123456789012345"},
        {"12345678901234567890123456789012345", nullptr},  // 35 digits
        {"12345678901234567890", "12345678901234567890"},
        {"-0.00", "-0.00"},
        {"1.5e3", "1.5E+3"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.number);
        // Before it a decimal and a double: neither's digits are taken for it.
        const auto text = std::string(R"({"rate":2.25,"real":0.5,"cost":{"price":)") + row.number + "}}";
        const auto read = tenon::from_json<Offer>(text);
        REQUIRE(read.has_value() == (row.want != nullptr));
        if (row.want != nullptr) CHECK(read->cost.price.to_string() == row.want);
        else CHECK(read.error().path == "cost.price");
    }
}

TEST_CASE("the forms of Extended JSON are keys like others, but in what has no fields of its own") {
    struct Row {
        const char* text;
        const char* problem;
    };
    const Row rows[] = {
        {R"("real":{"$numberDouble":"NaN"})", "real: is an object, a number is expected"},
        {R"("fee":{"$numberLong":"7"})", "fee: is an object, a whole number is expected"},
        {R"("any":{"$oid":"zz"})", "any: holds a form of Extended JSON that is none"},
    };
    const std::string rest = R"(,"fees":[],"pair":[1,2],"rate":1,"day":"2020-02-02T00:00:00Z")";
    for (const auto& row : rows) {
        CAPTURE(row.text);
        std::string text = "{" + std::string(row.text) + rest;
        for (const char* other : {R"("real":1.5)", R"("fee":1)", R"("any":1)"}) {
            if (std::string_view(row.text).substr(0, 5) != std::string_view(other).substr(0, 5)) text.append(",").append(other);
        }
        const auto read = tenon::from_json<Strict>(text + R"(,"labels":{}})");
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().message == row.problem);
    }
    const auto read = tenon::from_json<Strict>("{\"fee\":1,\"real\":1.5,\"labels\":{\"$oid\":\"x\",\"$code\":\"y\",\"$scope\":\"z\"},\"any\":{\"at\":[{\"$timestamp\":{\"t\":1,\"i\":2}},2.0,{\"$numberLong\":\"3\"}]}" + rest + "}");
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
    CHECK(read->labels == std::map<std::string, std::string>{{"$oid", "x"}, {"$code", "y"}, {"$scope", "z"}});
    const auto& at = read->any.ref().as_view()["at"].as_view();
    CHECK(at["0"].type() == tenon::bson::Type::timestamp);
    CHECK(at["1"].type() == tenon::bson::Type::float64);
    CHECK(at["2"].type() == tenon::bson::Type::int64);
    const auto again = tenon::from_json<Strict>(*tenon::to_json(*read));
    REQUIRE(again.has_value());
    CHECK(again->labels == read->labels);
}

TEST_CASE("what only reading the member finds wrong is listed with all else") {
    const auto read = tenon::from_json<Strict>(
        R"({"fee":-1,"fees":[1,-2,"x",-3],"pair":[1,2,3],"rate":1e300,"day":"2020-02-02T00:00:01Z","labels":{"a":1},"real":"x","any":1,"tip":-4})");
    REQUIRE_FALSE(read.has_value());
    std::vector<std::string> lines;
    for (const auto& item : read.error().items) lines.push_back(item.message);
    INFO(read.error().message);
    CHECK(lines == std::vector<std::string>{
                       "fee: is refused: less than nothing", "fees.1: is refused: less than nothing", "fees.2: is text, a whole number is expected",
                       "fees.3: is refused: less than nothing", "pair.2: is one more element than the entity's std::array has",
                       "rate: is too large for a number of single precision", "day: is a date whose value does not fit the entity's member, which is std::chrono::sys_time",
                       "labels.a: is a number, text is expected", "real: is text, a number is expected", "tip: is refused: less than nothing"});
    const auto twice = tenon::from_json<Strict>(
        R"({"fee":1,"fees":[],"pair":[1,2],"rate":0.1,"day":"2020-02-02T00:00:00Z","labels":{"a":"x","a":"y"},"real":1,"any":null,"tip":null})");
    REQUIRE_FALSE(twice.has_value());
    CHECK(twice.error().message == "labels.a: is there twice");
}

TEST_CASE("a float takes the number nearest to the text") {
    const auto read = tenon::from_json<Strict>(
        R"({"fee":1,"fees":[{}],"pair":[1,2],"rate":0.1,"day":"2020-02-02T00:00:00Z","labels":{},"real":0.1,"any":1})");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().message == "fees.0: is an object, a whole number is expected");
    const auto good = tenon::from_json<Strict>(
        R"({"fee":1,"fees":[2],"pair":[1,2],"rate":0.1,"day":"2020-02-02T00:00:00Z","labels":{},"real":0.1,"any":1})");
    REQUIRE_MESSAGE(good.has_value(), (good ? "" : good.error().message));
    CHECK(good->rate == 0.1F);
    CHECK(good->real == 0.1);
    CHECK(good->fees.at(0).n == 2);
}

TEST_CASE("a hidden field is hidden in every nest of containers") {
    const std::vector<Item> items{{"x", 1, "SECRET"}};
    Nests nests;
    nests.list    = items;
    nests.text    = items;
    nests.lists   = {items};
    nests.wrapped = std::vector<Wrapped>{{items.front()}};
    nests.map     = std::map<std::string, std::vector<Item>>{{"k", items}};
    const auto text = tenon::to_json(nests);
    REQUIRE(text.has_value());
    CHECK(*text == R"({"list":[{"name":"x","qty":1}],"text":[{"name":"x","qty":1}],"lists":[[{"name":"x","qty":1}]],"wrapped":[{"name":"x","qty":1}],)"
                   R"("map":{"k":[{"name":"x","qty":1}]}})");
}

TEST_CASE("an entity as an API shows it") {
    const auto text = tenon::to_json(sample());
    REQUIRE(text.has_value());
    CHECK(*text == plain);
}

TEST_CASE("what an API takes") {
    std::string text = plain;
    text.replace(text.find(R"("status":"new",)"), 15, "");
    const auto order = tenon::from_json<Order>(text);
    REQUIRE_MESSAGE(order.has_value(), (order ? "" : order.error().message));
    CHECK(*tenon::to_json(*order) == plain);
    CHECK(order->status == "new");
    const auto brief = tenon::from_json<Order>(
        R"({"title":"t","lines":[],"placed":"1970-01-01T01:00:00+01:00","total":2,"color":"red","shape":{"_type":"Circle","radius":1},"token":"00112233445566778899aabbccddeeff","blob":""})");
    REQUIRE_MESSAGE(brief.has_value(), (brief ? "" : brief.error().message));
    CHECK(brief->id.empty());
    CHECK(brief->placed.ms == 0);
    CHECK(brief->total.to_string() == "2");
}

TEST_CASE("every problem is listed by its path") {
    const auto order = tenon::from_json<Order>(
        R"({"id":"zz","title":5,"lines":[{"name":"x","qty":2147483648},{"qty":1.5,"secret":"s","more":1}],"note":null,"placed":"yesterday",)"
        R"("color":"pink","shape":{"_type":"Cube"},"token":7,"blob":"*","status":"paid","total":"1.0"})");
    REQUIRE_FALSE(order.has_value());
    const auto& error = order.error();
    CHECK(error.code == tenon::Errc::validation);
    CHECK(error.path == "id");
    std::vector<std::string> lines;
    for (const auto& item : error.items) lines.push_back(item.message);
    CHECK(lines == std::vector<std::string>{
                       "id: is not an id of 24 hexadecimal digits", "title: is a number, text is expected",
                       "lines.0.qty: is outside the range from -2147483648 to 2147483647", "lines.1.qty: is not a whole number that fits",
                       "lines.1.secret: cannot be set", "lines.1.more: is no field of the entity", "lines.1.name: is missing",
                       "placed: is not a date as ISO 8601 text", "color: is none of blue, red, green", "shape._type: names no alternative",
                       "token: is a number, a UUID as text is expected", "blob: is not base64", "status: cannot be set"});
    CHECK(tenon::from_json<Order>("[1]").error().code == tenon::Errc::invalid_argument);
    CHECK(tenon::from_json<Order>("{").error().code == tenon::Errc::invalid_argument);
}

TEST_CASE("a member whose default cannot be stored takes no other default away") {
    struct Row {
        const char* text;
        const char* problem;  // null: read
    };
    const Row rows[] = {
        {R"({"kind":"b","name":"x"})", nullptr},
        {R"({"name":"x"})", "kind: is missing"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto read = tenon::from_json<Ticket>(row.text);
        REQUIRE_MESSAGE(read.has_value() == (row.problem == nullptr), (read ? "" : read.error().message));
        if (!read) {
            CHECK(read.error().message == row.problem);
            continue;
        }
        CHECK(read->id.empty());
        CHECK(read->kind == Kind::b);
        CHECK(read->level == 7);
        CHECK(read->version == 0);
        CHECK(read->note == "new");
    }
    // A lenient struct's member may be missing, and is what the struct begins with.
    const auto lenient = tenon::from_json<LenientTicket>(R"({"name":"x"})");
    REQUIRE_MESSAGE(lenient.has_value(), (lenient ? "" : lenient.error().message));
    CHECK(lenient->kind == Kind{});
    CHECK(lenient->level == 7);
}

TEST_CASE("an Extra's names are its own, and no name in JSON stands for two things") {
    struct Row {
        const char* stored;
        const char* shown;
    };
    const Row rows[] = {
        {R"({"_id":1,"x":2})", R"({"id":1,"lines":[],"x":2})"},
        {R"({"_id":1,"id":"legacy"})", R"({"id":1,"lines":[],"_id":"legacy"})"},
        {R"({"_id":1,"lines":[{"sku":"tea","_id":5}]})", R"({"id":1,"lines":[{"sku":"tea","_id":5}]})"},
        {R"({"_id":1,"lines":[{"sku":"tea","id":5}]})", R"({"id":1,"lines":[{"sku":"tea","id":5}]})"},
        {R"({"_id":1,"lines":[{"sku":"tea","id":5,"_id":6}]})", R"({"id":1,"lines":[{"sku":"tea","id":5,"_id":6}]})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.stored);
        const auto entity = tenon::decode<Kept>(*tenon::bson::from_json(row.stored));
        REQUIRE_MESSAGE(entity.has_value(), (entity ? "" : entity.error().message));
        const auto text = tenon::to_json(*entity);
        REQUIRE(text.has_value());
        CHECK(*text == row.shown);
        const auto again = tenon::from_json<Kept>(*text);
        REQUIRE_MESSAGE(again.has_value(), (again ? "" : again.error().message));
        CHECK(*tenon::encode(*again) == *tenon::encode(*entity));
    }
}

TEST_CASE("a binary is base64 where any is taken, and a UUID as text where a UUID is") {
    const auto uuid = *tenon::Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    Binaries   given;
    given.uuid = uuid;
    given.any.bytes.assign(uuid.bytes.begin(), uuid.bytes.end());
    given.any.subtype = 4;
    given.either      = given.any;
    given.free        = tenon::bson::doc("u", uuid);
    const auto text   = tenon::to_json(given);
    REQUIRE(text.has_value());
    CHECK(*text == R"({"uuid":"00112233-4455-6677-8899-aabbccddeeff","any":"ABEiM0RVZneImaq7zN3u/w==","either":"ABEiM0RVZneImaq7zN3u/w==",)"
                   R"("free":{"u":"00112233-4455-6677-8899-aabbccddeeff"}})");
    const auto read = tenon::from_json<Binaries>(*text);
    REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
    CHECK(read->uuid == uuid);
    CHECK(read->any.bytes == given.any.bytes);
    CHECK(read->any.subtype == 0);
}

TEST_CASE("the null of a number that JSON has none for is read where the member is optional") {
    for (const double number : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        CAPTURE(number);
        const auto text = tenon::to_json(Reals{number, number});
        REQUIRE(text.has_value());
        CHECK(*text == R"({"must":null,"may":null})");
        const auto read = tenon::from_json<Reals>(*text);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().message == "must: is null, a number is expected");
        const auto optional = tenon::from_json<Reals>(R"({"must":1,"may":null})");
        REQUIRE(optional.has_value());
        CHECK_FALSE(optional->may.has_value());
    }
}

TEST_CASE("the schema of an entity for MongoDB's validator") {
    const auto schema = tenon::json_schema<Order>();
    CHECK(schema.at_path("bsonType").as_string() == "object");
    CHECK(schema.at_path("properties._id.bsonType").as_string() == "objectId");
    CHECK(schema.at_path("properties.lines.items.properties.qty.bsonType").as_string() == "int");
    CHECK(schema.at_path("properties.color.enum.0").as_string() == "blue");
    CHECK(schema.at_path("required.0").as_string() == "_id");
    CHECK(schema.at_path("properties.note.bsonType.1").as_string() == "null");
}

TEST_CASE("the schema takes the null of what is empty") {
    const auto stored = tenon::encode(Nothings{.list = {std::nullopt}});
    REQUIRE(stored.has_value());
    CHECK(tenon::bson::to_json(*stored) == R"({"either":null,"named":null,"numbered":null,"list":[null]})");
    const auto schema = tenon::json_schema<Nothings>();
    struct Row {
        const char* path;
        const char* want;
    };
    const Row rows[] = {
        {"properties.either", R"({"anyOf":[{"bsonType":"int"},{"bsonType":"string"},{"bsonType":"null"}]})"},
        {"properties.named", R"({"bsonType":["string","null"],"enum":["a","b",null]})"},
        {"properties.numbered", R"({"bsonType":["int","null"]})"},
        {"properties.list.items", R"({"anyOf":[{"bsonType":"int"},{"bsonType":"string"},{"bsonType":"null"}]})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        CHECK(tenon::bson::to_json(schema.at_path(row.path).as_view()) == row.want);
    }
}
