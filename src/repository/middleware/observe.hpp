#pragma once
// Observe: the outermost layer. Deadlines, the place of errors, slow operations: all verbs alike.

#include <chrono>

#include <tenon/store/config.hpp>

#include "repository/middleware/middleware.hpp"

namespace tenon::repository {

class Observe final : public Middleware {
public:
    Observe(std::shared_ptr<Store> inner, const Config& config) noexcept
        : Middleware(std::move(inner)), log_(config.log), slow_(config.slow_ms), timeout_(config.timeout) {}

    Result<Reply> run(Request request, Session& session) override;
    Result<std::unique_ptr<Session>> begin(const TransactionOptions& options, const Context& context) override;
    Result<void>                     commit(Session& session, const Context& context) override;

private:
    void log_slow(std::string_view where, std::string_view actor, std::chrono::steady_clock::time_point started) const;

    std::shared_ptr<LogSink>  log_;
    std::chrono::milliseconds slow_;
    std::chrono::milliseconds timeout_;
};

}  // namespace tenon::repository
