// Random updates, replaces and removes, on one store without indexes and on one with: the same replies, the same bytes.

#include "unit/sqlite/random_queries.hpp"

#include <cstring>

#include "mql/mql_error.hpp"

using namespace tenon;
using namespace tenon::sqlite::test;

namespace {

using testing_support::RandomBson;

bson::Document random_update(RandomBson& random) {
    constexpr std::string_view fields[]    = {"a", "b", "c", "a.x", "a.0", "b.x", "c.y"};
    constexpr std::string_view operators[] = {"$set", "$set", "$unset", "$push", "$addToSet", "$min", "$max"};
    bson::Builder              builder;
    if (random.below(4) == 0) {
        // A key that moves forward under the scan that finds it: whoever met it again would raise it twice.
        builder.open_document("$inc").append(pick(random, fields), 1).close();
        return builder.take();
    }
    builder.open_document(pick(random, operators));
    append_value(random, builder, pick(random, fields), 2);
    builder.close();
    return builder.take();
}

bson::Document without_id(bson::View document) {
    bson::Builder builder;
    for (const auto& [key, value] : document) {
        if (key != "_id") builder.append(key, value);
    }
    return builder.take();
}

/// Of a path that an index has, half the time.
bson::Document filter_for(RandomBson& random, const std::vector<std::string>& key_paths) {
    if (random.below(2) == 0) return random_filter(random);
    bson::Builder builder;
    append_predicate(random, builder, key_paths[random.below(key_paths.size())]);
    return builder.take();
}

std::vector<bson::Document> content(Box& box) { return box.find("{}", R"({"_id":1})"); }

std::string told(const Result<Reply>& reply) {
    if (!reply) return "error";  // which one depends on the document that it met first
    if (const auto* update = std::get_if<UpdateReply>(&*reply)) return std::to_string(update->matched) + " matched, " + std::to_string(update->modified) + " modified";
    if (const auto* removed = std::get_if<DeleteReply>(&*reply)) return std::to_string(removed->deleted) + " deleted";
    const auto& found = std::get<FindAndModifyReply>(*reply);
    return (found.value ? bson::to_json(*found.value) : "nothing") + (found.updated_existing ? " updated" : "");
}

/// The mistakes that an index makes of a write which are none without it (none of these is unique): two arrays side by side in its keys, and a
/// number that may be an array's place or a field's name.
bool refused_by_index(const Result<Reply>& reply) {
    constexpr std::int32_t ambiguous_field = 16746;  // MongoDB source: src/mongo/db/index/btree_key_generator.cpp
    const auto             code            = reply.error().server.code;
    return code == mql::code::cannot_index_parallel_arrays || code == ambiguous_field;
}

/// A store without indexes beside one that has them.
struct Two {
    Box bare{};
    Box indexed{};

    /// What each index refuses, and what a write of many did before it failed, is of the indexed one alone.
    void level() {
        Delete all;
        all.many = true;
        bare.must(all);
        Insert insert;
        insert.documents = content(indexed);
        if (!insert.documents.empty()) bare.must(insert);
        // An insert gives an empty timestamp the time, an update leaves it as it is.
        for (const auto& document : content(indexed)) {
            for (const auto& [key, value] : document.view()) {
                if (value.type() != bson::Type::timestamp || !value.identical(bson::doc("t", bson::Timestamp{})["t"])) continue;
                bson::Builder set;
                set.open_document("$set").append(key, value).close();
                Update again;
                again.filter = bson::doc("_id", document["_id"]);
                again.update = set.take();
                bare.must(again);
            }
        }
    }

    /// Whether one of the matches makes the operation fail without any index, too.
    template <class Op>
    bool meets(const Op& op, std::int32_t code) {
        Find find;
        find.filter = op.filter;
        for (const auto& match : bare.find(find)) {
            Op one     = op;
            one.filter = bson::doc("_id", match["_id"]);
            const auto done = bare.run(one);
            if (!done && done.error().server.code == code) return true;
        }
        return false;
    }

    void same() { CHECK(content(bare) == content(indexed)); }

    /// An operation whose documents are told by the filter, or by a sort that ends in _id. False: it failed.
    template <class Op>
    bool run(const Op& op) {
        const auto here  = indexed.run(op);
        const auto there = bare.run(op);
        if (!there) CHECK(!here.has_value());  // with the same matches it meets the same mistake
        if (there && !here) CHECK(refused_by_index(here));
        if (!here || !there) {
            level();
            return false;
        }
        CHECK(told(here) == told(there));
        same();
        return true;
    }

    /// An operation on the first match, whichever that is: on the bare one it must be able to choose the same.
    template <class Op>
    bool run_on_any(Op op) {
        const auto before = content(indexed);
        const auto here   = indexed.run(op);
        if (!here) {
            CHECK((refused_by_index(here) || !bare.run(op) || meets(op, here.error().server.code)));
            level();
            return false;
        }
        const auto     after = content(indexed);
        bson::Document changed;
        for (std::size_t i = 0; i < before.size() && changed.empty(); ++i) {
            if (i >= after.size() || !(before[i] == after[i])) changed = before[i];
        }
        if (changed.empty()) {  // none matched, or one that is as it was
            Find find;
            find.filter = op.filter;
            CHECK(bare.find(find).empty() == told(here).starts_with("0"));
            return true;
        }
        bson::Builder both;
        both.open_array("$and").push(op.filter).push(bson::doc("_id", changed["_id"])).close();
        op.filter = both.take();
        CHECK(told(bare.run(op)) == told(here));
        same();
        return true;
    }
};

}  // namespace

TEST_CASE("a write changes the same documents to the same bytes with and without each index") {
    const char*   more  = std::getenv("TENON_INDEX_SEEDS");  // "100:200": other seeds, for long runs by hand
    std::uint64_t first = 1;
    std::uint64_t last  = 25;
    if (more != nullptr && std::strchr(more, ':') != nullptr) {
        first = std::strtoull(more, nullptr, 10);
        last  = std::strtoull(std::strchr(more, ':') + 1, nullptr, 10);
    }
    Two         two;
    std::size_t done = 0;
    std::size_t of   = 0;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
        RandomBson random(seed * 15485863);
        two.bare.collection = two.indexed.collection = "s" + std::to_string(seed);
        const bool               arrays = random.below(2) == 0;
        std::string              made;
        std::vector<std::string> key_paths;
        const auto               wanted = 1 + random.below(3);
        for (std::size_t i = 0; i < wanted; ++i) {
            CreateIndexes create;
            create.indexes.push_back(random_index(random, "i" + std::to_string(i)));
            auto& spec  = create.indexes.back();
            spec.unique = false;  // it would refuse what the other store takes
            for (const auto& part : spec.keys.view()) key_paths.emplace_back(part.key);
            made += bson::to_json(spec.keys) + (spec.sparse ? " sparse " : " ") + bson::to_json(spec.partial_filter);
            made += two.indexed.run(create) ? "; " : " refused; ";
        }
        Insert insert;
        insert.ordered = false;
        for (std::int32_t id = 0; id < 40; ++id) {
            auto document = random_document(random, id);
            if (!arrays && bson::to_json(document).find('[') != std::string::npos) continue;
            insert.documents.push_back(std::move(document));
        }
        (void)two.indexed.run(insert);  // parallel arrays are refused
        two.level();
        CAPTURE(seed);
        CAPTURE(made);
        for (int round = 0; round < 40; ++round) {
            const auto filter = filter_for(random, key_paths);
            CAPTURE(round);
            CAPTURE(bson::to_json(filter));
            ++of;
            const auto kind = random.below(8);
            if (kind == 0) {
                // Few at a time: what is left is what the next rounds have.
                FindAndModify op;
                op.kind   = FindAndModify::Kind::remove;
                op.filter = filter;
                op.sort   = random_sort(random);
                CAPTURE(bson::to_json(op.sort));
                done += two.run(op) ? 1 : 0;
            } else if (kind == 1) {
                FindAndModify op;
                op.kind         = random.below(3) == 0 ? FindAndModify::Kind::replace : FindAndModify::Kind::update;
                op.filter       = filter;
                op.sort         = random_sort(random);
                op.change       = op.kind == FindAndModify::Kind::replace ? without_id(random_document(random, 0)) : random_update(random);
                op.return_after = random.below(2) == 0;
                CAPTURE(bson::to_json(op.sort));
                CAPTURE(bson::to_json(op.change));
                done += two.run(op) ? 1 : 0;
            } else if (kind == 2) {
                Replace op;
                op.filter      = filter;
                op.replacement = without_id(random_document(random, 0));
                CAPTURE(bson::to_json(op.replacement));
                done += two.run_on_any(op) ? 1 : 0;
            } else if (kind == 3 && round % 2 == 0) {
                Delete op;
                op.filter = filter;
                op.many   = round % 8 == 0;
                done += (op.many ? two.run(op) : two.run_on_any(op)) ? 1 : 0;
            } else {
                Update op;
                op.filter = filter;
                op.update = random_update(random);
                op.many   = random.below(4) != 0;
                CAPTURE(bson::to_json(op.update));
                done += (op.many ? two.run(op) : two.run_on_any(op)) ? 1 : 0;
            }
        }
    }
    CHECK(done * 2 > of);  // most were no mistakes
}
