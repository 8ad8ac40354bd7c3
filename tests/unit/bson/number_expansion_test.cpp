#include "bson/number_expansion.hpp"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <tenon/bson/document.hpp>

#include "bson/decimal_compare.hpp"
#include "support/random_bson.hpp"

using namespace tenon;
using bson::Decimal128;
using bson::detail::compare;
using bson::detail::compare_decimal;
using bson::detail::expand;
using bson::detail::Expansion;

namespace {

using Double = std::numeric_limits<double>;

Decimal128 decimal(std::string_view text) { return Decimal128::parse(text).value(); }

template <class Number>
Expansion expansion(const Number& value) {
    Expansion out;
    expand(value, out);
    return out;
}

// "-0.15e3", "0", "inf", "-inf", "nan"
std::string text_of(const Expansion& e) {
    switch (e.kind) {
        case Expansion::Kind::nan:     return "nan";
        case Expansion::Kind::neg_inf: return "-inf";
        case Expansion::Kind::pos_inf: return "inf";
        case Expansion::Kind::zero:    return "0";
        case Expansion::Kind::finite:  break;
    }
    std::string text = e.negative ? "-0." : "0.";
    for (int i = 0; i < e.count; ++i) text += static_cast<char>('0' + e.digits[static_cast<std::size_t>(i)]);
    return text + "e" + std::to_string(e.exponent);
}

template <class Number>
std::string digits_of(const Number& value) { return text_of(expansion(value)); }

}  // namespace

TEST_CASE("equal numbers of any type have the same digits") {
    CHECK(digits_of(std::int64_t{0}) == "0");
    CHECK(digits_of(-0.0) == "0");
    CHECK(digits_of(decimal("-0E+5")) == "0");
    CHECK(digits_of(std::int64_t{1}) == "0.1e1");
    CHECK(digits_of(1.0) == "0.1e1");
    CHECK(digits_of(decimal("1.000")) == "0.1e1");
    CHECK(digits_of(std::int64_t{-1500}) == "-0.15e4");
    CHECK(digits_of(-1500.0) == "-0.15e4");
    CHECK(digits_of(decimal("-1.50E+3")) == "-0.15e4");
    CHECK(digits_of(0.5) == "0.5e0");
    CHECK(digits_of(decimal("0.05")) == "0.5e-1");
    CHECK(digits_of(INT64_MIN) == "-0.9223372036854775808e19");
    CHECK(digits_of(-9223372036854775808.0) == "-0.9223372036854775808e19");
    CHECK(digits_of(INT64_MAX) == "0.9223372036854775807e19");
    CHECK(digits_of(18446744073709551616.0) == "0.18446744073709551616e20");
    CHECK(digits_of(decimal("9999999999999999999999999999999999E+6111")) ==
          "0.9999999999999999999999999999999999e6145");
    CHECK(digits_of(decimal("1000000000000000000000000000000001")) == "0.1000000000000000000000000000000001e34");
    CHECK(digits_of(1e22) == "0.1e23");
    CHECK(digits_of(1e23) == "0.99999999999999991611392e23");
    CHECK(digits_of(0.1) == "0.1000000000000000055511151231257827021181583404541015625e0");
    CHECK(digits_of(Double::infinity()) == "inf");
    CHECK(digits_of(decimal("-Infinity")) == "-inf");
    CHECK(digits_of(Double::quiet_NaN()) == "nan");
    CHECK(digits_of(decimal("NaN")) == "nan");
}

TEST_CASE("the longest doubles keep all their digits") {
    const Expansion smallest = expansion(5e-324);
    CHECK(smallest.count == 751);
    CHECK(smallest.exponent == -323);
    CHECK(text_of(smallest).substr(0, 22) == "0.49406564584124654417");
    CHECK(smallest.digits[750] == 5);
    const Expansion widest = expansion(std::bit_cast<double>(std::uint64_t{0x001FFFFFFFFFFFFF}));
    CHECK(widest.count == 767);
    CHECK(widest.exponent == -307);
    const Expansion largest = expansion(Double::max());
    CHECK(largest.count == 309);
    CHECK(largest.exponent == 309);
    CHECK(text_of(largest).substr(0, 22) == "0.17976931348623157081");
    CHECK(largest.digits[308] == 8);
}

TEST_CASE("the digits of a double are its value to the last one") {
    testing_support::RandomBson random(7);
    for (int i = 0; i < 200'000; ++i) {
        const auto value = std::bit_cast<double>(random.next());
        if (value != value || value - value != 0) continue;
        const Expansion digits = expansion(value);
        REQUIRE(digits.count <= 767);
        REQUIRE(digits.digits[0] != 0);
        REQUIRE(digits.digits[static_cast<std::size_t>(digits.count) - 1] != 0);
        const std::string text = text_of(digits);
        double            back = 0;
        REQUIRE(std::from_chars(text.data(), text.data() + text.size(), back).ec == std::errc());
        CAPTURE(text);
        REQUIRE(back == value);
        // The library's printer is exact too, and goes another way.
        std::array<char, 1200> printed{};
        std::string want(printed.data(), std::to_chars(printed.data(), printed.data() + printed.size(), value,
                                                       std::chars_format::scientific, 780).ptr);
        want.resize(want.find('e'));
        std::erase(want, '.');
        want.resize(want.find_last_not_of('0') + 1);
        const std::size_t start = value < 0 ? 1 : 0;
        REQUIRE(text.substr(start + 2, static_cast<std::size_t>(digits.count)) == want.substr(start));
    }
}

TEST_CASE("a decimal and a number of another type compare by exact value") {
    struct Row {
        const char* decimal;
        double      other;
        int         order;
    };
    const Row rows[] = {
        {"0.1", 0.1, -1},
        {"0.1000000000000000055511151231257827", 0.1, -1},
        {"0.1000000000000000055511151231257828", 0.1, 1},
        {"-0.1", -0.1, 1},
        {"0.5", 0.5, 0},
        {"0.500", 0.5, 0},
        {"-0E+3", 0.0, 0},
        {"0", -0.0, 0},
        {"1E-6176", 0.0, 1},
        {"-1E-6176", 0.0, -1},
        {"1E-6176", 5e-324, -1},
        {"1E+6144", Double::max(), 1},
        {"1E+23", 1e23, 1},
        {"1E+22", 1e22, 0},
        {"9007199254740993", 9007199254740992.0, 1},
        {"9007199254740993", 9007199254740994.0, -1},
        {"1E+6144", Double::infinity(), -1},
        {"Infinity", Double::infinity(), 0},
        {"-Infinity", -Double::infinity(), 0},
        {"Infinity", Double::max(), 1},
        {"-Infinity", Double::lowest(), -1},
        {"NaN", Double::quiet_NaN(), 0},
        {"NaN", -Double::infinity(), -1},
        {"-Infinity", Double::quiet_NaN(), 1},
        {"0", Double::quiet_NaN(), 1},
    };
    for (const Row& row : rows) {
        CAPTURE(row.decimal);
        CAPTURE(row.other);
        CHECK(compare_decimal(decimal(row.decimal), row.other) == row.order);
        CHECK(compare(expansion(decimal(row.decimal)), expansion(row.other)) == row.order);
        CHECK(compare(expansion(row.other), expansion(decimal(row.decimal))) == -row.order);
    }
    CHECK(compare_decimal(decimal("9007199254740993.0"), std::int64_t{9007199254740993}) == 0);
    CHECK(compare_decimal(decimal("9223372036854775807.5"), INT64_MAX) == 1);
    CHECK(compare_decimal(decimal("-9223372036854775808.5"), INT64_MIN) == -1);
    CHECK(compare_decimal(decimal("-9223372036854775808"), INT64_MIN) == 0);
    CHECK(compare_decimal(decimal("NaN"), INT64_MIN) == -1);
    CHECK(compare_decimal(decimal("Infinity"), INT64_MAX) == 1);
}

TEST_CASE("decimals compare by value, whatever their exponents") {
    // In order; those of one row are equal.
    const std::vector<std::vector<const char*>> rows = {
        {"NaN"},
        {"-Infinity"},
        {"-9.999999999999999999999999999999999E+6144"},
        {"-1E+6144", "-1.000E+6144"},
        {"-10", "-1E+1", "-10.00"},
        {"-9.999999999999999999999999999999999"},
        {"-1E-6176"},
        {"0", "-0", "0E+6111", "-0E-6176", "0.00"},
        {"1E-6176"},
        {"1.000000000000000000000000000000000E-6142"},
        {"1.000000000000000000000000000000001E-6142"},
        {"0.1", "0.10", "1E-1"},
        {"0.1000000000000000000000000000000001"},
        {"1", "1.0", "1.000000000000000000000000000000000"},
        {"1.000000000000000000000000000000001"},
        {"9999999999999999999999999999999999"},
        {"1E+34", "1.000000000000000000000000000000000E+34"},
        {"Infinity"},
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < rows.size(); ++j) {
            for (const char* a : rows[i]) {
                for (const char* b : rows[j]) {
                    const int order = i == j ? 0 : (i < j ? -1 : 1);
                    CAPTURE(std::string(a));
                    CAPTURE(std::string(b));
                    CHECK(compare_decimal(decimal(a), decimal(b)) == order);
                    CHECK(compare(expansion(decimal(a)), expansion(decimal(b))) == order);
                }
            }
        }
    }
}

TEST_CASE("random numbers compare alike by their own types and by their digits") {
    testing_support::RandomBson random(11);
    const auto digits = [](bson::ValueRef v) {
        switch (v.type()) {
            case bson::Type::float64: return expansion(v.as_double());
            case bson::Type::int32:   return expansion(std::int64_t{v.as_int32()});
            case bson::Type::int64:   return expansion(v.as_int64());
            default:                  return expansion(v.as_decimal128());
        }
    };
    for (int i = 0; i < 100'000; ++i) {
        const bson::Value a = random.number();
        const bson::Value b = random.number();
        const int         by_digits = compare(digits(a.ref()), digits(b.ref()));
        REQUIRE(compare(digits(b.ref()), digits(a.ref())) == -by_digits);
        if (a.type() != bson::Type::decimal128) continue;
        const Decimal128 d = a.ref().as_decimal128();
        switch (b.type()) {
            case bson::Type::float64: REQUIRE(compare_decimal(d, b.ref().as_double()) == by_digits); break;
            case bson::Type::int32:   REQUIRE(compare_decimal(d, std::int64_t{b.ref().as_int32()}) == by_digits); break;
            case bson::Type::int64:   REQUIRE(compare_decimal(d, b.ref().as_int64()) == by_digits); break;
            default:                  REQUIRE(compare_decimal(d, b.ref().as_decimal128()) == by_digits); break;
        }
    }
}

TEST_CASE("a decimal is an int64 when it is one exactly") {
    struct Row {
        const char*                 text;
        std::optional<std::int64_t> want;
    };
    const Row rows[] = {
        {"0", 0},
        {"-0.00", 0},
        {"0E+6111", 0},
        {"7.00", 7},
        {"-12E+2", -1200},
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775807.000", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"1E+18", 1'000'000'000'000'000'000},
        {"9223372036854775808", std::nullopt},
        {"-9223372036854775809", std::nullopt},
        {"1E+19", std::nullopt},
        {"1E+6144", std::nullopt},
        {"0.5", std::nullopt},
        {"7.000000000000000000000000000000001", std::nullopt},
        {"1E-6176", std::nullopt},
        {"10E-6170", std::nullopt},
        {"NaN", std::nullopt},
        {"Infinity", std::nullopt},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.text));
        CHECK(bson::detail::to_int64(decimal(row.text)) == row.want);
    }
}

TEST_CASE("a decimal's nearest double") {
    struct Row {
        const char* text;
        double      want;
    };
    const Row rows[] = {
        {"0.1", 0.1},
        {"-1.50", -1.5},
        {"1E+23", 1e23},
        {"9007199254740993", 9007199254740992.0},        // a tie, to even
        {"9007199254740993.000000000000000001", 9007199254740994.0},
        {"9007199254740995", 9007199254740996.0},
        {"1.7976931348623158079E+308", Double::max()},
        {"1.7976931348623158080E+308", Double::infinity()},
        {"-1E+6144", -Double::infinity()},
        {"4.9E-324", 5e-324},
        {"2.4703282292062327E-324", 0.0},
        {"2.4703282292062328E-324", 5e-324},
        {"1E-6176", 0.0},
        {"Infinity", Double::infinity()},
    };
    for (const Row& row : rows) {
        CAPTURE(std::string(row.text));
        CHECK(bson::detail::to_double(decimal(row.text)) == row.want);
    }
    CHECK(bson::detail::to_double(decimal("NaN")) != bson::detail::to_double(decimal("NaN")));
    CHECK(std::signbit(bson::detail::to_double(decimal("-0"))));
    CHECK(std::signbit(bson::detail::to_double(decimal("-1E-6176"))));
}
