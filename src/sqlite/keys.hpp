#pragma once
// Order-preserving keys: BSON values as bytes that memcmp sorts as bson::compare does.
//
// Value: one byte of type order, then a payload that no other payload of the type is a prefix of, so keys concatenate.
//   0x08  MinKey
//   0x10  undefined, missing
//   0x12  null
//   0x20  NaN
//   0x21  -Infinity
//   0x22  number < 0      <exponent, digits of the number above zero, all inverted>
//   0x23  0
//   0x24  number > 0      <exponent: 2 bytes, + 0x4000> <digits: two a byte, 2 * pair + 1, the last 2 * pair>
//   0x25  Infinity
//   0x30  string, symbol  <text> 00
//   0x34  document        { <type order of the value, without its number class> <key> 00 <value> } 00
//   0x38  array           as a document
//   0x3c  binary          <length: 4 bytes> <subtype> <bytes>
//   0x40  ObjectId        <12 bytes>
//   0x44  false
//   0x45  true
//   0x48  date            <8 bytes, sign bit turned>
//   0x4c  timestamp       <8 bytes>
//   0x50  regex           <pattern> 00 <options> 00
//   0x54  dbPointer       <length: 4 bytes> <bytes>
//   0x58  code            <text> 00
//   0x5c  code with scope <text> 00 <scope as the payload of a document>
//   0xf0  MaxKey
// Number: 0.d1d2d3... * 10^exponent with neither first nor last digit 0. It is the value's exact decimal expansion, so 1, 1.0 and
// Decimal128 1.00 have the same bytes. Text: 00 is written 01 01, and 01 is written 01 02. Integers are big-endian.
// A descending value is inverted, byte for byte. No key starts with 00 or ff.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <tenon/bson/view.hpp>

namespace tenon::sqlite {

/// The first byte of a value's key. A type's keys lie in [first, first of the next).
enum class Tag : std::uint8_t {
    min_key    = 0x08,
    undefined  = 0x10,
    null       = 0x12,
    nan        = 0x20,
    neg_inf    = 0x21,
    negative   = 0x22,
    zero       = 0x23,
    positive   = 0x24,
    pos_inf    = 0x25,
    text       = 0x30,
    document   = 0x34,
    array      = 0x38,
    binary     = 0x3c,
    object_id  = 0x40,
    bool_false = 0x44,
    bool_true  = 0x45,
    datetime   = 0x48,
    timestamp  = 0x4c,
    regex      = 0x50,
    db_pointer = 0x54,
    code       = 0x58,
    code_scope = 0x5c,
    max_key    = 0xf0,
};

/// Appends the ascending key of a value.
void append_key(std::string& out, bson::ValueRef value);
/// Appends the key of a value, inverted when descending.
void append_key(std::string& out, bson::ValueRef value, bool descending);
/// Appends escaped text without its end: the common start of the keys of all texts that start so.
void append_text_prefix(std::string& out, std::string_view text);

/// Inverts each byte.
void invert(std::string& bytes) noexcept;
/// The least string above all that start with `prefix`; empty when there is none.
[[nodiscard]] std::string after_prefix(std::string prefix);

}  // namespace tenon::sqlite
