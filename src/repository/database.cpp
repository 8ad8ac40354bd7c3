#include <tenon/repository/database.hpp>

#include <algorithm>

#include <tenon/repository/collection.hpp>
#include <tenon/repository/run.hpp>

#include "repository/database_pipelines.hpp"
#include "repository/database_state.hpp"
#include "repository/middleware/observe.hpp"
#include "repository/middleware/retry.hpp"
#include "repository/middleware/soft_delete.hpp"
#include "repository/middleware/stamps.hpp"
#include "repository/middleware/tenant.hpp"
#include "store/closed.hpp"

namespace tenon {

namespace detail {

namespace {

/// A failure inside a transaction undoes all of it: the rest of an unordered write of many is not tried, and nothing stays.
Result<Reply> run_in_transaction(DatabaseState& database, Request request, Session& session) {
    if (const auto* server = request.context.server.get()) {
        const char* of_transaction = server->write_concern     ? "write_concern"
                                     : server->read_concern    ? "read_concern"
                                     : server->read_preference ? "read_preference"
                                                               : nullptr;
        if (of_transaction != nullptr) {
            return fail(Errc::invalid_argument, "inside a transaction no call has a concern or read preference of its own; set it in TransactionOptions",
                        of_transaction);
        }
    }
    if (auto* bulk = std::get_if<BulkWrite>(&request.operation)) bulk->ordered = true;
    if (auto* insert = std::get_if<Insert>(&request.operation)) insert->ordered = true;
    auto reply = database.stack->run(std::move(request), session);
    if (!reply) {
        reply.error().outcome = Outcome::none;
        reply.error().inserted.clear();
    }
    return reply;
}

bool same_soft_delete(const std::optional<SoftDeleteInfo>& a, const std::optional<SoftDeleteInfo>& b) {
    if (!a || !b) return !a && !b;
    return a->field == b->field && a->set_on_delete == b->set_on_delete && a->set_on_restore == b->set_on_restore;
}

/// Whether two models of one collection treat its documents alike. Their members may differ.
bool same_rules(const ModelInfo& a, const ModelInfo& b) {
    return a.id == b.id && a.created_at == b.created_at && a.updated_at == b.updated_at && a.version == b.version &&
           a.version_is_int32 == b.version_is_int32 && same_soft_delete(a.soft_delete, b.soft_delete);
}

}  // namespace

void DatabaseState::know(const ModelInfo& model) {
    const std::lock_guard lock(gate->shared());
    const auto [first, is_new] = models_.try_emplace(model.collection, &model);
    if (is_new || first->second == &model || same_rules(*first->second, model)) return;
    refused_.insert(&model);
    any_refused_ = true;
}

bool DatabaseState::keeps_rules() const {
    const std::lock_guard lock(gate->shared());
    return std::any_of(models_.begin(), models_.end(), [](const auto& entry) { return !entry.second->plain(); });
}

DatabaseState& DatabaseState::other(std::string_view database) {
    const std::lock_guard lock(gate->shared());
    auto&                 held = others_[std::string(database)];
    if (!held) {
        held        = std::make_unique<DatabaseState>(stack, gate);
        held->name  = database;
        held->root_ = this;
    }
    return *held;
}

bool DatabaseState::refuses(const ModelInfo* model) const {
    if (!any_refused_.load(std::memory_order_relaxed)) return false;
    const std::lock_guard lock(gate->shared());
    return refused_.find(model) != refused_.end();
}

const ModelInfo* DatabaseState::known(std::string_view collection) const {
    const std::lock_guard lock(gate->shared());
    const auto            found = models_.find(collection);
    return found == models_.end() ? nullptr : found->second;
}

std::vector<const ModelInfo*> DatabaseState::models() const {
    const std::lock_guard         lock(gate->shared());
    std::vector<const ModelInfo*> all;
    all.reserve(models_.size());
    for (const auto& [collection, model] : models_) all.push_back(model);
    return all;
}

Result<Reply> run(DatabaseState& database, Request request, Session* session) {
    const bool bound = session != nullptr && session->in_transaction();
    // What is bound to a transaction runs as a part of it, wherever that was begun.
    const Running running(bound ? nullptr : database.gate.get());
    if (running.refused()) {
        auto refused          = fail(closed());
        refused.value().where = where(request);
        return refused;
    }
    request.context.database = database.name;
    if (database.refuses(request.model)) {
        auto refused = fail(Errc::invalid_argument, "collection \"" + request.model->collection +
                                                        "\" has a model with other rules already (its id, stamps, version or soft delete)");
        refused.value().where = where(request);
        return refused;
    }
    if (const auto* aggregate = std::get_if<Aggregate>(&request.operation)) {
        if (const auto stage = stage_past_rules(database, *aggregate)) {
            auto refused = fail(Errc::unsupported, "stage " + *stage + " reaches another collection past the rules of its model", *stage);
            refused.value().where = where(request);
            return refused;
        }
    }
    if (bound) return run_in_transaction(database, std::move(request), *session);
    if (inside_transaction(database)) {
        auto refused = fail(Errc::invalid_argument,
                            "a call inside the body of a transaction must be bound to it, as repository.in(tx) is: unbound it would wait "
                            "for the transaction that waits for it");
        refused.value().where = where(request);
        return refused;
    }
    class NoTransaction final : public Session {} none;
    return database.stack->run(std::move(request), session != nullptr ? *session : none);
}

}  // namespace detail

Database Database::over(std::shared_ptr<Store> engine, const Config& config, const Models& models) {
    auto retry       = std::make_shared<repository::Retry>(std::move(engine), config);
    auto tenant      = std::make_shared<repository::Tenant>(std::move(retry));
    auto soft_delete = std::make_shared<repository::SoftDelete>(std::move(tenant));
    auto stamps      = std::make_shared<repository::Stamps>(std::move(soft_delete));
    auto observe     = std::make_shared<repository::Observe>(std::move(stamps), config);
    auto state       = std::make_shared<detail::DatabaseState>(std::move(observe));
    for (const auto* model : models.infos) state->know(*model);
    return Database(std::move(state));
}

Collection Database::collection(std::string_view name) const {
    if (const auto* known = state_->known(name)) return Collection(*this, *known);
    auto model        = std::make_shared<ModelInfo>();
    model->collection = name;
    return {state_, std::move(model)};
}

Database Database::database(std::string_view name, const Models& models) const {
    auto* const root = state_->root();
    auto* const at   = name.empty() || name == root->stack->capabilities().database ? root : &root->other(name);
    for (const auto* model : models.infos) at->know(*model);
    return Database(std::shared_ptr<detail::DatabaseState>(state_, at));
}

Capabilities Database::capabilities() const { return state_->stack->capabilities(); }

Health Database::health(const Deadline& deadline) const noexcept {
    const detail::Running running(state_->gate.get());
    if (!running.refused()) return state_->stack->health(deadline);
    Health health;
    health.engine  = capabilities().engine;
    health.problem = closed().message;
    return health;
}

Result<void> Database::wait_until_ready(const Deadline& deadline) const {
    const detail::Running running(state_->gate.get());
    if (running.refused()) return fail(closed());
    // It may wait for long and loses nothing, so close does not wait for it as for other calls: it ends it.
    auto ready = state_->stack->wait_until_ready(deadline, state_->gate->shutting());
    if (!ready && ready.error().code == Errc::cancelled && state_->gate->is_shut()) return fail(closed());
    return ready;
}

Result<void> Database::close(const Deadline& deadline) const {
    auto& gate = *state_->gate;
    Result<void> done = fail(Errc::invalid_argument, "close waits for what runs, and this thread is inside a call or a transaction of the database itself");
    if (!gate.holds_this_thread()) done = gate.close(deadline, [&] { return state_->stack->close(deadline); });
    if (!done && done.error().where.empty()) done.error().where = "close";
    return done;
}

Result<std::vector<std::string>> Database::list_collections() const {
    auto reply = tenon::run(*this, Request{.operation = ListCollections{}});
    if (!reply) return fail(std::move(reply).error());
    return std::move(std::get<CollectionsReply>(*reply).names);
}

namespace {

Result<bson::Document> send_command(const Database& database, bson::Document command, CommandOptions options, Session* session) {
    Request request{.operation = Command{std::move(command), options.admin ? "admin" : ""}};
    auto&   call               = options.call;
    request.context.deadline   = call.deadline;
    request.context.stop       = std::move(call.stop);
    request.context.actor      = std::move(call.actor);
    if (call.server) request.context.server = std::make_shared<const ServerOptions>(std::move(*call.server));
    auto reply = run(database, std::move(request), session);
    if (!reply) return fail(std::move(reply).error());
    return std::move(std::get<CommandReply>(*reply).reply);
}

}  // namespace

Result<bson::Document> Database::command(bson::Document command, CommandOptions options) const {
    return send_command(*this, std::move(command), std::move(options), nullptr);
}

Result<bson::Document> Database::command(const CausalSession& session, bson::Document command, CommandOptions options) const {
    return send_command(*this, std::move(command), std::move(options), session.order().get());
}

Result<bson::Document> Database::command(const Transaction& transaction, bson::Document command, CommandOptions options) const {
    const auto& held = *transaction.state_;
    if (held.session == nullptr || held.root != state_->root()) {
        auto refused = fail(Errc::invalid_argument, held.session == nullptr ? "the transaction has ended" : "the transaction is one of another database");
        refused.value().where = "command";
        return refused;
    }
    return send_command(*this, std::move(command), std::move(options), held.session);
}

Result<Reply> run(const Database& database, Request request, Session* session) {
    auto& state = *database.state();
    if (request.model != nullptr) return detail::run(state, std::move(request), session);
    if (const auto* known = state.known(request.collection)) {
        request.model = known;
        return detail::run(state, std::move(request), session);
    }
    ModelInfo plain;
    plain.collection = request.collection;
    request.model    = &plain;
    return detail::run(state, std::move(request), session);
}

}  // namespace tenon
