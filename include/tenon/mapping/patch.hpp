#pragma once
// Structs with a part of an entity's fields: what a request to create or change one carries.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenon/mapping/value.hpp>

namespace tenon {

namespace mapping::detail {

/// What an optional holds; a patch leaves out what is empty. An optional of an optional can say "make it empty".
template <class F>
struct Given {
    using type = F;
};
template <class F>
struct Given<std::optional<F>> {
    using type = F;
};

// The field of T that a field of the patch names; a patch that names none does not compile.
template <class T, class P, std::size_t I>
[[nodiscard]] consteval std::size_t target() {
    for (std::size_t i = 0; i < reflect::field_count<T>; ++i) {
        if (reflect::field_names<T>[i] == reflect::field_names<P>[I]) return i;
    }
    return reflect::field_count<T>;
}

// Assigned without loss: by the same type, or by one that initialises it in braces. An optional takes in braces whatever converts to what it
// holds, so there it is that which has to be taken.
template <class F, class V>
[[nodiscard]] consteval bool fills() {
    if constexpr (std::is_same_v<F, V>) return true;
    else if constexpr (!requires(const V& value) { F{value}; }) return false;
    else if constexpr (!std::is_same_v<typename Given<F>::type, F>) return fills<typename Given<F>::type, typename Given<V>::type>();
    else return true;
}

template <class T, class P, std::size_t I>
struct Target {
    static constexpr std::size_t index = target<T, P, I>();
    static_assert(index < reflect::field_count<T>, "tenon: a field of the patch has no field of the same name in the entity");
    using Field   = reflect::field_type<T, index < reflect::field_count<T> ? index : 0>;
    using Written = reflect::field_type<P, I>;
    // An optional of the entity takes a plain optional of the patch as it is when it holds something.
    using Value = typename Given<Written>::type;
    static_assert(fills<Field, Value>(), "tenon: a field of the patch has a type that the entity's field of the same name does not take without loss");
    static constexpr bool optional = !std::is_same_v<Written, Value>;
};

template <class T, class P, std::size_t I>
void fill_one(T& entity, const P& patch) {
    using To          = Target<T, P, I>;
    const auto& given = reflect::get<I>(patch);
    auto&       field = reflect::get<To::index>(entity);
    if constexpr (To::optional) {
        if (given) field = typename To::Field{*given};
    } else {
        field = typename To::Field{given};
    }
}

/// Gathers `$set` and `$unset`, and the first fault.
class PatchWriter {
public:
    void add(std::string_view name, Result<bson::Value> value, bool emptied);
    [[nodiscard]] Result<bson::Document> finish();

private:
    bson::Builder        set_{};
    bson::Builder        unset_{};
    bool                 sets_   = false;
    bool                 unsets_ = false;
    std::optional<Error> error_{};
};

template <class T, class P, std::size_t I>
void patch_one(PatchWriter& out, const P& patch) {
    using To          = Target<T, P, I>;
    using Field       = typename To::Field;
    using C           = typename FieldCodec<Field, role_of<T>(To::index)>::type;
    constexpr auto name = layout<T>.names[To::index];
    static_assert(role_of<T>(To::index) != Role::skipped, "tenon: a field of the patch names a member that is not stored");
    static_assert(layout<T>.names[To::index] != "_id", "tenon: a patch cannot change the id");
    const auto write = [&](const Field& value) {
        bool emptied = false;
        if constexpr (is_nullable<Field>) emptied = Codec<Field>::empty(value) && !layout<T>.fields[To::index].null;
        out.add(name, value_by<C>(value), emptied);
    };
    const auto& given = reflect::get<I>(patch);
    if constexpr (To::optional) {
        if (given) write(Field{*given});
    } else {
        write(Field{given});
    }
}

}  // namespace mapping::detail

/// Copies the fields of a patch into the fields of the same name. An empty optional of the patch leaves the entity's field as it is; an optional of an
/// optional that holds an empty one empties it. A field that the entity lacks, or whose type would lose something, does not compile.
/// @errors none today; a Result so that a rule of the model may refuse a value.
template <class T, class Patch>
Result<void> fill(T& entity, const Patch& patch) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (mapping::detail::fill_one<T, Patch, I>(entity, patch), ...);
    }(std::make_index_sequence<reflect::field_count<Patch>>{});
    return {};
}

/// The update of a patch: `{$set: {...}, $unset: {...}}` with stored names and types, each part only when there is something in it. Empty optionals of the patch
/// are left out. The empty document when the patch sets nothing: there is nothing to send. @errors encode, with the path of the field.
template <class T, class Patch>
[[nodiscard]] Result<bson::Document> encode_patch(const Patch& patch) {
    mapping::detail::PatchWriter out;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (mapping::detail::patch_one<T, Patch, I>(out, patch), ...);
    }(std::make_index_sequence<reflect::field_count<Patch>>{});
    return out.finish();
}

}  // namespace tenon
