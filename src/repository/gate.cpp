#include "repository/gate.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <pthread.h>

namespace tenon::detail {

namespace {

// The last one that began on this thread; each knows the one before.
thread_local constinit const Running* innermost = nullptr;

struct Registry {
    std::mutex         mutex{};
    std::vector<Gate*> gates{};
};

// Never destroyed: a fork may come while statics are being destroyed.
Registry& registry() {
    static auto* one = new Registry;
    return *one;
}

void before_fork() {
    registry().mutex.lock();
    for (const auto* gate : registry().gates) gate->before_fork();
}

void after_fork_in_parent() {
    for (const auto* gate : registry().gates) gate->after_fork_in_parent();
    registry().mutex.unlock();
}

void after_fork_in_child() {
    for (auto* gate : registry().gates) gate->after_fork_in_child();
    registry().mutex.unlock();
}

}  // namespace

Running::Running(Gate* gate) noexcept {
    if (gate == nullptr) return;
    for (const auto* one = innermost; one != nullptr; one = one->outer_) {
        if (one->gate_ == gate) return;
    }
    refused_ = !gate->enter();
    if (refused_) return;
    gate_ = gate;
    outer_ = std::exchange(innermost, this);
}

void Running::end() noexcept {
    innermost = outer_;
    gate_->leave();
}

Gate::Gate() {
    static const bool installed = ::pthread_atfork(detail::before_fork, detail::after_fork_in_parent, detail::after_fork_in_child) == 0;
    (void)installed;
    const std::lock_guard lock(registry().mutex);
    registry().gates.push_back(this);
}

Gate::~Gate() {
    const std::lock_guard lock(registry().mutex);
    std::erase(registry().gates, this);
}

void Gate::all_left() noexcept {
    // The mutex closes the gap between a waiter's last look and its sleep.
    const std::lock_guard lock(room_->mutex);
    room_->news.notify_all();
}

bool Gate::holds_this_thread() const noexcept {
    for (const auto* one = innermost; one != nullptr; one = one->outer_) {
        if (one->gate_ == this) return true;
    }
    return false;
}

std::stop_token Gate::shutting() const { return room_->shutting.get_token(); }

Result<void> Gate::close(const Deadline& deadline, const std::function<Result<void>()>& end) {
    word_.fetch_or(shut_bit, std::memory_order_acq_rel);
    room_->shutting.request_stop();

    std::unique_lock lock(room_->mutex);
    const auto       settled = [&] { return room_->phase == Phase::closed || (room_->phase == Phase::in_use && inside() == 0); };
    if (deadline.at) (void)room_->news.wait_until(lock, *deadline.at, settled);
    else room_->news.wait(lock, settled);
    if (room_->phase == Phase::closed) return {};
    if (!settled()) {
        const auto left = inside();
        return fail(Errc::timeout, left == 0 ? "the deadline passed while connections were being ended"
                                             : std::to_string(left) + " calls and transactions were at work at the deadline; the database takes no "
                                                                      "new ones, and close may be called again to wait for these");
    }
    room_->phase = Phase::ending;
    lock.unlock();
    auto done = end();
    lock.lock();
    room_->phase = done || done.error().code != Errc::timeout ? Phase::closed : Phase::in_use;
    room_->news.notify_all();
    return done;
}

void Gate::after_fork_in_child() {
    shared_.unlock();
    // Kept reachable, so that a leak checker sees that it is meant.
    static auto* inherited = new std::vector<std::unique_ptr<Room>>;
    auto         fresh     = std::make_unique<Room>();
    // Who was ending it in the parent is not here.
    fresh->phase = room_->phase == Phase::closed ? Phase::closed : Phase::in_use;
    inherited->push_back(std::exchange(room_, std::move(fresh)));
    std::uint64_t here = 0;  // the thread that forked is the only one, and may be inside itself
    for (const auto* one = innermost; one != nullptr; one = one->outer_) here += one->gate_ == this ? 1 : 0;
    const auto shut = word_.load(std::memory_order_relaxed) & shut_bit;
    word_.store(shut | here, std::memory_order_relaxed);
    if (shut != 0) room_->shutting.request_stop();
}

}  // namespace tenon::detail
