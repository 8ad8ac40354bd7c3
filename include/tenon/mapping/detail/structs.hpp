#pragma once
// Codec of plain structs: keys laid out at compile time, a table that the library's own loops walk.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <tenon/mapping/detail/erased.hpp>
#include <tenon/mapping/model.hpp>
#include <tenon/reflect/addresses.hpp>

namespace tenon::mapping {

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

    char             text[Size + key_block]{};
    FieldKey         fields[N + 1]{};
    std::string_view names[N + 1]{};     // none for an ignored member
    std::uint64_t    all[words]{};       // bits of the fields that are read
    std::uint64_t    required[words]{};  // and of those that must be there
    std::size_t      fixed = 5 + key_block;  // bytes of the frame, all keys, and all payloads of known size
    std::size_t      extra = N;          // the position of an Extra
    bool             keeps_default = false;  // some member is reset to its default rather than emptied
};

struct Facts {
    std::size_t fixed    = 0;
    Role        role     = Role::skipped;
    Byte        type     = 0;
    bool        nullable = false;
    bool        extra    = false;
    Kind        kind     = Kind::other;
};
template <class F, Role R>
[[nodiscard]] consteval Facts facts_of() {
    if constexpr (R == Role::skipped) {
        return {};
    } else if constexpr (std::is_same_v<F, Extra>) {
        return {.extra = true};
    } else {
        using C = typename FieldCodec<F, R>::type;
        return {C::fixed, R, C::type, requires { C::nullable; }, false, R == Role::usual ? kind_of<F>() : Kind::other};
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
    static_assert(n < 64 * max_words);
    static_assert(text < 65536, "tenon: the names of a struct's fields take more than 64 KiB");
    Layout<n, text> out{};
    const Facts     facts[n + 1] = {facts_of<F, role_of<T>(I)>()...};
    std::size_t     at = 0;
    for (std::size_t i = 0; i < n; ++i) {
        out.names[i] = std::string_view();  // g++ 12 takes a member that is only skipped for uninitialised
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
        out.fields[i]   = {static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(name.size() + 2), facts[i].kind, facts[i].nullable,
                           Rules<T>::null_when_empty || i == deletion_index<T>()};
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

template <class T>
inline constexpr StructShape shape{layout<T>.text, layout<T>.fields, layout<T>.names, reflect::field_count<T>, layout<T>.fixed, layout<T>.extra,
                                   layout<T>.all, layout<T>.required, layout<T>.words, layout<T>.keeps_default};

// The functions of a field; none of one that is not stored by itself.
template <class F, Role R>
[[nodiscard]] consteval const WriteOps* write_ops() {
    if constexpr (R == Role::skipped || std::is_same_v<F, Extra>) {
        return nullptr;
    } else {
        return &Writing<F, typename FieldCodec<F, R>::type>::ops;
    }
}
template <class F, Role R>
[[nodiscard]] consteval const ReadOps* read_ops() {
    if constexpr (R == Role::skipped || std::is_same_v<F, Extra>) {
        return nullptr;
    } else {
        return &Reading<F, typename FieldCodec<F, R>::type>::ops;
    }
}

template <class T, class Fields, class Indexes>
struct Tables;
template <class T, class... F, std::size_t... I>
struct Tables<T, reflect::Types<F...>, std::index_sequence<I...>> {
    struct Writers {
        const WriteOps* ops[sizeof...(I) + 1];
    };
    struct Readers {
        const ReadOps* ops[sizeof...(I) + 1];
    };
    template <class>
    static constexpr Writers writers{{write_ops<F, role_of<T>(I)>()..., nullptr}};
    template <class>
    static constexpr Readers readers{{read_ops<F, role_of<T>(I)>()..., nullptr}};
};
template <class T>
using TablesOf = Tables<T, reflect::field_types<T>, std::make_index_sequence<reflect::field_count<T>>>;

template <Role R, class F>
inline void defaulted(F& out, F& initial) {
    if constexpr (R != Role::skipped && !std::is_same_v<F, Extra>) {
        if constexpr (is_nullable<F>) return;
    }
    if constexpr (std::is_move_assignable_v<F>) out = std::move(initial);
}

template <class T, std::size_t... I>
inline void restore(T& out, const std::uint64_t* seen, std::index_sequence<I...>) {
    T          initial{};
    const auto fields   = reflect::detail::tie(out);
    const auto defaults = reflect::detail::tie(initial);
    ((I != layout<T>.extra && (seen[I / 64] >> (I % 64) & 1) == 0
          ? defaulted<role_of<T>(I)>(reflect::detail::pick<I>(fields), reflect::detail::pick<I>(defaults))
          : (void)0),
     ...);
}

template <class T>
[[nodiscard]] consteval Restore restore_of() {
    if constexpr (layout<T>.keeps_default) {
        return [](void* out, const std::uint64_t* seen) {
            restore(*static_cast<T*>(out), seen, std::make_index_sequence<reflect::field_count<T>>{});
        };
    } else {
        return nullptr;
    }
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

/// The payload of a struct: its document.
template <class T>
[[nodiscard]] Byte* write_struct(Writer& w, Byte* at, const T& value, std::size_t tail, const Tag* tag = nullptr) {
    const auto members = reflect::addresses<reflect::field_count<T>>(value);
    return detail::write_struct(w, at, detail::shape<T>, detail::TablesOf<T>::template writers<T>.ops, members.at, tail, tag);
}

/// The document of a struct, from bytes that nobody has looked at.
template <class T>
[[nodiscard]] const Byte* read_struct(Reader& r, const Byte* document, const Byte* limit, T& out, const Tag* tag = nullptr) {
    const auto members = reflect::addresses<reflect::field_count<T>>(out);
    return detail::read_struct(r, document, limit, detail::shape<T>, detail::TablesOf<T>::template readers<T>.ops, members.at, &out,
                               detail::restore_of<T>(), tag);
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

    static Byte* write_erased(Writer& w, Byte* at, const void* value, std::size_t tail) {
        return write_struct(w, at, *static_cast<const T*>(value), tail);
    }
    static const Byte* read_erased(Reader& r, Byte found, const Byte* at, const Byte* end, void* out) {
        if (found != type) return r.mismatch(at, found, name);
        return read_struct(r, at, end, *static_cast<T*>(out));
    }
};

}  // namespace tenon::mapping
