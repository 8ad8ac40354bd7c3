#include "sqlite/store.hpp"

#include <utility>
#include <vector>

#include "mql/mql_error.hpp"
#include "sqlite/access.hpp"
#include "sqlite/fork.hpp"
#include "sqlite/operations.hpp"

namespace tenon::sqlite {

namespace {

constexpr std::chrono::seconds transaction_time{120};

/// Which of two comes first: none is later than any.
Deadline sooner(Deadline a, Deadline b) noexcept {
    if (!a.at || !b.at) return a.at ? a : b;
    return *a.at < *b.at ? a : b;
}

Error ended() {
    Error error;
    error.code    = Errc::invalid_argument;
    error.message = "the transaction has ended";
    return error;
}

// MongoDB ends a transaction at the first call that it refuses; so that code written against one engine runs on the other, so do we.
Error broken() {
    return coded(Errc::invalid_argument, code::no_such_transaction, "NoSuchTransaction",
                 "a call in this transaction was refused, which ended it; abort it and start again");
}

Result<void> check_database(const Context& context) {
    if (context.database.empty()) return {};
    return fail(Errc::unsupported, "the embedded store has one database; open another file for another one", "database");
}

}  // namespace

TransactionSession::~TransactionSession() {
    if (state_->generation == fork_generation()) state_->roll_back();
}

SqliteStore::SqliteStore(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) { register_store(*this); }

SqliteStore::~SqliteStore() { forget_store(*this); }

void SqliteStore::replace_engine_in_child() {
    auto fresh = Engine::reopened(*engine_);
    // The old one's handles are the parent's: they are neither closed nor used again, so it is kept for ever.
    static auto* parents = new std::vector<std::shared_ptr<Engine>>;
    parents->push_back(std::exchange(engine_, std::move(fresh)));
}

Capabilities SqliteStore::capabilities() const {
    Capabilities capabilities;
    capabilities.transactions   = true;
    capabilities.single_writer  = true;
    capabilities.persistent     = !engine_->options().memory;
    capabilities.engine         = "sqlite";
    capabilities.topology       = "embedded";
    capabilities.engine_version = sqlite3_libversion();
    return capabilities;
}

Health SqliteStore::health(const Deadline& deadline) noexcept {
    Health health;
    health.engine         = "sqlite";
    health.role           = "embedded";
    health.server_version = sqlite3_libversion();
    health.pool           = engine_->pool_state();
    try {
        const auto started = std::chrono::steady_clock::now();
        Limits     limits{Context{}};
        limits.deadline = deadline.at ? deadline : Deadline::after(std::chrono::seconds(5));
        auto reader     = engine_->reader(limits);
        auto read       = reader ? current_catalogue(**reader) : fail(std::move(reader.error()));
        health.connected  = read.has_value();
        health.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
        health.status     = health.connected ? HealthStatus::healthy : HealthStatus::unhealthy;
        if (!read) health.problem = read.error().message;
    } catch (const std::exception&) {
        health.problem = "out of memory";
    }
    return health;
}

Result<void> SqliteStore::wait_until_ready(const Deadline& deadline, const std::stop_token&) {
    // An open file is ready; what can keep a writer waiting is another writer, and that is each call's own wait.
    if (deadline.passed()) return fail(Errc::timeout, "the deadline passed before the call began");
    return {};
}

Result<void> SqliteStore::close(const Deadline&) { return engine_->close(); }

Result<std::shared_ptr<TransactionState>> SqliteStore::transaction_of(Session& session) const {
    if (!session.in_transaction()) return std::shared_ptr<TransactionState>{};
    auto* own = dynamic_cast<TransactionSession*>(&session);
    if (own == nullptr || own->store() != this) return fail(Errc::invalid_argument, "the transaction is one of another store");
    if (own->state()->generation != fork_generation()) return fail(Errc::invalid_argument, "the transaction was begun before fork()");
    if (!own->state()->open) return fail(ended());
    return own->state();
}

Result<Reply> SqliteStore::run(Request request, Session& session) {
    auto reply = dispatch(request, session);
    if (!reply && reply.error().where.empty()) reply.error().where = where(request);
    return reply;
}

Result<Reply> SqliteStore::dispatch(Request& request, Session& session) {
    if (auto own = check_database(request.context); !own) return fail(std::move(own.error()));
    auto transaction = transaction_of(session);
    if (!transaction) return fail(std::move(transaction.error()));
    Call call;
    call.engine      = engine_;
    call.collection  = request.collection;
    call.limits      = Limits(request.context);
    call.transaction = std::move(*transaction);
    if (call.transaction) {
        call.limits.deadline = sooner(call.limits.deadline, call.transaction->deadline);
        if (call.transaction->failed) return fail(broken());
        if (call.transaction->read_only && is_write(request.operation)) {
            return fail(Errc::invalid_argument, "the transaction is read-only");
        }
    }
    if (request.context.server && !request.context.server->collation.empty()) {
        return mql::unsupported("a collation", "collation");
    }
    if (!call.limits.none() && call.limits.reached()) return fail(call.limits.error("starting"));
    auto reply = std::visit(overloaded{
        [&](Find& op) { return run_find(call, op); },
        [&](Insert& op) { return run_insert(call, op); },
        [&](Update& op) { return run_update(call, op); },
        [&](Replace& op) { return run_replace(call, op); },
        [&](Delete& op) { return run_delete(call, op); },
        [&](Restore&) -> Result<Reply> { return mql::unsupported("restore on a collection whose model is not deleted softly"); },
        [&](FindAndModify& op) { return run_find_and_modify(call, op); },
        [&](Count& op) { return run_count(call, op); },
        [&](EstimatedCount&) { return run_estimated_count(call); },
        [&](Distinct& op) { return run_distinct(call, op); },
        [&](Aggregate&) -> Result<Reply> { return mql::unsupported("aggregation"); },
        [&](BulkWrite& op) { return run_bulk_write(call, op); },
        [&](Explain& op) { return run_explain(call, op); },
        [&](CreateIndexes& op) { return run_create_indexes(call, op); },
        [&](ListIndexes&) { return run_list_indexes(call); },
        [&](DropIndexes& op) { return run_drop_indexes(call, op); },
        [&](HideIndex& op) { return run_hide_index(call, op); },
        [&](CreateCollection&) { return run_create_collection(call); },
        [&](DropCollection&) { return run_drop_collection(call); },
        [&](ListCollections&) { return run_list_collections(call); },
        [&](Watch&) -> Result<Reply> { return mql::unsupported("watch"); },
        [&](Command&) -> Result<Reply> { return mql::unsupported("a command to the server"); },
        [&](ShardCollection&) -> Result<Reply> { return mql::unsupported("sharding"); },
    }, static_cast<Operation::variant&>(request.operation));
    // So does a refused read; but what this store does not know MongoDB may, and would have gone on.
    if (!reply && call.transaction && reply.error().server.code != 0 && reply.error().code != Errc::unsupported) call.transaction->failed = true;
    return reply;
}

Result<std::unique_ptr<Session>> SqliteStore::begin(const TransactionOptions& options, const Context& context) {
    if (auto own = check_database(context); !own) return fail(std::move(own.error()));
    auto state          = std::make_shared<TransactionState>();
    state->generation   = fork_generation();
    state->read_only    = options.read_only;
    state->deadline     = sooner(options.deadline.at ? options.deadline : Deadline::after(transaction_time), context.deadline);
    Limits limits(context);
    limits.deadline = state->deadline;

    const auto begin_on = [&](Connection& connection, const char* sql) -> Result<void> {
        state->connection = &connection;
        const LimitScope scope(connection, limits);
        if (auto begun = connection.execute(sql, "beginning a transaction"); !begun) return begun;
        // Reading fixes the snapshot here and not at the first find.
        auto catalogue = current_catalogue(connection);
        if (!catalogue) return fail(std::move(catalogue.error()));
        return {};
    };
    Result<void> begun{};
    if (options.read_only) {
        auto reader = engine_->reader(limits);
        if (!reader) return fail(std::move(reader.error()));
        state->reader = std::move(*reader);
        begun         = begin_on(*state->reader, "BEGIN");
    } else {
        auto writer = engine_->writer(limits);
        if (!writer) return fail(std::move(writer.error()));
        state->writer = std::move(*writer);
        begun         = begin_on(*state->writer, "BEGIN IMMEDIATE");
    }
    if (!begun) {
        begun.error().where = "begin";
        return fail(std::move(begun.error()));
    }
    return std::unique_ptr<Session>(std::make_unique<TransactionSession>(*this, std::move(state)));
}

Result<void> SqliteStore::commit(Session& session, const Context& context) {
    const auto refuse = [](Error error) {
        error.where = "commit";
        return fail(std::move(error));
    };
    auto transaction = transaction_of(session);
    if (!transaction) return refuse(std::move(transaction.error()));
    if (!*transaction) return refuse(Error{Errc::invalid_argument, "there is no transaction to commit"});
    auto& state = **transaction;
    if (state.failed) {
        state.roll_back();
        return refuse(broken());
    }
    Limits limits(context);
    limits.deadline = sooner(limits.deadline, state.deadline);
    if (limits.reached()) {
        auto error = limits.error("committing");
        state.roll_back();
        return refuse(std::move(error));
    }
    auto done = state.connection->execute("COMMIT", "committing");
    if (!done) {
        state.roll_back();
        return refuse(std::move(done.error()));
    }
    state.release();
    return {};
}

void SqliteStore::abort(Session& session) noexcept {
    auto* own = dynamic_cast<TransactionSession*>(&session);
    if (own != nullptr && own->store() == this && own->state()->generation == fork_generation()) own->state()->roll_back();
}

Result<std::shared_ptr<Store>> open_store(const Config& config) {
    auto options = Options::parse(config);
    if (!options) return fail(std::move(options.error()));
    auto engine = Engine::open(*options);
    if (!engine) return fail(std::move(engine.error()));
    return std::shared_ptr<Store>(std::make_shared<SqliteStore>(std::move(*engine)));
}

}  // namespace tenon::sqlite
