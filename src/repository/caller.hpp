#pragma once
// Caller: one call of a Collection on its way into the stack.

#include <string_view>

#include <tenon/repository/collection.hpp>
#include <tenon/store/store.hpp>

#include "repository/database_state.hpp"
#include "repository/middleware/middleware.hpp"

namespace tenon {

/// Sends operations of one Collection and writes "collection.call" into their errors.
struct Collection::Caller {
    const Collection& collection;
    std::string_view  name;

    /// Sends one operation. @errors invalid_argument when the collection is bound to a transaction that ended.
    template <class Op>
    Result<typename Op::Reply> operator()(Op operation, CallOptions call, std::optional<std::int64_t> expected_version = {}) const {
        Request request{collection.model_->collection, std::move(operation), collection.model_.get(), {}};
        request.context.actor            = std::move(call.actor);
        request.context.visibility       = call.visibility;
        request.context.expected_version = expected_version;
        request.context.deadline         = call.deadline;
        request.context.stop             = std::move(call.stop);
        request.context.server           = server_options(std::move(call.server));
        auto reply = repository::reply_as<typename Op::Reply>(send(std::move(request)));
        if (!reply) reply.error().where = where();
        return reply;
    }

    /// Sends a write that may be an upsert, with an _id of the model's kind for what it inserts. @errors as repository::fill_upsert_id.
    Result<UpdateReply>        upserting(Update operation, CallOptions call, std::optional<std::int64_t> expected_version) const;
    Result<UpdateReply>        upserting(Replace operation, CallOptions call, std::optional<std::int64_t> expected_version) const;
    Result<FindAndModifyReply> upserting(FindAndModify operation, CallOptions call, std::optional<std::int64_t> expected_version) const;

    [[nodiscard]] Result<bool> generates_id(bson::View filter, bson::View replacement, const CallOptions& call,
                                            std::optional<std::int64_t> expected_version) const;

    /// The call's own, completed by the collection's; null: neither has any.
    [[nodiscard]] std::shared_ptr<const ServerOptions> server_options(std::optional<ServerOptions> of_call) const;
    Result<Reply> send(Request request) const;
    [[nodiscard]] std::string where() const;
    [[nodiscard]] tl::unexpected<Error> failed(Error error) const;
    [[nodiscard]] tl::unexpected<Error> failed(Errc code, std::string message, std::string path = {}) const;
    [[nodiscard]] tl::unexpected<Error> missing() const;
};

}  // namespace tenon
