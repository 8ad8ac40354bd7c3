#include "differential/documents.hpp"

#include <algorithm>
#include <limits>

namespace tenon::differential {

namespace {

constexpr std::string_view fields[] = {"a", "b", "c", "d"};
constexpr std::string_view inner[]  = {"x", "y", "x", "y", "0", "1"};
constexpr std::string_view texts[]  = {"", "a", "ab", "abx", "b", "x", "A", "é", "1", "a.b", "$a", "a\nb"};

Decimal128 decimal(RandomBson& random) {
    constexpr std::string_view all[] = {"0", "-0", "1", "1.0", "1.00", "2", "2.50", "0.1", "-1", "5", "1E+1", "NaN", "Infinity", "-Infinity",
                                        "9007199254740993", "0E-10", "1E-6176", "9.999999999999999999999999999999999E+6144"};
    return Decimal128::parse(pick(random, all)).value();
}

void append_object(RandomBson& random, bson::Builder& builder, std::string_view key, int depth) {
    builder.open_document(key);
    if (!chance(random, 12)) {
        const auto first = pick(random, inner);
        append_value(random, builder, first, depth - 1);
        if (const auto second = pick(random, inner); second != first && chance(random, 60)) append_value(random, builder, second, depth - 1);
        if (chance(random, 3)) append_value(random, builder, chance(random, 50) ? "x.y" : "$x", depth - 1);
    }
    builder.close();
}

// Whether there is a dbPointer whose collection's name, between its length and the ObjectId, holds a NUL.
bool holds_nul(bson::ValueRef value) {
    if (value.type() == bson::Type::document || value.type() == bson::Type::array) {
        for (const auto& element : value.as_view()) {
            if (holds_nul(element.value)) return true;
        }
        return false;
    }
    if (value.type() != bson::Type::db_pointer) return false;
    const auto bytes = value.bytes();
    return std::find(bytes.begin() + 4, bytes.end() - 13, std::uint8_t{0}) != bytes.end() - 13;
}

}  // namespace

void append_number(RandomBson& random, bson::Builder& builder, std::string_view key) {
    constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
    switch (random.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5: builder.append(key, static_cast<std::int32_t>(random.below(7)) - 1); return;
        case 6:
        case 7: builder.append(key, static_cast<std::int64_t>(random.below(7)) - 1); return;
        case 8:
        case 9: builder.append(key, static_cast<double>(random.below(12)) / 2 - 1); return;
        case 10:
        case 11: builder.append(key, decimal(random)); return;
        case 12: builder.append(key, chance(random, 50) ? -0.0 : nan); return;
        case 13: {
            constexpr std::int64_t edges[] = {(1LL << 53) + 1, 1LL << 53, std::numeric_limits<std::int64_t>::max(),
                                              std::numeric_limits<std::int64_t>::min(), std::int64_t{1} << 31};
            builder.append(key, edges[random.below(std::size(edges))]);
            return;
        }
        case 14: {
            constexpr double edges[] = {9007199254740992.0, 9223372036854775808.0, 0.1, std::numeric_limits<double>::infinity(),
                                        -std::numeric_limits<double>::infinity(), 1e300, 5e-324};
            builder.append(key, edges[random.below(std::size(edges))]);
            return;
        }
        default: builder.append(key, chance(random, 50) ? std::numeric_limits<std::int32_t>::max() : std::numeric_limits<std::int32_t>::min());
    }
}

void append_array(RandomBson& random, bson::Builder& builder, std::string_view key, int depth) {
    builder.open_array(key);
    const auto size = chance(random, 15) ? 0 : 1 + random.below(4);
    for (std::size_t i = 0; i < size; ++i) append_value(random, builder, std::to_string(i), depth - 1);
    builder.close();
}

void append_value(RandomBson& random, bson::Builder& builder, std::string_view key, int depth) {
    switch (random.below(depth > 0 ? 24 : 16)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5: append_number(random, builder, key); return;
        case 6:
        case 7: builder.append(key, bson::Null{}); return;
        case 8: builder.append(key, random.below(2) == 0); return;
        case 9: builder.append(key, DateTime(static_cast<std::int64_t>(random.below(4)))); return;
        case 10:
        case 11:
        case 12: builder.append(key, pick(random, texts)); return;
        case 13:
            chance(random, 50) ? builder.open_array(key) : builder.open_document(key);
            builder.close();
            return;
        case 14:
        case 15: {
            const auto value = random.value(1);
            // A server puts its clock in the place of an empty timestamp at the top of a document.
            if (value.type() == bson::Type::timestamp) builder.append(key, bson::Timestamp{.seconds = 1, .increment = static_cast<std::uint32_t>(random.below(3))});
            // A server's exclusion projection cuts a collection's name at a NUL.
            else if (holds_nul(value.ref())) builder.append(key, "a");
            // libmongoc refuses some scopes that a server takes.
            else if (value.type() == bson::Type::code_scope) builder.append(key, bson::Code{"f()"});
            else builder.append(key, value.ref());
            return;
        }
        case 16:
        case 17:
        case 18:
        case 19: append_array(random, builder, key, depth); return;
        default: append_object(random, builder, key, depth);
    }
}

void append_id(RandomBson& random, bson::Builder& builder, std::string_view key) {
    switch (random.below(12)) {
        case 0: builder.append(key, static_cast<double>(random.below(80)) / 2); return;
        case 1: builder.append(key, pick(random, texts)); return;
        case 2: builder.open_document(key).append("x", static_cast<std::int32_t>(random.below(3))).close(); return;
        case 3: append_value(random, builder, key, 1); return;
        default: builder.append(key, static_cast<std::int32_t>(random.below(40)));
    }
}

bson::Document random_document(RandomBson& random, bool with_id) {
    bson::Builder builder;
    if (with_id && !chance(random, 4)) append_id(random, builder, "_id");
    else if (with_id) builder.append("a0", 1).append("_id", static_cast<std::int32_t>(random.below(40)));  // it is moved to the front
    const auto first = random.below(4);
    for (std::size_t i = 0; i < 4; ++i) {
        if (!chance(random, 25)) append_value(random, builder, fields[(first + i) % 4], 3);
    }
    if (chance(random, 3)) {
        constexpr std::string_view odd[] = {"", "a.x", "$a", "0", "\xC3\xA9"};
        append_value(random, builder, pick(random, odd), 1);
    }
    return builder.take();
}

std::string random_path(RandomBson& random) {
    if (chance(random, 3)) {
        constexpr std::string_view odd[] = {"a.", ".a", "a..x", "a.00", "a.-1", "a.01", "a.4294967296", "a.x.y.x.y", "e", "$a", "a.$x", "0"};
        return std::string(pick(random, odd));
    }
    std::string path(pick(random, fields));
    if (chance(random, 5)) path = "_id";
    while (chance(random, 38)) {
        constexpr std::string_view parts[] = {"x", "y", "0", "1", "x", "y", "0", "2"};
        path += '.';
        path += pick(random, parts);
    }
    return path;
}

}  // namespace tenon::differential
