// A soft delete that names its own member, and members that change with it: one to a state, one to nothing.

#include "stored_bytes.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::CallOptions;
using tenon::DateTime;
using tenon::set;

namespace {

enum class State { active, paused, removed };

template <int Kind>
struct Seat {
    std::int64_t                id = 0;
    State                       state{};
    std::optional<std::int32_t> row{};
    std::optional<DateTime>     gone{};
};
template <int Kind>
struct StampedSeat {
    std::int64_t                id = 0;
    State                       state{};
    std::optional<std::int32_t> row{};
    std::optional<DateTime>     gone{};
    std::int64_t                version = 0;
};
using PlainSeat = Seat<0>;
using VersionedSeat = StampedSeat<1>;

}  // namespace

template <>
struct tenon::Model<PlainSeat> : tenon::Defaults<PlainSeat> {
    static constexpr auto collection = "seats";
    static constexpr auto soft_delete =
        tenon::soft_delete_on<&PlainSeat::gone>.also<&PlainSeat::state>(State::removed, State::active).also<&PlainSeat::row>(std::nullopt, 0);
};
template <>
struct tenon::Model<VersionedSeat> : tenon::Defaults<VersionedSeat> {
    static constexpr auto collection = "counted_seats";
    static constexpr auto soft_delete =
        tenon::soft_delete_on<&VersionedSeat::gone>.also<&VersionedSeat::state>(State::removed, State::active).also<&VersionedSeat::row>(std::nullopt, 0);
    static constexpr auto versioned = &VersionedSeat::version;
};

namespace {

template <class M>
inline constexpr bool counts = std::is_same_v<M, VersionedSeat>;

/// 1 and 2 are live, 3 is deleted.
template <class M>
std::vector<tenon::bson::Document> seed() {
    std::vector<tenon::bson::Document> out;
    for (std::int64_t id = 1; id <= 3; ++id) {
        tenon::bson::Builder builder;
        builder.append("_id", id).append("state", id == 1 ? "paused" : id == 2 ? "active" : "removed");
        if (id == 3) builder.append("row", nullptr).append("gone", DateTime(9));
        else builder.append("row", 4).append("gone", nullptr);
        if (counts<M>) builder.append("version", std::int64_t{1});
        out.push_back(builder.take());
    }
    return out;
}

template <class M>
struct Row {
    const char*                                  verb;
    std::function<Failure(const Repository<M>&)> write;
    const char*                                  stored;  // "#" is the version, where there is one: one more for each write
};

/// "#2" in the wanted text becomes " version:2L", or nothing where the model counts none.
template <class M>
std::string wanted(std::string text) {
    for (std::size_t at = 0; (at = text.find('#', at)) != std::string::npos;) {
        text.replace(at, 2, counts<M> ? std::string(" version:") + text[at + 1] + "L" : std::string());
    }
    return text;
}

template <class M>
M seat(std::int64_t id, State state) {
    M out{};
    out.id    = id;
    out.state = state;
    out.gone  = DateTime(7);  // passed over: what is inserted is live, what is replaced keeps its mark
    return out;
}

const CallOptions with_deleted{.visibility = Visibility::with_deleted};

}  // namespace

CONFORMANCE("a remove sets the model's further fields with its own mark, and a restore sets them back", PlainSeat, VersionedSeat) {
    using R = const Repository<M>&;
    const auto one    = field<&M::id> == 1;
    const auto paused = set<&M::state>(State::paused);
    const auto read   = [](R r, std::int64_t id) {
        auto copy = good(r.get(id, with_deleted));
        copy.row  = 8;
        return copy;
    };
    const std::vector<Row<M>> rows{
        {"remove", [=](R r) { return failure(r.remove(1)); }, R"({_id:1L state:"removed" row:null gone:now#2} =2 =3)"},
        {"remove_one", [=](R r) { return failure(r.remove_one(one)); }, R"({_id:1L state:"removed" row:null gone:now#2} =2 =3)"},
        {"remove_many", [=](R r) { return failure(r.remove_many({})); },
         R"({_id:1L state:"removed" row:null gone:now#2} {_id:2L state:"removed" row:null gone:now#2} =3)"},
        {"find_and_remove", [=](R r) { return failure(r.find_and_remove(one)); }, R"({_id:1L state:"removed" row:null gone:now#2} =2 =3)"},
        {"bulk remove", [=](R r) { return failure(r.bulk().remove(1).run()); }, R"({_id:1L state:"removed" row:null gone:now#2} =2 =3)"},
        {"bulk remove_one", [=](R r) { return failure(r.bulk().remove_one(one).run()); }, R"({_id:1L state:"removed" row:null gone:now#2} =2 =3)"},
        {"bulk remove_many", [=](R r) { return failure(r.bulk().remove_many({}).run()); },
         R"({_id:1L state:"removed" row:null gone:now#2} {_id:2L state:"removed" row:null gone:now#2} =3)"},
        {"bulk of all kinds", [=](R r) {
             return failure(r.bulk().insert(seat<M>(7, State::paused)).update(1, paused).remove(2).update(1, set<&M::row>(5)).run());
         }, R"({_id:1L state:"paused" row:5 gone:null#3} {_id:2L state:"removed" row:null gone:now#2} =3 {_id:7L state:"paused" gone:null#1})"},
        {"remove a deleted one", [=](R r) { return failure(r.remove(3)); }, "not_found: =1 =2 =3"},
        {"restore", [=](R r) { return failure(r.restore(3)); }, R"(=1 =2 {_id:3L state:"active" row:0 gone:null#2})"},
        {"restore_many", [=](R r) { return failure(r.restore_many({})); }, R"(=1 =2 {_id:3L state:"active" row:0 gone:null#2})"},
        {"restore a live one", [=](R r) { return failure(r.restore(1)); }, "not_found: =1 =2 =3"},
        {"remove and restore", [=](R r) {
             good(r.remove(1));
             return failure(r.restore(1));
         }, R"({_id:1L state:"active" row:0 gone:null#3} =2 =3)"},
        {"purge", [=](R r) { return failure(r.purge(1)); }, "=2 =3"},
        {"purge_many of the deleted ones", [=](R r) { return failure(r.purge_many({}, {.call = {.visibility = Visibility::only_deleted}})); }, "=1 =2"},
        // The further fields are the caller's own between the two: no other write sets them.
        {"insert", [=](R r) { return failure(r.insert(seat<M>(7, State::removed))); }, R"(=1 =2 =3 {_id:7L state:"removed" gone:null#1})"},
        {"insert_many", [=](R r) { return failure(r.insert_many({seat<M>(7, State::paused), seat<M>(8, State::active)})); },
         R"(=1 =2 =3 {_id:7L state:"paused" gone:null#1} {_id:8L state:"active" gone:null#1})"},
        {"bulk insert", [=](R r) { return failure(r.bulk().insert(seat<M>(7, State::paused)).run()); }, R"(=1 =2 =3 {_id:7L state:"paused" gone:null#1})"},
        {"save a new one", [=](R r) { return failure(r.save(seat<M>(7, State::paused))); }, R"(=1 =2 =3 {_id:7L state:"paused" gone:null#1})"},
        {"upsert a new one", [=](R r) { return failure(r.upsert(seat<M>(7, State::paused))); }, R"(=1 =2 =3 {_id:7L state:"paused" gone:null#1})"},
        {"upsert", [=](R r) { return failure(r.upsert(seat<M>(1, State::active))); }, R"({_id:1L state:"active" gone:null#2} =2 =3)"},
        {"upsert a deleted one", [=](R r) { return failure(r.upsert(seat<M>(3, State::active))); }, "duplicate_key: =1 =2 =3"},
        {"upsert a deleted one that is asked for", [=](R r) { return failure(r.upsert(seat<M>(3, State::paused), with_deleted)); },
         R"(=1 =2 {_id:3L state:"paused" gone:@9#2})"},
        {"update_one, upserting", [=](R r) { return failure(r.update_one(field<&M::id> == 7, paused, {.upsert = true})); },
         counts<M> ? R"(=1 =2 =3 {_id:7L gone:null state:"paused" version:1L})" : R"(=1 =2 =3 {_id:7L gone:null state:"paused"})"},
        {"replace", [=](R r) { return failure(r.replace(read(r, 1))); }, R"({_id:1L state:"paused" row:8 gone:null#2} =2 =3)"},
        {"save", [=](R r) { return failure(r.save(read(r, 1))); }, R"({_id:1L state:"paused" row:8 gone:null#2} =2 =3)"},
        {"replace a deleted one that is asked for", [=](R r) { return failure(r.replace(read(r, 3), {.call = with_deleted})); },
         R"(=1 =2 {_id:3L state:"removed" row:8 gone:@9#2})"},
        {"replace_one by one with a mark", [=](R r) { return failure(r.replace_one(one, seat<M>(1, State::active))); },
         R"({_id:1L state:"active" gone:null#2} =2 =3)"},
        {"find_and_replace by one with a mark", [=](R r) { return failure(r.find_and_replace(one, seat<M>(1, State::active))); },
         R"({_id:1L state:"active" gone:null#2} =2 =3)"},
        {"update", [=](R r) { return failure(r.update(2, paused)); }, R"(=1 {_id:2L state:"paused" row:4 gone:null#2} =3)"},
        {"update_many", [=](R r) { return failure(r.update_many({}, set<&M::row>(5))); },
         R"({_id:1L state:"paused" row:5 gone:null#2} {_id:2L state:"active" row:5 gone:null#2} =3)"},
        {"update of the mark", [=](R r) { return failure(r.update(2, set<&M::gone>(DateTime(7)))); }, "invalid_argument: =1 =2 =3"},
    };
    const Repository<M> things(db);
    const auto&         name = things.untyped().name();
    for (const auto& row : rows) {
        CAPTURE(std::string(row.verb));
        put(db, name, seed<M>());
        const auto  before = stored(db, name);
        const auto  failed = row.write(things);
        std::string left   = failed ? std::string(tenon::to_string(failed->code)) + ": " : "";
        left += shown(stored(db, name), before);
        CHECK(left == wanted<M>(row.stored));
    }
}

CONFORMANCE("a soft delete by a member of the model's own hides and shows as any other", PlainSeat, VersionedSeat) {
    const Repository<M> things(db);
    put(db, things.untyped().name(), seed<M>());
    const auto before = DateTime::now();
    good(things.remove(1));

    CHECK(bad(things.get(1)).code == Errc::not_found);
    CHECK(good(things.count()) == 1);
    CHECK(!good(things.exists(field<&M::id> == 1)));
    CHECK(good(things.template distinct<&M::state>()) == std::vector<State>{State::active});
    CHECK(good(things.find().only_deleted().count()) == 2);
    const auto gone = good(things.get(1, with_deleted));
    CHECK(gone.state == State::removed);
    CHECK(!gone.row.has_value());
    REQUIRE(gone.gone.has_value());
    CHECK(*gone.gone >= before);
    CHECK(*gone.gone <= DateTime::now());
    CHECK(bad(things.update(2, set<&M::gone>(DateTime(7)))).path == "gone");
    // A remove returns what it removed as it was.
    const auto was = good(things.find_and_remove(field<&M::id> == 2));
    REQUIRE(was.has_value());
    CHECK(was->state == State::active);
    CHECK(was->row == 4);
    CHECK(!was->gone.has_value());

    CHECK(good(things.restore_many(field<&M::id> != 3)) == 2);
    CHECK(good(things.count()) == 2);
    CHECK(good(things.get(1)).state == State::active);

    // Unique among the live ones alone: by the model's own member.
    const Repository<M> others(db);
    put(db, others.untyped().name(), seed<M>());
    good(others.remove(1));  // two without a row now
    good(others.untyped().create_indexes({tenon::IndexSpec{.keys = json(R"({"row":1})"), .unique = true}}));
    CHECK(text(good(others.list_indexes()).back().partial_filter) == R"({"gone":null})");
    good(others.restore(1));
    CHECK(bad(others.restore(3)).code == Errc::duplicate_key);  // both would have row 0
    CHECK(good(others.get(3, with_deleted)).state == State::removed);
}
