// Every verb with each of its options, on every model. What a call hands to the store is in tests/unit/repository/call_options_test.cpp;
// here is what the stores make of it.

#include "stored_bytes.hpp"

#include <thread>

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::CallOptions;
using tenon::set;

namespace {

/// What a row's call is given. It writes the document `one`, which has n = 1.
template <class M>
struct Given {
    const Repository<M>& things;
    M                    one;
    std::string          hint{};
    CallOptions          call{};
};

template <class M>
struct Write {
    enum Kind { plain, removes, purges, inserts, restores };

    const char* name;   // the call's own, as errors tell it
    Kind        kind;
    bool        hinted;  // takes a hint
    std::function<Failure(const Given<M>&)> call;
};

struct Change {
    std::optional<std::int32_t> n{};
};

/// All writes of a repository. Each leaves `one` with n = 7, where it leaves it.
template <class M>
std::vector<Write<M>> all_writes() {
    using G = const Given<M>&;
    using W = Write<M>;
    const auto which  = field<&M::n> == 1;
    const auto update = set<&M::n>(7);
    const auto other  = [](G g) {
        auto changed = g.one;
        changed.n    = 7;
        return changed;
    };
    std::vector<W> rows{
        {"insert", W::inserts, false, [](G g) { return failure(g.things.insert(thing<M>("new", 7), g.call)); }},
        {"insert_many", W::inserts, false, [](G g) { return failure(g.things.insert_many({thing<M>("new", 7)}, {.call = g.call})); }},
        {"save", W::inserts, false, [](G g) { return failure(g.things.save(thing<M>("new", 7), g.call)); }},
        {"replace", W::plain, true, [=](G g) { return failure(g.things.replace(other(g), {.hint = g.hint, .call = g.call})); }},
        {"replace_one", W::plain, true, [=](G g) { return failure(g.things.replace_one(which, other(g), {.hint = g.hint, .call = g.call})); }},
        {"update", W::plain, true, [=](G g) { return failure(g.things.update(g.one.id, update, {.hint = g.hint, .call = g.call})); }},
        {"update_one", W::plain, true, [=](G g) { return failure(g.things.update_one(which, update, {.hint = g.hint, .call = g.call})); }},
        {"update_many", W::plain, true, [=](G g) { return failure(g.things.update_many(which, update, {.hint = g.hint, .call = g.call})); }},
        {"update", W::plain, true, [=](G g) { return failure(g.things.patch(g.one.id, Change{.n = 7}, {.hint = g.hint, .call = g.call})); }},
        {"find_and_update", W::plain, true, [=](G g) { return failure(g.things.find_and_update(which, update, {.hint = g.hint, .call = g.call})); }},
        {"find_and_replace", W::plain, true, [=](G g) { return failure(g.things.find_and_replace(which, other(g), {.hint = g.hint, .call = g.call})); }},
        {"find_and_remove", W::removes, true, [=](G g) { return failure(g.things.find_and_remove(which, {.hint = g.hint, .call = g.call})); }},
        {"remove", W::removes, true, [=](G g) { return failure(g.things.remove(g.one.id, {.hint = g.hint, .call = g.call})); }},
        {"remove_one", W::removes, true, [=](G g) { return failure(g.things.remove_one(which, {.hint = g.hint, .call = g.call})); }},
        {"remove_many", W::removes, true, [=](G g) { return failure(g.things.remove_many(which, {.hint = g.hint, .call = g.call})); }},
        {"purge", W::purges, true, [=](G g) { return failure(g.things.purge(g.one.id, {.hint = g.hint, .call = g.call})); }},
        {"purge_many", W::purges, true, [=](G g) { return failure(g.things.purge_many(which, {.hint = g.hint, .call = g.call})); }},
        {"bulk", W::plain, true, [=](G g) { return failure(g.things.bulk().update(g.one.id, update, {.hint = g.hint}).run({.call = g.call})); }},
        {"bulk", W::plain, true, [=](G g) { return failure(g.things.bulk().update_many(which, update, {.hint = g.hint}).run({.call = g.call})); }},
        {"bulk", W::plain, true, [=](G g) { return failure(g.things.bulk().replace(other(g), {.hint = g.hint}).run({.call = g.call})); }},
        {"bulk", W::removes, true, [=](G g) { return failure(g.things.bulk().remove(g.one.id, {.hint = g.hint}).run({.call = g.call})); }},
        {"bulk", W::removes, true, [=](G g) { return failure(g.things.bulk().remove_many(which, {.hint = g.hint}).run({.call = g.call})); }},
    };
    if (is_soft<M>) {
        rows.push_back({"restore", W::restores, true, [=](G g) { return failure(g.things.restore(g.one.id, {.hint = g.hint, .call = g.call})); }});
        rows.push_back({"restore_many", W::restores, true, [=](G g) { return failure(g.things.restore_many(which, {.hint = g.hint, .call = g.call})); }});
    }
    return rows;
}

/// The one document of the collection, new for each row; deleted where the row needs it so.
template <class M>
M fresh(const Repository<M>& things, bool deleted) {
    good(things.purge_many({}));
    auto one = thing<M>("k", 1);
    one.tags = {"x", "y", "x"};
    one      = good(things.insert(one));
    if (deleted) good(things.remove(one.id));
    return one;
}

std::string where(const tenon::Collection& collection, const char* call) { return collection.name() + "." + call; }

}  // namespace

CONFORMANCE("a write that was stopped or came too late writes nothing, on every verb", Plain, SoftDeleted, Versioned, Both) {
    Repository<M>    things(db);
    std::stop_source source;
    source.request_stop();
    const CallOptions stopped{.stop = source.get_token()};
    const CallOptions late{.deadline = {std::chrono::steady_clock::now() - std::chrono::milliseconds(1)}};
    for (const bool deleted : {false, true}) {
        if (deleted && !is_soft<M>) continue;
        const auto one    = fresh(things, deleted);
        const auto before = stored(db, things.untyped().name());
        for (const auto& row : all_writes<M>()) {
            if ((row.kind == Write<M>::restores) != deleted) continue;
            CAPTURE(row.name);
            for (const auto& [call, code] : {std::pair(stopped, Errc::cancelled), std::pair(late, Errc::timeout)}) {
                const auto error = row.call({things, one, "", call});
                REQUIRE(error.has_value());
                CHECK(error->code == code);
                CHECK(error->outcome == tenon::Outcome::none);
                CHECK(error->where == where(things.untyped(), row.name));
            }
        }
        CHECK(stored(db, things.untyped().name()) == before);
    }
}

CONFORMANCE("every write takes a hint, and one that names no index is refused before it writes", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    good(things.create_indexes());
    for (const auto& row : all_writes<M>()) {
        if (!row.hinted) continue;
        CAPTURE(row.name);
        const auto one    = fresh(things, row.kind == Write<M>::restores);
        const auto before = stored(db, things.untyped().name());
        const auto error  = row.call({things, one, "none", {}});
        REQUIRE(error.has_value());
        CHECK(error->code == Errc::invalid_argument);
        CHECK(error->path == "hint");
        CHECK(error->where == where(things.untyped(), row.name));
        CHECK(stored(db, things.untyped().name()) == before);

        const auto failed = row.call({things, one, "n_1", {}});
        CHECK_MESSAGE(!failed.has_value(), (failed ? failed->to_string() : ""));
        CHECK(stored(db, things.untyped().name()) != before);
        if (row.kind == Write<M>::plain) CHECK(good(things.get(one.id)).n == 7);
        if (row.kind == Write<M>::restores) CHECK(good(things.get(one.id)).n == 1);
        if (row.kind == Write<M>::removes || row.kind == Write<M>::purges) CHECK(good(things.count()) == 0);
    }
}

CONFORMANCE("a write of deleted documents alone reaches those, or is refused where it makes no sense", SoftDeleted, Both) {
    Repository<M>     things(db);
    const CallOptions only{.visibility = Visibility::only_deleted};
    for (const auto& row : all_writes<M>()) {
        if (row.kind == Write<M>::inserts) continue;  // looks for none
        CAPTURE(row.name);
        // A live one stays out of reach.
        auto       one    = fresh(things, false);
        auto       before = stored(db, things.untyped().name());
        auto       error  = row.call({things, one, "", only});
        const bool by_id  = std::string_view(row.name) == "update" || std::string_view(row.name) == "replace" || std::string_view(row.name) == "purge" ||
                           std::string_view(row.name) == "restore";
        if (row.kind == Write<M>::removes) {
            REQUIRE(error.has_value());
            CHECK(error->code == Errc::invalid_argument);
            CHECK(error->path == "visibility");
        } else if (by_id) {
            REQUIRE(error.has_value());
            CHECK(error->code == Errc::not_found);
        }
        CHECK(stored(db, things.untyped().name()) == before);

        one    = fresh(things, true);
        one    = good(things.get(one.id, only));
        before = stored(db, things.untyped().name());
        error  = row.call({things, one, "", only});
        if (row.kind == Write<M>::removes) {
            REQUIRE(error.has_value());
            CHECK(error->path == "visibility");
            CHECK(stored(db, things.untyped().name()) == before);
            continue;
        }
        CHECK_MESSAGE(!error.has_value(), (error ? error->to_string() : ""));
        if (row.kind == Write<M>::purges) {
            CHECK(stored(db, things.untyped().name()).empty());
        } else if (row.kind == Write<M>::restores) {
            CHECK(good(things.get(one.id)).n == 1);
        } else {
            CHECK(good(things.get(one.id, only)).n == 7);  // changed, and deleted still
        }
    }
    const auto update = set<&M::n>(7);
    auto       nobody = thing<M>("x", 7);
    nobody.id         = tenon::ObjectId::generate();
    for (const auto& error : {bad(things.update_one(field<&M::n> == 9, update, {.upsert = true, .call = only})),
                              bad(things.replace_one(field<&M::n> == 9, thing<M>("x", 7), {.upsert = true, .call = only})),
                              bad(things.find_and_update(field<&M::n> == 9, update, {.upsert = true, .call = only})),
                              bad(things.upsert(nobody, only))}) {
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == "visibility");
    }
}

CONFORMANCE("a model that does not delete softly has no deleted documents to look for", Plain, Versioned) {
    Repository<M>     things(db);
    const auto        one    = fresh(things, false);
    const auto        before = stored(db, things.untyped().name());
    const CallOptions only{.visibility = Visibility::only_deleted};
    std::vector<std::pair<const char*, Failure>> calls{
        {"get", failure(things.get(one.id, only))},
        {"find", failure(things.find().only_deleted().all())},
        {"page", failure(things.find().only_deleted().page())},
        {"count", failure(things.count({}, {.call = only}))},
        {"exists", failure(things.exists({}, only))},
        {"estimated_count", failure(things.estimated_count(only))},
        {"distinct", failure(things.find().only_deleted().template distinct<&M::n>())},
        {"explain", failure(things.find().only_deleted().explain())},
        {"explain_count", failure(things.find().only_deleted().explain_count())},
    };
    for (const auto& row : all_writes<M>()) {
        if (row.kind != Write<M>::inserts) calls.emplace_back(row.name, row.call({things, one, "", only}));
    }
    for (const auto& [name, error] : calls) {
        CAPTURE(name);
        REQUIRE(error.has_value());
        CHECK(error->code == Errc::invalid_argument);
        CHECK(error->path == "visibility");
        CHECK(error->where == where(things.untyped(), name));
    }
    CHECK(stored(db, things.untyped().name()) == before);
    // All documents are live: so are all that are asked for with the deleted ones.
    CHECK(good(things.find().with_deleted().all()).size() == 1);
}

CONFORMANCE("array filters choose the elements that an update changes, on every verb that takes them", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    raw = things.untyped();
    using Filters     = std::vector<tenon::bson::Document>;
    struct Row {
        const char* name;
        std::function<Failure(const M&, const tenon::bson::Document&, const Filters&)> call;
    };
    const auto which = json(R"({"n":1})");
    const Row  rows[] = {
        {"update", [&](const M& one, const auto& u, const Filters& f) { return failure(raw.update(one.id, u, {.array_filters = f})); }},
        {"update_one", [&](const M&, const auto& u, const Filters& f) { return failure(raw.update_one(which, u, {.array_filters = f})); }},
        {"update_one", [&](const M&, const auto& u, const Filters& f) { return failure(raw.update_one(which, u, {.upsert = true, .array_filters = f})); }},
        {"update_many", [&](const M&, const auto& u, const Filters& f) { return failure(raw.update_many(which, u, {.array_filters = f})); }},
        {"find_and_update", [&](const M&, const auto& u, const Filters& f) { return failure(raw.find_and_update(which, u, {.array_filters = f})); }},
        {"bulk", [&](const M&, const auto& u, const Filters& f) {
             tenon::BulkItems items;
             items.update_one(which, u, {.array_filters = f});
             return failure(raw.bulk(std::move(items)));
         }},
        {"bulk", [&](const M&, const auto& u, const Filters& f) {
             tenon::BulkItems items;
             items.update_many(which, u, {.array_filters = f});
             return failure(raw.bulk(std::move(items)));
         }},
    };
    struct Case {
        const char*          update;
        Filters              filters;
        const char*          tags;  // afterwards; null: refused
    };
    const Case cases[] = {
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"t":"x"})")}, "z y z"},
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"t":{"$gt":"x"}})")}, "x z x"},
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"t":"none"})")}, "x y x"},
        {R"({"$set":{"tags.$[]":"z"}})", {}, "z z z"},
        {R"({"$set":{"tags.$[a]":"A","note":"n"},"$unset":{"gone":""}})", {json(R"({"a":"y"})")}, "x A x"},
        {R"({"$set":{"tags.$[t]":"z"}})", {}, nullptr},
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"u":"x"})")}, nullptr},
        {R"({"$set":{"note":"z"}})", {json(R"({"t":"x"})")}, nullptr},
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"t":"x"})"), json(R"({"t":"y"})")}, nullptr},
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"t":"x","u":"y"})")}, nullptr},
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"T":"x"})")}, nullptr},
        {R"({"$set":{"tags.$[t]":"z"}})", {json(R"({"t":{"$unknown":"x"}})")}, nullptr},
        {R"({"$set":{"key.$[t]":"z"}})", {json(R"({"t":"x"})")}, nullptr},
    };
    for (const auto& row : rows) {
        for (const auto& one_case : cases) {
            CAPTURE(row.name);
            CAPTURE(one_case.update);
            const auto one    = fresh(things, false);
            const auto before = stored(db, raw.name());
            const auto error  = row.call(one, json(one_case.update), one_case.filters);
            if (one_case.tags == nullptr) {
                REQUIRE(error.has_value());
                CHECK(error->code == Errc::invalid_argument);
                CHECK(error->where == where(raw, row.name));
                CHECK(stored(db, raw.name()) == before);
                continue;
            }
            CHECK_MESSAGE(!error.has_value(), (error ? error->to_string() : ""));
            const auto  read = good(things.get(one.id));
            std::string tags;
            for (const auto& tag : read.tags) tags += (tags.empty() ? "" : " ") + tag;
            CHECK(tags == one_case.tags);
            CHECK(read.version == (is_versioned<M> ? 2 : 0));
        }
    }
    const auto        one = fresh(things, false);
    tenon::BulkItems  items;
    items.replace_one(which, json(R"({"n":1})"), {.array_filters = {json(R"({"t":1})")}});
    for (const auto& error : {bad(things.find_and_replace({}, one, {.array_filters = {json(R"({"t":1})")}})),
                              bad(things.find_and_remove({}, {.array_filters = {json(R"({"t":1})")}})), bad(raw.bulk(std::move(items)))}) {
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == "array_filters");
    }
}

CONFORMANCE("a write whose document cannot be read as the entity is told as done", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    raw   = things.untyped();
    const auto    stray = R"({"$set":{"tags":"none"}})";
    struct Row {
        const char*                  name;
        std::function<tenon::Error()> call;
        bool                         changes;
    };
    const auto which = field<&M::key> == "k";
    const Row  rows[] = {
        {"find_and_update", [&] { return bad(things.find_and_update(which, set<&M::n>(7))); }, true},
        {"find_and_update", [&] { return bad(things.find_and_update(which, set<&M::n>(7), {.return_after = false})); }, true},
        {"find_and_update", [&] { return bad(things.find_and_update(which, set<&M::n>(7), {.projection = json(R"({"n":1})")})); }, true},
        {"find_and_remove", [&] { return bad(things.find_and_remove(which)); }, false},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.name));
        const auto one = fresh(things, false);
        good(raw.update_one(tenon::bson::doc("_id", one.id), json(stray)));
        const auto error = row.call();
        CHECK(error.code == Errc::decode);
        CHECK(error.outcome == tenon::Outcome::partial);
        CHECK(error.where == where(raw, row.name));
        const auto left = good(raw.count(json(R"({"n":7})")));
        CHECK(left == (row.changes ? 1 : 0));
        CHECK(good(raw.count({})) == (row.changes ? 1 : 0));
    }
}

CONFORMANCE("a find_and_* gives the part that its projection asks for, and changes the whole", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    raw = things.untyped();
    struct Row {
        const char*                                                                                    name;
        std::function<Result<std::optional<tenon::bson::Document>>(tenon::FindAndModifyOptions options)> call;
        std::int32_t                                                                                   before, after;  // n of what is returned
    };
    const auto which = json(R"({"n":1})");
    const Row  rows[] = {
        {"find_and_update", [&](auto options) { return raw.find_and_update(which, json(R"({"$set":{"n":7}})"), std::move(options)); }, 1, 7},
        {"find_and_replace", [&](auto options) { return raw.find_and_replace(which, json(R"({"key":"r","n":7})"), std::move(options)); }, 1, 7},
        {"find_and_remove", [&](auto options) { return raw.find_and_remove(which, std::move(options)); }, 1, 1},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.name));
        for (const bool after : {true, false}) {
            CAPTURE(after);
            fresh(things, false);
            const auto part = good(row.call({.projection = json(R"({"_id":0,"n":1})"), .return_after = after}));
            REQUIRE(part.has_value());
            CHECK(text(*part) == R"({"n":)" + std::to_string(after ? row.after : row.before) + "}");
            const auto left = stored(db, raw.name());
            REQUIRE(left.size() == (std::string_view(row.name) == "find_and_remove" && !is_soft<M> ? 0 : 1));
            for (const auto& document : left) CHECK(!document["key"].missing());  // the whole was written

            auto one = fresh(things, false);
            const auto rest = good(row.call({.projection = json(R"({"n":0,"tags":{"$slice":1}})"), .return_after = false}));
            REQUIRE(rest.has_value());
            CHECK((*rest)["n"].missing());
            CHECK((*rest)["key"].as_string() == "k");
            CHECK((*rest)["tags"].as_view().count() == 1);
            CHECK((*rest)["_id"].as_object_id() == one.id);
        }
        fresh(things, false);
        for (const char* projection : {R"({"n":1,"key":0})", R"({"n":{"$unknown":1}})", R"({"a..b":1})"}) {
            CAPTURE(std::string(projection));
            const auto now   = stored(db, raw.name());
            const auto error = bad(row.call({.projection = json(projection)}));
            CHECK(error.code == Errc::invalid_argument);
            CHECK(error.where == where(raw, row.name));
            CHECK(stored(db, raw.name()) == now);
        }
    }
    // An upsert that returns nothing of before, and all of after.
    CHECK(!good(raw.find_and_update(json(R"({"n":99})"), json(R"({"$set":{"key":"u"}})"),
                                    {.projection = json(R"({"_id":0,"key":1})"), .return_after = false, .upsert = true})).has_value());
    CHECK(text(*good(raw.find_and_update(json(R"({"n":98})"), json(R"({"$set":{"key":"u"}})"), {.projection = json(R"({"_id":0,"key":1})"), .upsert = true}))) ==
          R"({"key":"u"})");
}

CONFORMANCE("a stream is ended by its stop token and by its deadline, and the store stays usable", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    std::vector<M> many;
    for (int i = 0; i < 500; ++i) many.push_back(thing<M>(std::string(200, 'k'), i));
    good(things.insert_many(many));
    std::stop_source source;
    auto             stream = good(things.find().server({.batch_size = 10}).stop(source.get_token()).stream());
    CHECK(good(stream.next()).has_value());
    source.request_stop();
    auto read = stream.next();
    for (int i = 0; i < 500 && read && *read; ++i) read = stream.next();
    CHECK(bad(std::move(read)).code == Errc::cancelled);

    const auto until = tenon::Deadline::after(std::chrono::milliseconds(250));
    auto       timed = good(things.find().server({.batch_size = 10}).deadline(until).stream());
    CHECK(good(timed.next()).has_value());
    while (!until.passed()) std::this_thread::yield();
    auto last = timed.next();
    for (int i = 0; i < 500 && last && *last; ++i) last = timed.next();
    CHECK(bad(std::move(last)).code == Errc::timeout);

    std::stop_source later;
    CHECK(bad(things.find().server({.batch_size = 10}).stop(later.get_token()).for_each([&](const M&) { later.request_stop(); })).code == Errc::cancelled);
    CHECK(good(things.count()) == 500);
}

CONFORMANCE("a call that needs what the store has not is refused by name before it writes; what it has works", Plain) {
    Repository<M> things(db);
    const auto    one    = fresh(things, false);
    const auto    raw    = things.untyped();
    const auto    able   = db.capabilities();
    const auto    before = stored(db, raw.name());
    const bool    known  = !able.topology.empty();  // else nothing is said to be absent
    CHECK(!able.engine.empty());
    CHECK(able.max_document_size >= 16U * 1024U * 1024U);
    tenon::ShardCollection shard;
    shard.key.fields = json(R"({"key":1})");
    struct Row {
        const char*              name;
        bool                     there;
        std::function<Failure()> call;
    };
    const Row rows[] = {
        {"aggregation", able.aggregation, [&] { return failure(raw.aggregate({json(R"({"$match":{}})")})); }},
        {"transactions", able.transactions, [&] { return failure(db.transaction([&](tenon::Transaction& tx) { return things.in(tx).get(one.id); })); }},
        {"text_indexes", able.text_indexes, [&] { return failure(raw.create_indexes({tenon::IndexSpec{.keys = json(R"({"key":"text"})")}})); }},
        {"ttl_indexes", able.ttl_indexes,
         [&] { return failure(raw.create_indexes({tenon::IndexSpec{.keys = json(R"({"created_at":1})"), .expire_after_seconds = 60}})); }},
        {"change_streams", able.change_streams, [&] { return failure(tenon::run(db, tenon::Request{raw.name(), tenon::Watch{}, nullptr, {}})); }},
        {"collation", able.collation, [&] { return failure(raw.count({}, {.call = {.server = {{.collation = json(R"({"locale":"en"})")}}}})); }},
        {"collation", able.collation, [&] { return failure(raw.remove_many(json(R"({"key":"nobody"})"), {.call = {.server = {{.collation = json(R"({"locale":"en"})")}}}})); }},
        {"sharding", able.sharding, [&] { return failure(tenon::run(db, tenon::Request{raw.name(), shard, nullptr, {}})); }},
    };
    for (const auto& row : rows) {
        const std::string name = row.name;
        CAPTURE(name);
        const auto error = row.call();
        if (row.there) {
            CHECK_MESSAGE(!error.has_value(), (error ? error->to_string() : ""));
            continue;
        }
        if (!known) continue;
        REQUIRE(error.has_value());
        CHECK(error->code == Errc::unsupported);
        CHECK(error->outcome == tenon::Outcome::none);
        CHECK(!error->message.empty());
        CHECK(stored(db, raw.name()) == before);
    }
    if (known && !able.text_indexes && !able.ttl_indexes) CHECK(good(things.list_indexes()).size() == 1);
}
