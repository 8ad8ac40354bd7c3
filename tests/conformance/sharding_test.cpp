// A model with a shard key: on a store that is no sharded cluster it is a collection like others, whose documents keep their key.

#include "fixture.hpp"

using namespace conformance;  // NOLINT(google-build-using-namespace)

namespace {

struct Parcel {
    tenon::ObjectId            id{};
    std::string                tenant{};
    std::optional<std::string> region{};
    std::string                text{};
};
struct Versions {
    tenon::ObjectId id{};
    std::string     tenant{};
    std::string     text{};
    tenon::DateTime created_at{};
    std::int64_t    version{};
};

}  // namespace

template <>
struct tenon::Model<Parcel> : tenon::Defaults<Parcel> {
    static constexpr auto collection = "parcels";
    static constexpr auto shard_key  = tenon::shard_key<asc<&Parcel::tenant>, asc<&Parcel::region>>();
};
template <>
struct tenon::Model<Versions> : tenon::Defaults<Versions> {
    static constexpr auto collection  = "versions";
    static constexpr auto soft_delete = true;
    static constexpr auto created_at  = &Versions::created_at;
    static constexpr auto versioned   = &Versions::version;
    static constexpr auto shard_key   = tenon::shard_key<asc<&Versions::tenant>, asc<&Versions::created_at>>();
};

CONFORMANCE("a store that is no sharded cluster refuses to shard, and writes nothing", Plain) {
    const Repository<Parcel> parcels(db);
    good(parcels.insert({.tenant = "a"}));
    const auto able = db.capabilities();
    if (able.sharding) {
        CHECK(good(db.shard()) == std::vector<std::string>{"parcels"});
        return;
    }
    const auto before = good(db.list_collections());
    const auto error  = bad(db.shard());
    CHECK(error.code == Errc::unsupported);
    CHECK(error.where == "parcels.shard");
    CHECK(error.outcome == tenon::Outcome::none);
    CHECK(good(db.list_collections()) == before);
    CHECK(good(parcels.list_indexes()).size() == 1);
}

CONFORMANCE("a document of a sharded model is replaced by a copy with its key, and not found by one with another", Plain) {
    const Repository<Parcel> parcels(db);
    auto                     one = good(parcels.insert({.tenant = "a", .text = "0"}));
    one.text = "1";
    CHECK(good(parcels.save(one)).text == "1");
    one.text = "2";
    CHECK(good(parcels.replace(one)).text == "2");
    one.text = "3";
    CHECK(good(parcels.upsert(one)).text == "3");
    one.text = "4";
    CHECK(good(parcels.bulk().replace(one).run()).matched == 1);
    CHECK(good(parcels.get(one.id)).text == "4");

    auto moved   = one;
    moved.region = "eu";
    CHECK(bad(parcels.replace(moved)).code == Errc::not_found);
    CHECK(bad(parcels.save(moved)).code == Errc::duplicate_key);
    CHECK(bad(parcels.upsert(moved)).code == Errc::duplicate_key);
    CHECK(good(parcels.bulk().replace(moved).run()).matched == 0);
    CHECK(!good(parcels.get(one.id)).region.has_value());
    CHECK(good(parcels.count()) == 1);

    // New ones are stored as of any model.
    const auto fresh = Parcel{.id = tenon::ObjectId::generate(), .tenant = "b", .region = "us"};
    CHECK(good(parcels.save(fresh)).id == fresh.id);
    CHECK(good(parcels.get(fresh.id)).region == "us");
}

CONFORMANCE("versions, stamps and soft deletes of a sharded model are those of any", Plain) {
    const Repository<Versions> all(db);
    auto                       one   = good(all.insert({.tenant = "a"}));
    auto                       stale = one;
    one.text                         = "1";
    one                              = good(all.save(one));
    CHECK(one.version == 2);
    CHECK(bad(all.save(stale)).code == Errc::version_conflict);
    // A copy that lacks the stamp, which is a part of the key, gets the stored one.
    auto bare       = one;
    bare.created_at = {};
    bare            = good(all.replace(bare));
    CHECK(bare.created_at == one.created_at);
    CHECK(good(all.upsert(bare)).version == 4);
    good(all.remove(one.id));
    CHECK(bad(all.replace(bare)).code == Errc::not_found);
    good(all.restore(one.id));
    CHECK(good(all.get(one.id)).tenant == "a");
    CHECK(good(all.count()) == 1);
}
