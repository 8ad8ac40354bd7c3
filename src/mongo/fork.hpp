#pragma once
// What fork() does to pools: a child opens its own. The parent's sockets are inherited but never touched, neither written to nor
// closed in TLS's way, since the parent goes on with them; what the child inherited of the driver stays as it is until the child ends.

#include <cstdint>

namespace tenon::mongo {

class Pool;

/// Number of forks between the first process and this one.
[[nodiscard]] std::uint64_t fork_generation() noexcept;

/// Takes part in what happens around fork(), until removed.
void register_pool(Pool& pool);
void forget_pool(Pool& pool) noexcept;

}  // namespace tenon::mongo
