#pragma once
// The MongoDB engine as a Store.

#include <memory>

#include <tenon/store/mongo.hpp>
#include <tenon/store/store.hpp>

#include "mongo/call.hpp"
#include "mongo/pool.hpp"

namespace tenon::mongo {

class MongoStore final : public Store {
public:
    explicit MongoStore(std::shared_ptr<Pool> pool) noexcept : pool_(std::move(pool)) {}

    Result<Reply> run(Request request, Session& session) override;
    Result<std::unique_ptr<Session>> begin(const TransactionOptions& options, const Context& context) override;
    Result<void> commit(Session& session, const Context& context) override;
    void abort(Session& session) noexcept override;
    [[nodiscard]] Capabilities capabilities() const override;
    [[nodiscard]] Health health(const Deadline& deadline) noexcept override;
    Result<void> wait_until_ready(const Deadline& deadline, const std::stop_token& stop) override;
    Result<void> close(const Deadline& deadline) override;

private:
    [[nodiscard]] Result<Reply> dispatch(Request& request, Session& session);
    /// Leases a client, or takes the transaction's.
    [[nodiscard]] Result<Call> call_for(Request& request, Session& session);

    std::shared_ptr<Pool> pool_;
};

}  // namespace tenon::mongo
