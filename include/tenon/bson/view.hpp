#pragma once
// ValueRef, Element and View: BSON read in place. All borrow; the bytes must outlive them.

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>

#include <tenon/bson/type.hpp>
#include <tenon/bson/values.hpp>

namespace tenon::bson {

class View;

/// Limits of a document (MongoDB manual, "MongoDB Limits and Thresholds").
inline constexpr std::size_t max_document_size = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t max_depth         = 100;

/// A BSON value in place: its type and its payload bytes. Trivially copyable; `missing` when default made.
///
/// The `as_*` readers require the right type (checked by assert in debug builds); `get_*` of View do not.
class ValueRef {
public:
    constexpr ValueRef() = default;
    constexpr ValueRef(Type type, const std::uint8_t* data, std::uint32_t size) noexcept
        : data_(data), size_(size), type_(type) {}

    [[nodiscard]] constexpr Type type() const noexcept { return type_; }
    /// No value: what a look-up of a field that is not there yields.
    [[nodiscard]] constexpr bool missing() const noexcept { return type_ == Type::missing; }
    /// True unless missing; a null and a false are values.
    [[nodiscard]] constexpr explicit operator bool() const noexcept { return type_ != Type::missing; }
    /// The payload as it stands in the document: no type byte, no key.
    [[nodiscard]] constexpr std::span<const std::uint8_t> bytes() const noexcept { return {data_, size_}; }

    // Texts and views borrow from the document.
    [[nodiscard]] double           as_double() const noexcept;
    [[nodiscard]] std::int32_t     as_int32() const noexcept;
    [[nodiscard]] std::int64_t     as_int64() const noexcept;
    [[nodiscard]] bool             as_bool() const noexcept;
    [[nodiscard]] std::string_view as_string() const noexcept;  ///< string, code or symbol
    [[nodiscard]] View             as_view() const noexcept;    ///< document or array
    [[nodiscard]] ObjectId         as_object_id() const noexcept;
    [[nodiscard]] DateTime         as_datetime() const noexcept;
    [[nodiscard]] Decimal128       as_decimal128() const noexcept;
    [[nodiscard]] Timestamp        as_timestamp() const noexcept;
    [[nodiscard]] std::uint8_t     binary_subtype() const noexcept;  ///< 0: bytes, 4: a UUID, ...; bsonspec.org lists them
    /// The bytes of a binary; those of the deprecated subtype 2 without their inner length.
    [[nodiscard]] std::span<const std::uint8_t> binary_bytes() const noexcept;
    [[nodiscard]] std::string_view regex_pattern() const noexcept;
    [[nodiscard]] std::string_view regex_options() const noexcept;   ///< letters: i, m, s, x, ...
    [[nodiscard]] std::string_view code_source() const noexcept;  ///< of code or code_scope
    [[nodiscard]] View             code_scope() const noexcept;      ///< of code_scope: its variables

    /// int32, int64, double or decimal128.
    [[nodiscard]] bool is_number() const noexcept { return bson::is_number(type_); }
    /// An int32, int64, or a double or decimal that holds an integer of int64's range; else empty.
    [[nodiscard]] std::optional<std::int64_t> to_int64() const noexcept;
    /// Any number as the nearest double; else empty.
    [[nodiscard]] std::optional<double> to_double() const noexcept;
    /// What MongoDB takes as true: everything but false, zero, null, undefined and missing.
    [[nodiscard]] bool truthy() const noexcept;

    /// Same type and same bytes. For MongoDB's equality use bson::equal (bson/compare.hpp).
    [[nodiscard]] bool identical(ValueRef other) const noexcept;

private:
    const std::uint8_t* data_ = nullptr;
    std::uint32_t       size_ = 0;
    Type                type_ = Type::missing;
};

/// A key with its value.
struct Element {
    std::string_view key{};
    ValueRef         value{};
};

/// What View::validate checks beyond structure.
struct ValidateOptions {
    bool        utf8           = true;       ///< keys and strings are valid UTF-8
    std::size_t max_depth      = bson::max_depth;
    bool        duplicate_keys = true;       ///< true: allowed (as BSON does); false: refused
};

/// A BSON document or array in place.
///
/// Iteration and lookup trust the bytes: make a View over untrusted ones with `validate`, once.
class View {
public:
    class Iterator;

    /// The empty document.
    View() noexcept;
    /// Over bytes known to be valid: written by this library or validated before.
    explicit View(const std::uint8_t* trusted) noexcept : data_(trusted) {}

    /// Checks lengths, type bytes, terminators, booleans, UTF-8 and nesting of the whole document once.
    /// Bytes behind the document's own length are an error. @errors decode, with the path of the field at fault.
    [[nodiscard]] static Result<View> validate(std::span<const std::uint8_t> bytes, ValidateOptions options = {});

    /// Where the document begins: its length, in 4 bytes.
    [[nodiscard]] const std::uint8_t* data() const noexcept { return data_; }
    [[nodiscard]] std::uint32_t size() const noexcept {  ///< in bytes, 5 or more
        std::uint32_t n = 0;
        std::memcpy(&n, data_, 4);
        return n;
    }
    /// The whole document, its length and terminator included.
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {data_, size()}; }
    /// It has no elements.
    [[nodiscard]] bool empty() const noexcept { return data_[4] == 0; }
    [[nodiscard]] std::size_t count() const noexcept;  ///< number of elements; walks them

    /// `for (const Element& element : view)`: in the order of the bytes; the reference is good until the next step.
    [[nodiscard]] Iterator begin() const noexcept;
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    /// The first element of this key; `missing` when there is none. Keys are not split at dots. O(elements).
    [[nodiscard]] ValueRef operator[](std::string_view key) const noexcept;
    /// By dotted path: each part is a key of a document or an index of an array ("a.0.b"); arrays are not searched.
    [[nodiscard]] ValueRef at_path(std::string_view path) const noexcept;

    /// Same bytes.
    [[nodiscard]] friend bool operator==(View a, View b) noexcept {
        return a.size() == b.size() && std::memcmp(a.data_, b.data_, a.size()) == 0;
    }

private:
    const std::uint8_t* data_;
};

/// Walks the elements of a View. Ends at the terminator.
class View::Iterator {
public:
    using value_type        = Element;
    using difference_type   = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using reference         = const Element&;
    using pointer           = const Element*;

    Iterator() = default;
    explicit Iterator(const std::uint8_t* at) noexcept : at_(at) { load(); }

    [[nodiscard]] reference operator*() const noexcept { return current_; }
    [[nodiscard]] pointer operator->() const noexcept { return &current_; }
    Iterator& operator++() noexcept {
        at_ = current_.value.bytes().data() + current_.value.bytes().size();
        load();
        return *this;
    }
    void operator++(int) noexcept { ++*this; }
    [[nodiscard]] friend bool operator==(const Iterator& it, std::default_sentinel_t) noexcept { return *it.at_ == 0; }
    /// Where the element's type byte stands.
    [[nodiscard]] const std::uint8_t* position() const noexcept { return at_; }

private:
    void load() noexcept;

    const std::uint8_t* at_ = nullptr;
    Element             current_{};
};

// The rest of this file is the hot path of everything that reads BSON.

namespace detail {

template <class T>
[[nodiscard]] inline T load(const std::uint8_t* from) noexcept {
    T value{};
    std::memcpy(&value, from, sizeof value);
    return value;
}

// Per type byte: the payload's fixed part, and whether a leading int32 says how much follows.
inline constexpr std::uint8_t size_has_length = 0x80;
inline constexpr std::uint8_t size_is_regex   = 0x40;
inline constexpr auto payload_sizes = [] {
    std::array<std::uint8_t, 256> sizes{};
    const auto set = [&sizes](Type type, std::uint8_t size) { sizes[static_cast<std::uint8_t>(type)] = size; };
    set(Type::float64, 8);
    set(Type::string, 4 | size_has_length);
    set(Type::document, 0 | size_has_length);  // its own length counts itself
    set(Type::array, 0 | size_has_length);
    set(Type::binary, 5 | size_has_length);
    set(Type::object_id, 12);
    set(Type::boolean, 1);
    set(Type::datetime, 8);
    set(Type::regex, size_is_regex);
    set(Type::db_pointer, 16 | size_has_length);
    set(Type::code, 4 | size_has_length);
    set(Type::symbol, 4 | size_has_length);
    set(Type::code_scope, 0 | size_has_length);
    set(Type::int32, 4);
    set(Type::timestamp, 8);
    set(Type::int64, 8);
    set(Type::decimal128, 16);
    return sizes;
}();

/// The size of a trusted payload.
[[nodiscard]] inline std::uint32_t payload_size(Type type, const std::uint8_t* payload) noexcept {
    const std::uint8_t size = payload_sizes[static_cast<std::uint8_t>(type)];
    if (size < size_is_regex) return size;
    if ((size & size_has_length) != 0) return (size & 0x3FU) + load<std::uint32_t>(payload);
    const std::size_t pattern = std::strlen(reinterpret_cast<const char*>(payload)) + 1;
    return static_cast<std::uint32_t>(pattern + std::strlen(reinterpret_cast<const char*>(payload + pattern)) + 1);
}

}  // namespace detail

inline View::Iterator View::begin() const noexcept { return Iterator(data_ + 4); }

inline void View::Iterator::load() noexcept {
    const auto type = static_cast<Type>(*at_);
    if (type == Type::missing) {
        current_ = {};
        return;
    }
    const char*         key     = reinterpret_cast<const char*>(at_ + 1);
    const std::size_t   length  = std::strlen(key);
    const std::uint8_t* payload = at_ + length + 2;
    current_.key   = {key, length};
    current_.value = {type, payload, detail::payload_size(type, payload)};
}

inline ValueRef View::operator[](std::string_view key) const noexcept {
    for (const Element& element : *this) {
        if (element.key == key) return element.value;
    }
    return {};
}

inline double ValueRef::as_double() const noexcept {
    assert(type_ == Type::float64);
    return detail::load<double>(data_);
}
inline std::int32_t ValueRef::as_int32() const noexcept {
    assert(type_ == Type::int32);
    return detail::load<std::int32_t>(data_);
}
inline std::int64_t ValueRef::as_int64() const noexcept {
    assert(type_ == Type::int64);
    return detail::load<std::int64_t>(data_);
}
inline bool ValueRef::as_bool() const noexcept {
    assert(type_ == Type::boolean);
    return *data_ != 0;
}
inline std::string_view ValueRef::as_string() const noexcept {
    assert(type_ == Type::string || type_ == Type::code || type_ == Type::symbol);
    return {reinterpret_cast<const char*>(data_ + 4), size_ - 5};
}
inline View ValueRef::as_view() const noexcept {
    assert(type_ == Type::document || type_ == Type::array);
    return View(data_);
}
inline ObjectId ValueRef::as_object_id() const noexcept {
    assert(type_ == Type::object_id);
    return detail::load<ObjectId>(data_);
}
inline DateTime ValueRef::as_datetime() const noexcept {
    assert(type_ == Type::datetime);
    return DateTime(detail::load<std::int64_t>(data_));
}
inline Decimal128 ValueRef::as_decimal128() const noexcept {
    assert(type_ == Type::decimal128);
    return {detail::load<std::uint64_t>(data_), detail::load<std::uint64_t>(data_ + 8)};
}
inline Timestamp ValueRef::as_timestamp() const noexcept {
    assert(type_ == Type::timestamp);
    return {.seconds = detail::load<std::uint32_t>(data_ + 4), .increment = detail::load<std::uint32_t>(data_)};
}
inline std::uint8_t ValueRef::binary_subtype() const noexcept {
    assert(type_ == Type::binary);
    return data_[4];
}
inline std::span<const std::uint8_t> ValueRef::binary_bytes() const noexcept {
    assert(type_ == Type::binary);
    const std::uint32_t header = data_[4] == 2 ? 9 : 5;
    return {data_ + header, size_ - header};
}
inline bool ValueRef::identical(ValueRef other) const noexcept {
    return type_ == other.type_ && size_ == other.size_ && (size_ == 0 || std::memcmp(data_, other.data_, size_) == 0);
}

}  // namespace tenon::bson
