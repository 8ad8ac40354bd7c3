#pragma once
// Hexadecimal digits both ways.

#include <cstdint>
#include <span>

namespace tenon::bson::detail {

/// 0 to 15, or -1 for what is no digit.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Two digits to a byte; false when one is no digit.
[[nodiscard]] constexpr bool read_hex(const char* text, std::span<std::uint8_t> to) noexcept {
    for (std::uint8_t& byte : to) {
        const int high = hex_digit(*text++);
        const int low  = hex_digit(*text++);
        if (high < 0 || low < 0) return false;
        byte = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

/// Lower-case digits; returns the end of what was written.
constexpr char* write_hex(std::span<const std::uint8_t> from, char* to) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    for (const std::uint8_t byte : from) {
        *to++ = digits[byte >> 4U];
        *to++ = digits[byte & 15U];
    }
    return to;
}

}  // namespace tenon::bson::detail
