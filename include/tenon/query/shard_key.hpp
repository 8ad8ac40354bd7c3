#pragma once
// The shard key a Model declares: a constant of its parts and options, made into MongoDB's form at run time.

#include <type_traits>
#include <utility>

#include <tenon/query/indexes.hpp>

namespace tenon::query {

/// A part of a shard key that spreads by the hash of its value.
template <auto First, auto... Rest>
struct HashedKey {
    using Root = reflect::member_class<First>;
    using Path = StaticPath<First, Rest...>;

    [[nodiscard]] static PathRef path() { return Path::ref(); }
};

/// A shard key in MongoDB's form.
struct ShardKeyDefinition {
    bson::Document fields{};  ///< path -> 1 or "hashed"
    bool           unique         = false;
    bool           presplit_zones = false;
};

namespace detail {

struct shard_key;  // as the compiler prints it

template <class Key>
inline constexpr bool is_hashed = false;
template <auto... Members>
inline constexpr bool is_hashed<HashedKey<Members...>> = true;
template <class Key>
inline constexpr bool descends = false;
template <auto... Members>
inline constexpr bool descends<SortKey<-1, Members...>> = true;

// Called once per program and shard key. Paths are looked up in the body, when the Model that holds the key is complete.
template <class Key>
void append_shard_key_part(SortBase& keys) {
    if constexpr (is_hashed<Key>) keys.add_hashed(Key::path());
    else keys.add(Key::path(), 1);
}
template <class... Keys>
void append_shard_key(SortBase& keys) {
    (append_shard_key_part<Keys>(keys), ...);
}
[[nodiscard]] Result<ShardKeyDefinition> define_shard_key(void (*keys)(SortBase&), bool unique, bool presplit_zones);

// MongoDB manual: Shard Keys, "Shard Key Indexes": the index behind it is neither descending nor multikey.
template <class Key>
[[nodiscard]] consteval bool spreads() {
    using Path = typename Key::Path;
    if constexpr (descends<Key>) {
        (void)sizeof(typename mistake::field<Path::name(), typename Path::Value>::template cannot_descend_in<shard_key>);
    }
    if constexpr (Path::through_array || reflect::goes_through_array<typename Path::Value>) {
        (void)sizeof(typename mistake::field<Path::name(), typename Path::Value>::template may_hold_an_array_in<shard_key>);
    }
    return true;
}
template <class Root, class... Keys>
[[nodiscard]] consteval bool spread() {
    static_assert((spreads<Keys>() && ...));
    if constexpr ((0 + ... + (is_hashed<Keys> ? 1 : 0)) > 1) {
        (void)sizeof(typename mistake::entity<Root>::template has_more_than_one_hashed_part_in<shard_key>);
    }
    return true;
}

}  // namespace detail

/// A shard key of an entity as a constant. Each option returns the key with that option.
template <class T, bool Hashed>
class ShardKey {
public:
    using Entity = T;

    constexpr explicit ShardKey(void (*keys)(SortBase&)) noexcept : keys_(keys) {}

    /// No two documents of the cluster have the same key, those that are deleted softly included. MongoDB manual: shardCollection,
    /// "Uniqueness": no other index but the one on _id can then be unique.
    [[nodiscard]] constexpr ShardKey unique() const {
        static_assert(!Hashed, "tenon: a hashed shard key cannot be unique");
        ShardKey out = *this;
        out.unique_  = true;
        return out;
    }
    /// Where an empty collection is sharded with zone ranges, those are split over the shards of their zones at once.
    /// MongoDB manual: shardCollection, presplitHashedZones, which says what such ranges must be.
    [[nodiscard]] constexpr ShardKey presplit_zones() const {
        static_assert(Hashed, "tenon: only the zones of a hashed shard key are split ahead");
        ShardKey out        = *this;
        out.presplit_zones_ = true;
        return out;
    }

    /// @errors invalid_argument: a part twice.
    [[nodiscard]] Result<ShardKeyDefinition> definition() const { return detail::define_shard_key(keys_, unique_, presplit_zones_); }

private:
    void (*keys_)(SortBase&);
    bool unique_         = false;
    bool presplit_zones_ = false;
};

}  // namespace tenon::query

namespace tenon {

/// A part of a shard key by the hash of its value: writes of a field that only grows (an ObjectId, a date) go to all shards.
template <auto First, auto... Rest>
inline constexpr query::HashedKey<First, Rest...> hashed{};

/// What a Model's `shard_key` holds: `shard_key<asc<&Message::tenant>, asc<&Message::created_at>>()`, `shard_key<hashed<&Message::id>>()`.
/// Parts are asc<...> and at most one hashed<...>, none of them an array or in one.
template <auto First, auto... More>
[[nodiscard]] constexpr auto shard_key() {
    using Root = typename decltype(First)::Root;
    static_assert(query::detail::of_one_entity<Root, std::remove_const_t<decltype(More)>...>());
    static_assert(query::detail::spread<Root, std::remove_const_t<decltype(First)>, std::remove_const_t<decltype(More)>...>());
    constexpr bool has_hash = query::detail::is_hashed<std::remove_const_t<decltype(First)>> || (query::detail::is_hashed<std::remove_const_t<decltype(More)>> || ...);
    return query::ShardKey<Root, has_hash>(&query::detail::append_shard_key<std::remove_const_t<decltype(First)>, std::remove_const_t<decltype(More)>...>);
}

}  // namespace tenon
