#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using tenon::field;

TEST_CASE("an operand is encoded at the field's own width") {
    const std::int8_t   small = 3;
    const std::int64_t  big   = 5'000'000'000;
    const std::uint16_t half  = 9;
    const Row rows[] = {
        {field<&Order::qty> == small, R"({"qty":{"$eq":{"$numberInt":"3"}}})"},
        {field<&Order::qty> == half, R"({"qty":{"$eq":{"$numberInt":"9"}}})"},
        {field<&Order::total> == 7, R"({"total":{"$eq":{"$numberLong":"7"}}})"},
        {field<&Order::total> == big, R"({"total":{"$eq":{"$numberLong":"5000000000"}}})"},
        {field<&Order::total> == 7U, R"({"total":{"$eq":{"$numberLong":"7"}}})"},
        {field<&Order::tiny> == 7, R"({"tiny":{"$eq":{"$numberInt":"7"}}})"},
        {field<&Order::tiny> < 300, R"({"tiny":{"$lt":{"$numberInt":"300"}}})"},
        {field<&Order::wide> == 7, R"({"wide":{"$eq":{"$numberLong":"7"}}})"},
        {field<&Order::wide> > -1, R"({"wide":{"$gt":{"$numberLong":"-1"}}})"},
        {field<&Order::widest> == std::uint64_t{7}, R"({"widest":{"$eq":{"$numberLong":"7"}}})"},
        {field<&Order::weight> == 7, R"({"weight":{"$eq":{"$numberDouble":"7.0"}}})"},
        {field<&Order::weight> == 7.5, R"({"weight":{"$eq":{"$numberDouble":"7.5"}}})"},
        {field<&Order::weight> == 7.5F, R"({"weight":{"$eq":{"$numberDouble":"7.5"}}})"},
        {field<&Order::weight> == 4000000000U, R"({"weight":{"$eq":{"$numberDouble":"4000000000.0"}}})"},
        {field<&Order::ratio> < 1, R"({"ratio":{"$lt":{"$numberDouble":"1.0"}}})"},
        {field<&Order::ratio> < 0.5F, R"({"ratio":{"$lt":{"$numberDouble":"0.5"}}})"},
        {field<&Order::fee> == 7, R"({"fee":{"$eq":{"$numberDecimal":"7"}}})"},
        {field<&Order::rank> == 7, R"({"rank":{"$eq":{"$numberInt":"7"}}})"},
        {field<&Order::lines, &Line::price> > 2, R"({"lines.price":{"$gt":{"$numberDouble":"2.0"}}})"},
        {field<&Order::scores> == 4, R"({"scores":{"$eq":{"$numberInt":"4"}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == row.want);
}

TEST_CASE("an operand of any mapped type is encoded as the field stores it") {
    const auto ref  = tenon::ObjectId::parse("0123456789abcdef01234567").value();
    const auto uuid = tenon::Uuid::parse("00112233-4455-6677-8899-aabbccddeeff").value();
    const std::string      text = "abc";
    const std::string_view view = text;
    const Row rows[] = {
        {field<&Order::id> == OrderId(ref), R"({"_id":{"$eq":{"$oid":"0123456789abcdef01234567"}}})"},
        {field<&Order::ref> == ref, R"({"ref":{"$eq":{"$oid":"0123456789abcdef01234567"}}})"},
        {field<&Order::key> == uuid, R"({"key":{"$eq":{"$binary":{"base64":"ABEiM0RVZneImaq7zN3u/w==","subType":"04"}}}})"},
        {field<&Order::gift> == true, R"({"gift":{"$eq":true}})"},
        {field<&Order::buyer> == text, R"({"by":{"$eq":"abc"}})"},
        {field<&Order::buyer> == view, R"({"by":{"$eq":"abc"}})"},
        {field<&Order::buyer> == text.c_str(), R"({"by":{"$eq":"abc"}})"},
        {field<&Order::state> == State::paid, R"({"state":{"$eq":"paid"}})"},
        {field<&Order::state>.in({State::paid, State::sent}), R"({"state":{"$in":["paid","sent"]}})"},
        {field<&Order::level> == Level::high, R"({"level":{"$eq":7}})"},
        {field<&Order::at> > tenon::DateTime(1000), R"({"at":{"$gt":{"$date":{"$numberLong":"1000"}}}})"},
        {field<&Order::at> > std::chrono::sys_seconds(std::chrono::seconds(1)), R"({"at":{"$gt":{"$date":{"$numberLong":"1000"}}}})"},
        {field<&Order::due> == std::chrono::sys_seconds(std::chrono::seconds(2)), R"({"due":{"$eq":{"$date":{"$numberLong":"2000"}}}})"},
        {field<&Order::took> < std::chrono::seconds(1), R"({"took":{"$lt":{"$numberLong":"1000"}}})"},
        {field<&Order::blob> == tenon::Binary{{1, 2}, 5}, R"({"blob":{"$eq":{"$binary":{"base64":"AQI=","subType":"05"}}}})"},
        {field<&Order::bytes> == std::vector<std::uint8_t>{1, 2}, R"({"bytes":{"$eq":{"$binary":{"base64":"AQI=","subType":"00"}}}})"},
        {field<&Order::stamp> == tenon::bson::Timestamp{1, 2}, R"({"stamp":{"$eq":{"$timestamp":{"t":1,"i":2}}}})"},
        {field<&Order::paid> == Money{150}, R"({"paid":{"$eq":{"$numberLong":"150"}}})"},
        {field<&Order::payment> == Cash{3}, R"({"payment":{"$eq":{"_type":"Cash","coins":3}}})"},
        {field<&Order::address> == Address{"x", std::nullopt}, R"({"address":{"$eq":{"city":"x"}}})"},
        {field<&Order::second> == Address{"x", "1"}, R"({"second":{"$eq":{"city":"x","zip":"1"}}})"},
        {field<&Order::free>.key("a") == 5, R"({"free.a":{"$eq":5}})"},
        {field<&Order::free>.key("a") == "x", R"({"free.a":{"$eq":"x"}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}

TEST_CASE("an order by a time between two milliseconds takes the date on the right side") {
    using std::chrono::microseconds;
    using std::chrono::nanoseconds;
    using Nano = std::chrono::sys_time<nanoseconds>;
    const Nano between(nanoseconds(10'500'000));
    const Nano before_1970(nanoseconds(-10'500'000));
    const Nano whole(nanoseconds(10'000'000));
    const std::chrono::sys_time<microseconds> micro(microseconds(10'001));
    const std::chrono::sys_time<std::chrono::duration<double, std::milli>> half(std::chrono::duration<double, std::milli>(10.5));
    const auto date = [](const char* op, const char* ms, const char* path = "at") {
        return std::string("{\"") + path + "\":{\"" + op + "\":{\"$date\":{\"$numberLong\":\"" + ms + "\"}}}}";
    };
    struct Ordered {
        tenon::query::FilterBase filter;
        std::string              want;
    };
    const Ordered rows[] = {
        {field<&Order::at> < between, date("$lt", "11")},
        {field<&Order::at> <= between, date("$lte", "10")},
        {field<&Order::at> > between, date("$gt", "10")},
        {field<&Order::at> >= between, date("$gte", "11")},
        {field<&Order::at> < before_1970, date("$lt", "-10")},
        {field<&Order::at> > before_1970, date("$gt", "-11")},
        {field<&Order::at> < micro, date("$lt", "11")},
        {field<&Order::at> < whole, date("$lt", "10")},
        {field<&Order::at> == whole, date("$eq", "10")},
        {field<&Order::fine> < between, date("$lt", "11", "fine")},
        {field<&Order::fine> > between, date("$gt", "10", "fine")},
        {field<&Order::fine_ones> >= between, date("$gte", "11", "fine_ones")},
        {field<&Order::any> < between, date("$lt", "11", "any")},
        {field<&Order::at> < half, date("$lt", "11")},
        {field<&Order::at> >= std::chrono::floor<std::chrono::seconds>(half), date("$gte", "0")},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == row.want);
    CHECK(canonical(field<&Order::fine_ones>.elem_match([&](auto it) { return it < between; })) ==
          R"({"fine_ones":{"$elemMatch":{"$lt":{"$date":{"$numberLong":"11"}}}}})");
}

TEST_CASE("equality with a time between two milliseconds is a mistake of the filter") {
    using Nano = std::chrono::sys_time<std::chrono::nanoseconds>;
    const Nano between(std::chrono::nanoseconds(10'500'000));
    const Nano whole(std::chrono::nanoseconds(10'000'000));
    const tenon::query::FilterBase filters[] = {
        field<&Order::at> == between,      field<&Order::at> != between,         field<&Order::at>.in({whole, between}),
        field<&Order::at>.nin({between}),  field<&Order::fine> == between,       field<&Order::fine_ones> == between,
        field<&Order::any> == between,     field<&Order::fine_ones>.all({between}),
    };
    for (const auto& filter : filters) {
        REQUIRE(filter.error() != nullptr);
        CHECK(filter.error()->code == tenon::Errc::invalid_argument);
        CHECK(!filter.error()->path.empty());
        CHECK(filter.error()->message.find("between two milliseconds") != std::string::npos);
    }
    // What is stored is rounded down, as an insert does.
    CHECK(canonical(tenon::set<&Order::at>(between)) == R"({"$set":{"at":{"$date":{"$numberLong":"10"}}}})");
    CHECK(canonical(tenon::max<&Order::fine>(between)) == R"({"$max":{"fine":{"$date":{"$numberLong":"10"}}}})");
}

TEST_CASE("null is sought among the elements that may be null") {
    const Row rows[] = {
        {field<&Order::holes> == std::nullopt, R"({"holes":{"$eq":null}})"},
        {field<&Order::holes> != std::nullopt, R"({"holes":{"$ne":null}})"},
        {field<&Order::holes> == std::optional<int>(), R"({"holes":{"$eq":null}})"},
        {field<&Order::holes> == std::optional<int>(5), R"({"holes":{"$eq":5}})"},
        {field<&Order::holes>.in({std::optional<int>(5), std::optional<int>()}), R"({"holes":{"$in":[5,null]}})"},
        {field<&Order::holes> == std::vector<std::optional<int>>{5, std::nullopt}, R"({"holes":{"$eq":[5,null]}})"},
        {field<&Order::holes>.elem_match([](auto it) { return it == std::nullopt; }), R"({"holes":{"$elemMatch":{"$eq":null}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}

TEST_CASE("an array's field takes an element or the whole") {
    const Row rows[] = {
        {field<&Order::tags> == "a", R"({"tags":{"$eq":"a"}})"},
        {field<&Order::tags> == std::vector<std::string>{"a", "b"}, R"({"tags":{"$eq":["a","b"]}})"},
        {field<&Order::flags> == "a", R"({"flags":{"$eq":"a"}})"},
        {field<&Order::flags> == std::set<std::string>{"a"}, R"({"flags":{"$eq":["a"]}})"},
        {field<&Order::dims> == std::array<int, 3>{1, 2, 3}, R"({"dims":{"$eq":[1,2,3]}})"},
        {field<&Order::dims> == 2, R"({"dims":{"$eq":2}})"},
        {field<&Order::grid> == std::vector<int>{1}, R"({"grid":{"$eq":[1]}})"},
        {field<&Order::lines> == Line{"s", 1, 2, {}}, R"({"lines":{"$eq":{"sku":"s","qty":1,"price":2.0,"marks":[]}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.filter) == json(row.want));
}
