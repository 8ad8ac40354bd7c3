#pragma once
// model_info<T>(): the facts of Model<T> with the type erased, as stores and middleware want them.

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenon/mapping/value.hpp>
#include <tenon/store/model_info.hpp>

namespace tenon {

namespace mapping::detail {

/// What model_info is made of: constants of the program.
struct ModelFacts {
    std::string_view        collection{};
    const std::string_view* names = nullptr;  // stored names; empty ones are ignored members
    std::size_t             count = 0;
    IdKind                  id = IdKind::other;
    bool                    soft_delete = false;
    std::string_view        deleted_at{};
    std::string_view        created_at{};
    std::string_view        updated_at{};
    std::string_view        version{};
    bool                    version_is_int32 = false;
};
[[nodiscard]] ModelInfo make_model_info(const ModelFacts& facts);

template <class U>
inline constexpr IdKind id_kind = IdKind::other;
template <>
inline constexpr IdKind id_kind<bson::ObjectId> = IdKind::object_id;
template <>
inline constexpr IdKind id_kind<bson::Uuid> = IdKind::uuid;
template <>
inline constexpr IdKind id_kind<std::string> = IdKind::string;
template <>
inline constexpr IdKind id_kind<std::int64_t> = IdKind::int64;
template <>
inline constexpr IdKind id_kind<long long> = IdKind::int64;
template <class T, class U>
inline constexpr IdKind id_kind<Id<T, U>> = id_kind<U>;

template <class T>
[[nodiscard]] consteval std::size_t id_index() {
    for (std::size_t i = 0; i < reflect::field_count<T>; ++i) {
        if (layout<T>.names[i] == "_id") return i;
    }
    return reflect::field_count<T>;
}

// A date that the library sets: DateTime or a system clock's time point, optional or not.
template <class U>
inline constexpr bool is_date = false;
template <class U>
    requires(Codec<U>::type == 0x09)
inline constexpr bool is_date<U> = true;

template <class T>
[[nodiscard]] consteval ModelFacts facts_of_model() {
    using M                    = Model<T>;
    constexpr std::size_t id   = id_index<T>();
    ModelFacts            facts{};
    static_assert(id < reflect::field_count<T>, "tenon: a root entity needs a member `id` (or one renamed to \"_id\")");
    static_assert(id_kind<reflect::field_type<T, id < reflect::field_count<T> ? id : 0>> != IdKind::other,
                  "tenon: the id of a root entity is an ObjectId, Uuid, std::string, int64_t, or a tenon::Id of one of them");
    facts.collection = M::collection;
    facts.names      = layout<T>.names;
    facts.count      = reflect::field_count<T>;
    facts.id         = id_kind<reflect::field_type<T, id>>;
    if constexpr (requires { M::soft_delete.member; }) {
        using Deleted = reflect::member_type<M::soft_delete.member>;
        static_assert(is_date<Deleted> && is_nullable<Deleted>, "tenon: the member of soft_delete_on is an optional<DateTime>");
        facts.soft_delete = true;
        facts.deleted_at  = wire_name_of<M::soft_delete.member>;
    } else {
        facts.soft_delete = M::soft_delete;
    }
    if constexpr (declared<decltype(M::created_at)>) {
        static_assert(is_date<reflect::member_type<M::created_at>>, "tenon: created_at names a member that is no DateTime");
        facts.created_at = wire_name_of<M::created_at>;
    }
    if constexpr (declared<decltype(M::updated_at)>) {
        static_assert(is_date<reflect::member_type<M::updated_at>>, "tenon: updated_at names a member that is no DateTime");
        facts.updated_at = wire_name_of<M::updated_at>;
    }
    if constexpr (declared<decltype(M::versioned)>) {
        using Version = reflect::member_type<M::versioned>;
        static_assert(StoredInteger<Version> && std::is_signed_v<Version> && sizeof(Version) >= 4,
                      "tenon: versioned names a member that is neither int32_t nor int64_t");
        facts.version          = wire_name_of<M::versioned>;
        facts.version_is_int32 = fits_int32<Version>;
    }
    return facts;
}

/// One further field of a soft delete. A value that cannot be encoded is left out of both.
void add_also(SoftDeleteInfo& info, std::string_view name, const Result<bson::Value>& on_delete, const Result<bson::Value>& on_restore);

template <class Also>
void add_also(SoftDeleteInfo& info, const Also& also) {
    using U = reflect::member_type<Also::member>;
    add_also(info, wire_name_of<Also::member>, field_value<Also::member>(U(also.on_delete)), field_value<Also::member>(U(also.on_restore)));
}
template <auto Member, class... Also>
void add_all_also(SoftDeleteInfo& info, const SoftDeleteOn<Member, Also...>& on) {
    (add_also(info, static_cast<const Also&>(on)), ...);
}

}  // namespace mapping::detail

/// The facts of a root entity's Model. One object per entity, made at the first call. Thread-safe.
/// An index whose definition is wrong is listed without keys, a shard key without fields: every store refuses to make it, and says so.
template <RootEntity T>
[[nodiscard]] const ModelInfo& model_info() {
    static const ModelInfo info = [] {
        using M                                      = Model<T>;
        static constexpr mapping::detail::ModelFacts facts = mapping::detail::facts_of_model<T>();
        ModelInfo                                    out   = mapping::detail::make_model_info(facts);
        if constexpr (requires { M::soft_delete.member; }) mapping::detail::add_all_also(*out.soft_delete, M::soft_delete);
        if constexpr (mapping::detail::declared<decltype(M::indexes)>) {
            for (const auto& index : M::indexes) {
                auto made = index.definition();
                if (!made) {
                    out.indexes.emplace_back();
                    continue;
                }
                out.indexes.push_back({std::move(made->keys), std::move(made->name), made->unique, made->sparse, made->hidden,
                                       std::move(made->partial_filter), made->expire_after_seconds});
            }
        }
        if constexpr (mapping::detail::declared<decltype(M::shard_key)>) {
            static_assert(std::is_same_v<typename decltype(M::shard_key)::Entity, T>, "tenon: shard_key names fields of another entity");
            out.shard_key.emplace();
            if (auto made = M::shard_key.definition()) *out.shard_key = {std::move(made->fields), made->unique, made->presplit_zones};
        }
        return out;
    }();
    return info;
}

}  // namespace tenon
