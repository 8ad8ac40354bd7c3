#pragma once
// Collection: every verb on BSON documents. Repository<T> is this with encode in front and decode behind.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/repository/bulk_items.hpp>
#include <tenon/repository/cursor.hpp>
#include <tenon/repository/document_id.hpp>
#include <tenon/repository/options.hpp>
#include <tenon/repository/pager.hpp>
#include <tenon/repository/results.hpp>
#include <tenon/repository/transaction.hpp>
#include <tenon/store/causal_session.hpp>
#include <tenon/store/model_info.hpp>

namespace tenon {

class ChangeEvents;
class Database;
struct Context;
struct Operation;

/// A handle on one collection: copies are cheap. Filters, updates and documents are MongoDB's own, in BSON.
///
/// Errors of every call, beside those named: timeout, cancelled, io, corrupt, network, and invalid_argument with MongoDB's code in
/// Error::server for a filter or update that makes no sense. `where` is "collection.call". Outside a transaction a write of
/// many documents that fails keeps what it wrote before, as MongoDB's does: Error::outcome and Error::items tell.
/// @threads safe, unless bound to a transaction.
class Collection {
public:
    /// Over a model: what Repository<T> does. The model must outlive the collection; plain names come from Database::collection.
    Collection(const Database& database, const ModelInfo& model);

    /// This collection inside a transaction. After its end every call is invalid_argument.
    [[nodiscard]] Collection in(const Transaction& transaction) const;
    /// This collection in the order of a session, outside transactions.
    [[nodiscard]] Collection in(const CausalSession& session) const;
    /// This collection with server options of its own: calls that set none of a kind take these.
    [[nodiscard]] Collection with(ServerOptions options) const;
    /// The collection's name.
    [[nodiscard]] const std::string& name() const noexcept { return model_->collection; }
    /// The rules that its calls keep: those of its model, or none but the name.
    [[nodiscard]] const ModelInfo& model() const noexcept { return *model_; }

    // Writes ---------------------------------------------------------------------------------------------------------

    /// Stores a new document and returns it as stored, with the _id (an ObjectId when it had none) and the library's fields.
    /// @errors duplicate_key, validation, encode (over 16 MiB).
    Result<bson::Document> insert(bson::Document document, CallOptions call = {}) const;
    /// Stores many. @errors as insert, with items and inserted ids.
    Result<InsertManyResult<bson::Value>> insert_many(std::vector<bson::Document> documents, InsertManyOptions options = {}) const;

    /// Applies update operators to the document with this id.
    /// @errors not_found, version_conflict, duplicate_key; invalid_argument for a bare document or a field the library keeps.
    Result<UpdateResult> update(DocumentId id, bson::Document update, UpdateOptions options = {}) const;
    /// To the first match. Nothing matched is no error: UpdateResult::matched says so.
    Result<UpdateResult> update_one(bson::Document filter, bson::Document update, UpdateOptions options = {}) const;
    /// To all matches.
    Result<UpdateResult> update_many(bson::Document filter, bson::Document update, UpdateOptions options = {}) const;

    /// Puts a document in place of the first match; _id and the fields that the library keeps stay.
    Result<UpdateResult> replace_one(bson::Document filter, bson::Document replacement, ReplaceOptions options = {}) const;
    /// Puts it in place of the one with the same _id and returns it as stored. @errors not_found, version_conflict.
    Result<bson::Document> replace(bson::Document document, ReplaceOptions options = {}) const;
    /// Stores a document whatever is there: without an _id it is inserted; else it replaces the one with its _id or is inserted.
    /// On a versioned model its version must be the stored one; a document of version 0 (or none) is a new one and is inserted.
    /// Returns it as stored. @errors version_conflict, not_found (a version above 0 of a document that is gone), duplicate_key.
    Result<bson::Document> save(bson::Document document, CallOptions call = {}) const;

    /// Changes the first match and returns it, after the change or (return_after = false) before; atomic. Empty: nothing matched.
    /// @errors duplicate_key, version_conflict (with expected_version).
    Result<std::optional<bson::Document>> find_and_update(bson::Document filter, bson::Document update,
                                                          FindAndModifyOptions options = {}) const;
    /// The same by a whole document; _id and the fields that the library keeps stay.
    Result<std::optional<bson::Document>> find_and_replace(bson::Document filter, bson::Document replacement,
                                                           FindAndModifyOptions options = {}) const;
    /// Removes the first match and returns it as it was; a soft-deleting model marks it. Empty: nothing matched.
    Result<std::optional<bson::Document>> find_and_remove(bson::Document filter, FindAndModifyOptions options = {}) const;

    /// Removes the document with this id; a soft-deleting model marks it. @errors not_found, version_conflict.
    Result<void> remove(DocumentId id, RemoveOptions options = {}) const;
    /// The first match: 1, or 0, which is no error.
    Result<std::int64_t> remove_one(bson::Document filter, RemoveOptions options = {}) const;
    /// All matches: how many.
    Result<std::int64_t> remove_many(bson::Document filter, RemoveOptions options = {}) const;

    /// Undoes a soft delete. @errors not_found (none deleted has this id), duplicate_key (a live one took its unique key),
    /// invalid_argument (the model does not delete softly).
    Result<void> restore(DocumentId id, RemoveOptions options = {}) const;
    /// Of all deleted matches: how many. None is no error.
    Result<std::int64_t> restore_many(bson::Document filter, RemoveOptions options = {}) const;

    /// Removes the bytes whatever the model says, of live and deleted documents; with Visibility::only_deleted of deleted ones.
    /// @errors not_found.
    Result<void> purge(DocumentId id, RemoveOptions options = {}) const;
    /// Of all matches, live and deleted: how many. None is no error.
    Result<std::int64_t> purge_many(bson::Document filter, RemoveOptions options = {}) const;

    /// Many writes in one call; nothing is written when an item makes no sense to the model. On a model that deletes softly, is
    /// versioned or keeps times they may go in several parts, each stored when it is done: neighbouring removes that only mark, and one by one the items
    /// with an expected version and the replaces that have to read the stored version or created_at first. A deadline between two leaves those before
    /// (Error::outcome is partial; items and inserted say how far it came), unless the call is bound to a transaction.
    /// @errors those of the items, with items by index.
    Result<BulkResult> bulk(BulkItems items, BulkOptions options = {}) const;

    // Reads ----------------------------------------------------------------------------------------------------------

    /// The document with this id. @errors not_found.
    Result<bson::Document> get(DocumentId id, CallOptions call = {}) const;
    /// The matches one by one, in constant memory; see cursor.hpp.
    Result<DocumentCursor> find(bson::Document filter = {}, FindOptions options = {}) const;
    /// The first of the order, or empty.
    Result<std::optional<bson::Document>> first(bson::Document filter = {}, FindOptions options = {}) const;
    /// Whether any document matches; looks no further than the first.
    Result<bool> exists(bson::Document filter, CallOptions call = {}) const;
    /// How many match, exactly.
    Result<std::int64_t> count(bson::Document filter = {}, CountOptions options = {}) const;
    /// From the collection's metadata: fast, and off by what runs at the moment. Exact where the model deletes softly.
    Result<std::int64_t> estimated_count(CallOptions call = {}) const;
    /// The distinct values of a path, in the comparison order; arrays count as their elements.
    Result<bson::Array> distinct(std::string path, bson::Document filter = {}, CallOptions call = {}) const;
    /// One page in the order of `options.sort`, with `_id` as the last key. See Query::page.
    Result<Page<bson::Document>> page(bson::Document filter, FindOptions options, const PageOptions& page) const;
    /// How a find would run: {stage, index, keys_examined, documents_examined, returned, ...}.
    Result<bson::Document> explain(bson::Document filter, FindOptions options = {}) const;
    /// How a count would run, in the same words. The stage COUNT_SCAN reads an index's entries alone, RECORD_STORE_FAST_COUNT no document.
    Result<bson::Document> explain_count(bson::Document filter = {}, CountOptions options = {}) const;
    /// The documents that a pipeline makes of this collection's, streamed. On a soft-deleting model it begins with the documents that the
    /// call's visibility sees, and takes only stages that keep to them. @errors unsupported (such a stage; the embedded store: all).
    Result<DocumentCursor> aggregate(std::vector<bson::Document> pipeline, AggregateOptions options = {}) const;

    /// What happens to the documents from now on. The filter and the errors are those of Repository::watch. See change_events.hpp.
    Result<ChangeEvents> watch(const bson::Document& filter = {}, WatchOptions options = {}) const;

    // Indexes and the collection itself --------------------------------------------------------------------------------

    /// Creates the indexes that are not there, those of the model by default: true when any was new.
    /// On a soft-deleting model unique ones hold live documents only, unless they declare a partial filter of their own.
    Result<bool> create_indexes(CallOptions call = {}) const;
    /// These in place of the model's.
    Result<bool> create_indexes(std::vector<IndexSpec> indexes, CallOptions call = {}) const;
    /// The one on _id first; none when there is no collection.
    Result<std::vector<IndexSpec>> list_indexes(CallOptions call = {}) const;
    /// @errors invalid_argument (no index has this name; the one on _id).
    Result<void> drop_index(std::string name, CallOptions call = {}) const;
    /// All but the one on _id.
    Result<void> drop_indexes(CallOptions call = {}) const;
    /// Hides an index from the planner, or shows it again; it is kept up to date all the while. @errors as drop_index.
    Result<void> hide_index(std::string name, bool hidden = true, CallOptions call = {}) const;
    /// Makes the collection, which the first insert does by itself. False: it was there.
    Result<bool> create(CallOptions call = {}) const;
    /// Removes the collection with its documents and indexes. False: there was none.
    Result<bool> drop(CallOptions call = {}) const;

    // For Repository<T> ------------------------------------------------------------------------------------------------

    /// Of a call that is made of several.
    [[nodiscard]] detail::Running running() const noexcept;
    /// The cursor of a read by id: not_found is the caller's to say.
    Result<DocumentCursor> find_by_id(DocumentId id, CallOptions call) const;
    /// As insert_many, with the documents as stored.
    Result<std::vector<bson::Document>> insert_stored(std::vector<bson::Document> documents, InsertManyOptions options,
                                                      std::string_view call_name) const;
    /// The pages of a query; see pager.hpp.
    Result<detail::Pager> pager(bson::Document filter, FindOptions options, const PageOptions& page) const;
    /// "orders.get" in front of an error, and the id of the document at fault behind it.
    [[nodiscard]] Error located(Error error, std::string_view call_name, bson::View document = {}) const;
    /// not_found, said the same way by every call.
    [[nodiscard]] Error missing(std::string_view call_name) const;

private:
    friend class Database;
    friend struct detail::PagerState;
    Collection(std::shared_ptr<detail::DatabaseState> database, std::shared_ptr<const ModelInfo> model);

    struct Caller;

    std::shared_ptr<detail::DatabaseState>    database_;
    std::shared_ptr<const ModelInfo>          model_;  // of the program, or this handle's own
    std::shared_ptr<detail::TransactionState> transaction_{};
    std::shared_ptr<CausalOrder>              order_{};   // null, or where it is in a transaction: none
    std::shared_ptr<const ServerOptions>      server_{};  // null: none of its own
};

}  // namespace tenon
