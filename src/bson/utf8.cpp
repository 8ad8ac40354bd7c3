#include <tenon/bson/utf8.hpp>

namespace tenon::bson::detail {

namespace {

[[nodiscard]] bool continuation(std::uint8_t byte) noexcept { return (byte & 0xC0U) == 0x80U; }

}  // namespace

bool valid_utf8_any(const char* text, std::size_t size) noexcept {
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

}  // namespace tenon::bson::detail
