#include "fixture.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::bson::Type;
using tenon::set;

namespace {

/// The kinds of ids beside the ObjectIds of the other tests.
template <class Id, int Rules>
struct Named {
    Id                         id{};
    std::string                key{};
    std::int32_t               n       = 0;
    std::int64_t               version = 0;
    std::optional<std::string> note{};
};
using Texts          = Named<std::string, 0>;
using Numbers        = Named<std::int64_t, 0>;
using Uuids          = Named<tenon::Uuid, 0>;
using VersionedUuids = Named<tenon::Uuid, 1>;

}  // namespace

template <>
struct tenon::Model<Texts> : tenon::Defaults<Texts> {
    static constexpr auto collection = "texts";
};
template <>
struct tenon::Model<Numbers> : tenon::Defaults<Numbers> {
    static constexpr auto collection = "numbers";
};
template <>
struct tenon::Model<Uuids> : tenon::Defaults<Uuids> {
    static constexpr auto collection = "uuids";
};
template <>
struct tenon::Model<VersionedUuids> : tenon::Defaults<VersionedUuids> {
    static constexpr auto collection  = "versioned_uuids";
    static constexpr auto soft_delete = true;
    static constexpr auto versioned   = &VersionedUuids::version;
};

namespace {

template <class M>
using IdOf = decltype(M::id);
template <class M>
inline constexpr bool generates = std::is_same_v<IdOf<M>, tenon::Uuid>;

/// The n-th id, in the order of the kind.
template <class M>
IdOf<M> id_number(int n) {
    if constexpr (std::is_same_v<IdOf<M>, std::string>) {
        return std::string(1, static_cast<char>('a' + n));
    } else if constexpr (std::is_same_v<IdOf<M>, std::int64_t>) {
        return n + 1;
    } else {
        tenon::Uuid id;
        id.bytes[15] = static_cast<std::uint8_t>(n + 1);
        return id;
    }
}

template <class M>
M named(int n) {
    auto made = thing<M>("k" + std::to_string(n), n);
    made.id   = id_number<M>(n);
    return made;
}

}  // namespace

CONFORMANCE("each kind of id is given or generated, read, saved, paged by and removed", Texts, Numbers, Uuids, VersionedUuids) {
    Repository<M> things(db);
    const auto    unnamed = things.insert(thing<M>("unnamed", 9));
    if constexpr (generates<M>) {
        REQUIRE(unnamed.has_value());
        CHECK(unnamed->id != tenon::Uuid{});
        good(things.purge(unnamed->id));
    } else {
        CHECK(bad(unnamed).code == Errc::invalid_argument);
        CHECK(bad(unnamed).path == "_id");
    }
    for (int n = 0; n < 5; ++n) CHECK(good(things.insert(named<M>(n))).id == id_number<M>(n));
    CHECK(bad(things.insert(named<M>(2))).code == Errc::duplicate_key);
    auto one = good(things.get(id_number<M>(2)));
    CHECK(one.key == "k2");
    one.key = "saved";
    CHECK(good(things.save(one)).id == one.id);
    CHECK(good(things.get(one.id)).key == "saved");

    const auto query = things.find().sort(asc<&M::id>);
    const auto first = good(query.page({.size = 2}));
    CHECK(keys(first.items) == "k0 k1");
    const auto second = good(query.page({.size = 2, .after = first.next}));
    CHECK(keys(second.items) == "saved k3");
    CHECK(keys(good(query.page({.size = 2, .after = second.next})).items) == "k4");
    CHECK(keys(good(query.page({.size = 2, .before = second.prev})).items) == "k0 k1");

    good(things.remove(one.id));
    CHECK(bad(things.get(one.id)).code == Errc::not_found);
    CHECK(good(things.count()) == 4);
}

CONFORMANCE("an upsert stores an id of its model's kind or is refused before it writes", Texts, Numbers, Uuids, VersionedUuids) {
    Repository<M> things(db);
    const auto    which  = [](const char* key) { return field<&M::key> == key; };
    const auto    change = set<&M::n>(1) | (std::is_same_v<M, VersionedUuids> ? tenon::query::Update<M>()
                                                                              : tenon::set_on_insert<&M::version>(std::int64_t{0}));
    // The id is stated.
    good(things.upsert(named<M>(0)));
    good(things.update(id_number<M>(1), change | set<&M::key>("k1"), {.upsert = true}));
    good(things.update_one(field<&M::id> == id_number<M>(2) && which("k2"), change, {.upsert = true}));
    good(things.replace_one(field<&M::id> == id_number<M>(3), named<M>(3), {.upsert = true}));
    CHECK(good(things.find_and_replace(which("k4"), named<M>(4), {.upsert = true}))->id == id_number<M>(4));
    good(things.bulk().update(id_number<M>(5), change | set<&M::key>("k5"), {.upsert = true}).run());
    CHECK(keys(good(things.find().sort(asc<&M::id>).all())) == "k0 k1 k2 k3 k4 k5");

    // It is not: a document that is there is written, for a new one an id is made where the kind allows.
    const auto unnamed = thing<M>("unnamed", 7);
    if constexpr (generates<M>) {
        CHECK(good(things.update_one(which("a"), change, {.upsert = true})).upserted_id.has_value());
        CHECK(good(things.update_many(which("b"), change, {.upsert = true})).upserted_id.has_value());
        CHECK(good(things.find_and_update(which("c"), change, {.upsert = true})).has_value());
        good(things.bulk().update_one(which("d"), change, {.upsert = true}).run());
        CHECK(good(things.replace_one(which("unnamed"), unnamed, {.upsert = true})).upserted_id.has_value());
        CHECK(good(things.replace_one(which("unnamed"), unnamed, {.upsert = true})).matched == 1);
        CHECK(good(things.find_and_replace(which("e"), thing<M>("e", 8), {.upsert = true}))->key == "e");
        const auto again = good(things.find_and_replace(which("e"), thing<M>("e", 9), {.upsert = true}));
        CHECK(again->n == 9);
        CHECK(!good(things.find_and_replace(which("f"), thing<M>("f", 8), {.return_after = false, .upsert = true})).has_value());
        CHECK(good(things.count()) == 13);
        CHECK(good(things.find().all()).size() == 13);
    } else {
        const auto before = stored(db, things.untyped().name());
        for (const auto& error :
             {bad(things.update_one(which("a"), change, {.upsert = true})), bad(things.update_many(which("a"), change, {.upsert = true})),
              bad(things.find_and_update(which("a"), change, {.upsert = true})),
              bad(things.bulk().insert(named<M>(9)).update_one(which("a"), change, {.upsert = true}).run()),
              bad(things.replace_one(which("a"), unnamed, {.upsert = true})),
              bad(things.find_and_replace(which("a"), unnamed, {.upsert = true}))}) {
            CAPTURE(error.where);
            CHECK(error.code == Errc::invalid_argument);
            CHECK(error.path == "upsert");
        }
        CHECK(stored(db, things.untyped().name()) == before);
    }
}

CONFORMANCE("an _id of another kind is refused, by whichever way it comes", Texts, Numbers, Uuids, Plain) {
    const auto raw     = Repository<M>(db).untyped();
    const auto wrong   = json(R"({"_id":true,"key":"x"})");
    const auto by_id   = json(R"({"_id":true})");
    const auto change  = json(R"({"$set":{"n":1}})");
    tenon::BulkItems items;
    items.replace_one(by_id, wrong, {.upsert = true});
    for (const auto& error : {bad(raw.insert(wrong)), bad(raw.insert_many({wrong, wrong})), bad(raw.save(wrong)),
                              bad(raw.replace(wrong, {.upsert = true})), bad(raw.update_one(by_id, change, {.upsert = true})),
                              bad(raw.replace_one({}, wrong, {.upsert = true})), bad(raw.bulk(std::move(items)))}) {
        CAPTURE(error.where);
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == "_id");
    }
    CHECK(good(raw.count()) == 0);
}

CONFORMANCE("an upsert that meets an id which is taken says so, inside of a transaction as outside", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    taken = insert_some(things, 1)[0];
    auto          again = thing<M>("again", 2);
    again.id            = taken.id;
    const auto upsert   = [&](const Repository<M>& in) { return in.replace_one(field<&M::key> == "again", again, {.upsert = true}); };
    CHECK(bad(upsert(things)).code == Errc::duplicate_key);
    CHECK(bad(db.transaction([&](tenon::Transaction& tx) -> tenon::Result<void> {
              if (auto done = upsert(things.in(tx)); !done) return tenon::fail(done.error());
              return {};
          })).code == Errc::duplicate_key);
}
