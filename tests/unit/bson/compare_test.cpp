#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <unordered_set>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/bson.hpp>

#include "samples.hpp"

using namespace tenon::bson;
using namespace tenon::bson::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr auto   int_min  = std::numeric_limits<std::int64_t>::min();
constexpr auto   int_max  = std::numeric_limits<std::int64_t>::max();

int sign(int c) { return (c > 0) - (c < 0); }

/// Groups in ascending order; the values of one group are equal.
using Ladder = std::vector<std::vector<Value>>;

// Every pair of the ladder, both ways, by value and as elements of documents; the hash agrees.
void check_ladder(const Ladder& ladder) {
    for (std::size_t i = 0; i < ladder.size(); ++i) {
        for (std::size_t j = 0; j < ladder.size(); ++j) {
            const int want = i < j ? -1 : i > j ? 1 : 0;
            for (std::size_t x = 0; x < ladder[i].size(); ++x) {
                for (std::size_t y = 0; y < ladder[j].size(); ++y) {
                    const Value& a = ladder[i][x];
                    const Value& b = ladder[j][y];
                    CAPTURE(i); CAPTURE(x); CAPTURE(name(a.type()));
                    CAPTURE(j); CAPTURE(y); CAPTURE(name(b.type()));
                    CHECK(compare(a, b) == want);
                    CHECK(equal(a, b) == (want == 0));
                    CHECK(((a <=> b) < 0) == (want < 0));
                    if (want == 0) CHECK(hash(a) == hash(b));
                    if (!a.missing() && !b.missing()) CHECK(compare(doc("k", a), doc("k", b)) == want);
                }
            }
        }
    }
}

}  // namespace

TEST_CASE("all pairs of all types are in MongoDB's order") {
    const Ladder ladder = {
        {Value(MinKey{})},
        {Value(), undefined()},
        {Value(Null{})},
        {Value(1), Value(std::int64_t{1}), Value(1.0), Value(decimal("1.0"))},
        {Value("a"), symbol("a")},
        {Value(doc("a", 1)), Value(doc("a", 1.0))},
        {Value(array(1))},
        {Value(Binary{{1}, 0})},
        {Value(ObjectId{{1}})},
        {Value(false)},
        {Value(true)},
        {Value(DateTime(1))},
        {Value(Timestamp{0, 1})},
        {Value(Regex{"a", ""})},
        {db_pointer("a", 1)},
        {Value(Code{"a"})},
        {code_scope("a", Document())},
        {Value(MaxKey{})},
    };
    std::size_t types = 0;
    for (const auto& group : ladder) types += group.size();
    CHECK(types == 22 + 2);  // each of the 22 types once, a second boolean, a second document
    check_ladder(ladder);
}

TEST_CASE("brackets are numbered as MongoDB numbers them") {
    const std::map<Type, int> rows = {
        {Type::min_key, -1},   {Type::missing, 0},  {Type::undefined, 0},  {Type::null, 5},      {Type::float64, 10},
        {Type::int32, 10},     {Type::int64, 10},   {Type::decimal128, 10}, {Type::string, 15},  {Type::symbol, 15},
        {Type::document, 20},  {Type::array, 25},   {Type::binary, 30},    {Type::object_id, 35}, {Type::boolean, 40},
        {Type::datetime, 45},  {Type::timestamp, 47}, {Type::regex, 50},   {Type::db_pointer, 55}, {Type::code, 60},
        {Type::code_scope, 65}, {Type::max_key, 127},
    };
    CHECK(rows.size() == 22);
    for (const auto& [type, number] : rows) CHECK(bracket(type) == number);
}

TEST_CASE("numbers of all types compare by exact value") {
    const std::int64_t big = std::int64_t{1} << 53;
    check_ladder({
        {Value(std::nan("")), Value(-std::nan("7")), Value(decimal("NaN"))},
        {Value(-infinity), Value(decimal("-Infinity"))},
        {Value(decimal("-1E+400"))},
        {Value(std::numeric_limits<double>::lowest())},
        {Value(std::nextafter(-0x1p63, -infinity))},
        {Value(decimal("-9223372036854775809"))},
        {Value(int_min), Value(-0x1p63), Value(decimal("-9223372036854775808"))},
        {Value(int_min + 1)},
        {Value(-big - 1), Value(decimal("-9007199254740993"))},
        {Value(-big), Value(-0x1p53)},
        {Value(-1.5), Value(decimal("-1.5"))},
        {Value(-1), Value(-1.0)},
        {Value(-0.5)},
        {Value(-std::numeric_limits<double>::denorm_min())},
        {Value(decimal("-1E-400"))},
        {Value(0), Value(std::int64_t{0}), Value(0.0), Value(-0.0), Value(decimal("0")), Value(decimal("-0E+5"))},
        {Value(decimal("1E-400"))},
        {Value(std::numeric_limits<double>::denorm_min())},
        {Value(decimal("0.1"))},
        {Value(0.1)},  // a little above a tenth
        {Value(0.5), Value(decimal("0.50"))},
        {Value(1), Value(1.0), Value(decimal("1.00")), Value(decimal("10E-1"))},
        {Value(1.5)},
        {Value(big), Value(0x1p53), Value(decimal("9007199254740992"))},
        {Value(big + 1), Value(decimal("9007199254740993"))},
        {Value(0x1p53 + 2), Value(big + 2)},
        {Value(int_max - 1)},
        {Value(int_max), Value(decimal("9223372036854775807"))},
        {Value(0x1p63), Value(decimal("9223372036854775808"))},
        {Value(decimal("9223372036854775809"))},
        {Value(std::nextafter(0x1p63, infinity))},
        {Value(std::numeric_limits<double>::max())},
        {Value(decimal("1E+400"))},
        {Value(infinity), Value(decimal("Infinity"))},
    });
}

TEST_CASE("within a bracket each type has its own order") {
    SUBCASE("strings and symbols by bytes, a prefix first") {
        check_ladder({{Value(""), symbol("")}, {Value(std::string("\0", 1))}, {Value("A")}, {Value("a"), symbol("a")},
                      {Value(std::string("a\0", 2)), symbol(std::string_view("a\0", 2))}, {Value("aa")}, {Value("b")},
                      {Value("\xC3\xA9")}});
    }
    SUBCASE("documents by element: bracket, key, value; a prefix first") {
        check_ladder({{Value(Document())},
                      {Value(doc("z", Null{}))},
                      {Value(doc("a", 1)), Value(doc("a", 1.0))},
                      {Value(doc("a", 1, "b", 1))},
                      {Value(doc("a", 2))},
                      {Value(doc("b", 0))},
                      {Value(doc("b", 0, "a", 0))},
                      {Value(doc("a", "x"))},  // a string is above any number, whatever the key
                      {Value(doc("a", doc("a", 1)))},
                      {Value(doc("a", doc("a", 2)))}});
    }
    SUBCASE("arrays as documents of their positions") {
        check_ladder({{Value(Array())}, {Value(array(Null{}))}, {Value(array(1))}, {Value(array(1, 1))}, {Value(array(2))},
                      {Value(array("a"))}, {Value(array(array()))}, {Value(array(array(1)))}});
    }
    SUBCASE("binary by length, subtype, bytes") {
        check_ladder({{Value(Binary{})}, {Value(Binary{{}, 1})}, {Value(Binary{{0xFF}, 0})}, {Value(Binary{{0x00}, 1})},
                      {Value(Binary{{0x00}, 0x80})}, {Value(Binary{{0, 1}, 0})}, {Value(Binary{{0, 2}, 0})},
                      {Value(Binary{{0xFF, 0}, 0})}});
    }
    SUBCASE("ObjectIds by bytes") {
        check_ladder({{Value(ObjectId{})}, {Value(ObjectId{{0x7F, 2}})}, {Value(ObjectId{{0x80, 1}})}});
    }
    SUBCASE("dates signed, timestamps unsigned") {
        check_ladder({{Value(DateTime(int_min))}, {Value(DateTime(-1))}, {Value(DateTime(0))}, {Value(DateTime(int_max))},
                      {Value(Timestamp{0, 0})}, {Value(Timestamp{0, ~0U})}, {Value(Timestamp{1, 0})}, {Value(Timestamp{0x80000000U, 0})},
                      {Value(Timestamp{~0U, ~0U})}});
    }
    SUBCASE("regular expressions by pattern, then options") {
        check_ladder({{Value(Regex{"", "x"})}, {Value(Regex{"a", ""})}, {Value(Regex{"a", "i"})}, {Value(Regex{"a", "m"})},
                      {Value(Regex{"aa", ""})}, {Value(Regex{"b", ""})}, {Value(Regex{"\xC3\xA9", ""})}});
    }
    SUBCASE("dbPointers by length, namespace, id") {
        check_ladder({{db_pointer("b", 9)}, {db_pointer("aa", 1)}, {db_pointer("aa", 0x7F)}, {db_pointer("aa", 0x80)}, {db_pointer("ab", 0)}});
    }
    SUBCASE("code by source, code with scope by source and then scope") {
        check_ladder({{Value(Code{"a"})}, {Value(Code{"b"})}, {code_scope("a", doc("x", 1)), code_scope("a", doc("x", 1.0))},
                      {code_scope("a", doc("x", 2))}, {code_scope("aa", Document())}});
    }
}

TEST_CASE("the order is an order: transitive over random triples of numbers") {
    std::mt19937_64    random(5);
    std::vector<Value> values;
    for (int i = 0; i < 300; ++i) {
        const auto bits = static_cast<std::int64_t>(random()) >> (random() % 64);
        const int  kind = static_cast<int>(random() % 4);
        if (kind == 0) values.emplace_back(bits);
        if (kind == 1) values.emplace_back(static_cast<double>(bits));
        if (kind == 2) values.emplace_back(static_cast<double>(bits) / 16);
        if (kind == 3) values.emplace_back(Decimal128::from_int64(bits));
    }
    std::size_t wrong = 0;
    for (const Value& a : values) {
        for (const Value& b : values) {
            const int ab = compare(a, b);
            wrong += sign(ab) != ab || compare(b, a) != -ab ? 1U : 0U;
            if (ab == 0) wrong += hash(a) != hash(b) ? 1U : 0U;
            const Value& c = values[random() % values.size()];
            if (ab <= 0 && compare(b, c) <= 0) wrong += compare(a, c) > 0 ? 1U : 0U;
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("hashes of unequal values differ, as far as a hash can") {
    const std::vector<Value> values = {
        Value(), Value(Null{}), Value(MinKey{}), Value(MaxKey{}), Value(0), Value(1), Value(2), Value("a"), Value("b"), Value(""),
        Value(Code{"a"}), Value(true), Value(false), Value(DateTime(1)), Value(Timestamp{0, 1}), Value(doc("a", 1)), Value(doc("b", 1)),
        Value(doc("a", 2)), Value(array(1)), Value(array(array(1))), Value(array(1, 2)), Value(Document()), Value(Array()),
        Value(ObjectId{{1}}), Value(Binary{{1}, 0}), Value(Binary{{1}, 1}), Value(Regex{"a", ""}), Value(Regex{"a", "i"}),
        Value(std::string("a\0\0\0\0\0\0\0", 8)), Value(std::string("a\0", 2)), Value(doc("a", doc("b", 1))), Value(doc("a", Document(), "b", 1)),
    };
    std::unordered_set<std::size_t> hashes;
    for (const Value& value : values) hashes.insert(std::hash<Value>{}(value));
    CHECK(hashes.size() == values.size());
}

TEST_CASE("a value is a map key in MongoDB's order") {
    std::map<Value, int, decltype([](const Value& a, const Value& b) { return (a <=> b) < 0; })> counts;
    ++counts[Value(1)];
    ++counts[Value(1.0)];
    ++counts[Value("1")];
    CHECK(counts.size() == 2);
    CHECK(counts[Value(std::int64_t{1})] == 2);
}
