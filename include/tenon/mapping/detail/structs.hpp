#pragma once
// Codec of plain structs: keys laid out at compile time, fields in declared order matched by one compare.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <tenon/mapping/detail/scalar.hpp>
#include <tenon/mapping/model.hpp>

namespace tenon::mapping {

/// A codec whose value may be nothing: as a field it is left out (or null), as an element it is null.
template <class U>
inline constexpr bool is_nullable = requires { Codec<U>::nullable; };

/// The discriminator that a struct carries as the alternative of a variant.
struct Tag {
    std::string_view key{};
    std::string_view name{};
};

/// How a field of a struct is treated.
enum class Role : std::uint8_t {
    skipped,   ///< neither written nor read by itself
    usual,     ///< by the Codec of its type
    by_value,  ///< an enum that its struct declares to be stored as an integer
};

/// The codec of a field.
template <class F, Role R>
struct FieldCodec {
    static_assert(R == Role::usual, "tenon: enum_by_value names a member that is neither an enum nor an optional one");
    using type = Codec<F>;
};

namespace detail {

/// What the codec of a struct knows at compile time.
/// text holds "<type>key\0" of each field, one behind the other.
template <std::size_t N, std::size_t Size>
struct Layout {
    static constexpr std::size_t words = N / 64 + 1;

    char             text[Size + 1]{};
    std::uint16_t    offset[N + 1]{};
    std::uint16_t    size[N + 1]{};
    Role             role[N + 1]{};
    bool             null[N + 1]{};      // an empty value is written as null
    std::string_view names[N + 1]{};     // none for an ignored member
    std::uint64_t    all[words]{};       // bits of the fields that are read
    std::uint64_t    required[words]{};  // and of those that must be there
    std::size_t      fixed = 5;          // bytes of the frame, all keys, and all payloads of known size
    std::size_t      extra = N;          // the position of an Extra
    bool             keeps_default = false;  // some member is reset to its default rather than emptied
};

struct Facts {
    Role        role     = Role::skipped;
    Byte        type     = 0;
    bool        nullable = false;
    bool        extra    = false;
    std::size_t fixed    = 0;
};
template <class F, Role R>
[[nodiscard]] consteval Facts facts_of() {
    if constexpr (R == Role::skipped) {
        return {};
    } else if constexpr (std::is_same_v<F, Extra>) {
        return {.extra = true};
    } else {
        using C = typename FieldCodec<F, R>::type;
        return {R, C::type, requires { C::nullable; }, false, C::fixed};
    }
}
template <class T>
[[nodiscard]] consteval Role role_of(std::size_t index) {
    if (holds<T>(Rules<T>::ignore, index)) return Role::skipped;
    return holds<T>(Rules<T>::enum_by_value, index) ? Role::by_value : Role::usual;
}

// The member that holds a soft delete's time: on live documents it is null, never absent.
template <class T>
[[nodiscard]] consteval std::size_t deletion_index() {
    if constexpr (requires { Rules<T>::soft_delete.member; }) {
        return reflect::index_of<Rules<T>::soft_delete.member>;
    } else {
        return static_cast<std::size_t>(-1);
    }
}

template <class T, class... F, std::size_t... I>
[[nodiscard]] consteval auto layout_of(reflect::Types<F...>, std::index_sequence<I...>) {
    constexpr std::size_t n    = sizeof...(I);
    constexpr auto&       wire = WireNames<T>::value;
    constexpr std::size_t text = ((wire.at[I].size() + 2) + ... + std::size_t{0});
    static_assert(text < 65536, "tenon: the names of a struct's fields take more than 64 KiB");
    Layout<n, text> out{};
    const Facts     facts[n + 1] = {facts_of<F, role_of<T>(I)>()...};
    std::size_t     at = 0;
    for (std::size_t i = 0; i < n; ++i) {
        out.offset[i] = static_cast<std::uint16_t>(at);
        out.role[i]   = facts[i].role;
        out.names[i]  = std::string_view();  // g++ 12 takes a member that is only skipped for uninitialised
        if (facts[i].extra) {
            if (out.extra < n) throw "tenon: a struct has at most one Extra member";  // ends the constant evaluation
            out.extra = i;
            continue;
        }
        if (facts[i].role == Role::skipped) {
            out.keeps_default = true;
            continue;
        }
        const auto name = wire.at[i];
        const auto bit  = std::uint64_t{1} << (i % 64);
        out.names[i]    = name;
        out.size[i]     = static_cast<std::uint16_t>(name.size() + 2);
        out.null[i]     = Rules<T>::null_when_empty || i == deletion_index<T>();
        out.text[at++]  = static_cast<char>(facts[i].type);
        for (const char c : name) out.text[at++] = c;
        out.text[at++] = '\0';
        out.fixed += name.size() + 2 + facts[i].fixed;
        out.all[i / 64] |= bit;
        if (!facts[i].nullable && !Rules<T>::lenient) out.required[i / 64] |= bit;
        if (!facts[i].nullable && Rules<T>::lenient) out.keeps_default = true;
    }
    return out;
}

template <class T>
inline constexpr auto layout = layout_of<T>(reflect::field_types<T>{}, std::make_index_sequence<reflect::field_count<T>>{});

// g++ 12 takes the constant text of keys for one string that should have ended at its first NUL.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-overread"
#endif

// One field. Inlined so that the key is copied and compared as a constant.
template <Role R, class F>
[[gnu::always_inline]] inline Byte* put(Writer& w, Byte* at, const char* key, std::size_t size, const F& value, bool null, std::size_t tail) {
    if constexpr (R == Role::skipped) {
        return at;
    } else {
        using C = typename FieldCodec<F, R>::type;
        if constexpr (requires { C::nullable; }) {
            if (C::empty(value)) {
                if (!null) return at;
                std::memcpy(at, key, size);
                *at = 0x0A;
                return at + size;
            }
        }
        std::memcpy(at, key, size);
        if constexpr (C::type == 0) *at = C::type_of(value);
        return C::write(w, at + size, value, tail);
    }
}

// The field that is expected at this place: read when it is there, else left for later. False after a fault.
template <Role R, class F>
[[gnu::always_inline]] inline bool take(Reader& r, const Byte*& at, const Byte* end, const char* key, std::size_t size, std::uint64_t& seen,
                                        std::uint64_t bit, F& out) {
    if constexpr (R == Role::skipped) {
        return true;
    } else {
        using C = typename FieldCodec<F, R>::type;
        if (static_cast<std::size_t>(end - at) < size) return true;
        if constexpr (C::type != 0) {
            if (std::memcmp(at, key, size) == 0) [[likely]] {
                at = C::read(r, at + size, end, out);
                seen |= bit;
                return at != nullptr;
            }
        }
        if (std::memcmp(at + 1, key + 1, size - 1) != 0) return true;
        at = C::read_other(r, *at, at + size, end, out);
        seen |= bit;
        return at != nullptr;
    }
}

template <Role R, class F>
inline const Byte* take_any(Reader& r, Byte type, const Byte* at, const Byte* end, F& out) {
    if constexpr (R == Role::skipped) {
        return at;
    } else {
        using C = typename FieldCodec<F, R>::type;
        if (type == C::type && C::type != 0) return C::read(r, at, end, out);
        return C::read_other(r, type, at, end, out);
    }
}

template <Role R, class F>
inline void emptied([[maybe_unused]] F& out) {
    if constexpr (R != Role::skipped) {
        if constexpr (is_nullable<F>) Codec<F>::reset(out);
    }
}
template <Role R, class F>
inline void defaulted(F& out, F& initial) {
    if constexpr (R != Role::skipped) {
        if constexpr (is_nullable<F>) return;
    }
    if constexpr (std::is_move_assignable_v<F>) out = std::move(initial);
}

/// The elements of an Extra behind the struct's own. A key that the struct names itself is a fault.
[[nodiscard]] Byte* write_extra(Writer& w, Byte* at, const Extra& extra, const std::string_view* names, std::size_t count, const Tag* tag,
                                std::size_t tail);

/// Elements that are no field of the struct: gathered into its Extra.
class ExtraReader {
public:
    explicit ExtraReader(Extra* out, const Tag* tag) noexcept : out_(out), tag_(tag) {}
    void add(std::string_view key, const Byte* element, const Byte* next);
    /// Validates and hands over. False after a fault.
    [[nodiscard]] bool finish(Reader& r, const Byte* document);

private:
    Extra*            out_;
    const Tag*        tag_;
    std::vector<Byte> bytes_{};
};

[[nodiscard]] Byte* write_tag(Writer& w, Byte* at, const Tag& tag, std::size_t tail);

}  // namespace detail

namespace detail {

template <class T, std::size_t... I>
[[nodiscard]] inline Byte* write_fields(Writer& w, Byte* at, const T& value, std::size_t room, [[maybe_unused]] const Tag* tag,
                                        std::index_sequence<I...>) {
    constexpr auto&             keys   = layout<T>;
    [[maybe_unused]] const auto fields = reflect::detail::tie(value);
    ((at = put<keys.role[I]>(w, at, keys.text + keys.offset[I], keys.size[I], reflect::detail::pick<I>(fields), keys.null[I], room)), ...);
    if constexpr (keys.extra < sizeof...(I)) {
        at = write_extra(w, at, reflect::detail::pick<keys.extra>(fields), keys.names, sizeof...(I), tag, room);
    }
    return at;
}

// Fields in declared order. False after a fault.
template <class T, class Tie, std::size_t... I>
[[nodiscard]] inline bool take_in_order(Reader& r, const Byte*& at, const Byte* end, std::uint64_t* seen, const Tie& fields,
                                        std::index_sequence<I...>) {
    constexpr auto& keys = layout<T>;
    return (take<keys.role[I]>(r, at, end, keys.text + keys.offset[I], keys.size[I], seen[I / 64], std::uint64_t{1} << (I % 64),
                                    reflect::detail::pick<I>(fields)) &&
            ...);
}

// What is left after that: fields in another order, and those that the struct does not have.
template <class T, class Tie, std::size_t... I>
[[nodiscard]] bool take_rest(Reader& r, const Byte* document, const Byte* at, const Byte* end, std::uint64_t* seen, const Tie& fields,
                             [[maybe_unused]] const Tag* tag, std::index_sequence<I...>) {
    constexpr auto&       keys  = layout<T>;
    constexpr std::size_t count = sizeof...(I);
    std::size_t           hint  = 0;
    Extra*                extra = nullptr;
    if constexpr (keys.extra < count) extra = &reflect::detail::pick<keys.extra>(fields);
    ExtraReader unknown(extra, tag);
    while (at != end) {
        const Byte* const key_end = r.key_end(at + 1, end);
        if (key_end == nullptr) return false;
        const std::string_view key(reinterpret_cast<const char*>(at + 1), static_cast<std::size_t>(key_end - at - 1));
        const std::size_t      index = find_key(keys.names, count, hint, key);
        const Byte*            next  = nullptr;
        if (index == count) {
            next = r.skip(*at, key_end + 1, end);
            if (next != nullptr && extra != nullptr) unknown.add(key, at, next);
        } else if ((seen[index / 64] >> (index % 64) & 1) != 0) {
            next = r.duplicate(at + 1);
        } else {
            ((I == index ? (void)(next = take_any<keys.role[I]>(r, *at, key_end + 1, end, reflect::detail::pick<I>(fields))) : (void)0),
             ...);
            seen[index / 64] |= std::uint64_t{1} << (index % 64);
            hint = index + 1;
        }
        if (next == nullptr) return false;
        at = next;
    }
    return extra == nullptr || unknown.finish(r, document);
}

// Members that the document does not have: what may be nothing becomes nothing, whatever its default; a reused object must not keep others
// of an earlier document.
template <class T, class Tie, std::size_t... I>
void empty_unseen(bool fresh, const std::uint64_t* seen, const Tie& fields, std::index_sequence<I...>) {
    constexpr auto& keys = layout<T>;
    ((I != keys.extra && (seen[I / 64] >> (I % 64) & 1) == 0 ? emptied<keys.role[I]>(reflect::detail::pick<I>(fields)) : (void)0), ...);
    if constexpr (keys.keeps_default) {
        if (fresh) return;
        T          initial{};
        const auto defaults = reflect::detail::tie(initial);
        ((I != keys.extra && (seen[I / 64] >> (I % 64) & 1) == 0
              ? defaulted<keys.role[I]>(reflect::detail::pick<I>(fields), reflect::detail::pick<I>(defaults))
              : (void)0),
         ...);
    }
}

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

}  // namespace detail

/// The payload of a struct: its document.
template <class T>
[[nodiscard]] Byte* write_struct(Writer& w, Byte* at, const T& value, std::size_t tail, const Tag* tag = nullptr) {
    const std::size_t room = detail::layout<T>.fixed + tail;
    at                     = w.need(at, room);
    if (!w.enter(at)) return at;
    const std::size_t start = w.offset(at);
    at += 4;
    if (tag != nullptr) at = detail::write_tag(w, at, *tag, room);
    at    = detail::write_fields(w, at, value, room, tag, std::make_index_sequence<reflect::field_count<T>>{});
    *at++ = 0;
    w.close(start, at);
    w.leave();
    return at;
}

/// The document of a struct, from bytes that nobody has looked at.
template <class T>
[[nodiscard]] const Byte* read_struct(Reader& r, const Byte* document, const Byte* limit, T& out, const Tag* tag = nullptr) {
    constexpr auto&   keys    = detail::layout<T>;
    constexpr auto    indexes = std::make_index_sequence<reflect::field_count<T>>{};
    const Byte* const end     = r.open(document, limit);
    if (end == nullptr) return nullptr;
    const Byte*   at = document + 4;
    std::uint64_t seen[keys.words]{};
    const auto    fields = reflect::detail::tie(out);
    if (!detail::take_in_order<T>(r, at, end, seen, fields, indexes)) return nullptr;
    if (at != end || (keys.extra < reflect::field_count<T> && !r.fresh())) {
        if (!detail::take_rest<T>(r, document, at, end, seen, fields, tag, indexes)) return nullptr;
    }
    bool all = true;
    for (std::size_t word = 0; word < keys.words; ++word) {
        const std::uint64_t lacking = keys.required[word] & ~seen[word];
        if (lacking != 0) [[unlikely]] return r.missing(document, keys.names[word * 64 + static_cast<std::size_t>(__builtin_ctzll(lacking))]);
        all = all && seen[word] == keys.all[word];
    }
    if (!all || (keys.keeps_default && !r.fresh())) detail::empty_unseen<T>(r.fresh(), seen, fields, indexes);
    r.close();
    return end + 1;
}

template <class T>
    requires(reflect::is_entity<T> && !Mapped<T>)
struct Codec<T> {
    static constexpr Byte        type  = 0x03;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "struct";

    static Byte*       write(Writer& w, Byte* at, const T& value, std::size_t tail) { return write_struct(w, at, value, tail); }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, T& out) { return read_struct(r, at, end, out); }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, T&) { return r.mismatch(at, found, name); }
};

}  // namespace tenon::mapping
