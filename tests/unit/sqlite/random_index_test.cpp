// Random documents and queries, with and without each index: the same answers.

#include "unit/sqlite/fixture.hpp"

#include <cstring>

#include "support/random_bson.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

using testing_support::RandomBson;

template <std::size_t N>
std::string_view pick(RandomBson& random, const std::string_view (&from)[N]) {
    return from[random.below(N)];
}

// Few values, so that equalities hit, ranges cut and arrays overlap.
void append_value(RandomBson& random, bson::Builder& builder, std::string_view name, int depth) {
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

bson::Document random_document(RandomBson& random, std::int32_t id) {
    bson::Builder builder;
    builder.append("_id", id);
    for (const std::string_view field : {"a", "b", "c"}) {
        if (random.below(5) != 0) append_value(random, builder, field, 2);
    }
    return builder.take();
}

constexpr std::string_view paths[] = {"a", "b", "c", "a.x", "a.y", "b.x", "c.y", "_id", "a.0", "a.0.x", "b.1", "a.x.0"};

void append_condition(RandomBson& random, bson::Builder& builder, int depth);

void append_predicate(RandomBson& random, bson::Builder& builder, std::string_view path) {
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

void append_condition(RandomBson& random, bson::Builder& builder, int depth) {
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

bson::Document random_filter(RandomBson& random) {
    bson::Builder builder;
    const auto    size = random.below(4);
    for (std::size_t i = 0; i < size; ++i) append_condition(random, builder, 2);
    return builder.take();
}

bson::Document random_sort(RandomBson& random) {
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

const char* const indexes[] = {
    R"({"a":1})", R"({"a":-1})", R"({"b":1})", R"({"a":1,"b":1})", R"({"a":1,"b":-1})", R"({"b":-1,"c":1,"a":1})", R"({"a.x":1})",
    R"({"a.x":1,"a.y":-1})", R"({"b.x":1,"c":1})", R"({"c":1,"_id":-1})", R"({"a":1,"c":-1,"_id":1})", R"({"a.0":1})",
    R"({"a.0.x":-1,"b":1})", R"({"c":1,"b.1":1})",
};

// What the filters of partial indexes may hold.
const char* const partial_filters[] = {
    R"({"a":{"$gt":1}})", R"({"a":{"$exists":true}})", R"({"b":{"$in":[1,2,null]}})", R"({"$or":[{"a":{"$gte":1}},{"b":1}]})", R"({"c":null})",
    R"({"a":{"$type":"number"}})", R"({"a":{"$lte":2},"b":{"$exists":true}})", R"({"a.x":{"$gte":1}})", R"({"a":[1]})", R"({"a":{}})",
    R"({"a.0":{"$gte":2}})",
};

IndexSpec random_index(RandomBson& random, const std::string& name) {
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

// Any of it may be refused: a path through a scalar, parallel arrays, a key that is there.
void random_write(RandomBson& random, Box& box) {
    const auto filter = [&] { return random.below(3) == 0 ? json("{\"_id\":" + std::to_string(random.below(60)) + "}") : random_filter(random); };
    if (random.below(5) == 0) {
        Delete op;
        op.filter = filter();
        (void)box.run(op);
        return;
    }
    if (random.below(3) == 0) {
        Replace op;
        op.filter      = filter();
        op.replacement = random_document(random, 0);
        bson::Builder without;
        for (const auto& [key, value] : op.replacement.view()) {
            if (key != "_id") without.append(key, value);
        }
        op.replacement = without.take();
        (void)box.run(op);
        return;
    }
    constexpr std::string_view fields[]    = {"a", "b", "c", "a.x", "a.0", "b.x"};
    constexpr std::string_view operators[] = {"$set", "$set", "$set", "$unset", "$push"};
    Update                     op;
    op.filter = filter();
    op.many   = random.below(3) == 0;
    bson::Builder builder;
    builder.open_document(pick(random, operators));
    append_value(random, builder, pick(random, fields), 2);
    builder.close();
    op.update = builder.take();
    (void)box.run(op);
}

std::string found(Box& box, const Find& find) {
    Find op    = find;
    auto reply = box.run(op);
    if (!reply) return "error " + std::to_string(reply.error().server.code);
    std::string text;
    auto&       cursor = std::get<FindReply>(*reply).cursor;
    for (;;) {
        auto next = cursor->next();
        if (!next) return "error " + std::to_string(next.error().server.code);
        if (!*next) return text;
        text += bson::to_json((**next)["_id"]) + " ";
    }
}

}  // namespace

TEST_CASE("a query finds the same documents in the same order with and without each index") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        RandomBson random(seed * 7919);
        Box        bare;
        Box        indexed;
        // Documents without arrays show the planner's other half: bounds that may be intersected, orders that hold.
        const bool arrays = seed % 3 != 0;
        std::vector<bson::Document> documents;
        for (std::int32_t id = 0; id < 120; ++id) {
            auto document = random_document(random, id);
            if (!arrays && bson::to_json(document).find('[') != std::string::npos) continue;
            documents.push_back(std::move(document));
        }
        Insert insert;
        insert.documents = documents;
        bare.must(insert);
        insert.ordered = false;
        for (const char* keys : indexes) {
            CAPTURE(keys);
            indexed.collection = keys;
            CreateIndexes create;
            create.indexes.push_back({});
            create.indexes.back().keys = json(keys);
            indexed.must(create);
            // Half are there before the index, half come after; those with parallel arrays are refused by both ways alike.
            (void)indexed.run(insert);
            std::string stored = found(indexed, Find{});
            for (int round = 0; round < 60; ++round) {
                Find find;
                find.filter = random_filter(random);
                find.sort   = random_sort(random);
                if (random.below(3) == 0) find.limit = static_cast<std::int64_t>(1 + random.below(8));
                if (random.below(4) == 0) find.skip = static_cast<std::int64_t>(random.below(5));
                CAPTURE(seed);
                CAPTURE(bson::to_json(find.filter));
                CAPTURE(bson::to_json(find.sort));
                Find natural  = find;
                natural.hint  = "$natural";
                const auto want = found(indexed, natural);
                CHECK(found(indexed, find) == want);
                auto hinted = find;
                hinted.hint = indexed.must(ListIndexes{}).indexes.back().name;
                CHECK(found(indexed, hinted) == want);
                if (want.starts_with("error")) continue;
                Count count;
                count.filter  = find.filter;
                auto by_index = indexed.run(count);
                count.hint    = "$natural";
                auto by_scan  = indexed.run(count);
                REQUIRE(by_index.has_value() == by_scan.has_value());
                if (by_index) CHECK(std::get<CountReply>(*by_index).count == std::get<CountReply>(*by_scan).count);
            }
        }
    }
}

TEST_CASE("partial, sparse, unique and hidden indexes change no answer, whatever is written between") {
    const char* more  = std::getenv("TENON_INDEX_SEEDS");  // "100:200": other seeds, for long runs by hand
    std::uint64_t first = 1;
    std::uint64_t last  = 30;
    if (more != nullptr && std::strchr(more, ':') != nullptr) {
        first = std::strtoull(more, nullptr, 10);
        last  = std::strtoull(std::strchr(more, ':') + 1, nullptr, 10);
    }
    Box box;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        RandomBson random(seed * 104729);
        box.collection    = "s" + std::to_string(seed);
        const bool arrays = random.below(2) == 0;
        Insert     insert;
        insert.ordered = false;
        const auto add = [&](std::int32_t from, std::int32_t to) {
            insert.documents.clear();
            for (std::int32_t id = from; id < to; ++id) {
                auto document = random_document(random, id);
                if (!arrays && bson::to_json(document).find('[') != std::string::npos) continue;
                insert.documents.push_back(std::move(document));
            }
            (void)box.run(insert);
        };
        add(0, 30);
        std::string              made;
        std::vector<std::string> key_paths;
        const auto               wanted = 1 + random.below(3);
        for (std::size_t i = 0; i < wanted; ++i) {
            CreateIndexes create;
            create.indexes.push_back(random_index(random, "i" + std::to_string(i)));
            const auto& spec = create.indexes.back();
            for (const auto& part : spec.keys.view()) key_paths.emplace_back(part.key);
            made += bson::to_json(spec.keys) + (spec.sparse ? " sparse" : "") + (spec.unique ? " unique" : "") + (spec.hidden ? " hidden" : "") +
                    " " + bson::to_json(spec.partial_filter) + (box.run(create) ? "; " : " refused; ");
        }
        add(30, 60);
        CAPTURE(seed);
        CAPTURE(made);
        for (int round = 0; round < 60; ++round) {
            if (random.below(3) == 0) random_write(random, box);
            Find find;
            if (random.below(2) == 0) {
                find.filter = random_filter(random);
            } else {
                // Of a path that an index has: what its bounds leave out shows here.
                bson::Builder builder;
                append_predicate(random, builder, key_paths[random.below(key_paths.size())]);
                find.filter = builder.take();
            }
            find.sort = random_sort(random);
            if (random.below(3) == 0) find.limit = static_cast<std::int64_t>(1 + random.below(8));
            CAPTURE(bson::to_json(find.filter));
            CAPTURE(bson::to_json(find.sort));
            CAPTURE(find.limit);
            Find natural    = find;
            natural.hint    = "$natural";
            const auto want = found(box, natural);
            CHECK(found(box, find) == want);
            if (want.starts_with("error")) continue;
            Count count;
            count.filter       = find.filter;
            const auto counted = box.must(count).count;
            count.hint         = "$natural";
            CHECK(counted == box.must(count).count);
        }
    }
}
