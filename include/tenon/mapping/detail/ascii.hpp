#pragma once
// Text that is mostly ASCII, copied and looked at in one go; what is not ASCII is left to bson::detail::valid_utf8_mixed.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <tenon/bson/utf8.hpp>

namespace tenon::mapping {

using Byte = std::uint8_t;

/// Copies text and says whether all of it was ASCII. Overlapping words cover the ends, so no byte is looked at by itself.
[[nodiscard]] inline bool copy_ascii(Byte* to, const char* from, std::size_t size) noexcept {
    constexpr std::uint64_t high = 0x8080808080808080U;
    if (size >= 16) {
        std::uint64_t all = 0, a = 0, b = 0;
        for (std::size_t i = 0; i + 16 <= size; i += 16) {
            std::memcpy(&a, from + i, 8);
            std::memcpy(&b, from + i + 8, 8);
            std::memcpy(to + i, &a, 8);
            std::memcpy(to + i + 8, &b, 8);
            all |= a | b;
        }
        std::memcpy(&a, from + size - 16, 8);
        std::memcpy(&b, from + size - 8, 8);
        std::memcpy(to + size - 16, &a, 8);
        std::memcpy(to + size - 8, &b, 8);
        return ((all | a | b) & high) == 0;
    }
    if (size >= 8) {
        std::uint64_t a = 0, b = 0;
        std::memcpy(&a, from, 8);
        std::memcpy(&b, from + size - 8, 8);
        std::memcpy(to, &a, 8);
        std::memcpy(to + size - 8, &b, 8);
        return ((a | b) & high) == 0;
    }
    if (size >= 4) {
        std::uint32_t a = 0, b = 0;
        std::memcpy(&a, from, 4);
        std::memcpy(&b, from + size - 4, 4);
        std::memcpy(to, &a, 4);
        std::memcpy(to + size - 4, &b, 4);
        return ((a | b) & static_cast<std::uint32_t>(high)) == 0;
    }
    Byte all = 0;
    for (std::size_t i = 0; i < size; ++i) {
        to[i] = static_cast<Byte>(from[i]);
        all   = static_cast<Byte>(all | to[i]);
    }
    return all < 0x80;
}

/// True when all of the text is ASCII.
[[nodiscard]] inline bool is_ascii(const char* text, std::size_t size) noexcept {
    constexpr std::uint64_t high = 0x8080808080808080U;
    if (size >= 8) {
        std::uint64_t all = 0, last = 0;
        for (std::size_t i = 0; i + 8 <= size; i += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, text + i, 8);
            all |= word;
        }
        std::memcpy(&last, text + size - 8, 8);
        return ((all | last) & high) == 0;
    }
    if (size >= 4) {
        std::uint32_t a = 0, b = 0;
        std::memcpy(&a, text, 4);
        std::memcpy(&b, text + size - 4, 4);
        return ((a | b) & static_cast<std::uint32_t>(high)) == 0;
    }
    unsigned all = 0;
    for (std::size_t i = 0; i < size; ++i) all |= static_cast<unsigned char>(text[i]);
    return all < 0x80;
}

}  // namespace tenon::mapping
