#pragma once
// Codecs of containers, found by their shape so that no container's header is needed here: optional, unique_ptr, sequences, sets, maps.

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenon/mapping/detail/structs.hpp>

namespace tenon::mapping {

/// Something that holds a U or nothing.
template <class P, class U, class C = Codec<U>>
struct PointerCodec {
    static_assert(!is_nullable<U>, "tenon: an optional of an optional cannot be told from an empty one");
    static constexpr Byte        type     = C::type;
    static constexpr std::size_t fixed    = C::fixed;
    static constexpr const char* name     = C::name;
    static constexpr bool        nullable = true;

    static bool        empty(const P& value) noexcept { return !value; }
    static void        reset(P& value) { value.reset(); }
    static Byte        type_of(const P& value) {
        assert(value);
        return C::type_of(*value);
    }
    static Byte*       write(Writer& w, Byte* at, const P& value, std::size_t tail) {
        assert(value);
        return C::write(w, at, *value, tail);
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, P& out) { return C::read(r, at, end, held(out)); }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, P& out) {
        if (found == 0x0A) {
            out.reset();
            return at;
        }
        if (found == C::type && C::type != 0) return C::read(r, at, end, held(out));
        return C::read_other(r, found, at, end, held(out));
    }

private:
    static U& held(P& out) {
        if (!out) {
            if constexpr (requires { out.emplace(); }) {
                out.emplace();
            } else {
                out.reset(new U{});
            }
        }
        return *out;
    }
};
template <class U>
struct Codec<std::optional<U>> : PointerCodec<std::optional<U>, U> {};
/// unique_ptr.
template <class P>
    requires requires {
        typename P::deleter_type;
        typename P::element_type;
    }
struct Codec<P> : PointerCodec<P, typename P::element_type> {};

// -- arrays

template <class E>
[[nodiscard]] inline Byte* write_element(Writer& w, Byte* at, std::size_t index, const E& value, std::size_t tail) {
    at = w.need(at, index_room + Codec<E>::fixed + tail);
    if constexpr (is_nullable<E>) {
        if (Codec<E>::empty(value)) return write_index(at, 0x0A, index);
    }
    Byte type = Codec<E>::type;
    if constexpr (Codec<E>::type == 0) type = Codec<E>::type_of(value);
    return Codec<E>::write(w, write_index(at, type, index), value, index_room + tail);
}

template <class C>
[[nodiscard]] Byte* write_elements(Writer& w, Byte* at, const C& values, std::size_t tail) {
    at = w.need(at, 5 + tail);
    if (!w.enter(at)) return at;
    const std::size_t start = w.offset(at);
    std::size_t       index = 0;
    at += 4;
    for (const auto& value : values) at = write_element<typename C::value_type>(w, at, index++, value, tail + 1);
    *at++ = 0;
    w.close(start, at);
    w.leave();
    return at;
}

/// Walks an array: `element(type, payload)` reads each one and returns the position behind it, or nullptr.
template <class F>
[[nodiscard]] inline const Byte* read_elements(Reader& r, const Byte* array, const Byte* limit, F&& element) {
    const Byte* const end = r.open(array, limit);
    if (end == nullptr) return nullptr;
    for (const Byte* at = array + 4; at != end;) {
        const Byte* const key_end = r.key_end(at + 1, end);
        if (key_end == nullptr) return nullptr;
        at = element(*at, key_end + 1, end);
        if (at == nullptr) return nullptr;
    }
    r.close();
    return end + 1;
}

/// vector, deque, list: what has push_back.
template <class C>
concept Sequence = requires(C c, typename C::value_type v) {
    c.emplace_back();
    c.pop_back();
    c.begin();
} && !std::is_same_v<C, std::string> && !ByteLike<typename C::value_type>;

template <Sequence C>
struct Codec<C> {
    using E = typename C::value_type;
    static constexpr Byte        type  = 0x04;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "array";

    static Byte*       write(Writer& w, Byte* at, const C& values, std::size_t tail) { return write_elements(w, at, values, tail); }
    static const Byte* read(Reader& r, const Byte* array, const Byte* limit, C& out) {
        if constexpr (requires { out.reserve(1); }) {
            const std::size_t count = count_elements(array, limit, Codec<E>::type);
            if (count > out.capacity()) out.reserve(count);
        }
        auto              place = out.begin();
        const Byte* const next  = read_elements(r, array, limit, [&](Byte found, const Byte* at, const Byte* end) {
            // The elements of a reused sequence are read over, so that what they own is used again.
            if constexpr (std::is_same_v<E, bool>) {
                bool value = false;
                at         = read_any(r, found, at, end, value);
                if (place == out.end()) {
                    out.push_back(value);
                    place = out.end();
                } else {
                    *place++ = value;
                }
                return at;
            } else {
                if (place == out.end()) {
                    E& added = out.emplace_back();
                    place    = out.end();
                    return read_any(r, found, at, end, added);
                }
                return read_any(r, found, at, end, *place++);
            }
        });
        // Not erase(place, end): its moves of elements are a tenth of what an entity costs to compile.
        while (next != nullptr && place != out.end()) out.pop_back();
        return next;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, C&) { return r.mismatch(at, found, name); }
};

/// A vector of anything but bytes and bools: its elements lie side by side, so that the library's own loops can walk them.
template <class E, class A>
    requires(!ByteLike<E> && !std::is_same_v<E, bool>)
struct Codec<std::vector<E, A>> {
    static constexpr Byte        type  = 0x04;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "array";

    static Byte* write(Writer& w, Byte* at, const std::vector<E, A>& values, std::size_t tail) {
        return write_erased(w, at, &values, tail);
    }
    static const Byte* read(Reader& r, const Byte* array, const Byte* limit, std::vector<E, A>& out) {
        return read_erased(r, type, array, limit, &out);
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, std::vector<E, A>&) { return r.mismatch(at, found, name); }

    static Byte* write_erased(Writer& w, Byte* at, const void* values, std::size_t tail) {
        const auto& vector = *static_cast<const std::vector<E, A>*>(values);
        return detail::write_vector(w, at, detail::element_shape<E>, detail::Writing<E, Codec<E>>::ops, vector.data(), vector.size(), tail);
    }
    static const Byte* read_erased(Reader& r, Byte found, const Byte* at, const Byte* end, void* out) {
        if (found != type) return r.mismatch(at, found, name);
        const std::size_t size = static_cast<std::vector<E, A>*>(out)->size();
        return detail::read_vector(r, at, end, detail::element_shape<E>, detail::Reading<E, Codec<E>>::ops, out, size, &resize);
    }

private:
    static void* resize(void* vector, std::size_t count) {
        auto& values = *static_cast<std::vector<E, A>*>(vector);
        if constexpr (reflect::is_entity<E> && std::is_move_assignable_v<E>) {
            if (count > values.size()) {
                // Not resize: what it takes to move the elements of a type that one entity alone has costs a tenth of that entity's time to compile. So a
                // vector in use that grows is made anew, within its capacity too; one whose size stays or shrinks takes nothing from the heap.
                std::vector<E, A> longer(count, values.get_allocator());
                E*                to = longer.data();
                for (E* from = values.data(), *const end = from + values.size(); from != end;) *to++ = static_cast<E&&>(*from++);
                values.swap(longer);
            }
            while (values.size() > count) values.pop_back();
        } else {
            values.resize(count);
        }
        return values.data();
    }
};

template <class E, std::size_t N>
    requires(!ByteLike<E>)
struct Codec<std::array<E, N>> {
    static constexpr Byte        type  = 0x04;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "array";

    static Byte*       write(Writer& w, Byte* at, const std::array<E, N>& values, std::size_t tail) { return write_elements(w, at, values, tail); }
    static const Byte* read(Reader& r, const Byte* array, const Byte* limit, std::array<E, N>& out) {
        std::size_t       index = 0;
        const Byte* const next  = read_elements(r, array, limit, [&](Byte found, const Byte* at, const Byte* end) -> const Byte* {
            if (index == N) return r.refused(at, "is one more element than the entity's std::array has");
            return read_any(r, found, at, end, out[index++]);
        });
        if (next != nullptr && index != N) return r.refused(array, "has fewer elements than the entity's std::array");
        return next;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, std::array<E, N>&) { return r.mismatch(at, found, name); }
};

/// set, multiset, unordered_set.
template <class C>
concept Set = requires(C c, typename C::value_type v) {
    c.insert(std::move(v));
    c.clear();
} && std::is_same_v<typename C::key_type, typename C::value_type>;

template <Set C>
struct Codec<C> {
    using E = typename C::value_type;
    static constexpr Byte        type  = 0x04;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "array";

    static Byte*       write(Writer& w, Byte* at, const C& values, std::size_t tail) { return write_elements(w, at, values, tail); }
    static const Byte* read(Reader& r, const Byte* array, const Byte* limit, C& out) {
        out.clear();
        return read_elements(r, array, limit, [&](Byte found, const Byte* at, const Byte* end) {
            E value{};
            at = read_any(r, found, at, end, value);
            if (at != nullptr) out.insert(std::move(value));
            return at;
        });
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, C&) { return r.mismatch(at, found, name); }
};

/// map<std::string, V>, unordered_map<std::string, V>: a document whose keys are data.
template <class C>
concept Map = requires(C c) {
    typename C::mapped_type;
    c.clear();
} && std::is_same_v<typename C::key_type, std::string>;

template <Map C>
struct Codec<C> {
    using V = typename C::mapped_type;
    static constexpr Byte        type  = 0x03;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "map";

    static Byte* write(Writer& w, Byte* at, const C& values, std::size_t tail) {
        at = w.need(at, 5 + tail);
        if (!w.enter(at)) return at;
        const std::size_t start = w.offset(at);
        const std::size_t room  = Codec<V>::fixed + 1 + tail;
        at += 4;
        for (const auto& [key, value] : values) {
            Byte value_type = Codec<V>::type;
            if constexpr (is_nullable<V>) {
                if (Codec<V>::empty(value)) {
                    at = write_key(w, at, 0x0A, key, room);
                    continue;
                }
            }
            if constexpr (Codec<V>::type == 0) value_type = Codec<V>::type_of(value);
            at = Codec<V>::write(w, write_key(w, at, value_type, key, room), value, room);
        }
        *at++ = 0;
        w.close(start, at);
        w.leave();
        return at;
    }
    static const Byte* read(Reader& r, const Byte* document, const Byte* limit, C& out) {
        out.clear();
        const Byte* const end = r.open(document, limit);
        if (end == nullptr) return nullptr;
        for (const Byte* at = document + 4; at != end;) {
            const Byte* const key_end = r.key_end(at + 1, end);
            if (key_end == nullptr) return nullptr;
            std::string key(reinterpret_cast<const char*>(at + 1), static_cast<std::size_t>(key_end - at - 1));
            if (!bson::valid_utf8(key)) return r.bad_utf8(at + 1);
            const auto [place, added] = out.try_emplace(std::move(key));
            if (!added) return r.duplicate(at + 1);
            at = read_any(r, *at, key_end + 1, end, place->second);
            if (at == nullptr) return nullptr;
        }
        r.close();
        return end + 1;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, C&) { return r.mismatch(at, found, name); }
};

}  // namespace tenon::mapping
