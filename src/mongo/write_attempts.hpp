#pragma once
// WriteAttempts: what came of each command of a write, and of the driver's second attempt at it.
//
// The driver's second attempt hides what came of the first: its error is the call's. Of an unordered write of several commands it hides one that
// failed as a whole behind an item's refusal or a later command's success. Its events tell of each, on the thread of the call.

#include <cstdint>
#include <vector>

#include <tenon/result.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

/// Notes those of the calls of this thread, for as long as it lives.
class WriteAttempts {
public:
    WriteAttempts() noexcept;
    WriteAttempts(const WriteAttempts&)            = delete;
    WriteAttempts& operator=(const WriteAttempts&) = delete;
    ~WriteAttempts();

    /// Attempts whose refusal says for certain that nothing was written: of a member that is not the primary.
    [[nodiscard]] std::uint32_t refused() const noexcept { return refused_; }
    /// Whether a command, refused or lost as a whole, may have written by its first attempt.
    [[nodiscard]] bool in_doubt() const noexcept;

    /// The commands of the thread's call that failed as a whole, lost or refused by the server, and that no second attempt made good. One whose first
    /// attempt may have written is Outcome::unknown, whatever was said to its second.
    [[nodiscard]] static std::vector<Error> lost();

    /// Whether a command of the thread's call went out, or that cannot be seen.
    [[nodiscard]] static bool any_sent() noexcept;

    /// A command that writes documents goes out. `txn_number`: by which the server knows it again, and we do; 0: the driver tries it once.
    static void sent(std::int64_t txn_number) noexcept;
    /// What the driver's event of a failed command calls.
    static void failed(const mongoc_apm_command_failed_t& event);

private:
    struct Failure {
        std::int64_t txn_number = 0;
        bool         repeated   = false;  ///< a second attempt went out, and has not failed
        Error        error{};
    };
    void add(Error error);

    WriteAttempts*       before_;
    std::uint32_t        refused_    = 0;
    std::uint32_t        sent_       = 0;
    std::int64_t         txn_number_ = 0;  // of the command that went out last
    std::vector<Failure> failures_{};
};

}  // namespace tenon::mongo
