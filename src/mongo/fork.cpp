#include "mongo/fork.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include <pthread.h>

#include "mongo/log.hpp"
#include "mongo/pool.hpp"

namespace tenon::mongo {

namespace {

std::atomic<std::uint64_t> generation{0};

struct Registry {
    std::mutex         mutex{};
    std::vector<Pool*> pools{};
};

// Never destroyed: a fork may come while statics are being destroyed.
Registry& registry() {
    static auto* one = new Registry;
    return *one;
}

void before_fork() {
    registry().mutex.lock();
    for (auto* pool : registry().pools) pool->before_fork();
    lock_sinks();
}

void after_fork_in_parent() {
    unlock_sinks();
    for (auto* pool : registry().pools) pool->after_fork_in_parent();
    registry().mutex.unlock();
}

void after_fork_in_child() {
    unlock_sinks();
    generation.fetch_add(1);
    for (auto* pool : registry().pools) pool->after_fork_in_child();
    registry().mutex.unlock();
}

}  // namespace

std::uint64_t fork_generation() noexcept { return generation.load(std::memory_order_relaxed); }

void register_pool(Pool& pool) {
    static const bool installed = ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
    (void)installed;
    const std::lock_guard lock(registry().mutex);
    registry().pools.push_back(&pool);
}

void forget_pool(Pool& pool) noexcept {
    const std::lock_guard lock(registry().mutex);
    auto&                 pools = registry().pools;
    pools.erase(std::remove(pools.begin(), pools.end(), &pool), pools.end());
}

}  // namespace tenon::mongo
