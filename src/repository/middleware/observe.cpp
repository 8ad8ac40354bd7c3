#include "repository/middleware/observe.hpp"

#include "repository/server_code.hpp"

namespace tenon::repository {

namespace {

std::string place(const ModelInfo& model, std::string_view name) {
    if (model.collection.empty()) return std::string(name);
    return model.collection + "." + std::string(name);
}

}  // namespace

Result<Reply> Observe::run(Request request, Session& session) {
    using clock            = std::chrono::steady_clock;
    const ModelInfo& model = *request.model;
    const auto       name  = verb(request.operation);
    const bool       timed = log_ && slow_.count() > 0;
    const auto started     = timed ? clock::now() : clock::time_point{};

    auto&             context = request.context;
    const std::string actor   = timed ? context.actor : std::string();
    if (!context.deadline.at) {
        const auto timeout = context.server && context.server->timeout ? *context.server->timeout : timeout_;
        if (timeout.count() > 0) context.deadline = Deadline::after(timeout);
    }
    Result<Reply> reply = [&]() -> Result<Reply> {
        if (context.stop.stop_requested()) return fail(Errc::cancelled, "the caller asked to stop");
        if (context.deadline.passed()) return fail(Errc::timeout, "the deadline passed before the call began");
        if (auto fine = refuse_code(request.operation); !fine) return fail(std::move(fine).error());
        return pass(request, session);
    }();
    if (!reply && reply.error().where.empty()) reply.error().where = place(model, name);
    if (timed && clock::now() - started >= slow_) log_slow(place(model, name), actor, started);
    return reply;
}

Result<std::unique_ptr<Session>> Observe::begin(const TransactionOptions& options, const Context& context) {
    const auto started = std::chrono::steady_clock::now();
    auto       session = inner_->begin(options, context);
    if (!session && session.error().where.empty()) session.error().where = "transaction.begin";
    if (log_ && slow_.count() > 0) log_slow("transaction.begin", context.actor, started);
    return session;
}

Result<void> Observe::commit(Session& session, const Context& context) {
    const auto started = std::chrono::steady_clock::now();
    auto       done    = inner_->commit(session, context);
    if (!done && done.error().where.empty()) done.error().where = "transaction.commit";
    if (log_ && slow_.count() > 0) log_slow("transaction.commit", context.actor, started);
    return done;
}

void Observe::log_slow(std::string_view where, std::string_view actor, std::chrono::steady_clock::time_point started) const {
    const auto took = std::chrono::steady_clock::now() - started;
    if (took < slow_) return;
    log_->write({LogLevel::warning, where, "slow operation", std::chrono::duration_cast<std::chrono::microseconds>(took), actor});
}

}  // namespace tenon::repository
