#include <atomic>
#include <cstring>

#include <tenon/bson/values.hpp>

#include "bson/hex.hpp"
#include "bson/random.hpp"

namespace tenon::bson {

namespace {

// The five bytes of the process above the low 24 bits of the fork generation they were drawn in, so that one load
// answers both. Zero: none drawn.
std::atomic<std::uint64_t> process_part{0};
std::atomic<std::uint32_t> counter{0};

std::uint64_t draw_process_part(std::uint64_t seen, std::uint32_t generation) noexcept {
    std::uint64_t drawn[2]{};
    detail::random_bytes(drawn, sizeof drawn);
    // The counter moves on rather than restarts: a thread that still holds the old part cannot meet its values again.
    counter.fetch_add(static_cast<std::uint32_t>(drawn[1]), std::memory_order_relaxed);
    const std::uint64_t part = drawn[0] << 24U | (generation & 0xFFFFFFU);
    // Threads that race here must agree on one part.
    if (process_part.compare_exchange_strong(seen, part, std::memory_order_relaxed)) return part;
    return seen;
}

}  // namespace

ObjectId ObjectId::generate() {
    const std::uint32_t generation = detail::fork_generation();
    std::uint64_t       part       = process_part.load(std::memory_order_relaxed);
    if ((part & 0xFFFFFFU) != (generation & 0xFFFFFFU)) part = draw_process_part(part, generation);
    const std::uint32_t count = counter.fetch_add(1, std::memory_order_relaxed);
    const auto seconds = static_cast<std::uint32_t>(
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count());

    ObjectId id;
    for (unsigned i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(seconds >> (24U - 8U * i));
    for (unsigned i = 0; i < 5; ++i) id.bytes[4 + i] = static_cast<std::uint8_t>(part >> (24U + 8U * i));
    for (unsigned i = 0; i < 3; ++i) id.bytes[9 + i] = static_cast<std::uint8_t>(count >> (16U - 8U * i));
    return id;
}

Result<ObjectId> ObjectId::parse(std::string_view hex) {
    ObjectId id;
    if (!detail::read_hex(hex, id.bytes)) {
        return fail(Errc::invalid_argument, "an ObjectId is written as 24 hexadecimal digits");
    }
    return id;
}

std::string ObjectId::to_string() const {
    std::string text(24, '\0');
    detail::write_hex(bytes, text.data());
    return text;
}

std::chrono::sys_seconds ObjectId::created_at() const noexcept {
    std::uint32_t seconds = 0;
    for (unsigned i = 0; i < 4; ++i) seconds = seconds << 8U | bytes[i];
    return std::chrono::sys_seconds(std::chrono::seconds(seconds));
}

}  // namespace tenon::bson

std::size_t std::hash<tenon::bson::ObjectId>::operator()(const tenon::bson::ObjectId& id) const noexcept {
    std::uint64_t process = 0;
    std::uint64_t tail    = 0;
    std::memcpy(&process, id.bytes.data(), 8);
    std::memcpy(&tail, id.bytes.data() + 4, 8);
    // Ids of one process differ in few bits; the multiplication spreads them over the word.
    std::uint64_t h = (process ^ (tail * 0x9E3779B97F4A7C15U)) * 0xD6E8FEB86659FD93U;
    return static_cast<std::size_t>(h ^ (h >> 32U));
}
