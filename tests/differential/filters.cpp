#include "differential/filters.hpp"

#include <algorithm>

namespace tenon::differential {

namespace {

constexpr std::string_view patterns[] = {"^a", "b", "^ab?", "a|b", "^A", "x$", "a.b", ".", "", "^a.*x", "(?i)^A", "[", "\\d"};
constexpr std::string_view options[]  = {"", "i", "m", "s", "x", "im"};

void append_list(RandomBson& random, bson::Builder& builder, std::string_view key, bool with_patterns, int depth) {
    builder.open_array(key);
    const auto size = chance(random, 10) ? 0 : 1 + random.below(3);
    for (std::size_t i = 0; i < size; ++i) {
        if (with_patterns && chance(random, 8)) builder.push(bson::Regex{std::string(patterns[random.below(4)]), chance(random, 30) ? "i" : ""});
        else append_value(random, builder, std::to_string(i), depth);
    }
    builder.close();
}

void append_type(RandomBson& random, bson::Builder& builder, std::string_view key) {
    constexpr std::string_view names[] = {"double", "string", "object", "array", "binData", "undefined", "objectId", "bool", "date", "null", "regex",
                                          "int", "timestamp", "long", "decimal", "minKey", "maxKey", "number", "javascript", "symbol", "dbPointer"};
    constexpr std::int32_t     codes[] = {-1, 1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 18, 19, 127};
    switch (random.below(16)) {
        case 0: builder.append(key, codes[random.below(std::size(codes))]); return;
        case 1:
            builder.open_array(key);
            for (auto n = random.below(4); n > 0; --n) builder.push(pick(random, names));
            builder.close();
            return;
        case 2: append_value(random, builder, key, 0); return;
        default: builder.append(key, pick(random, names));
    }
}

void append_bits(RandomBson& random, bson::Builder& builder, std::string_view key) {
    switch (random.below(8)) {
        case 0: {
            const std::uint8_t bytes[] = {static_cast<std::uint8_t>(random.below(8)), static_cast<std::uint8_t>(random.below(2))};
            builder.append_binary(key, bytes);
            return;
        }
        case 1:
        case 2:
            builder.open_array(key);
            for (auto n = random.below(3); n > 0; --n) builder.push(static_cast<std::int32_t>(chance(random, 10) ? 70 : random.below(4)));
            builder.close();
            return;
        case 3: append_value(random, builder, key, 0); return;
        default: builder.append(key, static_cast<std::int32_t>(random.below(8)));
    }
}

void append_mod(RandomBson& random, bson::Builder& builder) {
    builder.open_array("$mod");
    if (chance(random, 15)) {
        append_number(random, builder, "0");
        append_number(random, builder, "1");
    } else {
        builder.push(static_cast<std::int32_t>(random.below(5)) - 1);
        if (!chance(random, 3)) builder.push(static_cast<std::int32_t>(random.below(3)));
        if (chance(random, 2)) builder.push(1);
    }
    builder.close();
}

void append_elem_match(RandomBson& random, bson::Builder& builder, int depth) {
    if (chance(random, 50)) {
        builder.append("$elemMatch", random_operators(random, depth - 1));
        return;
    }
    builder.open_document("$elemMatch");
    constexpr std::string_view inner[] = {"x", "y", "0", "x.y", "1"};
    for (auto n = random.below(3); n > 0; --n) append_condition(random, builder, pick(random, inner), depth - 1);
    if (chance(random, 10)) {
        builder.open_array("$or").push_document();
        append_condition(random, builder, "x", depth - 1);
        builder.close().push_document();
        append_condition(random, builder, "y", depth - 1);
        builder.close().close();
    }
    builder.close();
}

void append_all(RandomBson& random, bson::Builder& builder, int depth) {
    if (depth > 0 && chance(random, 20)) {
        builder.open_array("$all");
        for (auto n = 1 + random.below(2); n > 0; --n) {
            builder.push_document();
            append_elem_match(random, builder, depth - 1);
            builder.close();
        }
        builder.close();
        return;
    }
    append_list(random, builder, "$all", true, 1);
}

void append_operator(RandomBson& random, bson::Builder& builder, int depth) {
    constexpr std::string_view comparisons[] = {"$gt", "$gte", "$lt", "$lte", "$eq", "$ne"};
    constexpr std::string_view bits[]        = {"$bitsAllSet", "$bitsAllClear", "$bitsAnySet", "$bitsAnyClear"};
    switch (random.below(22)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6: append_value(random, builder, pick(random, comparisons), chance(random, 30) ? 2 : 0); return;
        case 7:
        case 8: append_list(random, builder, "$in", true, 1); return;
        case 9: append_list(random, builder, "$nin", true, 1); return;
        case 10:
        case 11:
            if (chance(random, 15)) append_value(random, builder, "$exists", 1);
            else builder.append("$exists", chance(random, 50));
            return;
        case 12: append_type(random, builder, "$type"); return;
        case 13:
            builder.append("$regex", pick(random, patterns));
            if (chance(random, 25)) builder.append("$options", pick(random, options));
            return;
        case 14: append_all(random, builder, depth); return;
        case 15:
            if (chance(random, 15)) append_value(random, builder, "$size", 0);
            else builder.append("$size", static_cast<std::int32_t>(random.below(4)));
            return;
        case 16: append_mod(random, builder); return;
        case 17: append_bits(random, builder, pick(random, bits)); return;
        case 18:
            if (chance(random, 12)) builder.append("$not", bson::Regex{std::string(pick(random, patterns)), ""});
            else if (chance(random, 3)) append_value(random, builder, "$not", 1);
            else builder.append("$not", random_operators(random, depth - 1));
            return;
        case 19:
            if (chance(random, 4)) {
                constexpr std::string_view odd[] = {"$foo", "$and", "x", "$expr", "$comment", "$options"};
                append_value(random, builder, pick(random, odd), 1);
                return;
            }
            [[fallthrough]];
        default:
            if (depth > 0) append_elem_match(random, builder, depth);
            else builder.append("$exists", true);
    }
}

void append_clause(RandomBson& random, bson::Builder& builder, int depth) {
    if (depth > 0 && chance(random, 18)) {
        constexpr std::string_view logical[] = {"$or", "$and", "$or", "$nor"};
        builder.open_array(pick(random, logical));
        for (auto n = chance(random, 2) ? 0 : 1 + random.below(3); n > 0; --n) {
            builder.push_document();
            append_clause(random, builder, depth - 1);
            if (chance(random, 25)) append_condition(random, builder, random_path(random), 2);
            builder.close();
        }
        builder.close();
        return;
    }
    append_condition(random, builder, random_path(random), 2);
}

}  // namespace

bson::Document random_operators(RandomBson& random, int depth) {
    bson::Builder builder;
    const auto    count = chance(random, 2) ? 0 : 1 + (chance(random, 20) ? 1 : 0) + (chance(random, 3) ? 1 : 0);
    for (auto n = count; n > 0; --n) append_operator(random, builder, depth);
    return builder.take();
}

void append_condition(RandomBson& random, bson::Builder& builder, std::string_view key, int depth) {
    if (key == "_id" && !chance(random, 25)) append_id(random, builder, key);
    else if (chance(random, 22)) append_value(random, builder, key, 2);
    else if (chance(random, 3)) builder.append(key, bson::Regex{std::string(pick(random, patterns)), std::string(pick(random, options))});
    else builder.append(key, random_operators(random, depth));
}

void append_expression(RandomBson& random, bson::Builder& builder, std::string_view key, int depth) {
    if (depth <= 0 || chance(random, 25)) {
        if (chance(random, 70)) builder.append(key, "$" + random_path(random));
        else append_value(random, builder, key, 0);
        return;
    }
    constexpr std::string_view two[]        = {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$cmp", "$ifNull", "$and", "$or"};
    constexpr std::string_view arithmetic[] = {"$in", "$add", "$subtract", "$multiply", "$concatArrays", "$arrayElemAt", "$setUnion", "$concat",
                                               "$divide", "$mod"};
    constexpr std::string_view one[]  = {"$not", "$type", "$isArray", "$size", "$abs", "$toLower", "$isNumber", "$sum", "$max", "$min", "$avg",
                                         "$first", "$last", "$floor", "$ceil", "$strLenCP", "$objectToArray", "$reverseArray"};
    builder.open_document(key);
    switch (random.below(10)) {
        case 0:
            builder.open_array("$cond");
            for (const std::string_view part : {"0", "1", "2"}) append_expression(random, builder, part, depth - 1);
            builder.close();
            break;
        case 1:
            builder.open_array(pick(random, one));
            append_expression(random, builder, "0", depth - 1);
            builder.close();
            break;
        case 2: append_expression(random, builder, pick(random, one), depth - 1); break;
        case 3: append_value(random, builder, "$literal", 2); break;
        case 4:
        case 5:
            builder.open_array(pick(random, arithmetic));
            append_expression(random, builder, "0", depth - 1);
            append_expression(random, builder, "1", depth - 1);
            if (chance(random, 20)) append_expression(random, builder, "2", depth - 1);
            builder.close();
            break;
        default:
            builder.open_array(pick(random, two));
            append_expression(random, builder, "0", depth - 1);
            append_expression(random, builder, "1", depth - 1);
            builder.close();
    }
    builder.close();
}

bson::Document random_filter(RandomBson& random) {
    bson::Builder builder;
    if (chance(random, 6)) {
        // Alone: with a neighbour it would matter which of the two is asked first, since expressions can fail.
        append_expression(random, builder, "$expr", 2);
        return builder.take();
    }
    const auto size = chance(random, 10) ? 0 : 1 + (chance(random, 30) ? 1 : 0) + (chance(random, 10) ? 1 : 0);
    std::vector<std::string> used;
    for (auto n = size; n > 0; --n) {
        bson::Builder clause;
        append_clause(random, clause, 2);
        const auto made = clause.take();
        std::string key(made.begin()->key);
        if (std::find(used.begin(), used.end(), key) != used.end()) continue;  // a key that stands twice is no one's intent
        used.push_back(std::move(key));
        builder.append_all(made);
    }
    if (chance(random, 2)) builder.append("$comment", "seen by no one");
    return builder.take();
}

}  // namespace tenon::differential
