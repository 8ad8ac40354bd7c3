#include <cstring>

#include <tenon/bson/values.hpp>

#include "bson/hex.hpp"
#include "bson/random.hpp"

namespace tenon::bson {

namespace {

// A system call for each id costs more than the rest of it; a thread draws for 16 at a time.
struct Pool {
    std::uint32_t                 generation = 0;
    std::size_t                   used       = 0;
    std::array<std::uint8_t, 256> bytes{};

    void take(std::span<std::uint8_t, 16> to) noexcept {
        const std::uint32_t now = detail::fork_generation();
        if (generation != now || used == bytes.size()) {
            detail::random_bytes(bytes.data(), bytes.size());
            generation = now;
            used       = 0;
        }
        std::memcpy(to.data(), bytes.data() + used, to.size());
        std::memset(bytes.data() + used, 0, to.size());
        used += to.size();
    }
};

// The text's groups of bytes: 8-4-4-4-12 digits.
constexpr std::size_t groups[] = {4, 2, 2, 2, 6};

}  // namespace

Uuid Uuid::generate() {
    thread_local Pool pool;
    Uuid id;
    pool.take(id.bytes);
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0FU) | 0x40U);  // version 4
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3FU) | 0x80U);  // the variant of RFC 9562
    return id;
}

Result<Uuid> Uuid::parse(std::string_view text) {
    Uuid       id;
    const bool dashes = text.size() == 36;
    bool       good   = dashes || text.size() == 32;
    const char* at     = text.data();
    std::size_t byte   = 0;
    for (const std::size_t group : groups) {
        if (!good) break;
        if (dashes && byte != 0) good = *at++ == '-';
        good = good && detail::read_hex(at, std::span(id.bytes).subspan(byte, group));
        at += 2 * group;
        byte += group;
    }
    if (!good) return fail(Errc::invalid_argument, "a UUID is written as 8-4-4-4-12 hexadecimal digits, or 32 without dashes");
    return id;
}

std::string Uuid::to_string() const {
    std::string text(36, '-');
    char*       at   = text.data();
    std::size_t byte = 0;
    for (const std::size_t group : groups) {
        at = detail::write_hex(std::span(bytes).subspan(byte, group), at) + 1;
        byte += group;
    }
    return text;
}

}  // namespace tenon::bson

std::size_t std::hash<tenon::bson::Uuid>::operator()(const tenon::bson::Uuid& id) const noexcept {
    std::uint64_t high = 0;
    std::uint64_t low  = 0;
    std::memcpy(&high, id.bytes.data(), 8);
    std::memcpy(&low, id.bytes.data() + 8, 8);
    std::uint64_t h = (high ^ (low * 0x9E3779B97F4A7C15U)) * 0xD6E8FEB86659FD93U;
    return static_cast<std::size_t>(h ^ (h >> 32U));
}
