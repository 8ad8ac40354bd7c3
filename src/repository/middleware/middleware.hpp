#pragma once
// Middleware: a Store that holds the next one. What a layer does not override passes through.

#include <memory>
#include <utility>

#include <tenon/store/store.hpp>

namespace tenon::repository {

class Middleware : public Store {
public:
    explicit Middleware(std::shared_ptr<Store> inner) noexcept : inner_(std::move(inner)) {}

    Result<std::unique_ptr<Session>> begin(const TransactionOptions& options, const Context& context) override {
        return inner_->begin(options, context);
    }
    Result<void> commit(Session& session, const Context& context) override { return inner_->commit(session, context); }
    void         abort(Session& session) noexcept override { inner_->abort(session); }
    [[nodiscard]] Capabilities capabilities() const override { return inner_->capabilities(); }
    [[nodiscard]] Health health(const Deadline& deadline) noexcept override { return inner_->health(deadline); }
    Result<void> wait_until_ready(const Deadline& deadline, const std::stop_token& stop) override {
        return inner_->wait_until_ready(deadline, stop);
    }
    Result<void> close(const Deadline& deadline) override { return inner_->close(deadline); }

protected:
    Result<Reply> pass(Request& request, Session& session) { return inner_->run(std::move(request), session); }

    std::shared_ptr<Store> inner_;
};

/// The alternative of a reply that the operation names. @errors those of the reply.
template <class R>
[[nodiscard]] Result<R> reply_as(Result<Reply> reply) {
    if (!reply) return fail(std::move(reply).error());
    auto* held = std::get_if<R>(&*reply);
    if (held == nullptr) return fail(Errc::corrupt, "the engine answered with the reply of another operation");
    return std::move(*held);
}

/// The document that a write of `like` would meet, or empty. It is read where the write goes, from the primary and as it stands there, whatever the
/// caller's reads or the URI prefer: by an older state the write would be of another document, or an upsert of a second one.
[[nodiscard]] Result<std::optional<bson::Document>> read_one(Store& store, const Request& like, bson::Document filter,
                                                             bson::Document sort, Session& session);

}  // namespace tenon::repository
