#pragma once
// Codec of std::variant: structs carry their name under the discriminator, other alternatives are told by their BSON type.

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenon/mapping/detail/containers.hpp>

namespace tenon::mapping {

namespace detail {

template <class V>
struct AlternativesOf;
template <template <class...> class V, class... A>
struct AlternativesOf<V<A...>> {
    using type = reflect::Types<A...>;
};

/// Known by its name: <variant> is the user's to include.
template <class A>
inline constexpr bool is_monostate = std::is_empty_v<A> && reflect::type_name<A> == "monostate";

template <class A>
inline constexpr bool is_tagged = reflect::is_entity<A> && !Mapped<A> && !is_monostate<A>;

template <class A>
[[nodiscard]] consteval Byte alternative_type() {
    if constexpr (is_monostate<A>) {
        return 0x0A;
    } else {
        static_assert(!is_nullable<A>, "tenon: an alternative of a variant may not be optional; use std::monostate");
        static_assert(Codec<A>::type != 0, "tenon: an alternative of a variant must have one BSON type");
        return Codec<A>::type;
    }
}

template <class A>
[[nodiscard]] consteval Tag tag_of() {
    if constexpr (!is_tagged<A>) {
        return {};
    } else if constexpr (declared<decltype(Rules<A>::tag)>) {
        return {Rules<A>::discriminator, Rules<A>::tag};
    } else {
        return {Rules<A>::discriminator, reflect::type_name<A>};
    }
}

template <class T>
struct Alternatives;
template <class... A>
struct Alternatives<reflect::Types<A...>> {
    static constexpr std::size_t count           = sizeof...(A);
    static constexpr Byte        types[count]    = {alternative_type<A>()...};
    static constexpr Tag         tags[count]     = {tag_of<A>()...};

    [[nodiscard]] static consteval std::string_view key() {
        for (const Tag& tag : tags) {
            if (!tag.key.empty()) return tag.key;
        }
        return {};
    }
    [[nodiscard]] static consteval bool told_apart() {
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const bool tagged = !tags[i].key.empty() && !tags[j].key.empty();
                if (tagged ? tags[i].name == tags[j].name || tags[i].key != tags[j].key : types[i] == types[j]) return false;
            }
        }
        return true;
    }
};

/// The alternative's name in a document that begins at `at`; nullptr after a fault.
[[nodiscard]] const Byte* find_tag(Reader& r, const Byte* at, const Byte* limit, std::string_view key, std::string_view& name);

}  // namespace detail

template <class V>
concept Variant = requires(const V v) {
    v.valueless_by_exception();
    v.index();
};

template <Variant V>
struct Codec<V> {
    using Alternatives = detail::Alternatives<typename detail::AlternativesOf<V>::type>;
    static_assert(Alternatives::told_apart(),
                  "tenon: two alternatives of a variant are stored alike: give structs different tags (Mapping<A>::tag) and one discriminator, "
                  "other alternatives different BSON types");
    static constexpr Byte        type  = 0;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "variant";

    static Byte type_of(const V& value) noexcept { return value.valueless_by_exception() ? Byte{0x0A} : Alternatives::types[value.index()]; }
    static Byte* write(Writer& w, Byte* at, const V& value, std::size_t tail) {
        return write(w, at, value, tail, std::make_index_sequence<Alternatives::count>{});
    }
    static const Byte* read(Reader&, const Byte* at, const Byte*, V&) { return at; }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, V& out) {
        const std::size_t index = choose(r, found, at, end);
        if (index == Alternatives::count) return nullptr;
        return read(r, index, found, at, end, out, std::make_index_sequence<Alternatives::count>{});
    }

private:
    template <std::size_t... I>
    static Byte* write(Writer& w, Byte* at, const V& value, std::size_t tail, std::index_sequence<I...>) {
        if (value.valueless_by_exception()) {
            w.fault(at, "the variant is valueless");
            return at;
        }
        ((I == value.index() ? (void)(at = write_one<I>(w, at, *get_if<I>(&value), tail)) : (void)0), ...);
        return at;
    }
    template <std::size_t I, class A>
    static Byte* write_one(Writer& w, Byte* at, const A& value, std::size_t tail) {
        if constexpr (detail::is_monostate<A>) {
            return at;
        } else if constexpr (detail::is_tagged<A>) {
            return write_struct(w, at, value, tail, &Alternatives::tags[I]);
        } else {
            return Codec<A>::write(w, w.need(at, Codec<A>::fixed + tail), value, tail);
        }
    }

    // The alternative for a value in the bytes; `count` after a fault.
    static std::size_t choose(Reader& r, Byte found, const Byte* at, const Byte* end) {
        constexpr std::size_t none = Alternatives::count;
        if (found == 0x03 && !Alternatives::key().empty()) {
            std::string_view tag;
            if (detail::find_tag(r, at, end, Alternatives::key(), tag) == nullptr) return none;
            for (std::size_t i = 0; i < none; ++i) {
                if (!Alternatives::tags[i].key.empty() && Alternatives::tags[i].name == tag) return i;
            }
            r.refused(at, "names no alternative of the entity's variant in its discriminator");
            return none;
        }
        for (std::size_t i = 0; i < none; ++i) {
            if (Alternatives::types[i] == found) return i;
        }
        // A number of another width: the first numeric alternative decides whether it fits.
        if (bson::is_number(static_cast<bson::Type>(found))) {
            for (std::size_t i = 0; i < none; ++i) {
                if (bson::is_number(static_cast<bson::Type>(Alternatives::types[i]))) return i;
            }
        }
        r.mismatch(at, found, name);
        return none;
    }

    template <std::size_t... I>
    static const Byte* read(Reader& r, std::size_t index, Byte found, const Byte* at, const Byte* end, V& out, std::index_sequence<I...>) {
        const Byte* next = nullptr;
        ((I == index ? (void)(next = read_one<I>(r, found, at, end, out)) : (void)0), ...);
        return next;
    }
    template <std::size_t I>
    static const Byte* read_one(Reader& r, Byte found, const Byte* at, const Byte* end, V& out) {
        if (out.index() != I) out.template emplace<I>();
        auto& value = *get_if<I>(&out);
        using A     = std::remove_cvref_t<decltype(value)>;
        if constexpr (detail::is_monostate<A>) {
            return at;
        } else if constexpr (detail::is_tagged<A>) {
            return read_struct(r, at, end, value, &Alternatives::tags[I]);
        } else {
            return read_any(r, found, at, end, value);
        }
    }
};

}  // namespace tenon::mapping
