#pragma once
// UTF-8 as Unicode defines it (RFC 3629): no surrogates, no overlong forms, nothing above U+10FFFF.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tenon::bson {

namespace detail {

/// Any length, any bytes.
[[nodiscard]] bool valid_utf8_any(const char* text, std::size_t size) noexcept;
/// Of text that is known not to be all ASCII: goes straight to the check of what is not.
[[nodiscard]] bool valid_utf8_mixed(const char* text, std::size_t size) noexcept;

/// True when all bytes are ASCII; at most 32 of them. Overlapping loads cover every length of a class.
[[nodiscard]] inline bool ascii_to_32(const char* text, std::size_t size) noexcept {
    const auto word = [text](std::size_t at) {
        std::uint64_t value = 0;
        std::memcpy(&value, text + at, 8);
        return value;
    };
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    if (size > 16) return ((word(0) | word(8) | word(size - 16) | word(size - 8)) & high_bits) == 0;
    if (size >= 8) return ((word(0) | word(size - 8)) & high_bits) == 0;
    if (size >= 4) {
        std::uint32_t begin = 0;
        std::uint32_t end   = 0;
        std::memcpy(&begin, text, 4);
        std::memcpy(&end, text + size - 4, 4);
        return ((begin | end) & 0x80808080U) == 0;
    }
    std::uint8_t all = 0;
    for (std::size_t i = 0; i < size; ++i) all = static_cast<std::uint8_t>(all | static_cast<std::uint8_t>(text[i]));
    return all < 0x80;
}

}  // namespace detail

/// True when the bytes are well-formed UTF-8; NUL counts as a character. Short ASCII is settled inline.
[[nodiscard]] inline bool valid_utf8(const char* text, std::size_t size) noexcept {
    if (size <= 32 && detail::ascii_to_32(text, size)) return true;
    return detail::valid_utf8_any(text, size);
}
[[nodiscard]] inline bool valid_utf8(std::string_view text) noexcept { return valid_utf8(text.data(), text.size()); }

}  // namespace tenon::bson
