#include <tenon/repository/transaction.hpp>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "repository/database_state.hpp"

namespace tenon {

bool Transaction::read_only() const noexcept { return state_->read_only; }
std::uint32_t Transaction::reruns() const noexcept { return state_->reruns; }

namespace detail {

namespace {

// The databases whose transactions' bodies run on this thread: seldom more than one.
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

}  // namespace

bool inside_transaction(const DatabaseState& database) noexcept {
    return !open_here.empty() && std::find(open_here.begin(), open_here.end(), &database) != open_here.end();
}

TransactionRun::TransactionRun(std::shared_ptr<DatabaseState> database, const TransactionOptions& options)
    : database_(std::move(database)), options_(options), transaction_(std::make_shared<TransactionState>()) {
    if (!options_.deadline.at) options_.deadline = Deadline::after(std::chrono::seconds(120));
    transaction_.state_->database  = database_.get();
    transaction_.state_->read_only = options_.read_only;
}

TransactionRun::~TransactionRun() { abort(); }

Result<void> TransactionRun::begin() {
    if (inside_transaction(*database_)) {
        auto refused = fail(Errc::invalid_argument, "a transaction of this database runs on this thread already; transactions do not nest");
        refused.value().where = "transaction";
        return refused;
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
    auto session     = database_->stack->begin(options_, context);
    if (!session) return fail(std::move(session).error());
    session_                     = std::move(*session);
    transaction_.state_->session = session_.get();
    open_here.push_back(database_.get());
    marked_ = true;
    phase_  = Phase::body;
    return {};
}

Result<void> TransactionRun::commit() {
    phase_ = Phase::committing;
    Context context;
    context.deadline = options_.deadline;
    auto done        = database_->stack->commit(*session_, context);
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
        const auto mark = std::find(open_here.rbegin(), open_here.rend(), database_.get());
        if (mark != open_here.rend()) open_here.erase(std::next(mark).base());
        marked_ = false;
    }
}

bool TransactionRun::again(const Error& error) {
    if (error.code != Errc::transient) return false;
    // What the body answers is its own affair, unless the server said that the transaction as a whole may be tried again.
    const auto& labels = error.server.labels;
    if (phase_ == Phase::body && std::find(labels.begin(), labels.end(), "TransientTransactionError") == labels.end()) return false;
    if (error.outcome == Outcome::unknown) return false;
    if (!pause(waits_++, options_.deadline)) return false;
    ++transaction_.state_->reruns;
    return true;
}

}  // namespace detail
}  // namespace tenon
