#pragma once
// The value types of BSON that C++ has no type for. Each is a small regular type: ==, <=>, hash, fmt (bson/format.hpp).

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/result.hpp>

namespace tenon::bson {

/// A 12-byte ObjectId: 4 bytes of seconds, 5 of the process, 3 of a counter (MongoDB ObjectId specification).
struct ObjectId {
    std::array<std::uint8_t, 12> bytes{};

    /// A new id. Thread-safe, and safe over fork(): the child draws a new process part and counter.
    [[nodiscard]] static ObjectId generate();
    /// From 24 hexadecimal digits of either case. @errors invalid_argument.
    [[nodiscard]] static Result<ObjectId> parse(std::string_view hex);

    [[nodiscard]] std::string to_string() const;                                   ///< 24 lower-case digits
    [[nodiscard]] bool empty() const noexcept { return bytes == decltype(bytes){}; }  ///< all zero: not yet an id
    [[nodiscard]] std::chrono::sys_seconds created_at() const noexcept;            ///< the time in it

    friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

/// Milliseconds since 1970-01-01 UTC, leap seconds not counted. Any int64 is a valid DateTime.
struct DateTime {
    std::int64_t ms = 0;

    constexpr DateTime() = default;
    constexpr explicit DateTime(std::int64_t milliseconds) noexcept : ms(milliseconds) {}
    template <class Duration>
    constexpr DateTime(std::chrono::sys_time<Duration> time) noexcept  // rounds down to the millisecond
        : ms(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count()) {}

    [[nodiscard]] static DateTime now() noexcept;
    /// RFC 3339 / ISO 8601 with a zone: "2026-11-21T06:35:33.123Z", "2026-11-21T08:35:33+02:00". @errors invalid_argument.
    [[nodiscard]] static Result<DateTime> parse(std::string_view text);

    /// "2026-11-21T06:35:33.123Z"; the fraction is left out when it is zero. Years past 9999 or before 0 print with a sign.
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] constexpr std::chrono::sys_time<std::chrono::milliseconds> time() const noexcept {
        return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return ms == 0; }

    friend constexpr auto operator<=>(const DateTime&, const DateTime&) = default;
};

/// IEEE 754-2008 decimal128 in BID encoding, as its 16 little-endian bytes hold it (low, then high).
/// `==` compares representations (1.0 and 1.00 differ); bson::compare compares values.
struct Decimal128 {
    std::uint64_t low  = 0;
    std::uint64_t high = 0x3040000000000000ULL;  // zero with exponent 0

    /// Every text of the specification: "1.50", "-1E+3", "NaN", "Infinity"; refused when it cannot be held exactly.
    /// @errors invalid_argument.
    [[nodiscard]] static Result<Decimal128> parse(std::string_view text);
    [[nodiscard]] static Decimal128 from_int64(std::int64_t value) noexcept;  ///< exact

    [[nodiscard]] std::string to_string() const;  ///< the specification's canonical text
    [[nodiscard]] bool is_nan() const noexcept { return (high & 0x7C00000000000000ULL) == 0x7C00000000000000ULL; }
    [[nodiscard]] bool is_infinite() const noexcept { return (high & 0x7C00000000000000ULL) == 0x7800000000000000ULL; }
    [[nodiscard]] bool is_negative() const noexcept { return (high >> 63U) != 0; }

    friend bool operator==(const Decimal128&, const Decimal128&) = default;
};

/// A UUID: binary subtype 4 in its 16 bytes of text order.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] static Uuid generate();  ///< random (version 4); thread-safe and fork-safe
    /// "8-4-4-4-12" hexadecimal digits, with or without the dashes. @errors invalid_argument.
    [[nodiscard]] static Result<Uuid> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] bool empty() const noexcept { return bytes == decltype(bytes){}; }

    friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// Bytes with a subtype (0 generic, 4 UUID, 5 MD5, 6 encrypted, 7 column, 0x80 and up the user's own).
struct Binary {
    std::vector<std::uint8_t> bytes{};
    std::uint8_t              subtype = 0;

    friend bool operator==(const Binary&, const Binary&) = default;
};

/// A regular expression: PCRE pattern and options, each without NUL. Options are kept in alphabetical order.
struct Regex {
    std::string pattern{};
    std::string options{};

    friend bool operator==(const Regex&, const Regex&) = default;
};

/// JavaScript source, stored and never run.
struct Code {
    std::string source{};

    friend bool operator==(const Code&, const Code&) = default;
};

/// MongoDB's internal timestamp: seconds and an ordinal within the second. For dates use DateTime.
struct Timestamp {
    std::uint32_t seconds   = 0;
    std::uint32_t increment = 0;

    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

struct MinKey { friend auto operator<=>(const MinKey&, const MinKey&) = default; };  ///< sorts below every value
struct MaxKey { friend auto operator<=>(const MaxKey&, const MaxKey&) = default; };  ///< sorts above every value
struct Null   { friend auto operator<=>(const Null&, const Null&) = default; };

}  // namespace tenon::bson

namespace tenon {
using bson::Binary;
using bson::DateTime;
using bson::Decimal128;
using bson::ObjectId;
using bson::Uuid;
}  // namespace tenon

template <>
struct std::hash<tenon::bson::ObjectId> {
    std::size_t operator()(const tenon::bson::ObjectId& id) const noexcept;
};
template <>
struct std::hash<tenon::bson::Uuid> {
    std::size_t operator()(const tenon::bson::Uuid& id) const noexcept;
};
template <>
struct std::hash<tenon::bson::DateTime> {
    std::size_t operator()(const tenon::bson::DateTime& at) const noexcept { return std::hash<std::int64_t>{}(at.ms); }
};
