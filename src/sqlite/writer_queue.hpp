#pragma once
// Who writes next: first come, first served, within this process.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "sqlite/connection.hpp"

namespace tenon::sqlite {

class WriterQueue {
public:
    /// Waits for the turn. @errors timeout after the deadline, or after `otherwise` where there is none; cancelled.
    [[nodiscard]] Result<void> enter(const Limits& limits, std::chrono::milliseconds otherwise);
    /// Takes the turn only when no one has it.
    [[nodiscard]] bool try_enter();
    void leave();

private:
    struct Waiter {
        std::condition_variable_any turn{};
        bool                        mine = false;
    };
    std::mutex          mutex_{};
    bool                taken_ = false;
    std::deque<Waiter*> waiting_{};
};

}  // namespace tenon::sqlite
