#include "mongo/operations.hpp"

#include <algorithm>
#include <optional>

#include "mongo/options.hpp"
#include "mongo/write_errors.hpp"

namespace tenon::mongo {

namespace {

/// Which of the caller's documents go to the server, and those refused before.
struct Prepared {
    std::vector<std::size_t> sent{};  ///< indexes; left empty when all are
    std::vector<Refusal>     refused{};
    std::size_t              count = 0;

    [[nodiscard]] std::size_t caller_index(std::size_t i) const noexcept { return sent.empty() ? i : sent[i]; }
};

Prepared prepare(Insert& op) {
    Prepared prepared;
    for (std::size_t i = 0; i < op.documents.size(); ++i) {
        auto done = prepare_insert(op.documents[i]);
        if (done) {
            if (!prepared.refused.empty()) prepared.sent.push_back(i);
            ++prepared.count;
            continue;
        }
        if (prepared.refused.empty()) {
            for (std::size_t before = 0; before < i; ++before) prepared.sent.push_back(before);
        }
        prepared.refused.push_back({i, std::move(done.error())});
        if (op.ordered) break;
    }
    return prepared;
}

Result<void> send(const Call& call, const Insert& op, const Prepared& prepared, WriteFailure& failure, Bson& reply) {
    Bson options;
    options.add("validate", false);
    if (prepared.count > 1 && !op.ordered) options.add("ordered", false);
    if (auto added = add_options(options, call, takes::insert); !added) return added;
    auto* const  collection = call.handle();
    bson_error_t said{};
    bool         done = false;
    if (prepared.count == 1) {
        done = mongoc_collection_insert_one(collection, Borrowed(op.documents[prepared.caller_index(0)]).get(), options.get(), reply.get(), &said);
    } else {
        BorrowedList documents(prepared.count);
        for (std::size_t i = 0; i < prepared.count; ++i) documents.push(op.documents[prepared.caller_index(i)]);
        done = mongoc_collection_insert_many(collection, documents.get(), prepared.count, options.get(), reply.get(), &said);
    }
    if (!done) failure = write_failure(said, *reply.get(), call.context);
    if (!done) count_lost_command(failure, said);
    return done ? Result<void>{} : fail(Error{});
}

/// All that the caller learns of a failed insert, by the indexes of its own list.
Error insert_error(const Insert& op, const Prepared& prepared, WriteFailure failure, const Bson& reply) {
    bool first_is_ours = failure.error.message.empty();
    for (auto& refusal : failure.refusals) refusal.index = prepared.caller_index(refusal.index);
    const bool stopped = op.ordered && (!failure.refusals.empty() || !failure.applied);
    bool       of_item = failure.applied && !failure.refusals.empty();
    if (!stopped) {
        for (const auto& refusal : prepared.refused) failure.refusals.push_back(refusal);
        sort_by_index(failure.refusals);
        first_is_ours = first_is_ours || (failure.applied && !failure.refusals.empty() && failure.error.outcome == Outcome::none);
    }
    of_item     = of_item || first_is_ours;
    Error error = first_is_ours ? failure.refusals.front().error : std::move(failure.error);
    if (of_item) error.document_id = shown_id(op.documents[failure.refusals.front().index]);

    std::vector<bool> left_out(op.documents.size(), false);
    for (const auto& refusal : failure.refusals) {
        left_out[refusal.index] = true;
        if (op.ordered) std::fill(left_out.begin() + static_cast<std::ptrdiff_t>(refusal.index), left_out.end(), true);
    }
    std::int64_t inserted = 0;
    if (!failure.applied && prepared.count > 0 && !first_is_ours) {
        // The reply counts what other messages did; which documents those were is known of ordered ones alone.
        bson_iter_t counted;
        if (bson_iter_init_find(&counted, reply.get(), "insertedCount")) inserted = bson_iter_as_int64(&counted);
        const auto known = op.ordered ? static_cast<std::ptrdiff_t>(inserted) : 0;
        if (known < static_cast<std::ptrdiff_t>(left_out.size())) std::fill(left_out.begin() + known, left_out.end(), true);
    }
    error = many_error(std::move(error), of_item, failure.refusals, op.documents.size());
    for (std::size_t i = 0; i < op.documents.size(); ++i) {
        if (!left_out[i]) error.inserted.push_back({i, shown_id(op.documents[i])});
    }
    if (error.outcome != Outcome::unknown) error.outcome = error.inserted.empty() && inserted == 0 ? Outcome::none : Outcome::partial;
    return error;
}

}  // namespace

Result<Reply> run_insert(Call& call, Insert& op) {
    if (op.documents.empty()) return Reply(InsertReply{});
    const auto   prepared = prepare(op);
    WriteFailure failure;
    Bson         reply;
    failure.applied = true;
    if (prepared.count > 0) {
        auto done = send(call, op, prepared, failure, reply);
        if (!done && failure.error.message.empty()) return fail(std::move(done.error()));
        if (done && prepared.refused.empty()) return Reply(InsertReply{std::move(op.documents)});
    }
    return fail(insert_error(op, prepared, std::move(failure), reply));
}

}  // namespace tenon::mongo
