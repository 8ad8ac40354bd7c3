#include <tenon/repository/transaction.hpp>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "repository/database_state.hpp"
#include "store/closed.hpp"

namespace tenon {

bool Transaction::read_only() const noexcept { return state_->read_only; }
std::uint32_t Transaction::reruns() const noexcept { return state_->reruns; }

namespace detail {

namespace {

// The roots of the databases whose transactions' bodies run on this thread: seldom more than one.
thread_local std::vector<const DatabaseState*> open_here;  // NOLINT(cert-err58-cpp): an empty vector does not throw

/// A pause of random length that grows with each one; ends early when the deadline would pass. False: no time is left.
bool pause(std::uint32_t waits, const Deadline& deadline) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    const auto most = std::min<std::uint32_t>(1U << std::min(waits, 10U), 500U);  // milliseconds
    const auto span = std::chrono::microseconds(std::uniform_int_distribution<std::uint32_t>(500, most * 1000 + 500)(random));
    const auto wake = std::chrono::steady_clock::now() + span;
    if (deadline.at && wake >= *deadline.at) return false;
    std::this_thread::sleep_until(wake);
    return true;
}

bool labelled(const Error& error, std::string_view label) {
    const auto& labels = error.server.labels;
    return std::find(labels.begin(), labels.end(), label) != labels.end();
}

tl::unexpected<Error> refused(std::string message, std::string path = {}) {
    auto refusal        = fail(Errc::invalid_argument, std::move(message), std::move(path));
    refusal.value().where = "transaction";
    return refusal;
}

/// Refused on every engine, so that what runs on the embedded one runs on MongoDB.
Result<void> check(const TransactionOptions& options) {
    const auto& concern = options.read_concern;
    if (concern && options.read_only && *concern != ReadConcern::snapshot) {
        return refused("a read-only transaction is a snapshot: leave the read concern empty", "read_concern");
    }
    if (concern && (*concern == ReadConcern::available || *concern == ReadConcern::linearizable)) {
        return refused("a transaction's read concern is local, majority or snapshot", "read_concern");
    }
    if (options.read_preference && options.read_preference->mode != ReadMode::primary) {
        return refused("a transaction reads from the primary alone", "read_preference");
    }
    if (options.max_commit_time.count() < 0) return refused("a time is 0 or more", "max_commit_time");
    return {};
}

}  // namespace

bool inside_transaction(const DatabaseState& database) noexcept {
    return !open_here.empty() && std::find(open_here.begin(), open_here.end(), database.root()) != open_here.end();
}

TransactionRun::TransactionRun(std::shared_ptr<DatabaseState> database, const TransactionOptions& options)
    : database_(std::move(database)), options_(options), transaction_(std::make_shared<TransactionState>()) {
    if (!options_.deadline.at) options_.deadline = Deadline::after(std::chrono::seconds(120));
    transaction_.state_->root      = database_->root();
    transaction_.state_->read_only = options_.read_only;
}

TransactionRun::~TransactionRun() { abort(); }

Result<void> TransactionRun::begin() {
    if (inside_transaction(*database_)) {
        return refused("a transaction of this database runs on this thread already; transactions do not nest");
    }
    if (auto fine = check(options_); !fine) return fine;
    // All its runs are one call: a closed database lets a body that has begun come to its end.
    if (!running_) running_.emplace(database_->gate.get());
    if (running_->refused()) {
        auto refusal          = fail(closed());
        refusal.value().where = "transaction";
        return refusal;
    }
    for (;;) {
        auto begun = begin_once();
        if (begun || !again(begun.error())) return begun;
    }
}

Result<void> TransactionRun::begin_once() {
    phase_ = Phase::beginning;
    Context context;
    context.deadline = options_.deadline;
    context.database = database_->name;
    auto session     = database_->stack->begin(options_, context);
    if (!session) return fail(std::move(session).error());
    session_                     = std::move(*session);
    transaction_.state_->session = session_.get();
    open_here.push_back(database_->root());
    marked_ = true;
    phase_  = Phase::body;
    return {};
}

Result<void> TransactionRun::commit() {
    phase_ = Phase::committing;
    Context context;
    context.deadline = options_.deadline;
    auto done        = database_->stack->commit(*session_, context);
    while (!done && labelled(done.error(), "UnknownTransactionCommitResult")) {
        // The body may not run again: what it did may be committed. The commit may, as often as one likes.
        done.error().outcome = Outcome::unknown;
        constexpr int max_time_expired = 50;  // of max_commit_time: what the caller asked for
        if (done.error().server.code == max_time_expired || !pause(waits_++, options_.deadline)) break;
        done = database_->stack->commit(*session_, context);
    }
    // A commit that failed has ended the transaction, or abort ends it now; both leave nothing open.
    if (done) {
        transaction_.state_->session = nullptr;
        session_.reset();
    }
    abort();
    return done;
}

void TransactionRun::abort() noexcept {
    if (session_) {
        database_->stack->abort(*session_);
        transaction_.state_->session = nullptr;
        session_.reset();
    }
    if (marked_) {
        const auto mark = std::find(open_here.rbegin(), open_here.rend(), database_->root());
        if (mark != open_here.rend()) open_here.erase(std::next(mark).base());
        marked_ = false;
    }
}

bool TransactionRun::again(Error& error) {
    // What the body answers is its own affair, unless the server said that the transaction as a whole may be tried again.
    const bool may = labelled(error, "TransientTransactionError") || (phase_ != Phase::body && error.code == Errc::transient);
    if (!may || error.outcome == Outcome::unknown) return false;
    if (!pause(waits_++, options_.deadline)) {
        error.message = "the deadline passed before a run of the transaction met no conflict; the last one: " + error.message;
        error.code    = Errc::timeout;
        return false;
    }
    ++transaction_.state_->reruns;
    return true;
}

}  // namespace detail
}  // namespace tenon
