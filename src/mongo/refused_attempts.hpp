#pragma once
// RefusedAttempts: how many of a write's attempts the server answered before it began to write.
//
// The driver's second attempt hides what came of the first: its error is the call's. Its events tell of each, on the thread of the call.

#include <cstdint>
#include <optional>

#include <tenon/result.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

/// Counts for the calls of this thread, for as long as it lives.
class RefusedAttempts {
public:
    RefusedAttempts() noexcept;
    RefusedAttempts(const RefusedAttempts&)            = delete;
    RefusedAttempts& operator=(const RefusedAttempts&) = delete;
    ~RefusedAttempts();

    /// Attempts whose refusal says for certain that nothing was written: of a member that is not the primary.
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

    /// The last command of the thread's call that failed as a whole: the connection was lost, or the server refused it. Of an unordered bulk of several
    /// commands the driver hides it behind an item's refusal or a later command's success. A second attempt may have made it good.
    [[nodiscard]] static const Error* last_failure() noexcept;

    /// What the driver's event of a failed command calls.
    static void note(const mongoc_apm_command_failed_t& event);

private:
    RefusedAttempts* before_;
    std::uint32_t    count_ = 0;
    std::optional<Error> last_{};
};

}  // namespace tenon::mongo
