#pragma once
// Random bytes of the operating system, and how to notice a fork().

#include <cstddef>
#include <cstdint>

namespace tenon::bson::detail {

/// Fills `to` from the system's generator. Thread-safe, fork-safe.
void random_bytes(void* to, std::size_t size) noexcept;

/// Differs in a child of fork() from what it was in the parent. Cheap: one relaxed load.
[[nodiscard]] std::uint32_t fork_generation() noexcept;

}  // namespace tenon::bson::detail
