#pragma once
// Codecs with their type erased: a struct is a table of keys and functions that compiled loops walk. What a translation unit has to
// instantiate for a struct is the table alone; keys, numbers, ids and strings are written and read by code of the library.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <tenon/mapping/detail/scalar.hpp>

namespace tenon::mapping {

/// A codec whose value may be nothing: as a field it is left out (or null), as an element it is null.
template <class U>
inline constexpr bool is_nullable = requires { Codec<U>::nullable; };

/// The discriminator that a struct carries as the alternative of a variant.
struct Tag {
    std::string_view key{};
    std::string_view name{};
};

namespace detail {

/// What the loops write and read themselves, without a call.
enum class Kind : std::uint8_t {
    none,    ///< a field that is neither written nor read by itself
    other,   ///< by the functions of its codec
    raw4,    ///< 4 bytes in memory as in the document
    raw8,    ///< 8 bytes
    raw12,   ///< 12 bytes
    string,  ///< a std::string
};

template <class U>
[[nodiscard]] consteval Kind kind_of() {
    if constexpr (std::is_same_v<U, std::string>) {
        return Kind::string;
    } else if constexpr (std::is_same_v<U, bson::ObjectId>) {
        return Kind::raw12;
    } else if constexpr (std::is_same_v<U, bson::DateTime> || std::is_same_v<U, double>) {
        return Kind::raw8;
    } else if constexpr (StoredInteger<U> && std::is_signed_v<U> && sizeof(U) >= 4) {
        return sizeof(U) == 4 ? Kind::raw4 : Kind::raw8;
    } else {
        return Kind::other;
    }
}

/// How a value is written by code that does not know its type.
struct WriteOps {
    Byte* (*write)(Writer& w, Byte* at, const void* value, std::size_t tail) = nullptr;
    Byte (*type_of)(const void* value) = nullptr;  ///< of a codec whose BSON type depends on the value
    bool (*empty)(const void* value)   = nullptr;  ///< of a nullable one
};

/// How a value is read by code that does not know its type.
struct ReadOps {
    const Byte* (*read)(Reader& r, Byte type, const Byte* at, const Byte* end, void* out) = nullptr;  ///< the payload of any type
    void (*reset)(void* value) = nullptr;  ///< of a nullable one
};

// Apart from each other: some types can be written and not read. A codec that each entity has its own of says itself how it is called:
// that is three functions less to compile.
template <class U, class C>
struct Writing {
    static Byte* write(Writer& w, Byte* at, const void* value, std::size_t tail) { return C::write(w, at, *static_cast<const U*>(value), tail); }
    static Byte  type_of(const void* value) { return C::type_of(*static_cast<const U*>(value)); }
    static bool  empty(const void* value) { return C::empty(*static_cast<const U*>(value)); }

    [[nodiscard]] static consteval WriteOps make() {
        WriteOps made;
        if constexpr (requires { &C::write_erased; }) made.write = &C::write_erased;
        else made.write = &write;
        if constexpr (C::type == 0) made.type_of = &type_of;
        if constexpr (requires { C::nullable; }) made.empty = &empty;
        return made;
    }
    static constexpr WriteOps ops = make();
};
template <class U, class C>
struct Reading {
    static const Byte* read(Reader& r, Byte type, const Byte* at, const Byte* end, void* out) {
        if constexpr (C::type != 0) {
            if (type == C::type) return C::read(r, at, end, *static_cast<U*>(out));
        }
        return C::read_other(r, type, at, end, *static_cast<U*>(out));
    }
    static void reset(void* value) { C::reset(*static_cast<U*>(value)); }

    [[nodiscard]] static consteval ReadOps make() {
        ReadOps made;
        if constexpr (requires { &C::read_erased; }) made.read = &C::read_erased;
        else made.read = &read;
        if constexpr (requires { C::nullable; }) made.reset = &reset;
        return made;
    }
    static constexpr ReadOps ops = make();
};

/// A field as the loops see it.
struct FieldKey {
    std::uint16_t offset   = 0;      // of "<type>key\0" in the struct's text
    std::uint16_t size     = 0;      // of that
    Kind          kind     = Kind::none;
    bool          nullable = false;
    bool          null     = false;  // an empty value is written as null
};

/// The facts of a struct, as its Layout holds them.
struct StructShape {
    const char*             text     = nullptr;
    const FieldKey*         fields   = nullptr;
    const std::string_view* names    = nullptr;
    std::size_t             count    = 0;
    std::size_t             fixed    = 0;
    std::size_t             extra    = 0;
    const std::uint64_t*    all      = nullptr;
    const std::uint64_t*    required = nullptr;
    std::size_t             words    = 0;
    bool                    keeps_default = false;
};
/// Keys are copied in blocks of this size: a struct's text has as many bytes behind it, and asks for as much room.
inline constexpr std::size_t key_block = 16;
/// Words of the set of fields seen; a struct has at most 200 fields.
inline constexpr std::size_t max_words = 4;

/// The payload of a struct whose fields lie at `members`.
[[nodiscard]] Byte* write_struct(Writer& w, Byte* at, const StructShape& shape, const WriteOps* const* ops, const void* const* members,
                                 std::size_t tail, const Tag* tag);

/// One field of such a struct as a document of its own. @errors encode, with the path of the field.
[[nodiscard]] Result<bson::Document> encode_field(const StructShape& shape, const WriteOps* const* ops, const void* const* members, std::size_t field);

/// Gives the fields that were not seen their defaults.
using Restore = void (*)(void* out, const std::uint64_t* seen);

/// The document of a struct whose fields lie at `members`.
[[nodiscard]] const Byte* read_struct(Reader& r, const Byte* document, const Byte* limit, const StructShape& shape, const ReadOps* const* ops,
                                      const void* const* members, void* out, Restore restore, const Tag* tag);

/// The elements of a vector, as the loops see them.
struct ElementShape {
    std::size_t size     = 0;
    Byte        type     = 0;
    Kind        kind     = Kind::other;
    std::size_t fixed    = 0;
};
template <class E>
inline constexpr ElementShape element_shape{sizeof(E), Codec<E>::type, kind_of<E>(), Codec<E>::fixed};

[[nodiscard]] Byte* write_vector(Writer& w, Byte* at, const ElementShape& shape, const WriteOps& ops, const void* data, std::size_t count,
                                 std::size_t tail);

/// Makes a vector that long and returns where its elements are.
using Resize = void* (*)(void* vector, std::size_t count);

/// Reads over the elements that the vector has, so that what they own is used again.
[[nodiscard]] const Byte* read_vector(Reader& r, const Byte* array, const Byte* limit, const ElementShape& shape, const ReadOps& ops, void* vector,
                                      std::size_t count, Resize resize);

}  // namespace detail

}  // namespace tenon::mapping
