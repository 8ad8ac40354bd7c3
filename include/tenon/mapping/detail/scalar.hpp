#pragma once
// Codecs of single values: numbers, strings, the value types of bson, chrono, strong ids.

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/mapping/detail/reader.hpp>
#include <tenon/mapping/detail/writer.hpp>
#include <tenon/mapping/types.hpp>

namespace tenon::mapping {

/// How one type is stored. A specialisation has
///   type      the BSON type byte it is written as; 0 when that depends on the value (then `type_of(value)`)
///   fixed     how many bytes its payload has at most when it asks for no room of its own, else 0
///   name      what an error calls it
///   write     the payload; `tail` bytes of room must be left behind it by those that ask for room
///   read      the payload of exactly `type`
///   read_other  the payload of any other type: converts without loss, or is a fault
template <class U>
struct Codec {
    static_assert(sizeof(U) == 0, "tenon: a member of this type cannot be mapped; give it a tenon::Mapper, or list it in its Model's `ignore`");
};

template <class U>
[[nodiscard]] inline const Byte* read_any(Reader& r, Byte type, const Byte* at, const Byte* end, U& out) {
    if (type == Codec<U>::type && Codec<U>::type != 0) return Codec<U>::read(r, at, end, out);
    return Codec<U>::read_other(r, type, at, end, out);
}

/// The default of a codec that takes its own type only.
struct StrictType {
    static const Byte* refuse(Reader& r, Byte type, const Byte* at, const char* expected) { return r.mismatch(at, type, expected); }
};

// -- numbers

/// What an integer is stored as: 32 bits when all its values fit, else 64.
template <class U>
concept StoredInteger = std::integral<U> && !std::same_as<U, bool> && !std::same_as<U, char> && !std::same_as<U, wchar_t> &&
                        !std::same_as<U, char8_t> && !std::same_as<U, char16_t> && !std::same_as<U, char32_t>;

template <class U>
inline constexpr bool fits_int32 = sizeof(U) < 4 || (sizeof(U) == 4 && std::is_signed_v<U>);

template <class U>
[[nodiscard]] constexpr const char* integer_name() {
    constexpr const char* names[2][4] = {{"uint8_t", "uint16_t", "uint32_t", "uint64_t"}, {"int8_t", "int16_t", "int32_t", "int64_t"}};
    return names[std::is_signed_v<U>][sizeof(U) == 1 ? 0 : sizeof(U) == 2 ? 1 : sizeof(U) == 4 ? 2 : 3];
}

template <StoredInteger U>
struct Codec<U> {
    using Stored = std::conditional_t<fits_int32<U>, std::int32_t, std::int64_t>;
    static constexpr Byte        type  = fits_int32<U> ? 0x10 : 0x12;
    static constexpr std::size_t fixed = sizeof(Stored);
    static constexpr const char* name  = integer_name<U>();

    static Byte* write(Writer& w, Byte* at, const U& value, std::size_t) {
        if constexpr (std::is_unsigned_v<U> && sizeof(U) == 8) {
            if (value > static_cast<U>(std::numeric_limits<std::int64_t>::max())) [[unlikely]] {
                w.fault(at, "the value is above the range of int64_t, the widest integer of BSON");
            }
        }
        return store(at, static_cast<Stored>(value));
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, U& out) {
        if (static_cast<std::size_t>(end - at) < sizeof(Stored)) [[unlikely]] return r.truncated(at);
        const auto stored = load<Stored>(at);
        if constexpr (!std::is_same_v<U, Stored> && !(std::is_signed_v<U> && sizeof(U) == sizeof(Stored))) {
            if (!std::in_range<U>(stored)) [[unlikely]] return r.narrow(at, type, name);
        }
        out = static_cast<U>(stored);
        return at + sizeof(Stored);
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, U& out) {
        std::int64_t value = 0;
        const Byte*  next  = read_integer(r, found, at, end, value, name);
        if (next == nullptr) return nullptr;
        if (!std::in_range<U>(value)) return r.narrow(at, found, name);
        out = static_cast<U>(value);
        return next;
    }
};

template <std::floating_point U>
struct Codec<U> {
    static_assert(sizeof(U) <= 8, "tenon: BSON has no number as wide as long double; use double or Decimal128");
    static constexpr Byte        type  = 0x01;
    static constexpr std::size_t fixed = 8;
    static constexpr const char* name  = sizeof(U) == 4 ? "float" : "double";

    static Byte* write(Writer&, Byte* at, const U& value, std::size_t) { return store(at, static_cast<double>(value)); }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, U& out) {
        if (end - at < 8) [[unlikely]] return r.truncated(at);
        return narrowed(r, type, at, at + 8, load<double>(at), out);
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, U& out) {
        double      value = 0;
        const Byte* next  = read_double(r, found, at, end, value, name);
        return next == nullptr ? nullptr : narrowed(r, found, at, next, value, out);
    }

private:
    static const Byte* narrowed(Reader& r, Byte found, const Byte* at, const Byte* next, double value, U& out) {
        if constexpr (sizeof(U) == 4) {
            // Values beyond float's range would be undefined to convert; those between two floats would be another number.
            const bool finite = value - value == 0;
            if (finite && (value > std::numeric_limits<U>::max() || value < std::numeric_limits<U>::lowest() ||
                           static_cast<double>(static_cast<U>(value)) < value || static_cast<double>(static_cast<U>(value)) > value)) {
                return r.narrow(at, found, name);
            }
        }
        out = static_cast<U>(value);
        return next;
    }
};

/// Types of one BSON type with a payload of known size that is copied as it is.
template <class U, Byte BsonType, std::size_t Size>
struct PlainCodec : StrictType {
    static constexpr Byte        type  = BsonType;
    static constexpr std::size_t fixed = Size;

    static Byte* write(Writer&, Byte* at, const U& value, std::size_t) {
        std::memcpy(at, &value, Size);
        return at + Size;
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, U& out) {
        if (static_cast<std::size_t>(end - at) < Size) [[unlikely]] return r.truncated(at);
        std::memcpy(&out, at, Size);
        return at + Size;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, U&) { return refuse(r, found, at, Codec<U>::name); }
};

template <>
struct Codec<bson::ObjectId> : PlainCodec<bson::ObjectId, 0x07, 12> {
    static constexpr const char* name = "ObjectId";
};
template <>
struct Codec<bson::DateTime> : PlainCodec<bson::DateTime, 0x09, 8> {
    static constexpr const char* name = "DateTime";
};
template <>
struct Codec<bson::Decimal128> : PlainCodec<bson::Decimal128, 0x13, 16> {
    static constexpr const char* name = "Decimal128";
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, bson::Decimal128& out) {
        if (found != 0x10 && found != 0x12) return refuse(r, found, at, name);
        std::int64_t value = 0;
        const Byte*  next  = read_integer(r, found, at, end, value, name);
        if (next != nullptr) out = bson::Decimal128::from_int64(value);
        return next;
    }
};
template <>
struct Codec<bson::Timestamp> : StrictType {
    static constexpr Byte        type  = 0x11;
    static constexpr std::size_t fixed = 8;
    static constexpr const char* name  = "Timestamp";
    static Byte* write(Writer&, Byte* at, const bson::Timestamp& value, std::size_t) { return store(store(at, value.increment), value.seconds); }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, bson::Timestamp& out) {
        if (end - at < 8) [[unlikely]] return r.truncated(at);
        out.increment = load<std::uint32_t>(at);
        out.seconds   = load<std::uint32_t>(at + 4);
        return at + 8;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, bson::Timestamp&) { return refuse(r, found, at, name); }
};

template <>
struct Codec<bool> : StrictType {
    static constexpr Byte        type  = 0x08;
    static constexpr std::size_t fixed = 1;
    static constexpr const char* name  = "bool";
    static Byte* write(Writer&, Byte* at, const bool& value, std::size_t) {
        *at = value ? 1 : 0;
        return at + 1;
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, bool& out) {
        if (at >= end) [[unlikely]] return r.truncated(at);
        if (*at > 1) [[unlikely]] return r.refused(at, "holds a bool that is neither 0 nor 1");
        out = *at == 1;
        return at + 1;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, bool&) { return refuse(r, found, at, name); }
};

/// MinKey, MaxKey and Null hold nothing.
template <class U, Byte BsonType>
struct EmptyCodec : StrictType {
    static constexpr Byte        type  = BsonType;
    static constexpr std::size_t fixed = 0;
    static Byte*       write(Writer&, Byte* at, const U&, std::size_t) { return at; }
    static const Byte* read(Reader&, const Byte* at, const Byte*, U&) { return at; }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, U&) { return refuse(r, found, at, Codec<U>::name); }
};
template <>
struct Codec<bson::MinKey> : EmptyCodec<bson::MinKey, 0xFF> {
    static constexpr const char* name = "MinKey";
};
template <>
struct Codec<bson::MaxKey> : EmptyCodec<bson::MaxKey, 0x7F> {
    static constexpr const char* name = "MaxKey";
};
template <>
struct Codec<bson::Null> : EmptyCodec<bson::Null, 0x0A> {
    static constexpr const char* name = "Null";
};

// -- text

template <>
struct Codec<std::string> : StrictType {
    static constexpr Byte        type  = 0x02;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "std::string";
    static Byte* write(Writer& w, Byte* at, const std::string& value, std::size_t tail) { return write_string(w, at, value, tail); }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, std::string& out) { return read_string(r, at, end, out); }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, std::string&) { return refuse(r, found, at, name); }
};

/// Borrowed text can be written, never read: nothing would own it.
template <class U>
    requires(std::same_as<U, std::string_view> || std::same_as<U, const char*>)
struct Codec<U> {
    static constexpr Byte        type  = 0x02;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "std::string_view";
    static Byte* write(Writer& w, Byte* at, std::string_view value, std::size_t tail) { return write_string(w, at, value, tail); }
    static const Byte* read(Reader&, const Byte*, const Byte*, U&) {
        static_assert(sizeof(U) == 0, "tenon: a std::string_view or const char* member can be encoded, not decoded; use std::string");
        return nullptr;
    }
    static const Byte* read_other(Reader&, Byte, const Byte*, const Byte*, U&) { return nullptr; }
};

// -- values of bson that own memory; written and read out of line

template <class U>
struct OwnedCodec {
    static constexpr std::size_t fixed = 0;
    static Byte*       write(Writer& w, Byte* at, const U& value, std::size_t tail);
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, U& out);
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, U&) { return r.mismatch(at, found, Codec<U>::name); }
};
template <>
struct Codec<bson::Uuid> : OwnedCodec<bson::Uuid> {
    static constexpr Byte        type = 0x05;
    static constexpr const char* name = "Uuid";
};
template <>
struct Codec<bson::Binary> : OwnedCodec<bson::Binary> {
    static constexpr Byte        type = 0x05;
    static constexpr const char* name = "Binary";
};
template <>
struct Codec<bson::Regex> : OwnedCodec<bson::Regex> {
    static constexpr Byte        type = 0x0B;
    static constexpr const char* name = "Regex";
};
template <>
struct Codec<bson::Code> : OwnedCodec<bson::Code> {
    static constexpr Byte        type = 0x0D;
    static constexpr const char* name = "Code";
};
template <>
struct Codec<bson::Document> : OwnedCodec<bson::Document> {
    static constexpr Byte        type = 0x03;
    static constexpr const char* name = "Document";
};
template <>
struct Codec<bson::Array> : OwnedCodec<bson::Array> {
    static constexpr Byte        type = 0x04;
    static constexpr const char* name = "Array";
};
template <>
struct Codec<bson::Value> {
    static constexpr Byte        type  = 0;
    static constexpr std::size_t fixed = 0;
    static constexpr bool        nullable = true;  // a missing Value is an absent field
    static constexpr const char* name  = "Value";
    static bool        empty(const bson::Value& value) noexcept { return value.missing(); }
    static void        reset(bson::Value& value) { value = bson::Value(); }
    static Byte        type_of(const bson::Value& value) noexcept { return static_cast<Byte>(value.type()); }
    static Byte*       write(Writer& w, Byte* at, const bson::Value& value, std::size_t tail);
    static const Byte* read(Reader&, const Byte* at, const Byte*, bson::Value&) { return at; }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, bson::Value& out);
};

/// Plain bytes: std::vector<std::uint8_t>, std::vector<std::byte>, and arrays of them, as generic binary.
template <class B>
concept ByteLike = std::same_as<B, std::uint8_t> || std::same_as<B, std::byte>;

[[nodiscard]] const Byte* read_generic_binary(Reader& r, const Byte* at, const Byte* end, std::span<const Byte>& out, const char* expected);

template <ByteLike B, class A>
struct Codec<std::vector<B, A>> : StrictType {
    static constexpr Byte        type  = 0x05;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "binary";
    static Byte* write(Writer& w, Byte* at, const std::vector<B, A>& value, std::size_t tail) {
        return write_binary(w, at, reinterpret_cast<const Byte*>(value.data()), value.size(), 0, tail);
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, std::vector<B, A>& out) {
        std::span<const Byte> bytes;
        const Byte*           next = read_generic_binary(r, at, end, bytes, name);
        if (next == nullptr) return nullptr;
        const B* first = reinterpret_cast<const B*>(bytes.data());
        out.assign(first, first + bytes.size());
        return next;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, std::vector<B, A>&) { return refuse(r, found, at, name); }
};
template <ByteLike B, std::size_t N>
struct Codec<std::array<B, N>> : StrictType {
    static constexpr Byte        type  = 0x05;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "binary";
    static Byte* write(Writer& w, Byte* at, const std::array<B, N>& value, std::size_t tail) {
        return write_binary(w, at, reinterpret_cast<const Byte*>(value.data()), N, 0, tail);
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, std::array<B, N>& out) {
        std::span<const Byte> bytes;
        const Byte*           next = read_generic_binary(r, at, end, bytes, name);
        if (next == nullptr) return nullptr;
        if (bytes.size() != N) return r.refused(at, "has another number of bytes than the entity's std::array");
        if constexpr (N > 0) std::memcpy(out.data(), bytes.data(), N);
        return next;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, std::array<B, N>&) { return refuse(r, found, at, name); }
};

// -- chrono

/// A time point of the system clock: a date. Written rounded down to the millisecond, to the nearest one when it counts in floating point
/// (0.29 s times 1000 may lie below 290); read when the member's own unit can hold it exactly.
template <class D>
struct Codec<std::chrono::time_point<std::chrono::system_clock, D>> : StrictType {
    using Time = std::chrono::time_point<std::chrono::system_clock, D>;
    using Ms   = std::chrono::duration<std::int64_t, std::milli>;
    static constexpr Byte        type  = 0x09;
    static constexpr std::size_t fixed = 8;
    static constexpr const char* name  = "std::chrono::sys_time";
    static Byte* write(Writer& w, Byte* at, const Time& value, std::size_t) {
        using Ratio      = std::ratio_divide<typename D::period, std::milli>;
        const auto count = value.time_since_epoch().count();
        if constexpr (std::is_floating_point_v<typename D::rep>) {
            const double ms = static_cast<double>(count) * Ratio::num / Ratio::den;
            if (ms >= -0x1p63 && ms < 0x1p63) return store(at, static_cast<std::int64_t>(ms + (ms < 0 ? -0.5 : 0.5)));  // not so for NaN
        } else {
            constexpr auto limit = std::numeric_limits<std::int64_t>::max() / Ratio::num;
            if (Ratio::num == 1 || (count <= limit && count >= -limit)) {
                return store(at, static_cast<std::int64_t>(std::chrono::floor<Ms>(value.time_since_epoch()).count()));
            }
        }
        w.fault(at, "the time is outside the range of a date");
        return store(at, std::int64_t{0});
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, Time& out) {
        using Ratio = std::ratio_divide<std::milli, typename D::period>;  // units in a millisecond
        using Rep   = typename D::rep;
        if (end - at < 8) [[unlikely]] return r.truncated(at);
        const auto ms = load<std::int64_t>(at);
        if constexpr (std::is_floating_point_v<Rep>) {
            out = Time(D(static_cast<Rep>(ms) * Ratio::num / Ratio::den));
        } else {
            constexpr auto limit = std::numeric_limits<std::int64_t>::max() / Ratio::num;
            if (ms > limit || ms < -limit || ms % Ratio::den != 0) return r.narrow(at, type, name);
            const std::int64_t units = ms * Ratio::num / Ratio::den;
            if (!std::in_range<Rep>(units)) return r.narrow(at, type, name);
            out = Time(D(static_cast<Rep>(units)));
        }
        return at + 8;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, Time&) { return refuse(r, found, at, name); }
};

/// A type that is stored as another one: `to` gives the stored value, `from` takes it.
template <class U, class Stored, class Self>
struct ViaCodec {
    static constexpr Byte        type  = Codec<Stored>::type;
    static constexpr std::size_t fixed = Codec<Stored>::fixed;
    static constexpr const char* name  = Codec<Stored>::name;
    static Byte        type_of(const U& value) { return Codec<Stored>::type_of(Self::to(value)); }
    static Byte*       write(Writer& w, Byte* at, const U& value, std::size_t tail) { return Codec<Stored>::write(w, at, Self::to(value), tail); }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, U& out) {
        Stored      stored{};
        const Byte* next = Codec<Stored>::read(r, at, end, stored);
        return next == nullptr ? nullptr : Self::from(r, at, std::move(stored), out) ? next : nullptr;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, U& out) {
        Stored      stored{};
        const Byte* next = Codec<Stored>::read_other(r, found, at, end, stored);
        return next == nullptr ? nullptr : Self::from(r, at, std::move(stored), out) ? next : nullptr;
    }
};

/// A duration: the count of its own unit.
template <class Rep, class Period>
struct Codec<std::chrono::duration<Rep, Period>>
    : ViaCodec<std::chrono::duration<Rep, Period>, Rep, Codec<std::chrono::duration<Rep, Period>>> {
    static Rep  to(const std::chrono::duration<Rep, Period>& value) { return value.count(); }
    static bool from(Reader&, const Byte*, Rep count, std::chrono::duration<Rep, Period>& out) {
        out = std::chrono::duration<Rep, Period>(count);
        return true;
    }
};

/// A strong id: what it holds.
template <class T, class U>
struct Codec<Id<T, U>> {
    static constexpr Byte        type  = Codec<U>::type;
    static constexpr std::size_t fixed = Codec<U>::fixed;
    static constexpr const char* name  = Codec<U>::name;
    static Byte*       write(Writer& w, Byte* at, const Id<T, U>& id, std::size_t tail) { return Codec<U>::write(w, at, id.value, tail); }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, Id<T, U>& id) { return Codec<U>::read(r, at, end, id.value); }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, Id<T, U>& id) {
        return Codec<U>::read_other(r, found, at, end, id.value);
    }
};

// -- types with a Mapper

template <class U>
using StoredBy = std::remove_cvref_t<decltype(Mapper<U>::to_bson(std::declval<const U&>()))>;

/// What is read before a Mapper's from_bson: the stored type, or a string for one that borrows.
template <class S>
using Owned = std::conditional_t<std::is_same_v<S, std::string_view> || std::is_same_v<S, const char*>, std::string, S>;

template <Mapped U>
struct Codec<U> {
    using Stored = Owned<StoredBy<U>>;
    static constexpr Byte        type  = Codec<Stored>::type;
    static constexpr std::size_t fixed = Codec<Stored>::fixed;
    static constexpr const char* name  = Codec<Stored>::name;
    static Byte  type_of(const U& value) { return Codec<Stored>::type_of(Mapper<U>::to_bson(value)); }
    static Byte* write(Writer& w, Byte* at, const U& value, std::size_t tail) {
        return Codec<StoredBy<U>>::write(w, at, Mapper<U>::to_bson(value), tail);
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, U& out) {
        Stored stored{};
        return given(r, at, Codec<Stored>::read(r, at, end, stored), stored, out);
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte* end, U& out) {
        Stored stored{};
        return given(r, at, Codec<Stored>::read_other(r, found, at, end, stored), stored, out);
    }

private:
    static const Byte* given(Reader& r, const Byte* at, const Byte* next, const Stored& stored, U& out) {
        if (next == nullptr) return nullptr;
        auto value = Mapper<U>::from_bson(stored);
        if (!value) return r.refused(at, value.error());
        out = std::move(*value);
        return next;
    }
};

}  // namespace tenon::mapping
