#include <chrono>
#include <limits>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include <tenon/bson/values.hpp>

using namespace tenon::bson;
using tenon::Errc;

TEST_CASE("a date prints as RFC 3339 in UTC and reads back") {
    struct Row {
        std::int64_t ms;
        const char*  text;
    };
    const Row rows[] = {
        {0, "1970-01-01T00:00:00Z"},
        {1, "1970-01-01T00:00:00.001Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {1795243233123, "2026-11-21T06:40:33.123Z"},
        {951782400000, "2000-02-29T00:00:00Z"},
        {-62167219200000, "0000-01-01T00:00:00Z"},
        {-62167219200001, "-0001-12-31T23:59:59.999Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z"},
        {253402300800000, "+10000-01-01T00:00:00Z"},
        {std::numeric_limits<std::int64_t>::max(), "+292278994-08-17T07:12:55.807Z"},
        {std::numeric_limits<std::int64_t>::min(), "-292275055-05-16T16:47:04.192Z"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(DateTime(row.ms).to_string() == row.text);
        const auto parsed = DateTime::parse(row.text);
        REQUIRE(parsed.has_value());
        CHECK(parsed->ms == row.ms);
    }
}

TEST_CASE("every int64 prints and reads back") {
    std::mt19937_64 random(3);
    for (int i = 0; i < 20000; ++i) {
        const DateTime at(static_cast<std::int64_t>(random()) >> (random() % 40));
        const auto     parsed = DateTime::parse(at.to_string());
        REQUIRE(parsed.has_value());
        CHECK(*parsed == at);
    }
}

TEST_CASE("the calendar agrees with the standard library's") {
    using namespace std::chrono;
    for (std::int64_t day = -800'000; day < 800'000; day += 37) {
        const year_month_day date{sys_days(days(day))};
        char                 text[40];
        std::snprintf(text, sizeof text, "%s%04d-%02u-%02uT00:00:00Z", static_cast<int>(date.year()) < 0 ? "-" : "",
                      std::abs(static_cast<int>(date.year())), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
        CHECK(DateTime(day * 86'400'000).to_string() == text);
    }
}

TEST_CASE("offsets and fractions are read, fractions past the millisecond round down") {
    struct Row {
        const char*  text;
        std::int64_t ms;
    };
    const Row rows[] = {
        {"1970-01-01T02:00:00+02:00", 0},
        {"1969-12-31T22:30:00-01:30", 0},
        {"1970-01-01T00:00:00-00:00", 0},
        {"1970-01-01t00:00:00z", 0},
        {"1970-01-01T00:00:00.5Z", 500},
        {"1970-01-01T00:00:00.05Z", 50},
        {"1970-01-01T00:00:00.0019Z", 1},
        {"1969-12-31T23:59:59.9999Z", -1},
        {"1970-01-01T00:00:00.123456789Z", 123},
        {"2024-02-29T00:00:00Z", 1709164800000},
        {"1970-01-01T23:59:59+23:59", 59000},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto parsed = DateTime::parse(row.text);
        REQUIRE(parsed.has_value());
        CHECK(parsed->ms == row.ms);
    }
}

TEST_CASE("what is no date with a zone is refused") {
    for (const char* bad :
         {"", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-01-01T00:00Z", "1970-1-01T00:00:00Z",
          "1970-00-01T00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-00T00:00:00Z", "1970-01-32T00:00:00Z", "1970-04-31T00:00:00Z",
          "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z",
          "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00,5Z", "1970-01-01T00:00:00.1234567890Z", "1970-01-01T00:00:00+0200",
          "1970-01-01T00:00:00+02", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60", "1970-01-01T00:00:00ZZ",
          " 1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z ", "10000-01-01T00:00:00Z", "+999-01-01T00:00:00Z", "+-1970-01-01T00:00:00Z",
          "-+1970-01-01T00:00:00Z", "1970-01-01T-1:00:00Z", "+9999999999-01-01T00:00:00Z", "19700101T000000Z"}) {
        CAPTURE(bad);
        const auto parsed = DateTime::parse(bad);
        REQUIRE_FALSE(parsed.has_value());
        CHECK(parsed.error().code == Errc::invalid_argument);
    }
}

TEST_CASE("a date outside of 64 bits of milliseconds is refused") {
    for (const char* bad : {"+292278994-08-17T07:12:55.808Z", "-292275055-05-16T16:47:04.191Z", "+292278995-01-01T00:00:00Z",
                            "+999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z", "+292278994-08-17T07:12:55.807-00:01"}) {
        CAPTURE(bad);
        CHECK_FALSE(DateTime::parse(bad).has_value());
    }
    CHECK(DateTime::parse("+292278994-08-17T08:12:55.807+01:00")->ms == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a date takes the library's clocks, rounded down to the millisecond") {
    using namespace std::chrono;
    CHECK(DateTime(sys_time<microseconds>(microseconds(1999))).ms == 1);
    CHECK(DateTime(sys_time<microseconds>(microseconds(-1))).ms == -1);
    CHECK(DateTime(sys_days(year(2000) / 1 / 1)).to_string() == "2000-01-01T00:00:00Z");
    const auto before = floor<milliseconds>(system_clock::now());
    const auto now    = DateTime::now();
    CHECK(now.time() >= before);
    CHECK(now.time() <= system_clock::now());
    CHECK(DateTime().empty());
    CHECK(DateTime(1) < DateTime(2));
}
