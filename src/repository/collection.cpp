// Handles, errors and reads; the writes are in collection_writes.cpp, indexes in collection_indexes.cpp.

#include <tenon/repository/collection.hpp>

#include <tenon/bson/json.hpp>
#include <tenon/repository/database.hpp>

#include "repository/caller.hpp"

namespace tenon {

Collection::Collection(const Database& database, const ModelInfo& model)
    : database_(database.state()), model_(std::shared_ptr<const ModelInfo>(), &model) {
    database_->know(model);
}

Collection::Collection(std::shared_ptr<detail::DatabaseState> database, std::shared_ptr<const ModelInfo> model)
    : database_(std::move(database)), model_(std::move(model)) {}

Collection Collection::in(const Transaction& transaction) const {
    Collection bound   = *this;
    bound.transaction_ = transaction.state_;
    bound.order_       = nullptr;
    // The concerns are the transaction's; those that the repository has for calls outside it are no mistake of the caller's.
    if (server_ && (server_->read_concern || server_->write_concern || server_->read_preference)) {
        auto others = *server_;
        others.read_concern.reset();
        others.write_concern.reset();
        others.read_preference.reset();
        bound.server_ = std::make_shared<const ServerOptions>(std::move(others));
    }
    return bound;
}

Collection Collection::in(const CausalSession& session) const {
    Collection bound   = *this;
    bound.transaction_ = nullptr;
    bound.order_       = session.order();
    return bound;
}

Collection Collection::with(ServerOptions options) const {
    Collection out = *this;
    out.server_    = std::make_shared<const ServerOptions>(server_ ? options.or_else(*server_) : std::move(options));
    return out;
}

std::shared_ptr<const ServerOptions> Collection::Caller::server_options(std::optional<ServerOptions> of_call) const {
    if (!of_call) return collection.server_;
    return std::make_shared<const ServerOptions>(collection.server_ ? of_call->or_else(*collection.server_) : std::move(*of_call));
}

detail::Running Collection::running() const noexcept { return detail::Running(transaction_ ? nullptr : database_->gate.get()); }

Result<Reply> Collection::Caller::send(Request request) const {
    if (request.collection.empty()) return fail(Errc::invalid_argument, "a collection has a name; this one's is empty", "name");
    const auto* transaction = collection.transaction_.get();
    if (transaction == nullptr) return detail::run(*collection.database_, std::move(request), collection.order_.get());
    if (transaction->root != collection.database_->root()) {
        return fail(Errc::invalid_argument, "the collection is bound to a transaction of another store");
    }
    if (transaction->session == nullptr) {
        return fail(Errc::invalid_argument, "the collection is bound to a transaction that has ended");
    }
    return detail::run(*collection.database_, std::move(request), transaction->session);
}

std::string Collection::Caller::where() const {
    std::string text = collection.name();
    text += '.';
    text += name;
    return text;
}

tl::unexpected<Error> Collection::Caller::failed(Error error) const {
    error.where = where();
    return tl::unexpected<Error>(std::move(error));
}

tl::unexpected<Error> Collection::Caller::failed(Errc code, std::string message, std::string path) const {
    return failed(std::move(fail(code, std::move(message), std::move(path)).value()));
}

tl::unexpected<Error> Collection::Caller::missing() const { return failed(Errc::not_found, "no document has this id"); }

Error Collection::located(Error error, std::string_view call_name, bson::View document) const {
    const bool of_codec = error.code == Errc::decode || error.code == Errc::encode;
    if (of_codec && error.path.empty()) error.path = error.where;
    if (error.document_id.empty()) {
        if (const auto id = document["_id"]) error.document_id = bson::to_json(id, bson::JsonMode::canonical);
    }
    error.where = Caller{*this, call_name}.where();
    return error;
}

Error Collection::missing(std::string_view call_name) const { return std::move(Caller{*this, call_name}.missing().value()); }

namespace {

Find find_of(bson::Document filter, FindOptions& options) {
    Find find;
    find.filter     = std::move(filter);
    find.sort       = std::move(options.sort);
    find.projection = std::move(options.projection);
    find.skip       = options.skip;
    find.limit      = options.limit;
    find.hint       = std::move(options.hint);
    return find;
}

Count count_of(bson::Document filter, CountOptions& options) {
    return {std::move(filter), options.skip, options.limit, std::move(options.hint)};
}

/// The option that makes no sense below 0, or null.
template <class Options>
const char* negative(const Options& options) noexcept {
    return options.skip < 0 ? "skip" : options.limit < 0 ? "limit" : nullptr;
}

}  // namespace

Result<DocumentCursor> Collection::find(bson::Document filter, FindOptions options) const {
    const Caller run{*this, "find"};
    if (const char* option = negative(options)) {
        return run.failed(Errc::invalid_argument, std::string(option) + " is 0 or more", option);
    }
    auto reply = run(find_of(std::move(filter), options), std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    return DocumentCursor(std::move(reply->cursor), run.where(), database_, transaction_);
}

Result<DocumentCursor> Collection::find_by_id(DocumentId id, CallOptions call) const {
    const Caller run{*this, "get"};
    auto         filter = std::move(id).filter();
    if (!filter) return run.failed(std::move(filter).error());
    Find find;
    find.filter = std::move(*filter);
    find.limit  = 1;
    auto reply  = run(std::move(find), std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return DocumentCursor(std::move(reply->cursor), run.where(), database_, transaction_);
}

Result<bson::Document> Collection::get(DocumentId id, CallOptions call) const {
    const auto at_work = running();
    auto       cursor  = find_by_id(std::move(id), std::move(call));
    if (!cursor) return fail(std::move(cursor).error());
    auto document = cursor->read(at_work);
    if (!document) return fail(std::move(document).error());
    if (!*document) return fail(missing("get"));
    return bson::Document(**document);
}

Result<std::optional<bson::Document>> Collection::first(bson::Document filter, FindOptions options) const {
    const auto at_work = running();
    options.limit      = 1;
    auto cursor        = find(std::move(filter), std::move(options));
    if (!cursor) return fail(located(std::move(cursor).error(), "first"));
    auto document = cursor->read(at_work);
    if (!document) return fail(located(std::move(document).error(), "first"));
    if (!*document) return std::optional<bson::Document>{};
    return std::optional<bson::Document>{bson::Document(**document)};
}

Result<bool> Collection::exists(bson::Document filter, CallOptions call) const {
    Count count;
    count.filter = std::move(filter);
    count.limit  = 1;
    auto reply   = Caller{*this, "exists"}(std::move(count), std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return reply->count > 0;
}

Result<std::int64_t> Collection::count(bson::Document filter, CountOptions options) const {
    const Caller run{*this, "count"};
    if (const char* option = negative(options)) {
        return run.failed(Errc::invalid_argument, std::string(option) + " is 0 or more", option);
    }
    auto reply = run(count_of(std::move(filter), options), std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    return reply->count;
}

Result<std::int64_t> Collection::estimated_count(CallOptions call) const {
    auto reply = Caller{*this, "estimated_count"}(EstimatedCount{}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return reply->count;
}

Result<bson::Array> Collection::distinct(std::string path, bson::Document filter, CallOptions call) const {
    auto reply = Caller{*this, "distinct"}(Distinct{std::move(path), std::move(filter)}, std::move(call));
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->values);
}

Result<bson::Document> Collection::explain(bson::Document filter, FindOptions options) const {
    auto reply = Caller{*this, "explain"}(Explain{find_of(std::move(filter), options)}, std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->plan);
}

Result<bson::Document> Collection::explain_count(bson::Document filter, CountOptions options) const {
    const Caller run{*this, "explain_count"};
    if (const char* option = negative(options)) {
        return run.failed(Errc::invalid_argument, std::string(option) + " is 0 or more", option);
    }
    auto reply = run(Explain{count_of(std::move(filter), options)}, std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->plan);
}

Result<DocumentCursor> Collection::aggregate(std::vector<bson::Document> pipeline, AggregateOptions options) const {
    const Caller run{*this, "aggregate"};
    auto         reply = run(Aggregate{std::move(pipeline), std::move(options.hint)}, std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    return DocumentCursor(std::move(reply->cursor), run.where(), database_, transaction_);
}

}  // namespace tenon
