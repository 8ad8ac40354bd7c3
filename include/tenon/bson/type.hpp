#pragma once
// The element types of BSON (bsonspec.org, version 1.1).

#include <cstdint>
#include <string_view>

namespace tenon::bson {

/// A BSON type byte. `missing` is ours: the type of a field that is not there.
enum class Type : std::uint8_t {
    missing    = 0x00,
    float64    = 0x01,
    string     = 0x02,
    document   = 0x03,
    array      = 0x04,
    binary     = 0x05,
    undefined  = 0x06,  ///< deprecated; read, never written by the mapping
    object_id  = 0x07,
    boolean    = 0x08,
    datetime   = 0x09,
    null       = 0x0A,
    regex      = 0x0B,
    db_pointer = 0x0C,  ///< deprecated
    code       = 0x0D,
    symbol     = 0x0E,  ///< deprecated
    code_scope = 0x0F,  ///< deprecated
    int32      = 0x10,
    timestamp  = 0x11,
    int64      = 0x12,
    decimal128 = 0x13,
    max_key    = 0x7F,
    min_key    = 0xFF,
};

/// The alias `$type` uses: "double", "string", "objectId", ... ("missing" for a field that is not there).
[[nodiscard]] std::string_view name(Type type) noexcept;

/// True for the type bytes of the specification (not `missing`).
[[nodiscard]] bool is_known(std::uint8_t byte) noexcept;

/// int32, int64, double or decimal128.
[[nodiscard]] constexpr bool is_number(Type type) noexcept {
    return type == Type::float64 || type == Type::int32 || type == Type::int64 || type == Type::decimal128;
}

}  // namespace tenon::bson
