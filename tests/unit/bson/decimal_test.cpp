#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <tenon/bson/values.hpp>

using tenon::Errc;
using tenon::bson::Decimal128;

namespace {

Decimal128 bits(std::uint64_t high, std::uint64_t low) { return {.low = low, .high = high}; }

std::string zeros(std::size_t n) { return std::string(n, '0'); }

}  // namespace

TEST_CASE("a decimal's canonical text and its bits belong together") {
    struct Row {
        std::string   text;
        std::uint64_t high;
        std::uint64_t low;
    };
    const Row rows[] = {
        {"0", 0x3040000000000000, 0},
        {"-0", 0xB040000000000000, 0},
        {"-0.0", 0xB03E000000000000, 0},
        {"0E+3", 0x3046000000000000, 0},
        {"0E-6176", 0x0000000000000000, 0},
        {"0E+6111", 0x5FFE000000000000, 0},
        {"1", 0x3040000000000000, 1},
        {"-1", 0xB040000000000000, 1},
        {"10", 0x3040000000000000, 10},
        {"1E+1", 0x3042000000000000, 1},
        {"1.0", 0x303E000000000000, 10},
        {"0.001234", 0x3034000000000000, 1234},
        {"0.000001", 0x3034000000000000, 1},
        {"1E-7", 0x3032000000000000, 1},
        {"0.0000010", 0x3032000000000000, 10},
        {"1.0E-7", 0x3030000000000000, 10},
        {"0.000000", 0x3034000000000000, 0},
        {"0E-7", 0x3032000000000000, 0},
        {"1.05E+3", 0x3042000000000000, 105},
        {"18446744073709551616", 0x3040000000000001, 0},
        {"1234567890123456789012345678901234", 0x30403CDE6FFF9732, 0xDE825CD07E96AFF2},
        {"9999999999999999999999999999999999", 0x3041ED09BEAD87C0, 0x378D8E63FFFFFFFF},
        {"9.999999999999999999999999999999999E+6144", 0x5FFFED09BEAD87C0, 0x378D8E63FFFFFFFF},
        {"1E-6176", 0x0000000000000000, 1},
        {"-1E-6176", 0x8000000000000000, 1},
        {"Infinity", 0x7800000000000000, 0},
        {"-Infinity", 0xF800000000000000, 0},
        {"NaN", 0x7C00000000000000, 0},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto parsed = Decimal128::parse(row.text);
        REQUIRE(parsed);
        CHECK(*parsed == bits(row.high, row.low));
        CHECK(bits(row.high, row.low).to_string() == row.text);
    }
}

TEST_CASE("a decimal is read from every text that holds it exactly") {
    struct Row {
        std::string text;
        std::string canonical;
    };
    const Row rows[] = {
        {"+1", "1"},
        {".5", "0.5"},
        {"5.", "5"},
        {"007", "7"},
        {"1e3", "1E+3"},
        {"1E03", "1E+3"},
        {"-100E-10", "-1.00E-8"},
        {"12E0", "12"},
        {"0.00", "0.00"},
        {"nan", "NaN"},
        {"-NaN", "NaN"},
        {"iNf", "Infinity"},
        {"+infinity", "Infinity"},
        {"-INFINITY", "-Infinity"},
        {"." + zeros(998) + "1", "1E-999"},
        {zeros(100) + "1" + zeros(100) + "." + zeros(100), "1." + zeros(33) + "E+100"},
        {"1" + zeros(33), "1" + zeros(33)},
        {"1" + zeros(34), "1." + zeros(33) + "E+34"},
        {"1." + zeros(40), "1." + zeros(33)},
        // The exponent is clamped by zeros of the coefficient, where there is room for them.
        {"1E6144", "1." + zeros(33) + "E+6144"},
        {"1E6112", "1.0E+6112"},
        {"123E6112", "1.230E+6114"},
        {"10E-6177", "1E-6176"},
        {"1" + zeros(33) + "E-6209", "1E-6176"},
        {"100E-6177", "1.0E-6175"},
        {"1" + zeros(100) + "E-6276", "1E-6176"},
        // A zero takes the nearest exponent.
        {"0E99999999999999999999", "0E+6111"},
        {"-0E-99999999999999999999", "-0E-6176"},
        {"0." + zeros(7000), "0E-6176"},
        {"0" + zeros(7000), "0"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto parsed = Decimal128::parse(row.text);
        REQUIRE(parsed);
        CHECK(parsed->to_string() == row.canonical);
    }
}

TEST_CASE("a text that is no decimal, or none of 34 digits, is refused") {
    const std::string rows[] = {
        "", " ", "+", "-", ".", "-.", "e", "E5", ".E5", "1E", "1E+", "1E-", "1E1.0", "1.2.3", "1 ", " 1", "1,5", "0x1",
        "--1", "+-1", "1_000", "infinit", "infinityy", "in", "nann", "na", "sNaN", "NaN1", "1e5e5", "\xD9\xA1",
        std::string("1\0", 2),
        "12345678901234567890123456789012345",  // 35 digits
        "1" + zeros(33) + ".1", "0.12345678901234567890123456789012345", "9" + zeros(40) + "9E-100",
        "1E6145", "10E6144", "9.999999999999999999999999999999999E+6145", "1E99999999999999999999",
        "1E-6177", "11E-6177", "-1E-99999999999999999999", "1" + zeros(34) + "E6111",
    };
    for (const std::string& text : rows) {
        CAPTURE(text);
        const auto parsed = Decimal128::parse(text);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == Errc::invalid_argument);
    }
}

TEST_CASE("bits that no canonical decimal has read as zero or NaN") {
    struct Row {
        Decimal128  value;
        const char* text;
    };
    const Row rows[] = {
        {bits(0x3041ED09BEAD87C0, 0x378D8E6400000000), "0"},   // 10^34
        {bits(0xB041FFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF), "-0"},
        {bits(0x6C10000000000000, 0), "0"},                    // the large form
        {bits(0xEC10000000000000, 0xBEEF), "-0"},
        {bits(0x6C11FFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF), "0E+3"},
        {bits(0xFC00000000000000, 0), "NaN"},
        {bits(0x7E00000000000000, 0), "NaN"},
        {bits(0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF), "NaN"},
        {bits(0x7BFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF), "Infinity"},
    };
    for (const Row& row : rows) CHECK(row.value.to_string() == row.text);
}

TEST_CASE("an int64 is a decimal exactly") {
    const std::int64_t rows[] = {0, 1, -1, (std::int64_t{1} << 53) + 1, INT64_MAX, INT64_MIN};
    for (const std::int64_t n : rows) {
        CAPTURE(n);
        CHECK(Decimal128::from_int64(n).to_string() == std::to_string(n));
    }
}
