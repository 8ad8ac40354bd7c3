#include <limits>

#include "unit/mapping/entities.hpp"

using namespace mapping_test;

namespace {

template <class U>
struct Only {
    U n{};
};

template <class U>
void check(const char* value, std::optional<U> want) {
    const std::string json = std::string(R"({"n":)") + value + "}";
    CAPTURE(json);
    const auto got = read<Only<U>>(json.c_str());
    CHECK(got.has_value() == want.has_value());
    if (got && want) CHECK(got->n == *want);
    if (!got) {
        CHECK(got.error().code == tenon::Errc::decode);
        CHECK(got.error().where == "n");
        CHECK(got.error().path == "n");
    }
}

}  // namespace

TEST_CASE("reading an integer narrows only when the value fits") {
    struct Row {
        const char*                  value;
        std::optional<std::int32_t>  want32;
        std::optional<std::int64_t>  want64;
        std::optional<std::uint8_t>  want8;
        std::optional<std::uint64_t> want_u64;
    };
    const Row rows[] = {
        {R"({"$numberInt":"7"})", 7, 7, 7, 7},
        {R"({"$numberInt":"-1"})", -1, -1, {}, {}},
        {R"({"$numberInt":"256"})", 256, 256, {}, 256},
        {R"({"$numberLong":"2147483647"})", 2147483647, 2147483647, {}, 2147483647},
        {R"({"$numberLong":"2147483648"})", {}, 2147483648, {}, 2147483648},
        {R"({"$numberLong":"-9223372036854775808"})", {}, std::numeric_limits<std::int64_t>::min(), {}, {}},
        {R"({"$numberDouble":"7.0"})", 7, 7, 7, 7},
        {R"({"$numberDouble":"-0.0"})", 0, 0, 0, 0},
        {R"({"$numberDouble":"7.5"})", {}, {}, {}, {}},
        {R"({"$numberDouble":"NaN"})", {}, {}, {}, {}},
        {R"({"$numberDouble":"Infinity"})", {}, {}, {}, {}},
        {R"({"$numberDouble":"9223372036854775808"})", {}, {}, {}, {}},
        {R"({"$numberDecimal":"70E-1"})", 7, 7, 7, 7},
        {R"({"$numberDecimal":"7.5"})", {}, {}, {}, {}},
        {R"("7")", {}, {}, {}, {}},
        {"true", {}, {}, {}, {}},
        {"null", {}, {}, {}, {}},
    };
    for (const auto& row : rows) {
        check<std::int32_t>(row.value, row.want32);
        check<std::int64_t>(row.value, row.want64);
        check<std::uint8_t>(row.value, row.want8);
        check<std::uint64_t>(row.value, row.want_u64);
    }
}

TEST_CASE("reading a floating number loses nothing") {
    struct Row {
        const char*           value;
        std::optional<double> want;
        std::optional<float>  want_float;
    };
    const Row rows[] = {
        {"1.5", 1.5, 1.5F},
        {"0.1", 0.1, {}},
        {"1e300", 1e300, {}},
        {R"({"$numberDouble":"Infinity"})", std::numeric_limits<double>::infinity(), std::numeric_limits<float>::infinity()},
        {"7", 7.0, 7.0F},
        {"16777217", 16777217.0, {}},
        {R"({"$numberLong":"9007199254740992"})", 9007199254740992.0, 9007199254740992.0F},
        {R"({"$numberLong":"9007199254740993"})", {}, {}},
        {R"({"$numberLong":"9223372036854775807"})", {}, {}},
        {R"({"$numberDecimal":"1.5"})", {}, {}},
        {R"("1.5")", {}, {}},
    };
    for (const auto& row : rows) {
        check<double>(row.value, row.want);
        check<float>(row.value, row.want_float);
    }
}

TEST_CASE("a time is read at the member's unit only when it is whole there") {
    const char* whole = R"({"$date":{"$numberLong":"2000"}})";
    const char* part  = R"({"$date":{"$numberLong":"2001"}})";
    const char* far   = R"({"$date":{"$numberLong":"9223372036854775807"}})";
    using namespace std::chrono;
    check<sys_seconds>(whole, sys_seconds(seconds(2)));
    check<sys_seconds>(part, {});
    check<sys_time<milliseconds>>(part, sys_time<milliseconds>(milliseconds(2001)));
    check<sys_time<nanoseconds>>(part, sys_time<nanoseconds>(milliseconds(2001)));
    check<sys_time<nanoseconds>>(far, {});
    check<sys_days>(R"({"$date":{"$numberLong":"86400000"}})", sys_days(days(1)));
    CHECK(json_of(Only<sys_time<microseconds>>{sys_time<microseconds>(microseconds(-1))}) == R"({"n":{"$date":{"$numberLong":"-1"}}})");
    CHECK(tenon::encode(Only<sys_seconds>{sys_seconds(seconds(std::numeric_limits<std::int64_t>::max()))}).error().path == "n");
}

TEST_CASE("integers keep their width, and one above int64 is refused") {
    CHECK(tenon::encode(Only<std::int16_t>{5})->view()["n"].type() == tenon::bson::Type::int32);
    CHECK(tenon::encode(Only<std::uint32_t>{5})->view()["n"].type() == tenon::bson::Type::int64);
    CHECK(tenon::encode(Only<std::int64_t>{5})->view()["n"].type() == tenon::bson::Type::int64);
    CHECK(tenon::encode(Only<std::uint64_t>{9223372036854775807U}).has_value());
    const auto over = tenon::encode(Only<std::uint64_t>{9223372036854775808U});
    REQUIRE_FALSE(over.has_value());
    CHECK(over.error().code == tenon::Errc::encode);
    CHECK(over.error().where == "n");
}
