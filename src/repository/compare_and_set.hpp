#pragma once
// How often a write that reads first and then compares and sets tries again.

#include <tenon/store/context.hpp>
#include <tenon/result.hpp>

namespace tenon::repository {

/// Counts the attempts of one call.
class Attempts {
public:
    /// @errors transient after 100 attempts, timeout, cancelled.
    [[nodiscard]] Result<void> next(const Context& context) {
        if (context.stop.stop_requested()) return fail(Errc::cancelled, "the caller asked to stop");
        if (context.deadline.passed()) return fail(Errc::timeout, "the deadline passed while others changed the document");
        if (++count_ > 100) return fail(Errc::transient, "others changed the document at every attempt; try again");
        return {};
    }

private:
    int count_ = 0;
};

}  // namespace tenon::repository
