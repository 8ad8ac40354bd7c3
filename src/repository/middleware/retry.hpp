#pragma once
// Retry: the innermost layer. Runs one operation of the engine again after a failure that may pass, where that can do no harm.

#include <atomic>
#include <cstdint>

#include <tenon/store/config.hpp>
#include <tenon/store/retry_policy.hpp>

#include "repository/middleware/middleware.hpp"

namespace tenon::repository {

/// When an operation may be run again.
enum class Repeat : std::uint8_t {
    never,             ///< what it does is not known here
    if_nothing_done,   ///< when the first run applied nothing
    always,            ///< also when the first run may have been applied: the second leaves the same state and has the same answer
};

/// Of one operation as it goes to the engine.
[[nodiscard]] Repeat repeatable(const Request& request);
/// Whether a failure may pass, and the operation be run again after it.
[[nodiscard]] bool may_repeat(const Error& error, Repeat operation) noexcept;

/// The token bucket behind a RetryBudget. @threads safe.
class RetryTokens {
public:
    explicit RetryTokens(const RetryBudget& budget) noexcept;

    /// A call was made.
    void earn() noexcept;
    /// Spends a repetition; false: there is none.
    [[nodiscard]] bool take() noexcept;

private:
    std::int64_t              most_;  // in thousandths of a repetition, as all here
    std::int64_t              gain_;
    std::atomic<std::int64_t> held_;
};

class Retry final : public Middleware {
public:
    Retry(std::shared_ptr<Store> inner, const Config& config) noexcept
        : Middleware(std::move(inner)), policy_(config.retry), tokens_(config.retry_budget) {}

    Result<Reply> run(Request request, Session& session) override;

private:
    /// Waits before the `repetition`-th one, from 1 on. False: `error` is the call's.
    bool pause(const RetryPolicy& policy, std::uint32_t repetition, const Context& context, Error& error);

    RetryPolicy policy_;
    RetryTokens tokens_;
};

}  // namespace tenon::repository
