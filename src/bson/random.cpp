#include "bson/random.hpp"

#include <pthread.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>

namespace tenon::bson::detail {

namespace {

std::atomic<std::uint32_t> generation{1};

void in_child() noexcept { generation.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

std::uint32_t fork_generation() noexcept {
    // Asked before the first id is drawn, so no id can be older than the handler.
    static const int registered = ::pthread_atfork(nullptr, nullptr, in_child);
    static_cast<void>(registered);
    return generation.load(std::memory_order_relaxed);
}

void random_bytes(void* to, std::size_t size) noexcept {
    auto* at = static_cast<unsigned char*>(to);
    while (size != 0) {
        const std::size_t part = std::min<std::size_t>(size, 256);  // getentropy's limit
        if (::getentropy(at, part) != 0) {
            // A kernel without getrandom: the C++ library falls back to a device or a processor instruction.
            std::random_device device;
            for (std::size_t i = 0; i < part; ++i) at[i] = static_cast<unsigned char>(device());
        }
        at += part;
        size -= part;
    }
}

}  // namespace tenon::bson::detail
