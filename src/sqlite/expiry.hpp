#pragma once
// Which open cursors hold a read connection, so that those past their age can be made to give it back.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

namespace tenon::sqlite {

class Expiring {
public:
    using Clock = std::chrono::steady_clock;

    explicit Expiring(Clock::time_point at) noexcept : expires_(at) {}
    Expiring(const Expiring&)            = delete;
    Expiring& operator=(const Expiring&) = delete;
    virtual ~Expiring()                  = default;

    [[nodiscard]] Clock::time_point expires() const noexcept { return expires_; }
    /// Gives back what it holds; false when it is at work just now. Called by any thread.
    virtual bool expire() noexcept = 0;
    /// The same, whatever its age, since the store is closed; waits while it is at work.
    virtual void let_go() noexcept = 0;

private:
    Clock::time_point expires_;
};

/// Shared by an engine and its cursors, so that a cursor may end after its engine.
class ExpiryList {
public:
    void add(Expiring& one) {
        const std::lock_guard lock(mutex_);
        open_.push_back(&one);
        number_.store(open_.size(), std::memory_order_relaxed);
    }
    /// Returns only when no other thread is in `one.expire()`.
    void remove(Expiring& one) noexcept {
        const std::lock_guard lock(mutex_);
        open_.erase(std::remove(open_.begin(), open_.end(), &one), open_.end());
        number_.store(open_.size(), std::memory_order_relaxed);
    }
    /// Ends those whose time has come. When to look again; empty when there is none left.
    std::optional<Expiring::Clock::time_point> expire() noexcept {
        if (number_.load(std::memory_order_relaxed) == 0) return std::nullopt;
        const std::lock_guard                      lock(mutex_);
        const auto                                 now = Expiring::Clock::now();
        std::optional<Expiring::Clock::time_point> next;
        for (auto* one : open_) {
            auto again = one->expires();
            if (again <= now) {
                if (one->expire()) continue;
                again = now + std::chrono::milliseconds(5);
            }
            if (!next || again < *next) next = again;
        }
        return next;
    }

    /// Ends them all, for a store that is closed.
    void let_go() noexcept {
        const std::lock_guard lock(mutex_);
        for (auto* one : open_) one->let_go();
    }

private:
    std::mutex               mutex_{};
    std::vector<Expiring*>   open_{};
    std::atomic<std::size_t> number_{0};
};

}  // namespace tenon::sqlite
