#include "fixture.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)

namespace {

enum class Grade { low = 1, high = 7 };
struct Maker {
    std::string name{};
};
struct Item {
    std::optional<Maker>     maker{};
    std::vector<std::string> marks{};
};
struct Basket {
    std::int64_t         id = 0;
    std::vector<Item>    items{};
    Grade                grade{};
    std::optional<Grade> before{};
};

}  // namespace

template <>
struct tenon::Model<Basket> : tenon::Defaults<Basket> {
    static constexpr auto collection    = "baskets";
    static constexpr auto enum_by_value = tenon::members<&Basket::grade, &Basket::before>;
};

CONFORMANCE("a query filters, sorts, skips and limits", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 6);
    CHECK(keys(good(things.find(field<&M::n> > 1).sort(desc<&M::n>).all())) == "k5 k4 k3 k2");
    CHECK(keys(good(things.find(field<&M::n> > 1).sort(desc<&M::n>).skip(1).limit(2).all())) == "k4 k3");
    CHECK(good(things.find().sort(asc<&M::n>).first())->key == "k0");
    CHECK(!good(things.find(field<&M::n> == 99).first()).has_value());
    CHECK(good(things.find(field<&M::n> > 1).exists()));
    CHECK(!good(things.find(field<&M::n> > 99).exists()));
    CHECK(good(things.find(field<&M::n> > 1).count()) == 4);
    CHECK(good(things.find(field<&M::n> > 1).limit(3).count()) == 3);
    CHECK(good(things.exists(field<&M::key> == "k3")));
    CHECK(good(things.estimated_count()) == 6);
    CHECK(bad(things.find().skip(-1).all()).path == "skip");
    CHECK(bad(things.find().limit(-1).first()).path == "limit");
}

CONFORMANCE("a projection reads a part of each document", Plain, SoftDeleted, Versioned, Both) {
    struct Part {
        tenon::ObjectId id{};
        std::string     key{};
    };
    Repository<M> things(db);
    const auto    made  = insert_some(things, 3);
    const auto    parts = good(things.find(field<&M::n> >= 1).sort(asc<&M::n>).template project<Part>().all());
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].key == "k1");
    CHECK(good(things.find().sort(desc<&M::n>).template project<Part>().first())->key == "k2");
    const auto page = good(things.find().sort(desc<&M::n>).template project<Part>().page({.size = 2}));
    REQUIRE(page.items.size() == 2);
    CHECK(page.items[0].key == "k2");
    CHECK(page.next.has_value());
}

CONFORMANCE("a stream reads on by one, and a visit may end it", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    insert_some(things, 5);
    auto stream = good(things.find().sort(asc<&M::n>).stream());
    int  n      = 0;
    for (;; ++n) {
        const auto one = good(stream.next());
        if (!one) break;
        CHECK(one->n == n);
    }
    CHECK(n == 5);
    CHECK(!good(stream.next()).has_value());
    int seen = 0;
    good(things.find().for_each([&](const M&) { return ++seen < 3; }));
    CHECK(seen == 3);
    good(things.find().for_each([&](const M&) { ++seen; }));
    CHECK(seen == 8);
}

CONFORMANCE("a cursor outlives the handles that it was made from", Plain, SoftDeleted, Versioned, Both) {
    std::optional<tenon::Stream<M>> stream;
    {
        auto database = good(tenon::testing::ThrowAwayDatabase::open());
        Repository<M> things(*database);
        insert_some(things, 3);
        stream = good(things.find().sort(asc<&M::n>).stream());
    }
    CHECK(stream.has_value());
    stream.reset();
}

CONFORMANCE("distinct gives each value once, in order, and an array's elements", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    for (int i = 0; i < 4; ++i) {
        auto one = thing<M>("k" + std::to_string(i % 2), i);
        one.tags = {"t" + std::to_string(i), "shared"};
        if (i == 3) one.note = "note";
        good(things.insert(one));
    }
    CHECK(good(things.template distinct<&M::key>()) == std::vector<std::string>{"k0", "k1"});
    CHECK(good(things.template distinct<&M::tags>(field<&M::n> < 2)) == std::vector<std::string>{"shared", "t0", "t1"});
    for (auto query : {things.find().skip(1), things.find().limit(1)}) {
        CHECK(bad(query.template distinct<&M::key>()).code == Errc::invalid_argument);
    }
    CHECK(good(things.template distinct<&M::note>()) == std::vector<std::string>{"note"});
    CHECK(good(things.find(field<&M::n> > 1).template distinct<&M::n>()) == std::vector<std::int32_t>{2, 3});
}

CONFORMANCE("distinct of a path gives the values in all elements of the arrays on it", Basket) {
    Repository<M> baskets(db);
    good(baskets.insert({.id = 1, .items = {{.maker = Maker{"oak"}, .marks = {"b", "a"}}, {}}, .grade = Grade::high}));
    good(baskets.insert({.id = 2, .items = {{.maker = Maker{"ash"}, .marks = {"c"}}}, .grade = Grade::low, .before = Grade::high}));
    good(baskets.insert({.id = 3}));
    CHECK(good(baskets.template distinct<&M::items, &Item::maker, &Maker::name>()) == std::vector<std::string>{"ash", "oak"});
    CHECK(good(baskets.template distinct<&M::items, &Item::marks>(field<&M::id> < 2)) == std::vector<std::string>{"a", "b"});
    CHECK(good(baskets.template distinct<&M::items, &Item::marks>(field<&M::id> == 3)).empty());
    // Stored by value, given as what they are.
    CHECK(good(baskets.template distinct<&M::grade>(field<&M::id> < 3)) == std::vector<Grade>{Grade::low, Grade::high});
    CHECK(good(baskets.template distinct<&M::before>()) == std::vector<Grade>{Grade::high});
}

CONFORMANCE("explain_count says whether a count reads documents", Plain) {
    Repository<M> things(db);
    good(things.create_indexes());
    insert_some(things, 5);
    const auto raw = things.untyped();
    struct Row {
        const char*            what;
        tenon::bson::Document  plan;
        const char*            stage;
        bool                   by_index;
        std::int64_t           documents, returned;
    };
    const Row rows[] = {
        {"an index's value", good(things.find(field<&M::n> == 3).explain_count()), "COUNT_SCAN", true, 0, 1},
        {"an index's range", good(things.find(field<&M::n> >= 1).explain_count()), "COUNT_SCAN", true, 0, 4},
        {"a part of it", good(things.find(field<&M::n> >= 1).skip(1).limit(2).explain_count()), "COUNT_SCAN", true, 0, 2},
        {"all", good(things.find().explain_count()), "RECORD_STORE_FAST_COUNT", false, 0, 5},
        {"a field without an index", good(things.find(field<&M::key> == "k1").explain_count()), "COLLSCAN", false, 5, 1},
        {"a field that the index has not", good(things.find(field<&M::n> == 3 && field<&M::key> == "k3").explain_count()), "IXSCAN", true, 1, 1},
        {"untyped", good(raw.explain_count(json(R"({"n":{"$lt":2}})"))), "COUNT_SCAN", true, 0, 2},
        {"untyped, with options", good(raw.explain_count({}, {.skip = 1, .limit = 3, .hint = "$natural"})), "", false, -1, 3},
    };
    for (const auto& row : rows) {
        INFO(row.what, " ", text(row.plan));
        if (*row.stage != '\0') CHECK(std::string(row.plan["stage"].as_string()) == row.stage);
        CHECK(row.plan["index"].missing() != row.by_index);
        if (row.documents >= 0) CHECK(row.plan["documents_examined"].to_int64() == row.documents);
        CHECK(row.plan["returned"].to_int64() == row.returned);
    }
    CHECK(bad(raw.explain_count({}, {.skip = -1})).path == "skip");
    CHECK(bad(things.find().limit(-1).explain_count()).path == "limit");
}

CONFORMANCE("a time between two milliseconds is a bound between the dates on its sides", Plain) {
    Repository<M> things(db);
    auto          one = thing<M>("a", 1);
    one.created_at    = tenon::DateTime(10);
    good(things.insert(one));
    const std::chrono::sys_time<std::chrono::microseconds> behind(std::chrono::microseconds(10'500));
    const auto at = field<&M::created_at>;
    CHECK(good(things.count(at < behind)) == 1);
    CHECK(good(things.count(at <= behind)) == 1);
    CHECK(good(things.count(at > behind)) == 0);
    CHECK(good(things.count(at >= behind)) == 0);
    const auto error = bad(things.count(at == behind));
    CHECK(error.code == Errc::invalid_argument);
    CHECK(error.path == "created_at");
}

CONFORMANCE("indexes are created once, listed, hidden and dropped; explain names the one used", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    CHECK(good(things.create_indexes()));
    CHECK(!good(things.create_indexes()));
    insert_some(things, 5);
    auto indexes = good(things.list_indexes());
    REQUIRE(indexes.size() == 2);
    CHECK(indexes[0].effective_name() == "_id_");
    CHECK(indexes[1].effective_name() == "n_1");
    const auto plan = good(things.find(field<&M::n> == 3).explain());
    CHECK(text(plan).find("n_1") != std::string::npos);
    CHECK(plan["returned"].to_int64() == 1);
    good(things.hide_index("n_1"));
    CHECK(text(good(things.find(field<&M::n> == 3).explain())).find("n_1") == std::string::npos);
    good(things.hide_index("n_1", false));
    CHECK(keys(good(things.find(field<&M::n> >= 3).hint("n_1").all())) == "k3 k4");
    CHECK(bad(things.find().hint("none").all()).code == Errc::invalid_argument);
    CHECK(bad(things.drop_index("none")).path == "none");
    good(things.drop_index("n_1"));
    CHECK(good(things.list_indexes()).size() == 1);
    good(things.create_indexes());
    good(things.drop_indexes());
    CHECK(good(things.list_indexes()).size() == 1);
}

CONFORMANCE("a deadline and a stop token end a read, and the store stays usable", Plain, SoftDeleted, Versioned, Both) {
    Repository<M>    things(db);
    const auto       one = insert_some(things, 1)[0];
    std::stop_source source;
    source.request_stop();
    const tenon::CallOptions stopped{.stop = source.get_token()};
    const tenon::CallOptions late{.deadline = {std::chrono::steady_clock::now() - std::chrono::milliseconds(1)}};
    CHECK(bad(things.get(one.id, stopped)).code == Errc::cancelled);
    CHECK(bad(things.get(one.id, late)).code == Errc::timeout);
    CHECK(bad(things.find().stop(source.get_token()).all()).code == Errc::cancelled);
    CHECK(bad(things.find().deadline(late.deadline).page()).code == Errc::timeout);
    CHECK(good(things.count()) == 1);
}

CONFORMANCE("a document that does not fit the entity names the field and the document", Plain) {
    Repository<M> things(db);
    const auto    id = tenon::ObjectId::generate();
    good(things.untyped().insert(tenon::bson::doc("_id", id, "key", "a", "n", "text")));
    for (const auto& error : {bad(things.get(id)), bad(things.find().all()), bad(things.find().page())}) {
        CAPTURE(error.where);
        CHECK(error.code == Errc::decode);
        CHECK(error.path == "n");
        CHECK(error.document_id == R"({"$oid":")" + id.to_string() + R"("})");
        CHECK(error.where.starts_with("plain."));
        CHECK(error.message.find("text") == std::string::npos);
    }
}
