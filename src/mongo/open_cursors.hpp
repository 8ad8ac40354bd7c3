#pragma once
// Which cursors and change streams hold a client, so that it can be taken from them when the store is closed.

#include <algorithm>
#include <mutex>
#include <vector>

#include <tenon/store/context.hpp>

#include "mongo/fork.hpp"

namespace tenon::mongo {

class Holding {
public:
    Holding()                          = default;
    Holding(const Holding&)            = delete;
    Holding& operator=(const Holding&) = delete;
    virtual ~Holding()                 = default;

    /// Ends what it holds on the server, until the deadline at most, and gives the client back. Called while no call of it runs.
    virtual void let_go(const Deadline& deadline) noexcept = 0;
};

/// Shared by the clients and their cursors, so that a cursor may end after its clients.
class OpenCursors {
public:
    void add(Holding& one) {
        const std::lock_guard lock(mutex_);
        open_.push_back(&one);
    }
    /// Returns only when no other thread is in `one.let_go()`. To be called before anything of `one` ends.
    void remove(const Holding& one) noexcept {
        // In a child nobody closes what is the parent's, and the mutex may have been locked at the fork.
        if (process_ != fork_generation()) return;
        const std::lock_guard lock(mutex_);
        std::erase(open_, &one);
    }
    void let_go(const Deadline& deadline) noexcept {
        const std::lock_guard lock(mutex_);
        for (auto* one : open_) one->let_go(deadline);
    }

private:
    std::uint64_t         process_ = fork_generation();
    std::mutex            mutex_{};
    std::vector<Holding*> open_{};
};

}  // namespace tenon::mongo
