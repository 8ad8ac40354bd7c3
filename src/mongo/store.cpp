#include "mongo/store.hpp"

#include "mongo/health.hpp"
#include "mongo/operations.hpp"
#include "mongo/readiness.hpp"
#include "mongo/write_attempts.hpp"
#include "mongo/session.hpp"

namespace tenon::mongo {

namespace {

Result<void> check_name(const Request& request) {
    // The driver takes names that end at a NUL: half of this one would be another collection.
    if (request.collection.find('\0') != std::string::npos) return fail(Errc::invalid_argument, "a collection's name may hold no NUL", "collection");
    return {};
}

/// The driver answers with the error of its second attempt. That this one was refused says nothing of the first, whose connection was
/// lost or whose primary stepped down after it wrote. That the document is refused, by a unique index or a validator, is of a server that knew the
/// first. Where each attempt met a member that is not the primary, none was applied; a mongos may have tried by itself before it said so.
void doubt_second_attempt(const Call& call, Error& error, const WriteAttempts& attempts, bool through_mongos) {
    if (error.outcome == Outcome::none && attempts.in_doubt() && error.code != Errc::duplicate_key && error.code != Errc::validation) {
        error.outcome = Outcome::unknown;
    }
    const bool refused_for_now = error.code == Errc::transient || error.code == Errc::network || error.code == Errc::timeout;
    if (!refused_for_now || error.outcome != Outcome::none || call.lease.sendings() < 2) return;
    if (through_mongos || attempts.refused() != call.lease.sendings()) error.outcome = Outcome::unknown;
}

}  // namespace

Result<Reply> MongoStore::run(Request request, Session& session) {
    auto reply = dispatch(request, session);
    if (!reply && reply.error().where.empty()) reply.error().where = where(request);
    return reply;
}

Result<Call> MongoStore::call_for(Request& request, Session& session) {
    if (auto checked = check_name(request); !checked) return fail(std::move(checked.error()));
    Call call;
    call.database   = pool_->database();
    if (const auto& other = request.context.database; !other.empty()) {
        if (auto fine = check_database(other); !fine) return fail(std::move(fine.error()));
        call.database = other;
    }
    call.collection = request.collection;
    call.context    = request.context;
    if (auto joined = join(call, pool_, session, request.operation); !joined) return fail(std::move(joined.error()));
    return call;
}

Result<Reply> MongoStore::dispatch(Request& request, Session& session) {
    auto made = call_for(request, session);
    if (!made) return fail(std::move(made.error()));
    Call& call  = *made;
    const WriteAttempts attempts;
    auto  reply = std::visit(overloaded{
        [&](Find& op) { return run_find(call, op); },
        [&](Insert& op) { return run_insert(call, op); },
        [&](Update& op) { return run_update(call, op); },
        [&](Replace& op) { return run_replace(call, op); },
        [&](Delete& op) { return run_delete(call, op); },
        [&](Restore&) -> Result<Reply> { return fail(Errc::unsupported, "restore is for a collection whose model is deleted softly"); },
        [&](FindAndModify& op) { return run_find_and_modify(call, op); },
        [&](Count& op) { return run_count(call, op); },
        [&](EstimatedCount&) { return run_estimated_count(call); },
        [&](Distinct& op) { return run_distinct(call, op); },
        [&](Aggregate& op) { return run_aggregate(call, op); },
        [&](BulkWrite& op) { return run_bulk_write(call, op); },
        [&](Explain& op) { return run_explain(call, op); },
        [&](CreateIndexes& op) { return run_create_indexes(call, op); },
        [&](ListIndexes&) { return run_list_indexes(call); },
        [&](DropIndexes& op) { return run_drop_indexes(call, op); },
        [&](HideIndex& op) { return run_hide_index(call, op); },
        [&](CreateCollection&) { return run_create_collection(call); },
        [&](DropCollection&) { return run_drop_collection(call); },
        [&](ListCollections&) { return run_list_collections(call); },
        [&](Watch& op) { return run_watch(call, op, pool_); },
        [&](Command& op) { return run_command(call, op); },
        [&](ShardCollection& op) { return run_shard_collection(call, op, pool_->capabilities()); },
    }, static_cast<Operation::variant&>(request.operation));
    if (!reply) {
        note_failure(call.transaction.get(), reply.error());
        if (is_write(request.operation)) doubt_second_attempt(call, reply.error(), attempts, pool_->capabilities().sharding);
        // No connection could be made: the driver tells of that as it does of one that was lost.
        if (reply.error().outcome == Outcome::unknown && !call.transaction && call.lease.nothing_sent()) reply.error().outcome = Outcome::none;
    }
    return reply;
}

Result<std::unique_ptr<Session>> MongoStore::begin(const TransactionOptions& options, const Context& context) {
    return begin_transaction(pool_, options, context);
}

Result<void> MongoStore::commit(Session& session, const Context& context) {
    auto transaction = transaction_of(pool_, session);
    if (!transaction) return fail(std::move(transaction.error()));
    if (!*transaction) return fail(Errc::invalid_argument, "there is no transaction to commit");
    return commit_transaction(**transaction, context);
}

void MongoStore::abort(Session& session) noexcept {
    const auto* own = dynamic_cast<TransactionSession*>(&session);
    if (own != nullptr && own->state()->pool == pool_.get()) abort_transaction(*own->state());
}

Capabilities MongoStore::capabilities() const { return pool_->capabilities(); }

Health MongoStore::health(const Deadline& deadline) noexcept {
    try {
        return health_of(*pool_, deadline);
    } catch (const std::exception&) {
        Health health;
        health.engine = "mongodb";
        health.problem = "out of memory";
        return health;
    }
}

Result<void> MongoStore::wait_until_ready(const Deadline& deadline, const std::stop_token& stop) { return mongo::wait_until_ready(*pool_, deadline, stop); }

Result<void> MongoStore::close(const Deadline& deadline) { return pool_->close(deadline); }

Result<std::shared_ptr<Store>> open_store(const Config& config) {
    auto pool = Pool::make(config);
    if (!pool) return fail(std::move(pool).error());
    if (!config.lazy) {
        if (auto connected = connect(**pool); !connected) return fail(std::move(connected.error()));
    }
    return std::shared_ptr<Store>(std::make_shared<MongoStore>(std::move(*pool)));
}

}  // namespace tenon::mongo
