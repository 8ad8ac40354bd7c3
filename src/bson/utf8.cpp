#include <tenon/bson/utf8.hpp>

#include "bson/utf8_avx2.hpp"
#include "bson/utf8_scalar.hpp"

namespace tenon::bson::detail {

namespace {

[[nodiscard]] bool continuation(std::uint8_t byte) noexcept { return (byte & 0xC0U) == 0x80U; }

/// How many bytes at the front are ASCII, in steps of a block.
[[nodiscard]] std::size_t ascii_front(const char* text, std::size_t size) noexcept {
    std::size_t at = 0;
    for (; at + 32 <= size; at += 32) {
        std::uint64_t block[4];
        std::memcpy(block, text + at, 32);
        if (((block[0] | block[1] | block[2] | block[3]) & 0x8080808080808080U) != 0) return at;
    }
    if (size >= 32 && ascii_to_32(text + size - 32, 32)) return size;
    return at;
}

}  // namespace

bool utf8_scalar(const char* text, std::size_t size) noexcept {
    const auto* at  = reinterpret_cast<const std::uint8_t*>(text);
    const auto* end = at + size;
    while (at != end) {
        if (end - at >= 8) {
            std::uint64_t block = 0;
            std::memcpy(&block, at, 8);
            if ((block & 0x8080808080808080U) == 0) {
                at += 8;
                continue;
            }
        }
        const std::uint8_t lead = *at;
        if (lead < 0x80) {
            ++at;
        } else if (lead < 0xC2) {
            return false;  // a lone continuation, or an overlong form of ASCII
        } else if (lead < 0xE0) {
            if (end - at < 2 || !continuation(at[1])) return false;
            at += 2;
        } else if (lead < 0xF0) {
            if (end - at < 3 || !continuation(at[1]) || !continuation(at[2])) return false;
            if (lead == 0xE0 && at[1] < 0xA0) return false;  // overlong
            if (lead == 0xED && at[1] > 0x9F) return false;  // surrogate
            at += 3;
        } else if (lead < 0xF5) {
            if (end - at < 4 || !continuation(at[1]) || !continuation(at[2]) || !continuation(at[3])) return false;
            if (lead == 0xF0 && at[1] < 0x90) return false;  // overlong
            if (lead == 0xF4 && at[1] > 0x8F) return false;  // above U+10FFFF
            at += 4;
        } else {
            return false;
        }
    }
    return true;
}

bool valid_utf8_any(const char* text, std::size_t size) noexcept {
    const std::size_t ascii = ascii_front(text, size);
    return ascii == size || valid_utf8_mixed(text + ascii, size - ascii);
}

bool valid_utf8_mixed(const char* text, std::size_t size) noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return utf8_avx2(text, size);
#endif
    return utf8_scalar(text, size);
}

}  // namespace tenon::bson::detail
