#include "sqlite/writer_queue.hpp"

#include <algorithm>

namespace tenon::sqlite {

Result<void> WriterQueue::enter(const Limits& limits, std::chrono::milliseconds otherwise) {
    if (limits.reached()) return fail(limits.error("waiting for the writer's turn"));
    std::unique_lock lock(mutex_);
    if (!taken_) {
        taken_ = true;
        return {};
    }
    Waiter self;
    waiting_.push_back(&self);
    const auto until = limits.deadline.at ? *limits.deadline.at : std::chrono::steady_clock::now() + otherwise;
    self.turn.wait_until(lock, limits.stop, until, [&] { return self.mine; });
    if (self.mine) return {};
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &self));
    if (limits.reached()) return fail(limits.error("waiting for the writer's turn"));
    return fail(Errc::timeout, "another writer of this process held on for longer than busy_timeout_ms", "busy_timeout_ms");
}

bool WriterQueue::try_enter() {
    const std::lock_guard lock(mutex_);
    if (taken_) return false;
    taken_ = true;
    return true;
}

void WriterQueue::leave() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
        taken_ = false;
        return;
    }
    // The turn passes on without being free in between: no newcomer can slip in.
    Waiter* next = waiting_.front();
    waiting_.pop_front();
    next->mine = true;
    next->turn.notify_one();
}

}  // namespace tenon::sqlite
