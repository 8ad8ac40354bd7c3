#include "fixture.hpp"

#include <set>

using namespace conformance;  // NOLINT(google-build-using-namespace)

namespace {

using tenon::FindOptions;
using tenon::PageOptions;
using tenon::bson::Document;

/// Pages through a collection, forwards and then back again, and compares with the one list.
void check_pages(const tenon::Collection& things, const Document& filter, const Document& sort, std::uint32_t size) {
    CAPTURE(text(sort));
    CAPTURE(text(filter));
    CAPTURE(size);
    auto order = sort;
    if (order["_id"].missing()) {
        tenon::bson::Builder with_id;
        int                  last = 1;
        for (const auto& part : sort) last = static_cast<int>(part.value.to_int64().value_or(1));
        order = with_id.append_all(sort).append("_id", last).take();
    }
    std::vector<std::string> want;
    auto                     cursor = good(things.find(filter, {.sort = order}));
    for (;;) {
        const auto document = good(cursor.next());
        if (!document) break;
        want.push_back(text(*document));
    }

    std::vector<std::string>         seen;
    std::vector<std::vector<std::string>> pages;
    PageOptions                      options{.size = size};
    std::optional<std::string>       last_prev;
    for (;;) {
        const auto page = good(things.page(filter, {.sort = sort}, options));
        std::vector<std::string> items;
        for (const auto& item : page.items) items.push_back(text(item));
        seen.insert(seen.end(), items.begin(), items.end());
        pages.push_back(items);
        CHECK(page.prev.has_value() == (pages.size() > 1 && !items.empty()));
        last_prev = page.prev;
        if (!page.next) break;
        REQUIRE(items.size() == size);
        REQUIRE(seen.size() <= want.size());
        options.after = page.next;
    }
    CHECK(seen == want);

    options = PageOptions{.size = size};
    while (last_prev) {
        pages.pop_back();
        REQUIRE(!pages.empty());
        options.before  = last_prev;
        const auto page = good(things.page(filter, {.sort = sort}, options));
        std::vector<std::string> items;
        for (const auto& item : page.items) items.push_back(text(item));
        CHECK(items == pages.back());
        CHECK(page.next.has_value());
        last_prev = page.prev;
    }
    CHECK(pages.size() <= 1);
}

/// Documents that break a cursor: nulls, missing, NaN, every type, ties.
void insert_traps(const tenon::Collection& things) {
    const char* values[] = {
        "null", R"({"$numberDouble":"NaN"})", R"({"$numberDecimal":"NaN"})", R"({"$numberDouble":"-Infinity"})", "-1", "0", "0", "1", "1.5",
        R"({"$numberLong":"1"})", R"({"$numberDecimal":"1.0"})", R"({"$numberDouble":"Infinity"})", R"("")", R"("a")", R"("b")", R"({})", R"({"$x":1})",
        R"({"a":1})", R"({"$binary":{"base64":"AQI=","subType":"00"}})", R"({"$oid":"000000000000000000000001"})", "false", "true",
        R"({"$date":{"$numberLong":"-5"}})", R"({"$date":{"$numberLong":"5"}})", R"({"$timestamp":{"t":1,"i":1}})",
        R"({"$regularExpression":{"pattern":"a","options":""}})", R"({"$regularExpression":{"pattern":"b","options":""}})",
        R"({"$minKey":1})", R"({"$maxKey":1})", R"({"$code":"x"})"};
    int id = 0;
    for (const char* value : values) {
        for (int copy = 0; copy < 2; ++copy, ++id) {
            tenon::bson::Builder document;
            document.append("_id", id * 7 % 61).append("a", good(tenon::bson::value_from_json(value)).ref()).append("b", id % 3);
            good(things.insert(document.take()));
        }
    }
    for (; id < 61; ++id) good(things.insert(tenon::bson::doc("_id", id * 7 % 61, "b", id % 3)));
}

}  // namespace

CONFORMANCE("pages meet every document once, whatever the values, forwards and back", Plain, SoftDeleted, Versioned, Both) {
    insert_traps(db.collection(tenon::model_info<M>().collection));  // before there is a model: their ids are integers
    const auto things = Repository<M>(db).untyped();
    for (const char* sort : {R"({"a":1})", R"({"a":-1})", R"({"b":1,"a":-1})", R"({"b":-1,"a":1})", R"({"a":1,"b":-1})", R"({})",
                             R"({"b":1})", R"({"b":1,"_id":-1})", R"({"none":1})"}) {
        for (const std::uint32_t size : {1U, 4U, 61U, 100U}) check_pages(things, {}, json(sort), size);
    }
}

CONFORMANCE("pages keep to the caller's own $or and to a condition on the sort key, with and without an index", Plain, SoftDeleted, Versioned, Both) {
    insert_traps(db.collection(tenon::model_info<M>().collection));  // before there is a model: their ids are integers
    const auto things = Repository<M>(db).untyped();
    const auto check = [&] {
        for (const char* filter : {R"({"$or":[{"b":0},{"a":{"$type":"string"}}]})", R"({"a":{"$gte":0}})", R"({"a":{"$in":[1,null,"a"]}})",
                                   R"({"b":{"$gt":0},"$and":[{"_id":{"$gt":3}}]})"}) {
            for (const char* sort : {R"({"a":1})", R"({"b":1,"a":-1})"}) check_pages(things, json(filter), json(sort), 3);
        }
    };
    check();
    good(things.create_indexes({tenon::IndexSpec{.keys = json(R"({"a":1})")}, tenon::IndexSpec{.keys = json(R"({"b":1,"a":-1})")}}));
    check();
}

CONFORMANCE("ids of several types are pages of one order, whatever the model says of them", Plain, SoftDeleted, Versioned, Both) {
    // Written before there was a model.
    const auto before = db.collection(tenon::model_info<M>().collection);
    for (const char* id : {"1", "2.5", R"("a")", R"("b")", R"({"$oid":"000000000000000000000001"})", R"({"a":1})", "true", "null",
                           R"({"$numberDouble":"NaN"})", R"({"$date":{"$numberLong":"5"}})", R"({"$minKey":1})"}) {
        good(before.insert(tenon::bson::doc("_id", good(tenon::bson::value_from_json(id)).ref(), "a", 1)));
    }
    const auto check = [](const tenon::Collection& things) {
        for (const char* sort : {"{}", R"({"_id":-1})", R"({"a":1})", R"({"a":-1})"}) {
            for (const std::uint32_t size : {1U, 2U, 5U}) check_pages(things, {}, json(sort), size);
        }
    };
    check(before);
    check(Repository<M>(db).untyped());
}

CONFORMANCE("a document inserted or removed between two pages is neither repeated nor skips another", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 6);
    const auto query = things.find().sort(asc<&M::n>);
    const auto first = good(query.page({.size = 2}));
    CHECK(keys(first.items) == "k0 k1");
    CHECK(!first.prev.has_value());
    good(things.insert(thing<M>("before", 0)));
    good(things.insert(thing<M>("behind", 3)));
    good(things.remove(first.items[1].id));
    const auto second = good(query.page({.size = 3, .after = first.next}));
    CHECK(second.items.size() == 3);
    CHECK(second.items[0].key == "k2");
    std::set<std::string> rest{second.items[1].key, second.items[2].key};
    CHECK(rest == std::set<std::string>{"k3", "behind"});
    const auto back = good(query.page({.size = 5, .before = second.prev}));
    CHECK(keys(back.items).ends_with("before"));
    CHECK(back.items.size() == 2);
    CHECK(!back.prev.has_value());
}

CONFORMANCE("a page that finds nothing any more leads back to where it came from, that document included", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made  = insert_some(things, 6);
    const auto    query = things.find().sort(desc<&M::n>);
    const auto    first = good(query.page({.size = 2}));
    const auto    second = good(query.page({.size = 2, .after = first.next}));
    CHECK(keys(second.items) == "k3 k2");
    for (const auto i : {0U, 1U, 4U, 5U}) good(things.remove(made[i].id));

    const auto after = good(query.page({.size = 2, .after = second.next}));
    CHECK(after.items.empty());
    CHECK(!after.next.has_value());
    REQUIRE(after.prev.has_value());
    CHECK(keys(good(query.page({.size = 2, .before = after.prev})).items) == "k3 k2");

    const auto before = good(query.page({.size = 2, .before = second.prev}));
    CHECK(before.items.empty());
    CHECK(!before.prev.has_value());
    REQUIRE(before.next.has_value());
    const auto forth = good(query.page({.size = 1, .after = before.next}));
    CHECK(keys(forth.items) == "k3");
    CHECK(keys(good(query.page({.size = 1, .after = forth.next})).items) == "k2");
    // The document itself may be gone, or have another place, by then.
    good(things.update(made[3].id, tenon::set<&M::n>(-1)));
    CHECK(keys(good(query.page({.size = 5, .after = before.next})).items) == "k2 k3");
}

CONFORMANCE("offset pages count the whole query", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made = insert_some(things, 7);
    good(things.remove(made[6].id));
    const auto page = good(things.find(field<&M::n> > 0).sort(desc<&M::n>).page({.size = 2, .number = 1}));
    CHECK(keys(page.items) == "k3 k2");
    CHECK(page.total == 5);
    CHECK(!page.next.has_value());
    CHECK(good(things.find().page({.size = 2, .number = 99})).items.empty());
}

CONFORMANCE("a page refuses what makes no sense, by the option's name", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 3);
    const auto query  = things.find().sort(asc<&M::n>);
    const auto cursor = *good(query.page({.size = 1})).next;
    struct Row {
        PageOptions options;
        const char* path;
    };
    const Row rows[] = {
        {{.size = 0}, "size"},
        {{.size = 1001}, "size"},
        {{.after = cursor, .before = cursor}, "before"},
        {{.after = cursor, .number = 1}, "number"},
        {{.number = ~std::uint64_t{0}}, "number"},
        {{.after = "nonsense"}, "after"},
        {{.before = ""}, "before"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        const auto error = bad(query.page(row.options));
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == row.path);
        CHECK(error.where == things.untyped().name() + ".page");
    }
    CHECK(bad(things.find().skip(1).page()).path == "skip");
    CHECK(bad(things.find().limit(1).page()).path == "limit");
    CHECK(bad(things.find().sort(desc<&M::n>).page({.after = cursor})).path == "after");
    CHECK(bad(things.find().sort(asc<&M::key>).page({.after = cursor})).path == "after");
    // The filter may change: the cursor is a position in the order.
    CHECK(keys(good(things.find(field<&M::n> > 1).sort(asc<&M::n>).page({.after = cursor})).items) == "k2");
}

CONFORMANCE("a page cannot be sorted by an array", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    auto          one = thing<M>("a", 1);
    one.tags          = {"x", "y"};
    good(things.insert(one));
    const auto error = bad(things.find().sort(asc<&M::tags>).page());
    CHECK(error.code == Errc::unsupported);
    CHECK(error.path == "tags");
    CHECK(!error.document_id.empty());
}

CONFORMANCE("no page passes over a document that has an array on the way of its sort key", Plain) {
    const auto raw = db.collection("arrays");
    struct Row {
        const char* path;
        const char* lowest;  // of the documents 1, 3, 4, 5
        const char* array;   // document 2
    };
    const Row rows[] = {
        {"s.b", R"({"_id":1})", R"({"_id":2,"s":[]})"},
        {"s.b", R"({"_id":1})", R"({"_id":2,"s":[5]})"},
        {"s.b", R"({"_id":1})", R"({"_id":2,"s":[{}]})"},
        {"s.b", R"({"_id":1})", R"({"_id":2,"s":[[{"b":1}]]})"},
        {"s.b", R"({"_id":1})", R"({"_id":2,"s":{"b":[]}})"},
        {"s", R"({"_id":1,"s":{"$minKey":1}})", R"({"_id":2,"s":[]})"},
        {"s", R"({"_id":1,"s":{"$minKey":1}})", R"({"_id":2,"s":[[1]]})"},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.array));
        for (const bool indexed : {false, true}) {
            for (const int direction : {1, -1}) {
                CAPTURE(direction);
                good(raw.drop());
                for (const char* one : {row.lowest, R"({"_id":3})", R"({"_id":4,"s":{"b":1}})", R"({"_id":5,"s":{"b":2}})"}) good(raw.insert(json(one)));
                if (indexed) good(raw.create_indexes({{.keys = tenon::bson::doc(row.path, direction, "_id", direction)}}));
                tenon::FindOptions options;
                options.sort    = tenon::bson::doc(row.path, direction);
                const auto walk = [&]() -> std::string {
                    std::string seen;
                    PageOptions page{.size = 1};
                    for (;;) {
                        const auto read = raw.page({}, options, page);
                        if (!read) return std::string(tenon::to_string(read.error().code)) + " " + read.error().path;
                        for (const auto& document : read->items) seen += std::to_string(document["_id"].to_int64().value_or(0));
                        if (!read->next) return seen;
                        page.after = *read->next;
                    }
                };
                CHECK(walk() == (direction == 1 ? "1345" : "5431"));
                good(raw.insert(json(row.array)));
                CHECK(walk() == std::string("unsupported ") + row.path);
            }
        }
    }
}

CONFORMANCE("a cursor changed in any byte is refused", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 3);
    const auto query  = things.find().sort(asc<&M::n>);
    const auto cursor = *good(query.page({.size = 1})).next;
    for (std::size_t at = 0; at < cursor.size(); ++at) {
        auto forged = cursor;
        forged[at]  = forged[at] == 'A' ? 'B' : 'A';
        REQUIRE(bad(query.page({.after = forged})).code == Errc::invalid_argument);
    }
    CHECK(keys(good(query.page({.after = cursor})).items) == "k1 k2");
}
