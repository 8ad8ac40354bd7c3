#include <tenon/repository/typed_calls.hpp>

#include <algorithm>

#include <tenon/query/pipeline.hpp>
#include <tenon/query/update.hpp>
#include <tenon/repository/change_events.hpp>

#include "repository/copy_filter.hpp"
#include "repository/document_edit.hpp"
#include "repository/insert_ids.hpp"

namespace tenon::detail {

void QueryState::take(const query::Clause& clause, bson::Document& into) {
    if (const auto* mistake = clause.error()) {
        if (!error) error = *mistake;
        return;
    }
    into = clause.document();
}

Result<void> QueryState::ready(std::string_view call_name) const {
    if (error) return fail(collection.located(*error, call_name));
    return {};
}

Result<DocumentCursor> QueryState::find(std::string_view call_name, std::int64_t most) const {
    if (auto fine = ready(call_name); !fine) return fail(std::move(fine).error());
    FindOptions with = options;
    if (most > 0 && (with.limit == 0 || with.limit > most)) with.limit = most;
    auto cursor = collection.find(filter, std::move(with));
    if (!cursor) return fail(collection.located(std::move(cursor).error(), call_name));
    return cursor;
}

Result<Pager> QueryState::page(const PageOptions& page) const {
    if (auto fine = ready("page"); !fine) return fail(std::move(fine).error());
    return collection.pager(filter, options, page);
}

Result<std::int64_t> QueryState::count() const {
    if (auto fine = ready("count"); !fine) return fail(std::move(fine).error());
    return collection.count(filter, {options.skip, options.limit, options.hint, options.call});
}

Result<bool> QueryState::exists() const {
    if (auto fine = ready("exists"); !fine) return fail(std::move(fine).error());
    return collection.exists(filter, options.call);
}

Result<bson::Array> QueryState::distinct(std::string_view path) const {
    if (auto fine = ready("distinct"); !fine) return fail(std::move(fine).error());
    // MongoDB's distinct looks at all that match, and has neither; a hint changes no answer.
    const auto refused = [&](const char* option) {
        Error mistake;
        mistake.code    = Errc::invalid_argument;
        mistake.message = std::string("distinct looks at every document that matches, in an order of its own; it takes no ") + option;
        mistake.path    = option;
        return fail(collection.located(std::move(mistake), "distinct"));
    };
    if (options.skip != 0) return refused("skip");
    if (options.limit != 0) return refused("limit");
    return collection.distinct(std::string(path), filter, options.call);
}

Result<bson::Document> QueryState::explain() const {
    if (auto fine = ready("explain"); !fine) return fail(std::move(fine).error());
    return collection.explain(filter, options);
}

Result<bson::Document> QueryState::explain_count() const {
    if (auto fine = ready("explain_count"); !fine) return fail(std::move(fine).error());
    return collection.explain_count(filter, {options.skip, options.limit, options.hint, options.call});
}

// Calls `call(filter document)`, or fails as the clause does.
template <class Call>
auto TypedCalls::with(const query::Clause& filter, std::string_view name, Call call) const {
    using R = std::invoke_result_t<Call, bson::Document>;
    if (const auto* mistake = filter.error()) return R(fail(located(*mistake, name)));
    return call(filter.document());
}

namespace {

// The array filters that a typed update carries, unless the options bring others.
template <class Options>
void add_array_filters(const query::UpdateBase& update, Options& options) {
    if (options.array_filters.empty()) options.array_filters = update.array_filters();
}

bson::Document without_empty_id(bson::Document document) {
    if (document["_id"].missing() || repository::has_id(document)) return document;
    bson::Builder rest;
    for (const auto& [key, value] : document) {
        if (key != "_id") rest.append(key, value);
    }
    return rest.take();
}

}  // namespace

Result<UpdateResult> TypedCalls::update(DocumentId id, const query::UpdateBase& update, UpdateOptions options) const {
    add_array_filters(update, options);
    return with(update, "update", [&](bson::Document change) { return collection_.update(std::move(id), std::move(change), std::move(options)); });
}

Result<UpdateResult> TypedCalls::patch(DocumentId id, Result<bson::Document> update, UpdateOptions options) const {
    if (!update) return fail(located(std::move(update).error(), "patch"));
    if (update->empty()) {
        return fail(located(std::move(fail(Errc::invalid_argument, "the patch changes nothing: every field of it is empty").value()), "patch"));
    }
    return collection_.update(std::move(id), std::move(*update), std::move(options));
}

Result<UpdateResult> TypedCalls::update_one(const query::Clause& filter, const query::UpdateBase& update, UpdateOptions options) const {
    add_array_filters(update, options);
    return with(filter, "update_one", [&](bson::Document which) {
        return with(update, "update_one", [&](bson::Document change) {
            return collection_.update_one(std::move(which), std::move(change), std::move(options));
        });
    });
}

Result<UpdateResult> TypedCalls::update_many(const query::Clause& filter, const query::UpdateBase& update, UpdateOptions options) const {
    add_array_filters(update, options);
    return with(filter, "update_many", [&](bson::Document which) {
        return with(update, "update_many", [&](bson::Document change) {
            return collection_.update_many(std::move(which), std::move(change), std::move(options));
        });
    });
}

Result<UpdateResult> TypedCalls::replace_one(const query::Clause& filter, bson::Document replacement, ReplaceOptions options) const {
    return with(filter, "replace_one", [&](bson::Document which) {
        return collection_.replace_one(std::move(which), without_empty_id(std::move(replacement)), std::move(options));
    });
}

Result<std::optional<bson::Document>> TypedCalls::find_and_update(const query::Clause& filter, const query::UpdateBase& update,
                                                                  FindAndModifyOptions options) const {
    add_array_filters(update, options);
    return with(filter, "find_and_update", [&](bson::Document which) {
        return with(update, "find_and_update", [&](bson::Document change) {
            return collection_.find_and_update(std::move(which), std::move(change), std::move(options));
        });
    });
}

Result<std::optional<bson::Document>> TypedCalls::find_and_replace(const query::Clause& filter, bson::Document replacement,
                                                                   FindAndModifyOptions options) const {
    return with(filter, "find_and_replace", [&](bson::Document which) {
        return collection_.find_and_replace(std::move(which), without_empty_id(std::move(replacement)), std::move(options));
    });
}

Result<std::optional<bson::Document>> TypedCalls::find_and_remove(const query::Clause& filter, FindAndModifyOptions options) const {
    return with(filter, "find_and_remove",
                [&](bson::Document which) { return collection_.find_and_remove(std::move(which), std::move(options)); });
}

Result<std::int64_t> TypedCalls::remove_one(const query::Clause& filter, RemoveOptions options) const {
    return with(filter, "remove_one", [&](bson::Document which) { return collection_.remove_one(std::move(which), std::move(options)); });
}
Result<std::int64_t> TypedCalls::remove_many(const query::Clause& filter, RemoveOptions options) const {
    return with(filter, "remove_many", [&](bson::Document which) { return collection_.remove_many(std::move(which), std::move(options)); });
}
Result<std::int64_t> TypedCalls::restore_many(const query::Clause& filter, RemoveOptions options) const {
    return with(filter, "restore_many", [&](bson::Document which) { return collection_.restore_many(std::move(which), std::move(options)); });
}
Result<std::int64_t> TypedCalls::purge_many(const query::Clause& filter, RemoveOptions options) const {
    return with(filter, "purge_many", [&](bson::Document which) { return collection_.purge_many(std::move(which), std::move(options)); });
}
Result<std::int64_t> TypedCalls::count(const query::Clause& filter, CountOptions options) const {
    return with(filter, "count", [&](bson::Document which) { return collection_.count(std::move(which), std::move(options)); });
}
Result<bool> TypedCalls::exists(const query::Clause& filter, CallOptions call) const {
    return with(filter, "exists", [&](bson::Document which) { return collection_.exists(std::move(which), std::move(call)); });
}

Result<DocumentCursor> TypedCalls::aggregate(const query::PipelineBase& pipeline, AggregateOptions options) const {
    auto stages = pipeline.checked();
    if (!stages) return fail(located(std::move(stages).error(), "aggregate"));
    return collection_.aggregate(std::move(*stages), std::move(options));
}

Result<ChangeEvents> TypedCalls::watch(const query::Clause& filter, WatchOptions options) const {
    return with(filter, "watch", [&](const bson::Document& which) { return collection_.watch(which, std::move(options)); });
}

QueryState TypedCalls::query(const query::Clause& filter) const {
    QueryState state{collection_};
    state.take(filter, state.filter);
    return state;
}

namespace {

/// Both documents, or the mistake of one in the items.
bool fine(BulkItems& items, const query::Clause& clause) {
    if (const auto* mistake = clause.error()) items.mistake(*mistake);
    return clause.error() == nullptr;
}

}  // namespace

void add_update(BulkItems& items, const query::Clause& filter, const query::UpdateBase& update, BulkItemOptions options, bool many) {
    if (!fine(items, filter) || !fine(items, update)) return;
    add_array_filters(update, options);
    if (many) items.update_many(filter.document(), update.document(), std::move(options));
    else items.update_one(filter.document(), update.document(), std::move(options));
}

void add_update(BulkItems& items, DocumentId id, const query::UpdateBase& update, BulkItemOptions options) {
    auto filter = std::move(id).filter();
    if (!filter) {
        items.mistake(std::move(filter).error());
        return;
    }
    if (!fine(items, update)) return;
    add_array_filters(update, options);
    items.update_one(std::move(*filter), update.document(), std::move(options));
}

void add_replace(BulkItems& items, bson::Document replacement, const ModelInfo& model, BulkItemOptions options) {
    if (!repository::has_id(replacement)) {
        items.mistake(std::move(
            fail(Errc::invalid_argument, "a document that replaces another one has its id; this one has none", "_id").value()));
        return;
    }
    if (!options.expected_version && !options.upsert && !model.version.empty()) {
        options.expected_version = replacement[model.version].to_int64();
    }
    auto filter = repository::copy_filter(replacement, model);
    items.replace_one(std::move(filter), std::move(replacement), std::move(options));
}

void add_remove(BulkItems& items, const query::Clause& filter, BulkItemOptions options, bool many) {
    if (!fine(items, filter)) return;
    if (many) items.remove_many(filter.document(), std::move(options));
    else items.remove_one(filter.document(), std::move(options));
}

void add_remove(BulkItems& items, DocumentId id, BulkItemOptions options) {
    auto filter = std::move(id).filter();
    if (!filter) {
        items.mistake(std::move(filter).error());
        return;
    }
    items.remove_one(std::move(*filter), std::move(options));
}

bool read_id(bson::ValueRef id, bson::ObjectId& into) noexcept {
    if (id.type() != bson::Type::object_id) return false;
    into = id.as_object_id();
    return true;
}

bool read_id(bson::ValueRef id, bson::Uuid& into) noexcept {
    if (id.type() != bson::Type::binary || id.binary_subtype() != 4 || id.binary_bytes().size() != into.bytes.size()) return false;
    const auto bytes = id.binary_bytes();
    std::copy(bytes.begin(), bytes.end(), into.bytes.begin());
    return true;
}

bool read_id(bson::ValueRef id, std::string& into) {
    if (id.type() != bson::Type::string) return false;
    into = id.as_string();
    return true;
}

bool read_id(bson::ValueRef id, std::int64_t& into) noexcept {
    const auto number = id.to_int64();
    if (number) into = *number;
    return number.has_value();
}

}  // namespace tenon::detail
