#include "repository/middleware/retry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <string_view>

#include "repository/document_edit.hpp"
#include "store/collated.hpp"

namespace tenon::repository {

namespace {

using std::chrono::microseconds;

constexpr std::int64_t one_repetition = 1000;

/// Operators that leave the same document when they are applied once more. $inc, $mul, $push, $pop and $bit (xor) do not; $currentDate
/// leaves a later date.
bool is_idempotent(bson::View update) noexcept {
    constexpr std::array<std::string_view, 8> operators{"$set", "$setOnInsert", "$unset", "$min", "$max", "$addToSet", "$pull", "$pullAll"};
    for (const auto& [key, value] : update) {
        if (std::find(operators.begin(), operators.end(), key) == operators.end()) return false;
    }
    return true;
}

/// Whether the filter is of one id and nothing else. A further condition, such as the version or the mark of a soft delete, may not hold
/// any more after the first run; and under a collation several ids are equal.
bool names_one(const Request& request, bson::View filter) noexcept {
    return !collated(request.context.server.get()) && !only_id(filter).missing();
}

Repeat always_if(bool idempotent) noexcept { return idempotent ? Repeat::always : Repeat::if_nothing_done; }

Repeat find_and_modify(const Request& request, const FindAndModify& op) noexcept {
    // The document as it was before is gone after the first run, and so is one that was removed.
    if (op.kind == FindAndModify::Kind::remove || !op.return_after || op.upsert || !op.array_filters.empty()) return Repeat::if_nothing_done;
    return always_if(names_one(request, op.filter) && (op.kind == FindAndModify::Kind::replace || is_idempotent(op.change)));
}

Result<void> check(const RetryPolicy& policy) {
    if (policy.attempts == 0) return fail(Errc::invalid_argument, "an operation is run once at least", "retry.attempts");
    if (policy.initial_backoff.count() < 0) return fail(Errc::invalid_argument, "a pause is 0 ms or longer", "retry.initial_backoff");
    if (policy.maximum_backoff < policy.initial_backoff) {
        return fail(Errc::invalid_argument, "the longest pause is shorter than the first", "retry.maximum_backoff");
    }
    return {};
}

/// From 0 to the whole back-off, evenly: callers that failed together do not come back together.
microseconds jittered(const RetryPolicy& policy, std::uint32_t repetition) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    auto most = policy.initial_backoff;
    for (std::uint32_t i = 1; i < repetition && most < policy.maximum_backoff && most.count() > 0; ++i) {
        most = most > policy.maximum_backoff / 2 ? policy.maximum_backoff : most * 2;
    }
    const microseconds longest = std::min(most, policy.maximum_backoff);
    return microseconds(std::uniform_int_distribution<std::int64_t>(0, longest.count())(random));
}

bool removed_nothing(const Reply& reply) noexcept {
    const auto* removed = std::get_if<DeleteReply>(&reply);
    return removed != nullptr && removed->deleted == 0;
}

}  // namespace

Repeat repeatable(const Request& request) {
    return std::visit(overloaded{
                          [](const Find&) { return Repeat::always; },
                          // Its second run could meet the first as a duplicate key.
                          [](const Insert&) { return Repeat::if_nothing_done; },
                          [&](const Update& op) {
                              // An upsert says what it inserted; $[name] may take other elements when those of the first run were changed.
                              const bool one = !op.many && !op.upsert && op.array_filters.empty();
                              return always_if(one && names_one(request, op.filter) && is_idempotent(op.update));
                          },
                          [&](const Replace& op) { return always_if(!op.upsert && names_one(request, op.filter)); },
                          // One that finds nothing when it is run again is a case of its own: see run().
                          [&](const Delete& op) { return always_if(!op.many && names_one(request, op.filter)); },
                          [](const Restore&) { return Repeat::never; },
                          [&](const FindAndModify& op) { return find_and_modify(request, op); },
                          [](const Count&) { return Repeat::always; },
                          [](const EstimatedCount&) { return Repeat::always; },
                          [](const Distinct&) { return Repeat::always; },
                          // $out and $merge write.
                          [&](const Aggregate&) { return always_if(!is_write(request.operation)); },
                          [](const BulkWrite&) { return Repeat::if_nothing_done; },
                          [](const Explain&) { return Repeat::always; },
                          // What of indexes and collections was there before is their answer: DoneReply::changed.
                          [](const CreateIndexes&) { return Repeat::if_nothing_done; },
                          [](const ListIndexes&) { return Repeat::always; },
                          [](const DropIndexes&) { return Repeat::if_nothing_done; },
                          [](const HideIndex&) { return Repeat::if_nothing_done; },
                          [](const CreateCollection&) { return Repeat::if_nothing_done; },
                          [](const DropCollection&) { return Repeat::if_nothing_done; },
                          [](const ListCollections&) { return Repeat::always; },
                          [](const Watch&) { return Repeat::always; },
                          // Only the caller knows what it does.
                          [](const Command&) { return Repeat::never; },
                          [](const ShardCollection&) { return Repeat::if_nothing_done; },
                      },
                      static_cast<const Operation::variant&>(request.operation));
}

bool may_repeat(const Error& error, Repeat operation) noexcept {
    // A timeout of the server's was met by the operation's own length: it would be again. Without a server's code nobody took it on.
    const bool passes = error.code == Errc::transient || error.code == Errc::network || (error.code == Errc::timeout && error.server.code == 0);
    if (!passes || operation == Repeat::never) return false;
    switch (error.outcome) {
        case Outcome::none:    return true;
        case Outcome::unknown: return operation == Repeat::always;
        case Outcome::partial: return false;
    }
    return false;
}

RetryTokens::RetryTokens(const RetryBudget& budget) noexcept
    : most_(std::int64_t{budget.reserve} * one_repetition),
      gain_(budget.ratio > 0 ? std::llround(std::min(budget.ratio, 1000.0) * static_cast<double>(one_repetition)) : 0),
      held_(most_) {}

void RetryTokens::earn() noexcept {
    auto held = held_.load(std::memory_order_relaxed);
    while (held < most_ && !held_.compare_exchange_weak(held, std::min(most_, held + gain_), std::memory_order_relaxed)) {}
}

bool RetryTokens::take() noexcept {
    auto held = held_.load(std::memory_order_relaxed);
    while (held >= one_repetition) {
        if (held_.compare_exchange_weak(held, held - one_repetition, std::memory_order_relaxed)) return true;
    }
    return false;
}

bool Retry::pause(const RetryPolicy& policy, std::uint32_t repetition, const Context& context, Error& error) {
    const auto wake = std::chrono::steady_clock::now() + jittered(policy, repetition);
    if (context.deadline.at && wake >= *context.deadline.at) return false;
    if (!context.stop.stop_requested() && !tokens_.take()) {
        error.message += "; it was not tried again, since the retry budget is spent";
        return false;
    }
    std::mutex                  mutex;
    std::condition_variable_any never;
    std::unique_lock            lock(mutex);
    (void)never.wait_until(lock, context.stop, wake, [] { return false; });
    if (!context.stop.stop_requested()) return true;
    error.message = "the caller asked to stop before the next attempt; the last one: " + error.message;
    error.code    = Errc::cancelled;
    return false;
}

Result<Reply> Retry::run(Request request, Session& session) {
    const auto*       server = request.context.server.get();
    const RetryPolicy policy = server != nullptr && server->retry ? *server->retry : policy_;
    if (policy.attempts == 1 || session.in_transaction()) return pass(request, session);
    if (auto fine = check(policy); !fine) return fail(std::move(fine).error());
    const Repeat repeat = repeatable(request);
    if (repeat == Repeat::never) return pass(request, session);
    tokens_.earn();

    const Context        context = request.context;
    std::optional<Error> doubt;  // of the first run that may have been applied
    for (std::uint32_t attempt = 1;; ++attempt) {
        const bool last = attempt == policy.attempts;
        // The engine uses up what it is given; all but the last run get a copy.
        auto reply = last ? pass(request, session) : inner_->run(Request(request), session);
        if (reply) {
            if (!doubt || !removed_nothing(*reply)) return reply;
            doubt->message += "; tried again, it found nothing to remove: whether this call removed it is not known";
            return fail(std::move(*doubt));
        }
        Error& error = reply.error();
        if (doubt && error.outcome == Outcome::none) error.outcome = Outcome::unknown;
        if (!doubt && error.outcome == Outcome::unknown) doubt = error;
        if (last || !may_repeat(error, repeat) || !pause(policy, attempt, context, error)) return reply;
    }
}

}  // namespace tenon::repository
