#pragma once
// The tables of the vectorised check, after Keiser and Lemire, "Validating UTF-8 In Less Than One Instruction Per Byte".
//
// Whether two neighbouring bytes may stand together depends on three nibbles: both of the first byte and the high one of the
// second. Each way to be wrong has a bit; a table for each nibble says which of them it permits, and their AND is what is wrong.

#include <array>
#include <cstdint>

namespace tenon::bson::detail {

/// Two continuations in a row: right behind the lead of three or four bytes only, which the caller knows. The top bit.
inline constexpr std::uint8_t two_continuations = 0x80;

struct Utf8Tables {
    std::array<std::uint8_t, 16> first_high{};
    std::array<std::uint8_t, 16> first_low{};
    std::array<std::uint8_t, 16> second_high{};

    // First bytes `first` to `last` may not stand before a second byte whose high nibble is in `second` (bit n: nibble n).
    // The set of first bytes has to be all pairs of its high and its low nibbles, or the AND says too much.
    constexpr void forbid(std::uint8_t bit, unsigned first, unsigned last, unsigned second) {
        for (unsigned byte = first; byte <= last; ++byte) {
            first_high[byte >> 4U] = static_cast<std::uint8_t>(first_high[byte >> 4U] | bit);
            first_low[byte & 15U]  = static_cast<std::uint8_t>(first_low[byte & 15U] | bit);
        }
        for (unsigned nibble = 0; nibble < 16; ++nibble) {
            if ((second >> nibble & 1U) != 0) second_high[nibble] = static_cast<std::uint8_t>(second_high[nibble] | bit);
        }
    }
};

inline constexpr Utf8Tables utf8_tables = [] {
    constexpr unsigned continuation = 0x0F00;  // 8 to B
    constexpr unsigned others       = 0xF0FF;
    Utf8Tables t;
    t.forbid(0x01, 0xC0, 0xFF, others);        // a lead without its continuation
    t.forbid(0x02, 0x00, 0x7F, continuation);  // a continuation without a lead
    t.forbid(0x04, 0xC0, 0xC1, continuation);  // overlong in two bytes
    t.forbid(0x08, 0xE0, 0xE0, 0x0300);        // overlong in three: 8, 9
    t.forbid(0x10, 0xED, 0xED, 0x0C00);        // a surrogate: A, B
    t.forbid(0x20, 0xF4, 0xFF, 0x0E00);        // above U+10FFFF: 9, A, B
    t.forbid(0x40, 0xF0, 0xF0, 0x0100);        // overlong in four: 8
    t.forbid(0x40, 0xF5, 0xFF, 0x0100);        // above U+10FFFF: 8
    t.forbid(two_continuations, 0x80, 0xBF, continuation);
    return t;
}();

}  // namespace tenon::bson::detail
