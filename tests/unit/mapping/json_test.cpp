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

struct Scripted {
    double             before{};
    tenon::bson::Value code{};
    tenon::Decimal128  price{};
};

}  // namespace mapping_test

using namespace mapping_test;

template <>
struct tenon::Mapping<Item> : tenon::MappingDefaults {
    static constexpr auto hidden = tenon::members<&Item::secret>;
};
template <>
struct tenon::Model<Order> : tenon::Defaults<Order> {
    static constexpr auto read_only = tenon::members<&Order::status>;
    static constexpr auto versioned = &Order::version;
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
        // Before it a double and a double in a form of its own: neither is taken for it.
        const auto text = std::string(R"({"rate":2.25,"real":{"$numberDouble":"0.5"},"cost":{"price":)") + row.number + "}}";
        const auto read = tenon::from_json<Offer>(text);
        REQUIRE(read.has_value() == (row.want != nullptr));
        if (row.want != nullptr) CHECK(read->cost.price.to_string() == row.want);
        else CHECK(read.error().path == "cost.price");
    }
}

TEST_CASE("a decimal takes a number of a form of Extended JSON, and its digits are known beside a code with a scope") {
    const auto of_form = tenon::from_json<Offer>(R"({"rate":{"$numberDouble":"2.5"},"real":1.5,"cost":{"price":{"$numberDouble":"0.1"}}})");
    REQUIRE_MESSAGE(of_form.has_value(), (of_form ? "" : of_form.error().message));
    CHECK(of_form->rate.to_string() == "2.5");
    CHECK(of_form->cost.price.to_string() == "0.1");
    for (const char* code : {R"({"$scope":{"x":1.5},"$code":"f"})", R"({"$code":"f","$scope":{"x":1.5}})"}) {
        CAPTURE(code);
        const auto read = tenon::from_json<Scripted>(std::string(R"({"before":1.25,"code":)") + code + R"(,"price":1.50})");
        REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().message));
        CHECK(read->price.to_string() == "1.50");
        CHECK(read->before == 1.25);
    }
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

TEST_CASE("the schema of an entity for MongoDB's validator") {
    const auto schema = tenon::json_schema<Order>();
    CHECK(schema.at_path("bsonType").as_string() == "object");
    CHECK(schema.at_path("properties._id.bsonType").as_string() == "objectId");
    CHECK(schema.at_path("properties.lines.items.properties.qty.bsonType").as_string() == "int");
    CHECK(schema.at_path("properties.color.enum.0").as_string() == "blue");
    CHECK(schema.at_path("required.0").as_string() == "_id");
    CHECK(schema.at_path("properties.note.bsonType.1").as_string() == "null");
}
