#include "mongo/operations.hpp"

#include <algorithm>

#include "mongo/command.hpp"
#include "mongo/write_attempts.hpp"
#include "mongo/write_errors.hpp"

namespace tenon::mongo {

namespace {

Result<void> check_item(BulkWrite::Item& item) {
    return std::visit(overloaded{
        [](BulkWrite::InsertOne& insert) -> Result<void> { return prepare_insert(insert.document); },
        [](Update& update) { return check_update(update.update); },
        [](Replace& replace) { return check_replacement(replace.replacement); },
        [](Delete&) -> Result<void> { return {}; },
    }, item);
}

bool is_many(const BulkWrite::Item& item) noexcept {
    if (const auto* update = std::get_if<Update>(&item)) return update->many;
    const auto* remove = std::get_if<Delete>(&item);
    return remove != nullptr && remove->many;
}

/// The driver's bulk, and which of the caller's items are in it.
class Bulk {
public:
    Bulk(const Call& call, BulkWrite& op) : call_(call), op_(op) {}

    /// @errors those of options; refused items are kept aside.
    [[nodiscard]] Result<void> fill() {
        Bson options;
        options.add("ordered", op_.ordered);
        if (auto added = add_options(options, call_, takes::bulk); !added) return added;
        auto* const collection = call_.handle();
        bulk_.reset(mongoc_collection_create_bulk_operation_with_opts(collection, options.get()));
        for (std::size_t i = 0; i < op_.items.size(); ++i) {
            auto         done = check_item(op_.items[i]);
            bson_error_t said{};
            if (done && !add(op_.items[i], said)) done = fail(to_error(said, nullptr, Effect::read, call_.context));
            if (done) {
                sent_.push_back(i);
                continue;
            }
            refused_.push_back({i, std::move(done.error())});
            if (op_.ordered) break;
        }
        return {};
    }

    [[nodiscard]] Result<Reply> execute() {
        Bson         reply;
        bson_error_t said{};
        const bool   done = sent_.empty() || mongoc_bulk_operation_execute(bulk_.get(), reply.get(), &said) != 0;
        if (done && refused_.empty()) return counted(reply);
        WriteFailure failure;
        failure.applied = true;
        if (!done) failure = write_failure(said, *reply.get(), call_.context);
        if (!done) count_lost_command(failure, said);
        // Where the driver found no connection for a command it tells of that alone, not of those before it.
        bson_iter_t counts;
        if (!done && !call_.transaction && WriteAttempts::any_sent() && !bson_iter_init_find(&counts, reply.get(), "nInserted")) {
            failure.applied       = false;
            failure.error.outcome = Outcome::unknown;
        }
        return fail(error(std::move(failure), reply));
    }

private:
    bool add(const BulkWrite::Item& item, bson_error_t& said) {
        const auto& collation = call_.server().collation;
        Bson        options;
        const auto  of_match = [&](const std::string& hint, bool upsert) {
            if (upsert) options.add("upsert", true);
            add_hint(options, hint);
            if (!collation.empty()) options.add("collation", collation);
        };
        if (!std::holds_alternative<Delete>(item)) options.add("validate", false);
        return std::visit(overloaded{
            [&](const BulkWrite::InsertOne& insert) {
                return mongoc_bulk_operation_insert_with_opts(bulk_.get(), Borrowed(insert.document).get(), options.get(), &said);
            },
            [&](const Update& update) {
                of_match(update.hint, update.upsert);
                if (!update.array_filters.empty()) options.add_array("arrayFilters", update.array_filters);
                const auto append = update.many ? mongoc_bulk_operation_update_many_with_opts : mongoc_bulk_operation_update_one_with_opts;
                return append(bulk_.get(), Borrowed(update.filter).get(), Borrowed(update.update).get(), options.get(), &said);
            },
            [&](const Replace& replace) {
                of_match(replace.hint, replace.upsert);
                return mongoc_bulk_operation_replace_one_with_opts(bulk_.get(), Borrowed(replace.filter).get(), Borrowed(replace.replacement).get(),
                                                                   options.get(), &said);
            },
            [&](const Delete& remove) {
                of_match(remove.hint, false);
                const auto append = remove.many ? mongoc_bulk_operation_remove_many_with_opts : mongoc_bulk_operation_remove_one_with_opts;
                return append(bulk_.get(), Borrowed(remove.filter).get(), options.get(), &said);
            },
        }, item);
    }

    [[nodiscard]] std::size_t caller_index(std::size_t i) const noexcept { return i < sent_.size() ? sent_[i] : i; }

    [[nodiscard]] Result<Reply> counted(const Bson& reply) const {
        BulkReply done;
        if (sent_.empty()) return Reply(std::move(done));
        auto view = received(*reply.get());
        if (!view) return fail(std::move(view.error()));
        done.inserted       = (*view)["nInserted"].to_int64().value_or(0);
        done.matched        = (*view)["nMatched"].to_int64().value_or(0);
        done.modified       = (*view)["nModified"].to_int64().value_or(0);
        done.deleted        = (*view)["nRemoved"].to_int64().value_or(0);
        const auto upserted = (*view)["upserted"];
        if (upserted.type() == bson::Type::array) {
            for (const auto& [key, value] : upserted.as_view()) {
                if (value.type() != bson::Type::document) continue;
                const auto index = value.as_view()["index"].to_int64().value_or(0);
                done.upserted.push_back({caller_index(static_cast<std::size_t>(index)), bson::Value(value.as_view()["_id"])});
            }
        }
        return Reply(std::move(done));
    }

    [[nodiscard]] Error error(WriteFailure failure, const Bson& reply) const {
        const bool sent_all = failure.error.message.empty();
        for (auto& refusal : failure.refusals) {
            refusal.index = caller_index(refusal.index);
            name_item(refusal);
        }
        // What stopped an ordered one stands before what was refused here.
        if (!op_.ordered || (failure.applied && failure.refusals.empty())) {
            failure.refusals.insert(failure.refusals.end(), refused_.begin(), refused_.end());
            sort_by_index(failure.refusals);
        }
        // A lost connection or an unmet write concern says more than an item.
        const bool by_item = sent_all || (failure.applied && failure.error.outcome != Outcome::unknown);
        auto       labels  = std::move(failure.error.server.labels);
        const bool of_item = by_item && !failure.refusals.empty();
        Error      first   = of_item ? failure.refusals.front().error : std::move(failure.error);
        first.server.labels = std::move(labels);
        if (has_label(first, "TransientTransactionError") && first.code != Errc::network && first.code != Errc::timeout) first.code = Errc::transient;

        const auto  number  = [&](const char* name) { return number_at(*reply.get(), name); };
        const auto  changed = number("nInserted") + number("nModified") + number("nRemoved") + number("nUpserted");
        std::size_t known   = failure.applied ? sent_.size() : 0;
        std::int64_t left   = failure.applied ? INT64_MAX : number("nInserted");
        if (!failure.applied && op_.ordered) known = sent_.size();
        std::vector<bool> out(op_.items.size(), false);
        for (const auto& refusal : failure.refusals) {
            out[refusal.index] = true;
            if (op_.ordered) std::fill(out.begin() + static_cast<std::ptrdiff_t>(refusal.index), out.end(), true);
        }
        if (of_item) {
            const auto& item = op_.items[failure.refusals.front().index];
            if (const auto* insert = std::get_if<BulkWrite::InsertOne>(&item)) first.document_id = shown_id(insert->document);
        }
        auto whole = many_error(std::move(first), of_item, failure.refusals, op_.items.size());
        for (std::size_t k = 0; k < known; ++k) {
            const auto  i      = sent_[k];
            const auto* insert = std::get_if<BulkWrite::InsertOne>(&op_.items[i]);
            if (insert == nullptr || out[i] || left-- <= 0) continue;
            whole.inserted.push_back({i, shown_id(insert->document)});
        }
        if (whole.outcome == Outcome::unknown) return whole;
        whole.outcome = changed > 0 ? Outcome::partial : Outcome::none;
        for (const auto& refusal : failure.refusals) {
            // It may have changed some of its matches, which no count tells.
            if (changed == 0 && is_many(op_.items[refusal.index]) && refusal.error.server.code != 0) whole.outcome = outcome_of_many(refusal.error);
        }
        return whole;
    }

    void name_item(Refusal& refusal) const {
        const auto name = [&](std::initializer_list<bson::View> sent, const std::string& hint, const std::vector<bson::Document>& array_filters = {}) {
            refusal.error = name_fault(std::move(refusal.error), sent, hint, array_filters);
        };
        std::visit(overloaded{
            [&](const BulkWrite::InsertOne&) {},
            [&](const Update& item) { name({item.filter, item.update}, item.hint, item.array_filters); },
            [&](const Replace& item) { name({item.filter}, item.hint); },
            [&](const Delete& item) { name({item.filter}, item.hint); },
        }, op_.items[refusal.index]);
    }

    const Call&              call_;
    BulkWrite&               op_;
    BulkPtr                  bulk_{};
    std::vector<std::size_t> sent_{};
    std::vector<Refusal>     refused_{};
};

}  // namespace

Result<Reply> run_bulk_write(Call& call, BulkWrite& op) {
    Bulk bulk(call, op);
    if (auto filled = bulk.fill(); !filled) return fail(std::move(filled.error()));
    return bulk.execute();
}

}  // namespace tenon::mongo
