#include "mongo/session.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "mongo/bson.hpp"
#include "mongo/error.hpp"
#include "mongo/options.hpp"

namespace tenon::mongo {

namespace {

using SessionOptions     = Owned<mongoc_session_opt_t, mongoc_session_opts_destroy>;
using DriverTransaction  = Owned<mongoc_transaction_opt_t, mongoc_transaction_opts_destroy>;
using DriverReadConcern  = Owned<mongoc_read_concern_t, mongoc_read_concern_destroy>;
using DriverWriteConcern = Owned<mongoc_write_concern_t, mongoc_write_concern_destroy>;

constexpr std::chrono::milliseconds abort_time{1000};

constexpr std::string_view transient_label = "TransientTransactionError";
constexpr std::string_view unknown_label   = "UnknownTransactionCommitResult";

Error ended() { return Error{Errc::invalid_argument, "the transaction has ended"}; }

/// After a failure the server knows the transaction no more; asked again it would answer with a label that says "run it again" of
/// whatever the failure was. What broke it decides instead.
Error broken(const TransactionState& state) {
    Error error{state.broken_by_conflict ? Errc::transient : Errc::invalid_argument,
                "a call in this transaction was refused, which ended it; abort it and start again"};
    error.server.code = 251;
    error.server.name = "NoSuchTransaction";
    if (state.broken_by_conflict) error.server.labels.emplace_back(transient_label);
    return error;
}

void advance(mongoc_client_session_t* session, const CausalOrder& order) {
    const auto seen = order.seen();
    if (!seen.cluster_time.empty()) mongoc_client_session_advance_cluster_time(session, Borrowed(seen.cluster_time).get());
    if (seen.operation_time) {
        mongoc_client_session_advance_operation_time(session, seen.operation_time->seconds, seen.operation_time->increment);
    }
}

void record(const mongoc_client_session_t* session, CausalOrder& order) {
    CausalOrder::Seen now;
    if (const auto* cluster = mongoc_client_session_get_cluster_time(session)) {
        if (const auto view = received(*cluster)) now.cluster_time = bson::Document(*view);
    }
    bson::Timestamp at;
    mongoc_client_session_get_operation_time(session, &at.seconds, &at.increment);
    if (at.seconds != 0) now.operation_time = at;
    order.saw(now);
}

Result<SessionPtr> start_session(mongoc_client_t* client, const CausalOrder* order, bool causal, const Context& context) {
    const SessionOptions options(mongoc_session_opts_new());
    mongoc_session_opts_set_causal_consistency(options.get(), causal);
    bson_error_t said{};
    SessionPtr   session(mongoc_client_start_session(client, options.get(), &said));
    if (!session) return fail(to_error(said, nullptr, Effect::read, context));
    if (causal && order != nullptr) advance(session.get(), *order);
    return session;
}

Result<DriverTransaction> transaction_options(const TransactionOptions& options, const Deadline& deadline) {
    DriverTransaction made(mongoc_transaction_opts_new());
    const auto        concern = options.read_only ? std::optional(ReadConcern::snapshot) : options.read_concern;
    if (concern) {
        const DriverReadConcern driver(mongoc_read_concern_new());
        mongoc_read_concern_set_level(driver.get(), level(*concern));
        mongoc_transaction_opts_set_read_concern(made.get(), driver.get());
    }
    if (options.write_concern) {
        const auto& wanted = *options.write_concern;
        if (auto fine = check(wanted); !fine) return fail(std::move(fine.error()));
        const DriverWriteConcern driver(mongoc_write_concern_new());
        if (wanted.w) mongoc_write_concern_set_w(driver.get(), *wanted.w);
        if (!wanted.tag.empty()) mongoc_write_concern_set_wtag(driver.get(), wanted.tag.c_str());
        if (wanted.journal) mongoc_write_concern_set_journal(driver.get(), *wanted.journal);
        if (wanted.timeout.count() > 0) mongoc_write_concern_set_wtimeout_int64(driver.get(), std::int64_t{wanted.timeout.count()});
        mongoc_transaction_opts_set_write_concern(made.get(), driver.get());
    }
    // The URI's preference may be another one, and is then none of the transaction's.
    const Owned<mongoc_read_prefs_t, mongoc_read_prefs_destroy> primary(mongoc_read_prefs_new(MONGOC_READ_PRIMARY));
    mongoc_transaction_opts_set_read_prefs(made.get(), primary.get());
    auto commit = options.max_commit_time;
    if (commit.count() == 0 && deadline.at) commit = deadline.left({});
    if (commit.count() > 0) mongoc_transaction_opts_set_max_commit_time_ms(made.get(), std::int64_t{commit.count()});
    return made;
}

/// The driver looks for the primary by itself before each command of a transaction, unless the session is pinned to a mongos, and for that it takes its
/// own time. So there is one before it is asked. @errors as Topology::wait_for.
Result<void> wait_for_server(TransactionState& state, const Deadline& deadline, const std::stop_token& stop) {
    if (mongoc_client_session_get_server_id(state.session.get()) != 0) return {};
    auto found = state.lease.topology().wait_for({}, deadline, stop);
    // A call that had less time than the transaction says nothing of it: the server may be back in a moment.
    const bool cut  = stop.stop_requested() || (deadline.passed() && !state.deadline.passed());
    state.no_server = !found && !cut;
    return found;
}

/// Of a transaction without a call commit and abort send nothing.
bool has_begun(const TransactionState& state) noexcept {
    return mongoc_client_session_get_transaction_state(state.session.get()) != MONGOC_TRANSACTION_STARTING;
}

}  // namespace

CausalUse::~CausalUse() { record(session.get(), *order); }

TransactionSession::~TransactionSession() { abort_transaction(*state_); }

Result<std::unique_ptr<Session>> begin_transaction(const std::shared_ptr<Pool>& pool, const TransactionOptions& options, const Context& context) {
    auto state      = std::make_shared<TransactionState>();
    state->pool     = pool.get();
    state->deadline = earlier(options.deadline, context.deadline);
    Context at      = context;
    at.deadline     = state->deadline;
    auto lease      = pool->lease(at);
    if (!lease) return fail(std::move(lease.error()));
    state->lease = std::move(*lease);

    // Of a deployment that is not known yet the server decides.
    if (const auto can = pool->capabilities(); !can.transactions && !can.topology.empty()) {
        return fail(Errc::unsupported, can.topology == "standalone"
                                           ? "a standalone server has no transactions; connect to a replica set (one member is enough) or a mongos"
                                           : "a server this old has no transactions; a replica set needs MongoDB 4.0 or later, a sharded cluster 4.2");
    }
    auto driver = transaction_options(options, state->deadline);
    if (!driver) return fail(std::move(driver.error()));
    if (options.session && options.causal_consistency) state->order = options.session->order();
    auto session = start_session(state->lease.get(), state->order.get(), options.causal_consistency, at);
    if (!session) return fail(std::move(session.error()));
    state->session   = std::move(*session);
    state->read_only = options.read_only;
    bson_error_t said{};
    if (!mongoc_client_session_start_transaction(state->session.get(), driver->get(), &said)) {
        auto error = to_error(said, nullptr, Effect::read, at);
        if (error.code == Errc::invalid_argument) error.code = Errc::unsupported;  // a server too old, or one that knows no sessions
        return fail(std::move(error));
    }
    state->open = true;
    return std::unique_ptr<Session>(std::make_unique<TransactionSession>(std::move(state)));
}

Result<void> commit_transaction(TransactionState& state, const Context& context) {
    if (!state.open) return fail(ended());
    if (state.broken) {
        auto error = broken(state);
        abort_transaction(state);
        return fail(std::move(error));
    }
    Context at  = context;
    at.deadline = earlier(context.deadline, state.deadline);
    if (at.deadline.passed() && !state.committing) {
        abort_transaction(state);
        return fail(Errc::timeout, "the deadline passed before the transaction was committed; nothing of it was written");
    }
    const bool again = std::exchange(state.committing, true);
    state.lease.bind(at.deadline, context.stop);
    bson_error_t said{};
    Bson         reply;
    auto         there = has_begun(state) ? wait_for_server(state, at.deadline, at.stop) : Result<void>{};
    if (there && mongoc_client_session_commit_transaction(state.session.get(), reply.get(), &said)) {
        if (state.order) record(state.session.get(), *state.order);
        state.open = false;
        return {};
    }
    auto error = there ? to_error(said, reply.get(), Effect::write, at) : std::move(there.error());
    if (!again && (!there || state.lease.nothing_sent())) {
        state.committing = false;  // the server was not asked yet, and may be
        if (at.deadline.passed() || at.stop.stop_requested()) {
            abort_transaction(state);
            std::erase(error.server.labels, unknown_label);
            error.outcome = Outcome::none;
            return fail(std::move(error));
        }
    }
    // Where the driver's second attempt finds no server it tells of that alone.
    const bool unanswered = !there || (error.server.code == 0 && (error.code == Errc::network || error.code == Errc::timeout || error.code == Errc::cancelled));
    if (unanswered && !has_label(error, unknown_label)) error.server.labels.emplace_back(unknown_label);
    if (has_label(error, unknown_label)) {
        error.outcome = Outcome::unknown;
        error.message = "the server did not say whether the transaction was committed: " + error.message;
        return fail(std::move(error));  // still open: commit may be asked for again
    }
    if (has_label(error, transient_label)) error.outcome = Outcome::none;
    state.open = false;
    return fail(std::move(error));
}

void abort_transaction(TransactionState& state) noexcept {
    if (!state.open) return;
    state.open = false;
    bson_error_t ignored{};
    // Of a transaction that was to be committed the server decides; one that it ended already is refused without harm.
    if (state.committing) return;
    // Its own time, since the deadline may be what ended the transaction. Where its connection was lost or given up it goes by a new one, lest its
    // documents stay locked until the server's own limit: for a server that was lost the driver looks again after half a second, one that does not
    // answer is not waited for again.
    const bool unanswered = state.lease.ended() != Ended::no;
    const auto deadline   = Deadline::after(unanswered ? handshake_grace : abort_time);
    // Where the transaction found no server in all its time, or in the time that is given to finding one, this does not wait for one again.
    const auto search_end = state.no_server ? Deadline::after(std::chrono::milliseconds(0)) : deadline;
    if (has_begun(state) && !wait_for_server(state, search_end, {})) {
        // Nobody is there to be told. Of a client that was reset the driver ends the session without a word, too.
        mongoc_client_reset(state.lease.get());
        return;
    }
    state.lease.bind(deadline, {});
    (void)mongoc_client_session_abort_transaction(state.session.get(), &ignored);
}

Result<std::shared_ptr<TransactionState>> transaction_of(const std::shared_ptr<Pool>& pool, Session& session) {
    if (!session.in_transaction()) return std::shared_ptr<TransactionState>{};
    const auto* own = dynamic_cast<TransactionSession*>(&session);
    if (own == nullptr || own->state()->pool != pool.get()) return fail(Errc::invalid_argument, "the transaction is one of another store");
    if (!own->state()->open) return fail(ended());
    return own->state();
}

Result<void> join(Call& call, const std::shared_ptr<Pool>& pool, Session& session, const Operation& operation) {
    auto transaction = transaction_of(pool, session);
    if (!transaction) return fail(std::move(transaction.error()));
    if (const auto& state = *transaction) {
        if (state->broken) return fail(broken(*state));
        if (state->read_only && is_write(operation)) return fail(Errc::invalid_argument, "the transaction is read-only");
        call.context.deadline = earlier(call.context.deadline, state->deadline);
        if (call.context.deadline.passed()) return fail(Errc::timeout, "the deadline passed before the call began");
        if (auto there = wait_for_server(*state, call.context.deadline, call.context.stop); !there) {
            // A primary that comes later need not know of the transaction, so this run of it may be given up for another.
            auto& error = there.error();
            if (error.code == Errc::network || error.code == Errc::timeout) error.server.labels.emplace_back(transient_label);
            return fail(std::move(error));
        }
        call.client      = state->lease.get();
        call.session     = state->session.get();
        call.transaction = state;
        state->lease.bind(call.context.deadline, call.context.stop);
        return {};
    }
    Wanted wanted;
    // A command may be a write; it goes where its own preference says, and without one to the primary, whatever the URI's reads prefer.
    if (const bool is_command = std::holds_alternative<Command>(operation); is_command || !is_write(operation)) {
        auto preference = read_preference(call);
        if (!preference) return fail(std::move(preference.error()));
        if (*preference) wanted = Wanted{ReadPrefs(preference->release(), mongoc_read_prefs_destroy)};
        else if (!is_command) wanted = pool->reads();
    }
    auto lease = pool->lease(call.context, wanted);
    if (!lease) return fail(std::move(lease.error()));
    call.lease  = std::move(*lease);
    call.client = call.lease.get();
    if (auto* order = dynamic_cast<CausalOrder*>(&session)) {
        auto started = start_session(call.client, order, true, call.context);
        if (!started) return fail(std::move(started.error()));
        call.causal          = std::make_shared<CausalUse>();
        call.causal->order   = order->shared_from_this();
        call.causal->session = std::move(*started);
        call.session         = call.causal->session.get();
    }
    return {};
}

void note_failure(TransactionState* transaction, const Error& error) noexcept {
    if (transaction == nullptr || transaction->broken) return;
    const bool conflict = has_label(error, transient_label);
    const bool sent     = error.server.code != 0 || conflict || error.code == Errc::network;
    if (!sent) return;
    transaction->broken             = true;
    transaction->broken_by_conflict = conflict;
}

}  // namespace tenon::mongo
