#pragma once
// encode and decode: a struct to BSON bytes and back, in one pass, with nothing in between.

#include <cstdint>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenon/mapping/detail/containers.hpp>
#include <tenon/mapping/detail/enums.hpp>
#include <tenon/mapping/detail/scalar.hpp>
#include <tenon/mapping/detail/structs.hpp>
#include <tenon/mapping/detail/variants.hpp>

namespace tenon {

/// Writes an entity as one BSON document. `out` is overwritten, its capacity used again; after an error it is empty.
/// @errors encode, with the path of the field: invalid UTF-8, a NUL in a map's key, a value BSON has no room for, nesting past 100, a
/// document over 16 MiB.
/// @threads safe on different buffers. O(bytes); allocates only to grow `out`.
template <class T>
Result<void> encode(const T& entity, std::vector<std::uint8_t>& out) {
    static_assert(reflect::is_entity<T>, "tenon: encode takes a plain aggregate struct: no base, no constructor, no private member");
    mapping::Writer w(out);
    return w.finish(mapping::write_struct(w, w.begin(), entity, 0));
}

/// Writes an entity as a document of its own.
template <class T>
[[nodiscard]] Result<bson::Document> encode(const T& entity) {
    std::vector<std::uint8_t> bytes;
    if (auto done = encode(entity, bytes); !done) return fail(std::move(done.error()));
    return bson::Document::trusted(std::move(bytes));
}

/// Reads a document into an object that is used again: strings and vectors keep their capacity. Members that the document lacks are emptied,
/// or set to their default where the model allows them to be missing. The bytes need not have been validated.
/// After an error the object may be partly overwritten; it can be read into again.
/// @errors decode, with Error::path and `where` the field ("reactions.3.at"): malformed or truncated bytes, a missing or duplicate field, a type
/// that does not fit, a number that would lose something, invalid UTF-8, nesting past 100.
/// @threads safe on different objects. O(bytes).
template <class T>
Result<void> decode_into(std::span<const std::uint8_t> bytes, T& reuse) {
    static_assert(reflect::is_entity<T>, "tenon: decode takes a plain aggregate struct: no base, no constructor, no private member");
    mapping::Reader r(bytes, false);
    if (!r.ended(mapping::read_struct(r, bytes.data(), bytes.data() + bytes.size(), reuse))) return fail(r.error());
    return {};
}
template <class T>
Result<void> decode_into(bson::View document, T& reuse) {
    return decode_into(document.bytes(), reuse);
}

/// Reads a document into a new object. @errors as decode_into.
template <class T>
[[nodiscard]] Result<T> decode(std::span<const std::uint8_t> bytes) {
    static_assert(reflect::is_entity<T>, "tenon: decode takes a plain aggregate struct: no base, no constructor, no private member");
    Result<T>       out{};
    mapping::Reader r(bytes, true);
    if (!r.ended(mapping::read_struct(r, bytes.data(), bytes.data() + bytes.size(), *out))) [[unlikely]] {
        // Made anew in its place: an assignment would have the compiler make ways to move the entity that nobody goes.
        Error error = r.error();
        out.~Result<T>();
        ::new (static_cast<void*>(&out)) Result<T>(tl::unexpect, std::move(error));
    }
    return out;
}
template <class T>
[[nodiscard]] Result<T> decode(bson::View document) {
    return decode<T>(document.bytes());
}
template <class T>
[[nodiscard]] Result<T> decode(const bson::Document& document) {
    return decode<T>(document.view().bytes());
}

}  // namespace tenon
