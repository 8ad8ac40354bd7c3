#pragma once
// Gate: who is at work on a database, and how it is closed. One for all handles and all databases of a store.
//
// One word says both whether the gate is shut and how many came in and have not left, so that a call costs one atomic step in and one out:
// either it sees the gate shut, or who shuts it sees the call.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>

#include <tenon/repository/running.hpp>
#include <tenon/result.hpp>
#include <tenon/store/context.hpp>

namespace tenon::detail {

/// @threads all members may be called from many threads at once.
class Gate {
public:
    Gate();
    Gate(const Gate&)            = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate();

    /// False: it is shut. Else leave() ends what begins here.
    [[nodiscard]] bool enter() noexcept {
        if (is_shut()) return false;
        if ((word_.fetch_add(1, std::memory_order_acq_rel) & shut_bit) == 0) return true;
        leave();
        return false;
    }
    void leave() noexcept {
        if (word_.fetch_sub(1, std::memory_order_acq_rel) == (shut_bit | 1)) all_left();
    }
    [[nodiscard]] bool is_shut() const noexcept { return (word_.load(std::memory_order_acquire) & shut_bit) != 0; }
    /// Whether something of this thread is inside.
    [[nodiscard]] bool holds_this_thread() const noexcept;
    /// Guards what the handles of the store share. Held around fork(), so that a child finds it free and what it guards whole. Under it no other lock is taken.
    [[nodiscard]] std::mutex& shared() const noexcept { return shared_; }
    /// Asked to stop when the gate is shut: for what would wait for long, and loses nothing by being ended.
    [[nodiscard]] std::stop_token shutting() const;

    /// Shuts the gate for good, waits until all have left, and calls `end` then: once, unless that answers timeout.
    /// @errors timeout: some were inside at the deadline. The gate stays shut; a later call waits again. Those of `end`.
    Result<void> close(const Deadline& deadline, const std::function<Result<void>()>& end);

    // Around fork(), from gate.cpp.
    void before_fork() const {
        room_->mutex.lock();
        shared_.lock();
    }
    void after_fork_in_parent() const {
        shared_.unlock();
        room_->mutex.unlock();
    }
    void after_fork_in_child();

private:
    enum class Phase : std::uint8_t { in_use, ending, closed };
    /// Where one waits. A child gets another one: in the parent's some may wait who are not in the child.
    struct Room {
        std::mutex                  mutex{};
        std::condition_variable     news{};
        std::stop_source            shutting{};
        Phase                       phase = Phase::in_use;
    };
    static constexpr std::uint64_t shut_bit = std::uint64_t{1} << 63U;

    void                        all_left() noexcept;
    [[nodiscard]] std::uint64_t inside() const noexcept { return word_.load(std::memory_order_acquire) & ~shut_bit; }

    std::atomic<std::uint64_t> word_{0};
    std::unique_ptr<Room>      room_ = std::make_unique<Room>();
    mutable std::mutex         shared_{};
};

}  // namespace tenon::detail
