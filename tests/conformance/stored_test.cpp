// The stored bytes after each verb, on a model without rules, a soft-deleting one, a versioned one and one that is both.

#include "stored_bytes.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::CallOptions;
using tenon::DateTime;
using tenon::set;
using tenon::unset;

namespace {

/// With integers as ids and without what it needs not, so that it is short to print.
template <int Kind>
struct Short {
    std::int64_t                id = 0;
    std::optional<std::int32_t> n{};
    std::optional<std::int32_t> m{};
};
template <int Kind>
struct Stamped {
    std::int64_t                id = 0;
    std::optional<std::int32_t> n{};
    std::optional<std::int32_t> m{};
    std::optional<DateTime>     created_at{};
    std::optional<DateTime>     updated_at{};
    std::int64_t                version = 0;
};
using ShortPlain     = Short<0>;
using ShortSoft      = Short<1>;
using ShortVersioned = Stamped<2>;
using ShortBoth      = Stamped<3>;

}  // namespace

template <>
struct tenon::Model<ShortPlain> : tenon::Defaults<ShortPlain> {
    static constexpr auto collection = "short_plain";
};
template <>
struct tenon::Model<ShortSoft> : tenon::Defaults<ShortSoft> {
    static constexpr auto collection  = "short_soft";
    static constexpr auto soft_delete = true;
};
template <>
struct tenon::Model<ShortVersioned> : tenon::Defaults<ShortVersioned> {
    static constexpr auto collection = "short_versioned";
    static constexpr auto created_at = &ShortVersioned::created_at;
    static constexpr auto updated_at = &ShortVersioned::updated_at;
    static constexpr auto versioned  = &ShortVersioned::version;
};
template <>
struct tenon::Model<ShortBoth> : tenon::Defaults<ShortBoth> {
    static constexpr auto collection  = "short_both";
    static constexpr auto soft_delete = true;
    static constexpr auto created_at  = &ShortBoth::created_at;
    static constexpr auto updated_at  = &ShortBoth::updated_at;
    static constexpr auto versioned   = &ShortBoth::version;
};

namespace {

template <class M>
inline constexpr std::size_t kind_of = 0;
template <int Kind>
inline constexpr std::size_t kind_of<Short<Kind>> = Kind;
template <int Kind>
inline constexpr std::size_t kind_of<Stamped<Kind>> = Kind;
template <class M>
inline constexpr bool deletes_softly = kind_of<M> == 1 || kind_of<M> == 3;
template <class M>
inline constexpr bool stamps = kind_of<M> >= 2;

/// 1 and 2, and where there is soft deletion a deleted 3, all with n = 1; of the first version where there is one.
template <class M>
std::vector<tenon::bson::Document> seed() {
    std::vector<tenon::bson::Document> out;
    for (std::int64_t id = 1; id <= (deletes_softly<M> ? 3 : 2); ++id) {
        tenon::bson::Builder builder;
        builder.append("_id", id).append("n", 1);
        if (stamps<M>) builder.append("created_at", DateTime(5)).append("updated_at", DateTime(6)).append("version", std::int64_t{1});
        if (deletes_softly<M> && id == 3) builder.append("deleted_at", DateTime(9));
        else if (deletes_softly<M>) builder.append("deleted_at", nullptr);
        out.push_back(builder.take());
    }
    return out;
}

template <class M>
struct Row {
    const char*                                 verb;
    std::function<Failure(const Repository<M>&)> write;
    const char*                                 stored[4];  // plain, soft-deleting, versioned, both; behind the error's name where it fails
};

template <class M>
M made(std::int64_t id, std::optional<std::int32_t> n, std::optional<std::int32_t> m = {}) {
    M out{};
    out.id = id;
    out.n  = n;
    out.m  = m;
    return out;
}

const CallOptions with_deleted{.visibility = Visibility::with_deleted};
const CallOptions only_deleted{.visibility = Visibility::only_deleted};

/// What was read and changed.
template <class M>
M changed(const Repository<M>& things, std::int64_t id) {
    auto copy = good(things.get(id, with_deleted));
    copy.n.reset();
    copy.m = 3;
    return copy;
}

struct Change {
    std::optional<std::int32_t>                n{};
    std::optional<std::optional<std::int32_t>> m{};
};

template <class M>
void check(const Database& db, const std::vector<Row<M>>& rows) {
    const Repository<M> things(db);
    const auto&         name = things.untyped().name();
    for (const auto& row : rows) {
        CAPTURE(std::string(row.verb));
        put(db, name, seed<M>());
        const auto  before = stored(db, name);
        const auto  failed = row.write(things);
        std::string left   = failed ? std::string(tenon::to_string(failed->code)) + ": " : "";
        left += shown(stored(db, name), before);
        CHECK(left == row.stored[kind_of<M>]);
    }
}

}  // namespace

#define STORED_BYTES(name) CONFORMANCE(name, ShortPlain, ShortSoft, ShortVersioned, ShortBoth)

STORED_BYTES("stored bytes after each insert") {
    using R = const Repository<M>&;
    check<M>(db, {
        {"insert", [](R r) { return failure(r.insert(made<M>(7, 5))); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L n:5 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"insert with the library's fields", [](R r) {
             return failure(r.untyped().insert(json(
                 R"({"_id":7,"version":9,"created_at":{"$date":{"$numberLong":"5"}},"updated_at":null,"deleted_at":{"$date":{"$numberLong":"5"}},"n":5})")));
         },
         {"=1 =2 {_id:7 version:9 created_at:@5 updated_at:null deleted_at:@5 n:5}", "=1 =2 =3 {_id:7 version:9 created_at:@5 updated_at:null deleted_at:null n:5}",
          "=1 =2 {_id:7 version:1L created_at:@5 updated_at:now deleted_at:@5 n:5}",
          "=1 =2 =3 {_id:7 version:1L created_at:@5 updated_at:now deleted_at:null n:5}"}},
        {"insert_many", [](R r) { return failure(r.insert_many({made<M>(7, 5), made<M>(8, 6)})); },
         {"=1 =2 {_id:7L n:5} {_id:8L n:6}", "=1 =2 =3 {_id:7L n:5 deleted_at:null} {_id:8L n:6 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now} {_id:8L n:6 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null} {_id:8L n:6 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"insert_many, the second is there", [](R r) { return failure(r.insert_many({made<M>(7, 5), made<M>(1, 6), made<M>(8, 6)})); },
         {"duplicate_key: =1 =2 {_id:7L n:5}", "duplicate_key: =1 =2 =3 {_id:7L n:5 deleted_at:null}",
          "duplicate_key: =1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "duplicate_key: =1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"insert_many, unordered", [](R r) { return failure(r.insert_many({made<M>(7, 5), made<M>(1, 6), made<M>(8, 6)}, {.ordered = false})); },
         {"duplicate_key: =1 =2 {_id:7L n:5} {_id:8L n:6}", "duplicate_key: =1 =2 =3 {_id:7L n:5 deleted_at:null} {_id:8L n:6 deleted_at:null}",
          "duplicate_key: =1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now} {_id:8L n:6 version:1L created_at:now updated_at:now}",
          "duplicate_key: =1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null} {_id:8L n:6 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"save a new one", [](R r) { return failure(r.save(made<M>(7, 5))); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L n:5 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"upsert a new one", [](R r) { return failure(r.upsert(made<M>(7, 5))); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L n:5 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"update by id, upserting", [](R r) { return failure(r.update(7, set<&M::n>(5), {.upsert = true})); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L deleted_at:null created_at:now n:5 updated_at:now version:1L}"}},
        {"update_one, upserting", [](R r) { return failure(r.update_one(field<&M::id> == 7, set<&M::n>(5), {.upsert = true})); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L deleted_at:null created_at:now n:5 updated_at:now version:1L}"}},
        {"update_one, upserting beside the deleted ones", [](R r) {
             return failure(r.update_one(field<&M::id> == 7, set<&M::n>(5), {.upsert = true, .call = with_deleted}));
         },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L created_at:now deleted_at:null n:5 updated_at:now version:1L}"}},
        {"update_many, upserting", [](R r) { return failure(r.update_many(field<&M::id> == 7, set<&M::n>(5), {.upsert = true})); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L deleted_at:null created_at:now n:5 updated_at:now version:1L}"}},
        {"patch, upserting", [](R r) { return failure(r.patch(7, Change{.n = 5}, {.upsert = true})); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L deleted_at:null created_at:now n:5 updated_at:now version:1L}"}},
        {"replace_one, upserting", [](R r) { return failure(r.replace_one(field<&M::id> == 7, made<M>(7, 5), {.upsert = true})); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L n:5 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"replace_one untyped, upserting", [](R r) { return failure(r.untyped().replace_one(json(R"({"_id":7})"), json(R"({"n":5})"), {.upsert = true})); },
         {"=1 =2 {_id:7 n:5}", "=1 =2 =3 {_id:7 n:5 deleted_at:null}",
          "=1 =2 {_id:7 n:5 created_at:now updated_at:now version:1L}",
          "=1 =2 =3 {_id:7 n:5 created_at:now updated_at:now version:1L deleted_at:null}"}},
        {"find_and_update, upserting", [](R r) { return failure(r.find_and_update(field<&M::id> == 7, set<&M::n>(5), {.upsert = true})); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L deleted_at:null created_at:now n:5 updated_at:now version:1L}"}},
        {"find_and_replace, upserting", [](R r) { return failure(r.find_and_replace(field<&M::id> == 7, made<M>(7, 5), {.upsert = true})); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L n:5 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"bulk insert", [](R r) { return failure(r.bulk().insert(made<M>(7, 5)).insert(made<M>(8, 6)).run()); },
         {"=1 =2 {_id:7L n:5} {_id:8L n:6}", "=1 =2 =3 {_id:7L n:5 deleted_at:null} {_id:8L n:6 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now} {_id:8L n:6 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null} {_id:8L n:6 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"bulk update_one, upserting", [](R r) { return failure(r.bulk().update_one(field<&M::id> == 7, set<&M::n>(5), {.upsert = true}).run()); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L deleted_at:null created_at:now n:5 updated_at:now version:1L}"}},
        {"bulk update_many, upserting", [](R r) { return failure(r.bulk().update_many(field<&M::id> == 7, set<&M::n>(5), {.upsert = true}).run()); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L deleted_at:null n:5}",
          "=1 =2 {_id:7L created_at:now n:5 updated_at:now version:1L}",
          "=1 =2 =3 {_id:7L deleted_at:null created_at:now n:5 updated_at:now version:1L}"}},
        {"bulk replace, upserting", [](R r) { return failure(r.bulk().replace(made<M>(7, 5), {.upsert = true}).run()); },
         {"=1 =2 {_id:7L n:5}", "=1 =2 =3 {_id:7L n:5 deleted_at:null}",
          "=1 =2 {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "=1 =2 =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
    });
}

STORED_BYTES("stored bytes after each update") {
    using R = const Repository<M>&;
    const auto one  = field<&M::id> == 1;
    const auto all  = field<&M::n> == 1;
    const auto five = set<&M::n>(5);
    check<M>(db, {
        {"update", [=](R r) { return failure(r.update(1, five)); },
         {"{_id:1L n:5} =2", "{_id:1L n:5 deleted_at:null} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"update to what it is", [=](R r) { return failure(r.update(1, set<&M::n>(1))); },
         {"=1 =2", "=1 =2 =3",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"update, a field more and one less", [=](R r) { return failure(r.update(1, set<&M::m>(3) | unset<&M::n>())); },
         {"{_id:1L m:3} =2", "{_id:1L deleted_at:null m:3} =2 =3",
          "{_id:1L created_at:@5 updated_at:now version:2L m:3} =2",
          "{_id:1L created_at:@5 updated_at:now version:2L deleted_at:null m:3} =2 =3"}},
        {"update_one", [=](R r) { return failure(r.update_one(one, five)); },
         {"{_id:1L n:5} =2", "{_id:1L n:5 deleted_at:null} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"update_one, the first of all", [=](R r) { return failure(r.update_one(all, five)); },
         {"{_id:1L n:5} =2", "{_id:1L n:5 deleted_at:null} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"update_many", [=](R r) { return failure(r.update_many(all, five)); },
         {"{_id:1L n:5} {_id:2L n:5}", "{_id:1L n:5 deleted_at:null} {_id:2L n:5 deleted_at:null} =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} {_id:2L n:5 created_at:@5 updated_at:now version:2L}",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} {_id:2L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =3"}},
        {"patch", [=](R r) { return failure(r.patch(1, Change{.n = 5})); },
         {"{_id:1L n:5} =2", "{_id:1L n:5 deleted_at:null} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"patch, a field less", [=](R r) { return failure(r.patch(1, Change{.n = 5, .m = std::optional<std::int32_t>{}})); },
         {"{_id:1L n:5} =2", "{_id:1L n:5 deleted_at:null} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"find_and_update", [=](R r) { return failure(r.find_and_update(all, five, {.sort = json(R"({"_id":-1})")})); },
         {"=1 {_id:2L n:5}", "=1 {_id:2L n:5 deleted_at:null} =3",
          "=1 {_id:2L n:5 created_at:@5 updated_at:now version:2L}",
          "=1 {_id:2L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =3"}},
        {"bulk update", [=](R r) { return failure(r.bulk().update(1, five).run()); },
         {"{_id:1L n:5} =2", "{_id:1L n:5 deleted_at:null} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"bulk update_one", [=](R r) { return failure(r.bulk().update_one(one, five).run()); },
         {"{_id:1L n:5} =2", "{_id:1L n:5 deleted_at:null} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"bulk update_many", [=](R r) { return failure(r.bulk().update_many(all, five).run()); },
         {"{_id:1L n:5} {_id:2L n:5}", "{_id:1L n:5 deleted_at:null} {_id:2L n:5 deleted_at:null} =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} {_id:2L n:5 created_at:@5 updated_at:now version:2L}",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} {_id:2L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} =3"}},
        {"bulk update twice", [=](R r) { return failure(r.bulk().update(1, five).update(1, set<&M::m>(3)).run()); },
         {"{_id:1L n:5 m:3} =2", "{_id:1L n:5 deleted_at:null m:3} =2 =3",
          "{_id:1L n:5 created_at:@5 updated_at:now version:3L m:3} =2",
          "{_id:1L n:5 created_at:@5 updated_at:now version:3L deleted_at:null m:3} =2 =3"}},
        {"update a deleted one", [=](R r) { return failure(r.update(3, five)); },
         {"not_found: =1 =2", "not_found: =1 =2 =3", "not_found: =1 =2", "not_found: =1 =2 =3"}},
        {"update a deleted one that is asked for", [=](R r) { return failure(r.update(3, five, {.call = with_deleted})); },
         {"not_found: =1 =2", "=1 =2 {_id:3L n:5 deleted_at:@9}",
          "not_found: =1 =2",
          "=1 =2 {_id:3L n:5 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
        {"update_many of all", [=](R r) { return failure(r.update_many({}, five, {.call = with_deleted})); },
         {"{_id:1L n:5} {_id:2L n:5}", "{_id:1L n:5 deleted_at:null} {_id:2L n:5 deleted_at:null} {_id:3L n:5 deleted_at:@9}",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L} {_id:2L n:5 created_at:@5 updated_at:now version:2L}",
          "{_id:1L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} {_id:2L n:5 created_at:@5 updated_at:now version:2L deleted_at:null} {_id:3L n:5 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
        {"update_many of the deleted ones", [=](R r) { return failure(r.update_many({}, five, {.call = only_deleted})); },
         {"invalid_argument: =1 =2", "=1 =2 {_id:3L n:5 deleted_at:@9}",
          "invalid_argument: =1 =2",
          "=1 =2 {_id:3L n:5 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
        {"patch a deleted one that is asked for", [=](R r) { return failure(r.patch(3, Change{.n = 5}, {.call = with_deleted})); },
         {"not_found: =1 =2", "=1 =2 {_id:3L n:5 deleted_at:@9}",
          "not_found: =1 =2",
          "=1 =2 {_id:3L n:5 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
        {"find_and_update of the deleted ones", [=](R r) { return failure(r.find_and_update({}, five, {.call = only_deleted})); },
         {"invalid_argument: =1 =2", "=1 =2 {_id:3L n:5 deleted_at:@9}",
          "invalid_argument: =1 =2",
          "=1 =2 {_id:3L n:5 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
    });
}

STORED_BYTES("stored bytes after each replace") {
    using R = const Repository<M>&;
    const auto one   = field<&M::id> == 1;
    const auto blank = made<M>(0, std::nullopt, 3);
    check<M>(db, {
        {"replace", [=](R r) { return failure(r.replace(changed(r, 1))); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"replace untyped", [=](R r) { return failure(r.untyped().replace(json(R"({"_id":1,"m":3,"version":1})"))); },
         {"{_id:1 m:3 version:1} =2", "{_id:1 m:3 version:1 deleted_at:null} =2 =3",
          "{_id:1 m:3 version:2L updated_at:now created_at:@5} =2",
          "{_id:1 m:3 version:2L updated_at:now created_at:@5 deleted_at:null} =2 =3"}},
        {"replace_one", [=](R r) { return failure(r.replace_one(one, blank)); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 version:2L updated_at:now created_at:@5} =2",
          "{_id:1L m:3 version:2L updated_at:now created_at:@5 deleted_at:null} =2 =3"}},
        {"replace_one untyped", [=](R r) { return failure(r.untyped().replace_one(json(R"({"_id":1})"), json(R"({"m":3})"))); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 updated_at:now version:2L created_at:@5} =2",
          "{_id:1L m:3 updated_at:now version:2L created_at:@5 deleted_at:null} =2 =3"}},
        {"replace_one with a mark", [=](R r) {
             return failure(r.untyped().replace_one(json(R"({"_id":1})"), json(R"({"deleted_at":{"$date":{"$numberLong":"7"}},"m":3})")));
         },
         {"{_id:1L deleted_at:@7 m:3} =2", "{_id:1L deleted_at:null m:3} =2 =3",
          "{_id:1L deleted_at:@7 m:3 updated_at:now version:2L created_at:@5} =2",
          "{_id:1L deleted_at:null m:3 updated_at:now version:2L created_at:@5} =2 =3"}},
        {"save", [=](R r) { return failure(r.save(changed(r, 1))); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"save untyped", [=](R r) { return failure(r.untyped().save(json(R"({"_id":1,"version":{"$numberLong":"1"},"m":3})"))); },
         {"{_id:1 version:1L m:3} =2", "{_id:1 version:1L m:3 deleted_at:null} =2 =3",
          "{_id:1 version:2L m:3 updated_at:now created_at:@5} =2",
          "{_id:1 version:2L m:3 updated_at:now created_at:@5 deleted_at:null} =2 =3"}},
        {"save a new one under an old id", [=](R r) { return failure(r.save(made<M>(1, std::nullopt, 3))); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3", "duplicate_key: =1 =2", "duplicate_key: =1 =2 =3"}},
        {"upsert", [=](R r) { return failure(r.upsert(changed(r, 1))); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"upsert of another version", [=](R r) { return failure(r.upsert(made<M>(1, std::nullopt, 3))); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 version:2L updated_at:now created_at:@5} =2",
          "{_id:1L m:3 version:2L updated_at:now created_at:@5 deleted_at:null} =2 =3"}},
        {"find_and_replace", [=](R r) { return failure(r.find_and_replace({}, blank, {.sort = json(R"({"_id":-1})")})); },
         {"=1 {_id:2L m:3}", "=1 {_id:2L m:3 deleted_at:null} =3",
          "=1 {_id:2L m:3 version:2L updated_at:now created_at:@5}",
          "=1 {_id:2L m:3 version:2L updated_at:now created_at:@5 deleted_at:null} =3"}},
        {"bulk replace", [=](R r) { return failure(r.bulk().replace(changed(r, 1)).run()); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L} =2",
          "{_id:1L m:3 created_at:@5 updated_at:now version:2L deleted_at:null} =2 =3"}},
        {"bulk replace, upserting", [=](R r) { return failure(r.bulk().replace(made<M>(1, std::nullopt, 3), {.upsert = true}).run()); },
         {"{_id:1L m:3} =2", "{_id:1L m:3 deleted_at:null} =2 =3",
          "{_id:1L m:3 version:2L updated_at:now created_at:@5} =2",
          "{_id:1L m:3 version:2L updated_at:now created_at:@5 deleted_at:null} =2 =3"}},
        {"bulk replace_one", [=](R r) {
             tenon::BulkItems items;
             items.replace_one(json(R"({"n":1})"), json(R"({"m":3})")).replace_one(json(R"({"n":1})"), json(R"({"m":4})"));
             return failure(r.untyped().bulk(std::move(items)));
         },
         {"{_id:1L m:3} {_id:2L m:4}", "{_id:1L m:3 deleted_at:null} {_id:2L m:4 deleted_at:null} =3",
          "{_id:1L m:3 updated_at:now version:2L created_at:@5} {_id:2L m:4 updated_at:now version:2L created_at:@5}",
          "{_id:1L m:3 updated_at:now version:2L created_at:@5 deleted_at:null} {_id:2L m:4 updated_at:now version:2L created_at:@5 deleted_at:null} =3"}},
        {"replace a deleted one", [=](R r) { return failure(r.replace(deletes_softly<M> ? changed(r, 3) : made<M>(3, 3))); },
         {"not_found: =1 =2", "not_found: =1 =2 =3", "not_found: =1 =2", "not_found: =1 =2 =3"}},
        {"save a deleted one", [=](R r) { return failure(r.save(deletes_softly<M> ? changed(r, 3) : made<M>(3, 3))); },
         {"=1 =2 {_id:3L n:3}", "duplicate_key: =1 =2 =3",
          "=1 =2 {_id:3L n:3 version:1L created_at:now updated_at:now}",
          "not_found: =1 =2 =3"}},
        {"upsert a deleted one", [=](R r) { return failure(r.upsert(deletes_softly<M> ? changed(r, 3) : made<M>(3, 3))); },
         {"=1 =2 {_id:3L n:3}", "duplicate_key: =1 =2 =3",
          "=1 =2 {_id:3L n:3 version:1L created_at:now updated_at:now}",
          "duplicate_key: =1 =2 =3"}},
        {"replace a deleted one that is asked for", [=](R r) {
             return failure(r.replace(deletes_softly<M> ? changed(r, 3) : made<M>(3, 3), {.call = with_deleted}));
         },
         {"not_found: =1 =2", "=1 =2 {_id:3L m:3 deleted_at:@9}",
          "not_found: =1 =2",
          "=1 =2 {_id:3L m:3 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
        {"replace_one of the deleted ones", [=](R r) { return failure(r.replace_one({}, blank, {.call = only_deleted})); },
         {"invalid_argument: =1 =2", "=1 =2 {_id:3L m:3 deleted_at:@9}",
          "invalid_argument: =1 =2",
          "=1 =2 {_id:3L m:3 version:2L updated_at:now created_at:@5 deleted_at:@9}"}},
        {"save a deleted one that is asked for", [=](R r) { return failure(r.save(deletes_softly<M> ? changed(r, 3) : made<M>(3, 3), with_deleted)); },
         {"=1 =2 {_id:3L n:3}", "=1 =2 {_id:3L m:3 deleted_at:@9}",
          "=1 =2 {_id:3L n:3 version:1L created_at:now updated_at:now}",
          "=1 =2 {_id:3L m:3 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
        {"upsert a deleted one that is asked for", [=](R r) { return failure(r.upsert(deletes_softly<M> ? changed(r, 3) : made<M>(3, 3), with_deleted)); },
         {"=1 =2 {_id:3L n:3}", "=1 =2 {_id:3L m:3 deleted_at:@9}",
          "=1 =2 {_id:3L n:3 version:1L created_at:now updated_at:now}",
          "=1 =2 {_id:3L m:3 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
        {"find_and_replace of the deleted ones", [=](R r) { return failure(r.find_and_replace({}, blank, {.call = only_deleted})); },
         {"invalid_argument: =1 =2", "=1 =2 {_id:3L m:3 deleted_at:@9}",
          "invalid_argument: =1 =2",
          "=1 =2 {_id:3L m:3 version:2L updated_at:now created_at:@5 deleted_at:@9}"}},
        {"bulk replace a deleted one that is asked for", [=](R r) {
             return failure(r.bulk().replace(deletes_softly<M> ? changed(r, 3) : made<M>(3, 3)).run({.call = with_deleted}));
         },
         {"=1 =2", "=1 =2 {_id:3L m:3 deleted_at:@9}",
          "not_found: =1 =2",
          "=1 =2 {_id:3L m:3 created_at:@5 updated_at:now version:2L deleted_at:@9}"}},
    });
}

STORED_BYTES("stored bytes after each remove, restore and purge") {
    using R = const Repository<M>&;
    const auto one = field<&M::id> == 1;
    const auto all = field<&M::n> == 1;
    check<M>(db, {
        {"remove", [=](R r) { return failure(r.remove(1)); },
         {"=2", "{_id:1L n:1 deleted_at:now} =2 =3",
          "=2",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =2 =3"}},
        {"remove_one", [=](R r) { return failure(r.remove_one(one)); },
         {"=2", "{_id:1L n:1 deleted_at:now} =2 =3",
          "=2",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =2 =3"}},
        {"remove_many", [=](R r) { return failure(r.remove_many(all)); },
         {"", "{_id:1L n:1 deleted_at:now} {_id:2L n:1 deleted_at:now} =3",
          "",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} {_id:2L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =3"}},
        {"find_and_remove", [=](R r) { return failure(r.find_and_remove({}, {.sort = json(R"({"_id":-1})")})); },
         {"=1", "=1 {_id:2L n:1 deleted_at:now} =3",
          "=1",
          "=1 {_id:2L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =3"}},
        {"bulk remove", [=](R r) { return failure(r.bulk().remove(1).run()); },
         {"=2", "{_id:1L n:1 deleted_at:now} =2 =3",
          "=2",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =2 =3"}},
        {"bulk remove_one", [=](R r) { return failure(r.bulk().remove_one(one).run()); },
         {"=2", "{_id:1L n:1 deleted_at:now} =2 =3",
          "=2",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =2 =3"}},
        {"bulk remove_many", [=](R r) { return failure(r.bulk().remove_many(all).run()); },
         {"", "{_id:1L n:1 deleted_at:now} {_id:2L n:1 deleted_at:now} =3",
          "",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} {_id:2L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =3"}},
        {"bulk of all kinds", [=](R r) {
             return failure(r.bulk().insert(made<M>(7, 5)).update(1, set<&M::n>(5)).replace(changed(r, 2)).remove(1).run());
         },
         {"{_id:2L m:3} {_id:7L n:5}", "{_id:1L n:5 deleted_at:now} {_id:2L m:3 deleted_at:null} =3 {_id:7L n:5 deleted_at:null}",
          "{_id:2L m:3 created_at:@5 updated_at:now version:2L} {_id:7L n:5 version:1L created_at:now updated_at:now}",
          "{_id:1L n:5 created_at:@5 updated_at:now version:3L deleted_at:now} {_id:2L m:3 created_at:@5 updated_at:now version:2L deleted_at:null} =3 {_id:7L n:5 version:1L created_at:now updated_at:now deleted_at:null}"}},
        {"remove a deleted one", [=](R r) { return failure(r.remove(3)); },
         {"not_found: =1 =2", "not_found: =1 =2 =3", "not_found: =1 =2", "not_found: =1 =2 =3"}},
        {"remove_many of all", [=](R r) { return failure(r.remove_many({}, {.call = with_deleted})); },
         {"", "{_id:1L n:1 deleted_at:now} {_id:2L n:1 deleted_at:now} =3",
          "",
          "{_id:1L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} {_id:2L n:1 created_at:@5 updated_at:now version:2L deleted_at:now} =3"}},
        {"remove and restore", [=](R r) {
             good(r.remove(1));
             return failure(r.restore(1));
         },
         {"invalid_argument: =2", "=1 =2 =3",
          "invalid_argument: =2",
          "{_id:1L n:1 created_at:@5 updated_at:now version:3L deleted_at:null} =2 =3"}},
        {"restore", [=](R r) { return failure(r.restore(3)); },
         {"invalid_argument: =1 =2", "=1 =2 {_id:3L n:1 deleted_at:null}",
          "invalid_argument: =1 =2",
          "=1 =2 {_id:3L n:1 created_at:@5 updated_at:now version:2L deleted_at:null}"}},
        {"restore_many", [=](R r) { return failure(r.restore_many(all)); },
         {"invalid_argument: =1 =2", "=1 =2 {_id:3L n:1 deleted_at:null}",
          "invalid_argument: =1 =2",
          "=1 =2 {_id:3L n:1 created_at:@5 updated_at:now version:2L deleted_at:null}"}},
        {"restore a live one", [=](R r) { return failure(r.restore(1)); },
         {"invalid_argument: =1 =2", "not_found: =1 =2 =3", "invalid_argument: =1 =2", "not_found: =1 =2 =3"}},
        {"purge", [=](R r) { return failure(r.purge(1)); },
         {"=2", "=2 =3", "=2", "=2 =3"}},
        {"purge a deleted one", [=](R r) { return failure(r.purge(3)); },
         {"not_found: =1 =2", "=1 =2", "not_found: =1 =2", "=1 =2"}},
        {"purge_many", [=](R r) { return failure(r.purge_many(all)); },
         {"", "", "", ""}},
        {"purge_many of the deleted ones", [=](R r) { return failure(r.purge_many({}, {.call = only_deleted})); },
         {"invalid_argument: =1 =2", "=1 =2", "invalid_argument: =1 =2", "=1 =2"}},
    });
}
