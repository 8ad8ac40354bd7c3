#pragma once
// Hexadecimal digits both ways.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tenon::bson::detail {

/// 0 to 15, or -1 for what is no digit.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Two digits to a byte; false when one is no digit, or there are more or fewer than the bytes take.
[[nodiscard]] constexpr bool read_hex(std::string_view text, std::span<std::uint8_t> to) noexcept {
    if (text.size() != 2 * to.size()) return false;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const int high = hex_digit(text[2 * i]);
        const int low  = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        to[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}
/// As many digits as the bytes take.
[[nodiscard]] constexpr bool read_hex(const char* text, std::span<std::uint8_t> to) noexcept {
    return read_hex(std::string_view(text, 2 * to.size()), to);
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
