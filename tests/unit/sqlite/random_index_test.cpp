// Random documents and queries, with and without each index: the same answers. Writes are in random_write_test.cpp.

#include "unit/sqlite/random_queries.hpp"

#include <cstring>

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

using testing_support::RandomBson;

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
