#include "repository/middleware/middleware.hpp"

namespace tenon::repository {

namespace {

std::shared_ptr<const ServerOptions> of_the_primary(const ServerOptions* given, bool in_transaction) {
    auto options = given == nullptr ? ServerOptions{} : *given;
    // A transaction has its own, and both are the primary's.
    options.read_preference = in_transaction ? std::nullopt : std::optional(ReadPreference{});
    options.read_concern    = in_transaction ? std::nullopt : std::optional(ReadConcern::local);
    return std::make_shared<const ServerOptions>(std::move(options));
}

}  // namespace

Result<std::optional<bson::Document>> read_one(Store& store, const Request& like, bson::Document filter, bson::Document sort,
                                               Session& session) {
    Find find;
    find.filter = std::move(filter);
    find.sort   = std::move(sort);
    find.limit  = 1;
    Request request{like.collection, std::move(find), like.model, like.context};
    request.context.expected_version.reset();
    request.context.server = of_the_primary(like.context.server.get(), session.in_transaction());
    auto reply = reply_as<FindReply>(store.run(std::move(request), session));
    if (!reply) return fail(std::move(reply).error());
    auto next = reply->cursor->next();
    if (!next) return fail(std::move(next).error());
    if (!*next) return std::optional<bson::Document>{};
    return std::optional<bson::Document>{bson::Document(**next)};
}

}  // namespace tenon::repository
