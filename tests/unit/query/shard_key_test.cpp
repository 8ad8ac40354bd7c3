#include <doctest/doctest.h>

#include <tenon/mapping/model_info.hpp>

#include "unit/query/entities.hpp"

using namespace shop;
using namespace tenon;

namespace {

struct Visit {
    ObjectId                id{};
    std::string             tenant{};
    std::optional<Address>  place{};
    DateTime                at{};
};
struct Twice {
    ObjectId id{};
    int      a{};
};

template <class Key>
std::string fields(const Key& key) {
    const auto made = key.definition();
    return made ? bson::to_json(made->fields.view()) : "error at " + made.error().path;
}

}  // namespace

// Named before its stored names are known: they are looked up when the key is made.
template <>
struct tenon::Model<Visit> : tenon::Defaults<Visit> {
    static constexpr auto shard_key = tenon::shard_key<asc<&Visit::tenant>, asc<&Visit::place, &Address::city>, hashed<&Visit::id>>().presplit_zones();
    static constexpr auto rename    = tenon::renames(tenon::rename<&Visit::tenant>("t"));
};
template <>
struct tenon::Model<Twice> : tenon::Defaults<Twice> {
    static constexpr auto shard_key = tenon::shard_key<asc<&Twice::a>, hashed<&Twice::a>>();
};

TEST_CASE("a shard key in MongoDB's form: ranged, hashed, compound, by stored names") {
    CHECK(fields(shard_key<asc<&Order::buyer>, asc<&Order::at>>()) == R"({"by":1,"at":1})");
    CHECK(fields(shard_key<hashed<&Order::id>>()) == R"({"_id":"hashed"})");
    CHECK(fields(shard_key<hashed<&Order::buyer>, asc<&Order::at>>()) == R"({"by":"hashed","at":1})");
    CHECK(fields(Model<Visit>::shard_key) == R"({"t":1,"place.city":1,"_id":"hashed"})");
    CHECK(fields(Model<Twice>::shard_key) == "error at a");
    CHECK(shard_key<asc<&Order::buyer>>().unique().definition()->unique);
    CHECK(!shard_key<asc<&Order::buyer>>().definition()->unique);
}

TEST_CASE("a model knows its shard key, and one that makes no sense is without fields") {
    const auto& key = model_info<Visit>().shard_key;
    REQUIRE(key.has_value());
    CHECK(bson::to_json(key->fields.view()) == R"({"t":1,"place.city":1,"_id":"hashed"})");
    CHECK(key->presplit_zones);
    CHECK(!key->unique);
    CHECK(!model_info<Order>().shard_key.has_value());
    REQUIRE(model_info<Twice>().shard_key.has_value());
    CHECK(model_info<Twice>().shard_key->fields.empty());
}
