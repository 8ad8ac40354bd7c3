#pragma once
// Random documents, filters, sorts and indexes of few values and paths: equalities hit, ranges cut, arrays overlap.

#include "unit/sqlite/fixture.hpp"

#include "support/random_bson.hpp"

namespace tenon::sqlite::test {

using testing_support::RandomBson;

template <std::size_t N>
std::string_view pick(RandomBson& random, const std::string_view (&from)[N]) {
    return from[random.below(N)];
}

// Few values, so that equalities hit, ranges cut and arrays overlap.
inline void append_value(RandomBson& random, bson::Builder& builder, std::string_view name, int depth) {
    switch (random.below(depth > 0 ? 14 : 10)) {
        case 0: builder.append(name, static_cast<std::int32_t>(random.below(6))); return;
        case 1: builder.append(name, static_cast<std::int64_t>(random.below(6))); return;
        case 2: builder.append(name, static_cast<double>(random.below(12)) / 2); return;
        case 3: builder.append(name, Decimal128::from_int64(static_cast<std::int64_t>(random.below(6)))); return;
        case 4: builder.append(name, bson::Null{}); return;
        case 5: builder.append(name, random.below(2) == 0); return;
        case 6: builder.append(name, DateTime(static_cast<std::int64_t>(random.below(5)))); return;
        case 7: {
            constexpr std::string_view texts[] = {"", "a", "ab", "abx", "ax", "b", "x", "é", "éx", "aéx", "éab"};
            builder.append(name, pick(random, texts));
            return;
        }
        case 8: builder.append(name, random.value(1).ref()); return;
        case 9: builder.append(name, std::numeric_limits<double>::quiet_NaN()); return;
        case 10:
        case 11: {
            builder.open_array(name);
            const auto size = random.below(4);
            for (std::size_t i = 0; i < size; ++i) append_value(random, builder, std::to_string(i), depth - 1);
            builder.close();
            return;
        }
        default: {
            builder.open_document(name);
            for (const std::string_view field : {"x", "y"}) {
                if (random.below(3) != 0) append_value(random, builder, field, depth - 1);
            }
            if (random.below(6) == 0) append_value(random, builder, "0", depth - 1);
            builder.close();
        }
    }
}

inline bson::Document random_document(RandomBson& random, std::int32_t id) {
    bson::Builder builder;
    builder.append("_id", id);
    for (const std::string_view field : {"a", "b", "c"}) {
        if (random.below(5) != 0) append_value(random, builder, field, 2);
    }
    return builder.take();
}

inline constexpr std::string_view paths[] = {"a", "b", "c", "a.x", "a.y", "b.x", "c.y", "_id", "a.0", "a.0.x", "b.1", "a.x.0"};

inline void append_condition(RandomBson& random, bson::Builder& builder, int depth);

inline void append_predicate(RandomBson& random, bson::Builder& builder, std::string_view path) {
    constexpr std::string_view comparisons[] = {"$gt", "$gte", "$lt", "$lte", "$eq", "$ne"};
    switch (random.below(16)) {
        case 0:
        case 1:
        case 2: {
            builder.open_document(path);
            append_value(random, builder, "$eq", 1);
            builder.close();
            return;
        }
        case 3:
        case 4: {
            builder.open_document(path);
            append_value(random, builder, pick(random, comparisons), 0);
            builder.close();
            return;
        }
        case 5: {
            builder.open_document(path);
            append_value(random, builder, "$gte", 0);
            append_value(random, builder, "$lt", 0);
            builder.close();
            return;
        }
        case 6:
        case 7: {
            builder.open_document(path);
            builder.open_array(random.below(4) == 0 ? "$nin" : "$in");
            const auto size = random.below(4);
            for (std::size_t i = 0; i < size; ++i) append_value(random, builder, std::to_string(i), 1);
            builder.close();
            builder.close();
            return;
        }
        case 8: {
            builder.open_document(path);
            builder.append("$exists", random.below(2) == 0);
            builder.close();
            return;
        }
        case 9: {
            constexpr std::string_view types[] = {"int", "double", "number", "string", "array", "object", "null", "date", "bool"};
            builder.open_document(path);
            builder.append("$type", pick(random, types));
            builder.close();
            return;
        }
        case 10: {
            constexpr std::string_view patterns[] = {"^a",    "^ab",   "b",        "^a|b",    "^ab*",     "^\\Qa\\E", "^é?x",
                                                     "^é*a", "^aé?x", "^é{0,1}x", "^(?i)AB", "^ab(?#)?x", "^(a|x)",   "^aé"};
            builder.open_document(path);
            builder.append("$regex", pick(random, patterns));
            if (random.below(5) == 0) builder.append("$options", random.below(2) == 0 ? "i" : "m");
            builder.close();
            return;
        }
        case 11: {
            builder.open_document(path);
            builder.open_array("$all");
            const auto size = 1 + random.below(2);
            for (std::size_t i = 0; i < size; ++i) append_value(random, builder, std::to_string(i), 1);
            builder.close();
            builder.close();
            return;
        }
        case 12: {
            builder.open_document(path);
            builder.append("$size", static_cast<std::int32_t>(random.below(4)));
            builder.close();
            return;
        }
        case 13: {
            builder.open_document(path);
            builder.open_array("$mod");
            builder.append("0", static_cast<std::int32_t>(1 + random.below(3)));
            builder.append("1", static_cast<std::int32_t>(random.below(2)));
            builder.close();
            builder.close();
            return;
        }
        case 14: {
            builder.open_document(path);
            builder.open_document("$not");
            append_value(random, builder, pick(random, comparisons), 0);
            builder.close();
            builder.close();
            return;
        }
        default: {
            builder.open_document(path);
            builder.open_document("$elemMatch");
            if (random.below(2) == 0) {
                append_value(random, builder, "$gte", 0);
                append_value(random, builder, "$lte", 0);
            } else {
                append_predicate(random, builder, "x");
                if (random.below(2) == 0) append_predicate(random, builder, "y");
            }
            builder.close();
            builder.close();
        }
    }
}

inline void append_condition(RandomBson& random, bson::Builder& builder, int depth) {
    if (depth > 0 && random.below(4) == 0) {
        constexpr std::string_view logical[] = {"$or", "$and", "$or", "$nor"};
        builder.open_array(pick(random, logical));
        const auto size = 1 + random.below(3);
        for (std::size_t i = 0; i < size; ++i) {
            builder.push_document();
            append_condition(random, builder, depth - 1);
            if (random.below(3) == 0) append_predicate(random, builder, pick(random, paths));
            builder.close();
        }
        builder.close();
        return;
    }
    append_predicate(random, builder, pick(random, paths));
}

inline bson::Document random_filter(RandomBson& random) {
    bson::Builder builder;
    const auto    size = random.below(4);
    for (std::size_t i = 0; i < size; ++i) append_condition(random, builder, 2);
    return builder.take();
}

inline bson::Document random_sort(RandomBson& random) {
    bson::Builder               builder;
    constexpr std::string_view  sorts[] = {"a", "b", "c", "a.x", "b.x"};
    const auto                  first   = random.below(5);
    const auto                  second  = (first + 1 + random.below(4)) % 5;
    const auto                  size    = random.below(3);
    if (size > 0) builder.append(sorts[first], random.below(2) == 0 ? 1 : -1);
    if (size > 1) builder.append(sorts[second], random.below(2) == 0 ? 1 : -1);
    builder.append("_id", random.below(2) == 0 ? 1 : -1);
    return builder.take();
}

inline const char* const indexes[] = {
    R"({"a":1})", R"({"a":-1})", R"({"b":1})", R"({"a":1,"b":1})", R"({"a":1,"b":-1})", R"({"b":-1,"c":1,"a":1})", R"({"a.x":1})",
    R"({"a.x":1,"a.y":-1})", R"({"b.x":1,"c":1})", R"({"c":1,"_id":-1})", R"({"a":1,"c":-1,"_id":1})", R"({"a.0":1})",
    R"({"a.0.x":-1,"b":1})", R"({"c":1,"b.1":1})",
};

// What the filters of partial indexes may hold.
inline const char* const partial_filters[] = {
    R"({"a":{"$gt":1}})", R"({"a":{"$exists":true}})", R"({"b":{"$in":[1,2,null]}})", R"({"$or":[{"a":{"$gte":1}},{"b":1}]})", R"({"c":null})",
    R"({"a":{"$type":"number"}})", R"({"a":{"$lte":2},"b":{"$exists":true}})", R"({"a.x":{"$gte":1}})", R"({"a":[1]})", R"({"a":{}})",
    R"({"a.0":{"$gte":2}})",
};

inline IndexSpec random_index(RandomBson& random, const std::string& name) {
    IndexSpec spec;
    spec.name = name;
    spec.keys = json(indexes[random.below(std::size(indexes))]);
    switch (random.below(5)) {
        case 0: spec.sparse = true; break;
        case 1:
        case 2: spec.partial_filter = json(partial_filters[random.below(std::size(partial_filters))]); break;
        case 3: spec.hidden = random.below(3) == 0; break;
        default: break;
    }
    spec.unique = random.below(5) == 0;
    return spec;
}

}  // namespace tenon::sqlite::test
