#include <doctest/doctest.h>

#include <cstring>

#include <tenon/bson/compare.hpp>
#include <tenon/bson/json.hpp>

#include "sqlite/bounds.hpp"
#include "sqlite/keys.hpp"
#include "support/random_bson.hpp"

using namespace tenon;
using namespace tenon::sqlite;

namespace {

std::string key(bson::ValueRef value, bool descending = false) {
    std::string out;
    append_key(out, value, descending);
    return out;
}

std::string hex(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        constexpr const char* digits = "0123456789abcdef";
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 15U];
    }
    return text;
}

int sign(int n) { return (n > 0) - (n < 0); }

int order(const std::string& a, const std::string& b) { return sign(a.compare(b)); }

bson::Value value(const char* json) {
    auto read = bson::value_from_json(json);
    REQUIRE_MESSAGE(read.has_value(), json);
    return std::move(*read);
}

}  // namespace

TEST_CASE("a value's key is the bytes that the format names") {
    struct Row { const char* json; const char* want; };
    const Row rows[] = {
        {R"({"$minKey":1})", "08"},
        {R"({"$undefined":true})", "10"},
        {"null", "12"},
        {R"({"$numberDouble":"NaN"})", "20"},
        {R"({"$numberDouble":"-Infinity"})", "21"},
        {"0", "23"},
        {R"({"$numberDouble":"-0.0"})", "23"},
        {"1", "24400114"},               // 0.1 * 10^1: digits "10"
        {"12", "24400218"},
        {"100", "24400314"},             // zeros at the end are no digits
        {"123", "244003193c"},           // 12 and more, then 30
        {"-1", "22bffeeb"},              // the payload of 1, inverted
        {R"({"$numberDecimal":"1.00"})", "24400114"},
        {R"({"$numberDouble":"0.5"})", "24400064"},
        {R"({"$numberDouble":"Infinity"})", "25"},
        {R"("ab")", "30616200"},
        {R"("a\u0000")", "3061010100"},
        {R"("\u0001")", "30010200"},
        {"false", "44"},
        {"true", "45"},
        {R"({"$date":{"$numberLong":"0"}})", "488000000000000000"},
        {R"({"a":1})", "34206100" "24400114" "00"},
        {R"({})", "3400"},
        {R"({"$maxKey":1})", "f0"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.json);
        CHECK(hex(key(value(row.json))) == row.want);
    }
}

TEST_CASE("numbers that are equal share their bytes whatever their type") {
    const char* rows[][2] = {
        {"7", R"({"$numberLong":"7"})"},
        {"7", R"({"$numberDouble":"7.0"})"},
        {"-120", R"({"$numberDecimal":"-1.2E+2"})"},
        {R"({"$numberLong":"9007199254740992"})", R"({"$numberDouble":"9007199254740992.0"})"},
        {R"({"$numberLong":"-9223372036854775808"})", R"({"$numberDouble":"-9223372036854775808.0"})"},
        {R"({"$numberLong":"9223372036854775807"})", R"({"$numberDecimal":"9223372036854775807"})"},
        {R"({"$numberDouble":"0.125"})", R"({"$numberDecimal":"0.1250"})"},
    };
    for (const auto& row : rows) {
        CAPTURE(row[0]);
        CAPTURE(row[1]);
        CHECK(hex(key(value(row[0]))) == hex(key(value(row[1]))));
    }
    CHECK(key(value(R"({"$numberLong":"9007199254740993"})")) > key(value(R"({"$numberDouble":"9007199254740992.0"})")));
}

TEST_CASE("keys sort as values compare, ascending and descending, over a million random pairs") {
    testing_support::RandomBson random(20261121);
    int                         wrong = 0;
    for (int i = 0; i < 1'000'000 && wrong < 5; ++i) {
        // Numbers and one type's values meet often enough only when asked for.
        const auto a    = i % 3 == 0 ? random.number() : random.value(2);
        const auto b    = i % 3 == 0 ? random.number() : random.value(2);
        const int  want = sign(bson::compare(a, b));
        const auto up_a = key(a);
        const auto up_b = key(b);
        const auto down_a = key(a, true);
        const auto down_b = key(b, true);
        if (order(up_a, up_b) == want && order(down_b, down_a) == want) continue;
        ++wrong;
        CAPTURE(i);
        CAPTURE(bson::to_json(a.ref(), bson::JsonMode::canonical));
        CAPTURE(bson::to_json(b.ref(), bson::JsonMode::canonical));
        CAPTURE(hex(up_a));
        CAPTURE(hex(up_b));
        CHECK(order(up_a, up_b) == want);
        CHECK(order(down_b, down_a) == want);
    }
}

TEST_CASE("no key is the start of another, so that keys may follow each other") {
    testing_support::RandomBson random(7);
    for (int i = 0; i < 20'000; ++i) {
        const auto a = key(random.value(2));
        const auto b = key(random.value(2));
        if (a == b) continue;
        CHECK_FALSE(b.starts_with(a));
        CHECK_FALSE(a.starts_with(b));
        CHECK(static_cast<unsigned char>(a.front()) != 0x00U);
        CHECK(static_cast<unsigned char>(a.front()) != 0xFFU);
    }
}

TEST_CASE("descending intervals hold the inverted keys of what the ascending ones hold") {
    testing_support::RandomBson random(11);
    const auto within = [](const std::vector<Interval>& intervals, const std::string& bytes) {
        for (const auto& interval : intervals) {
            if (bytes >= interval.low && (interval.high.empty() || bytes < interval.high)) return true;
        }
        return false;
    };
    for (int i = 0; i < 50'000; ++i) {
        auto low  = random.value(1);
        auto high = random.value(1);
        if (bson::compare(low, high) > 0) std::swap(low, high);
        Interval interval{key(low), i % 2 == 0 ? key(high) : after_prefix(key(high)), false};
        if (i % 7 == 0) interval.low.clear();
        if (i % 11 == 0) interval.high.clear();
        if (!interval.high.empty() && interval.low >= interval.high) continue;
        const std::vector<Interval> up{interval};
        const auto                  down = descending(up);
        const auto                  probe = i % 3 == 0 ? low : (i % 3 == 1 ? high : random.value(1));
        CHECK(within(up, key(probe)) == within(down, key(probe, true)));
    }
}
