#include "repository/caller.hpp"
#include "repository/copy_filter.hpp"
#include "repository/document_edit.hpp"
#include "repository/insert_ids.hpp"

namespace tenon {

namespace {

UpdateResult as_result(UpdateReply&& reply) { return {reply.matched, reply.modified, std::move(reply.upserted_id)}; }

bool matched(const UpdateReply& reply) noexcept { return reply.matched > 0; }
bool matched(const FindAndModifyReply& reply) noexcept { return reply.updated_existing || reply.value; }
bson::Document& replacement_of(Replace& operation) noexcept { return operation.replacement; }
bson::Document& replacement_of(FindAndModify& operation) noexcept { return operation.change; }

/// An upsert by a replacement without an _id, of a model whose ids are Uuids. A document that is replaced keeps its _id, so there is a
/// replace first, and only when that meets nothing an insert with a generated one.
template <class Run, class Op>
Result<typename Op::Reply> replace_or_insert(const Run& run, const Op& operation, const CallOptions& call, bool in_transaction) {
    const auto           at_work = run.collection.running();
    std::optional<Error> duplicate;
    for (;;) {
        Op replace     = operation;
        replace.upsert = false;
        auto replaced  = run(std::move(replace), call);
        if (!replaced || matched(*replaced)) return replaced;
        // Met a document that this call does not see, and would meet it again.
        if (duplicate) return fail(std::move(*duplicate));
        Op insert = operation;
        insert.hint.clear();
        insert.filter = {};
        const bson::Value made(bson::Uuid::generate());
        repository::add_condition(insert.filter, "_id", made);
        repository::set_first_field(replacement_of(insert), "_id", made);
        auto inserted = run(std::move(insert), call);
        if (inserted || inserted.error().code != Errc::duplicate_key || in_transaction) return inserted;
        duplicate = std::move(inserted).error();  // of one that came meanwhile: to be replaced, then
    }
}

}  // namespace

Result<UpdateReply> Collection::Caller::upserting(Update operation, CallOptions call, std::optional<std::int64_t> expected_version) const {
    if (operation.upsert) {
        auto filled = repository::fill_upsert_id(operation.filter, operation.update, collection.model_->id);
        if (!filled) return failed(std::move(filled).error());
    }
    return (*this)(std::move(operation), std::move(call), expected_version);
}

Result<UpdateReply> Collection::Caller::upserting(Replace operation, CallOptions call, std::optional<std::int64_t> expected_version) const {
    if (operation.upsert) {
        const auto generates = generates_id(operation.filter, operation.replacement, call, expected_version);
        if (!generates) return failed(generates.error());
        if (*generates) return replace_or_insert(*this, operation, call, collection.transaction_ != nullptr);
    }
    return (*this)(std::move(operation), std::move(call), expected_version);
}

Result<FindAndModifyReply> Collection::Caller::upserting(FindAndModify operation, CallOptions call,
                                                         std::optional<std::int64_t> expected_version) const {
    if (operation.upsert && operation.kind == FindAndModify::Kind::update) {
        auto filled = repository::fill_upsert_id(operation.filter, operation.change, collection.model_->id);
        if (!filled) return failed(std::move(filled).error());
    } else if (operation.upsert) {
        const auto generates = generates_id(operation.filter, operation.change, call, expected_version);
        if (!generates) return failed(generates.error());
        if (*generates) return replace_or_insert(*this, operation, call, collection.transaction_ != nullptr);
    }
    return (*this)(std::move(operation), std::move(call), expected_version);
}

Result<bool> Collection::Caller::generates_id(bson::View filter, bson::View replacement, const CallOptions& call,
                                              std::optional<std::int64_t> expected_version) const {
    // Refused as it is by the layers below, whose word on it would be lost when it came apart.
    if (expected_version || (collection.model_->soft_delete && call.visibility == Visibility::only_deleted)) return false;
    return repository::check_upsert_id(filter, replacement, collection.model_->id);
}

Result<std::vector<bson::Document>> Collection::insert_stored(std::vector<bson::Document> documents, InsertManyOptions options,
                                                              std::string_view call_name) const {
    const Caller run{*this, call_name};
    if (documents.empty()) return documents;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        if (auto filled = repository::fill_id(documents[i], model_->id); !filled) {
            auto error = std::move(filled).error();
            if (documents.size() > 1) error.items.push_back({i, error.code, 0, error.message});
            return run.failed(std::move(error));
        }
    }
    auto reply = run(Insert{std::move(documents), options.ordered}, std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->stored);
}

Result<bson::Document> Collection::insert(bson::Document document, CallOptions call) const {
    std::vector<bson::Document> one;
    one.push_back(std::move(document));
    auto stored = insert_stored(std::move(one), {.ordered = true, .call = std::move(call)}, "insert");
    if (!stored) return fail(std::move(stored).error());
    return std::move(stored->front());
}

Result<InsertManyResult<bson::Value>> Collection::insert_many(std::vector<bson::Document> documents, InsertManyOptions options) const {
    auto stored = insert_stored(std::move(documents), std::move(options), "insert_many");
    if (!stored) return fail(std::move(stored).error());
    InsertManyResult<bson::Value> result;
    result.count = static_cast<std::int64_t>(stored->size());
    result.ids.reserve(stored->size());
    for (const auto& document : *stored) result.ids.emplace_back(document["_id"]);
    return result;
}

Result<UpdateResult> Collection::update(DocumentId id, bson::Document update, UpdateOptions options) const {
    const Caller run{*this, "update"};
    auto         filter = std::move(id).filter();
    if (!filter) return run.failed(std::move(filter).error());
    auto reply = run.upserting(Update{std::move(*filter), std::move(update), std::move(options.array_filters), false, options.upsert,
                                      std::move(options.hint)},
                               std::move(options.call), options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    if (reply->matched == 0 && !reply->upserted_id) return run.missing();
    return as_result(std::move(*reply));
}

Result<UpdateResult> Collection::update_one(bson::Document filter, bson::Document update, UpdateOptions options) const {
    auto reply = Caller{*this, "update_one"}.upserting(
        Update{std::move(filter), std::move(update), std::move(options.array_filters), false, options.upsert, std::move(options.hint)},
        std::move(options.call), options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return as_result(std::move(*reply));
}

Result<UpdateResult> Collection::update_many(bson::Document filter, bson::Document update, UpdateOptions options) const {
    auto reply = Caller{*this, "update_many"}.upserting(
        Update{std::move(filter), std::move(update), std::move(options.array_filters), true, options.upsert, std::move(options.hint)},
        std::move(options.call), options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return as_result(std::move(*reply));
}

Result<UpdateResult> Collection::replace_one(bson::Document filter, bson::Document replacement, ReplaceOptions options) const {
    auto reply = Caller{*this, "replace_one"}.upserting(
        Replace{std::move(filter), std::move(replacement), options.upsert, std::move(options.hint)}, std::move(options.call),
        options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return as_result(std::move(*reply));
}

namespace {

FindAndModify replacing(bson::Document document, bool upsert, const ModelInfo& model) {
    FindAndModify op;
    op.kind   = FindAndModify::Kind::replace;
    op.upsert = upsert;
    op.filter = repository::copy_filter(document, model);
    op.change = std::move(document);
    return op;
}

}  // namespace

Result<bson::Document> Collection::replace(bson::Document document, ReplaceOptions options) const {
    const Caller run{*this, "replace"};
    if (!repository::has_id(document)) {
        return run.failed(Errc::invalid_argument, "a document that replaces another one has its id; this one has none", "_id");
    }
    auto expected = options.expected_version;
    // The copy's own version is the one it was read at; an upsert of it takes what is there.
    if (!expected && !options.upsert && !model_->version.empty()) expected = document[model_->version].to_int64();
    auto op   = replacing(std::move(document), options.upsert, *model_);
    op.hint   = std::move(options.hint);
    auto reply = run.upserting(std::move(op), std::move(options.call), expected);
    if (!reply) return fail(std::move(reply).error());
    if (!reply->value) return run.missing();
    return std::move(*reply->value);
}

Result<bson::Document> Collection::save(bson::Document document, CallOptions call) const {
    const Caller run{*this, "save"};
    const bool   given = repository::has_id(document);
    const auto   version = model_->version.empty() ? std::optional<std::int64_t>{} : document[model_->version].to_int64();
    const bool   is_new  = !given || (!model_->version.empty() && version.value_or(0) == 0);
    if (is_new) {
        std::vector<bson::Document> one;
        one.push_back(std::move(document));
        auto stored = insert_stored(std::move(one), {.ordered = true, .call = std::move(call)}, "save");
        if (!stored) return fail(std::move(stored).error());
        return std::move(stored->front());
    }
    auto reply = run.upserting(replacing(std::move(document), !version.has_value(), *model_), std::move(call), version);
    if (!reply) return fail(std::move(reply).error());
    if (!reply->value) return run.missing();
    return std::move(*reply->value);
}

namespace {

FindAndModify modifying(FindAndModify::Kind kind, bson::Document filter, bson::Document change, FindAndModifyOptions& options) {
    FindAndModify op;
    op.kind          = kind;
    op.filter        = std::move(filter);
    op.change        = std::move(change);
    op.array_filters = std::move(options.array_filters);
    op.sort          = std::move(options.sort);
    op.projection    = std::move(options.projection);
    op.return_after  = options.return_after;
    op.upsert        = options.upsert;
    op.hint          = std::move(options.hint);
    return op;
}

}  // namespace

Result<std::optional<bson::Document>> Collection::find_and_update(bson::Document filter, bson::Document update,
                                                                  FindAndModifyOptions options) const {
    auto reply = Caller{*this, "find_and_update"}.upserting(
        modifying(FindAndModify::Kind::update, std::move(filter), std::move(update), options), std::move(options.call),
        options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->value);
}

Result<std::optional<bson::Document>> Collection::find_and_replace(bson::Document filter, bson::Document replacement,
                                                                   FindAndModifyOptions options) const {
    const Caller run{*this, "find_and_replace"};
    if (!options.array_filters.empty()) {
        return run.failed(Errc::invalid_argument, "array filters are for updates by operators", "array_filters");
    }
    auto reply = run.upserting(modifying(FindAndModify::Kind::replace, std::move(filter), std::move(replacement), options),
                               std::move(options.call), options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->value);
}

Result<std::optional<bson::Document>> Collection::find_and_remove(bson::Document filter, FindAndModifyOptions options) const {
    const Caller run{*this, "find_and_remove"};
    if (options.upsert) return run.failed(Errc::invalid_argument, "a remove takes no upsert", "upsert");
    if (!options.array_filters.empty()) {
        return run.failed(Errc::invalid_argument, "array filters are for updates by operators", "array_filters");
    }
    options.return_after = false;
    auto reply = run(modifying(FindAndModify::Kind::remove, std::move(filter), {}, options), std::move(options.call),
                     options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return std::move(reply->value);
}

Result<void> Collection::remove(DocumentId id, RemoveOptions options) const {
    const Caller run{*this, "remove"};
    auto         filter = std::move(id).filter();
    if (!filter) return run.failed(std::move(filter).error());
    auto reply = run(Delete{std::move(*filter), false, false, std::move(options.hint)}, std::move(options.call), options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    if (reply->deleted == 0) return run.missing();
    return {};
}

Result<std::int64_t> Collection::remove_one(bson::Document filter, RemoveOptions options) const {
    auto reply = Caller{*this, "remove_one"}(Delete{std::move(filter), false, false, std::move(options.hint)}, std::move(options.call),
                                             options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return reply->deleted;
}

Result<std::int64_t> Collection::remove_many(bson::Document filter, RemoveOptions options) const {
    auto reply = Caller{*this, "remove_many"}(Delete{std::move(filter), true, false, std::move(options.hint)}, std::move(options.call),
                                              options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return reply->deleted;
}

Result<void> Collection::restore(DocumentId id, RemoveOptions options) const {
    const Caller run{*this, "restore"};
    auto         filter = std::move(id).filter();
    if (!filter) return run.failed(std::move(filter).error());
    auto reply = run(Restore{std::move(*filter), false, std::move(options.hint)}, std::move(options.call), options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    if (reply->matched == 0) return run.failed(Errc::not_found, "no deleted document has this id");
    return {};
}

Result<std::int64_t> Collection::restore_many(bson::Document filter, RemoveOptions options) const {
    auto reply = Caller{*this, "restore_many"}(Restore{std::move(filter), true, std::move(options.hint)}, std::move(options.call),
                                               options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return reply->matched;
}

Result<void> Collection::purge(DocumentId id, RemoveOptions options) const {
    const Caller run{*this, "purge"};
    auto         filter = std::move(id).filter();
    if (!filter) return run.failed(std::move(filter).error());
    auto reply = run(Delete{std::move(*filter), false, true, std::move(options.hint)}, std::move(options.call), options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    if (reply->deleted == 0) return run.missing();
    return {};
}

Result<std::int64_t> Collection::purge_many(bson::Document filter, RemoveOptions options) const {
    auto reply = Caller{*this, "purge_many"}(Delete{std::move(filter), true, true, std::move(options.hint)}, std::move(options.call),
                                             options.expected_version);
    if (!reply) return fail(std::move(reply).error());
    return reply->deleted;
}

Result<BulkResult> Collection::bulk(BulkItems items, BulkOptions options) const {
    const Caller run{*this, "bulk"};
    if (items.error_) return run.failed(std::move(*items.error_));
    auto operation    = std::move(*items.items_);
    operation.ordered = options.ordered;
    if (operation.items.empty()) return BulkResult{};
    for (std::size_t i = 0; i < operation.items.size(); ++i) {
        if (auto filled = repository::fill_item_id(operation.items[i], model_->id); !filled) {
            auto error = std::move(filled).error();
            error.items.push_back({i, error.code, 0, error.message});
            return run.failed(std::move(error));
        }
    }
    auto reply = run(std::move(operation), std::move(options.call));
    if (!reply) return fail(std::move(reply).error());
    BulkResult result{reply->inserted, reply->matched, reply->modified, reply->deleted, {}};
    for (auto& upserted : reply->upserted) result.upserted.push_back({upserted.index, std::move(upserted.id)});
    return result;
}

}  // namespace tenon
