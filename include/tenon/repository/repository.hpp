#pragma once
// Repository<T>: the entities of one collection. Encodes, calls Collection, decodes.

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <tenon/mapping/model_info.hpp>
#include <tenon/mapping/patch.hpp>
#include <tenon/query/filter.hpp>
#include <tenon/query/pipeline.hpp>
#include <tenon/query/update.hpp>
#include <tenon/repository/bare_id.hpp>
#include <tenon/repository/bulk.hpp>
#include <tenon/repository/change_stream.hpp>
#include <tenon/repository/database.hpp>
#include <tenon/repository/query.hpp>

namespace tenon {

/// `open(uri, models<Message, User>())`: untyped calls on their collections then keep their rules from the first call on.
/// A Repository<T> makes its model known by itself.
template <RootEntity... Entities>
[[nodiscard]] Models models() {
    return Models{{&model_info<Entities>()...}};
}

/// A handle on the entities of T: copies are cheap, and need the Database no more.
///
/// Options come last and are aggregates: `remove(id, {.expected_version = 3, .call = {.deadline = Deadline::after(2s)}})`.
/// Errors of every call, beside those named: timeout, cancelled, io, corrupt, network; decode where an entity is returned, with the
/// field in Error::path and the document in Error::document_id. Error::where is "collection.call".
/// @threads safe: one Repository may be used by many threads at once, unless it is bound to a transaction.
template <RootEntity T>
class Repository {
public:
    using Entity = T;
    using IdType = reflect::field_type<T, mapping::detail::id_index<T>()>;
    using Filter = query::Filter<T>;
    using Update = query::Update<T>;

    /// Over the collection and the rules that Model<T> names. Reads and writes nothing yet.
    explicit Repository(const Database& database) : calls_(Collection(database, model_info<T>())) {}

    /// This repository inside a transaction: `messages.in(tx).get(id)`.
    [[nodiscard]] Repository in(const Transaction& transaction) const { return Repository(calls_.collection().in(transaction)); }
    /// This repository in the order of a session, outside transactions: a read that is bound sees the writes that were.
    [[nodiscard]] Repository in(const CausalSession& session) const { return Repository(calls_.collection().in(session)); }
    /// This repository with server options of its own: calls that set none of a kind take these.
    [[nodiscard]] Repository with(ServerOptions options) const { return Repository(calls_.collection().with(std::move(options))); }
    /// The same documents untyped, through the same middleware.
    [[nodiscard]] const Collection& untyped() const noexcept { return calls_.collection(); }

    // Writes ---------------------------------------------------------------------------------------------------------

    /// Stores a new entity and returns it as stored: with its id, generated when it is an empty ObjectId or Uuid, created_at (unless the
    /// caller set one), updated_at and version 1.
    /// @errors duplicate_key, encode (a member that BSON cannot hold, its path), invalid_argument (an empty string or zero as id).
    Result<T> insert(const T& entity, CallOptions call = {}) const {
        auto document = encoded(entity, "insert");
        if (!document) return fail(std::move(document).error());
        return entity_of(untyped().insert(std::move(*document), std::move(call)), "insert");
    }

    /// Stores many in one call, in the engine's one transaction. Ids come back in their order.
    /// @errors as insert; Error::items and Error::inserted tell which failed and which were stored.
    Result<InsertManyResult<IdType>> insert_many(std::span<const T> entities, InsertManyOptions options = {}) const {
        std::vector<bson::Document> documents;
        documents.reserve(entities.size());
        std::size_t room = 256;  // of the last document, and what the library's fields may take
        for (const T& entity : entities) {
            std::vector<std::uint8_t> bytes;
            bytes.reserve(room);
            if (auto done = encode(entity, bytes); !done) {
                auto error = calls_.located(std::move(done).error(), "insert_many");
                error.items.push_back({documents.size(), error.code, 0, error.message});
                return fail(std::move(error));
            }
            room = bytes.size() + 128;
            documents.push_back(bson::Document::trusted(std::move(bytes)));
        }
        auto stored = untyped().insert_stored(std::move(documents), std::move(options), "insert_many");
        if (!stored) return fail(std::move(stored).error());
        InsertManyResult<IdType> result;
        result.count = static_cast<std::int64_t>(stored->size());
        result.ids.resize(stored->size());
        for (std::size_t i = 0; i < stored->size(); ++i) {
            if (!detail::read_id((*stored)[i]["_id"], detail::bare_id(result.ids[i]))) {
                return fail(calls_.unread(std::move(fail(Errc::decode, "the stored _id is of another type", "_id").value()), "insert_many", (*stored)[i]));
            }
        }
        return result;
    }
    /// The same of a list: `insert_many({a, b})`.
    Result<InsertManyResult<IdType>> insert_many(std::initializer_list<T> entities, InsertManyOptions options = {}) const {
        return insert_many(std::span<const T>(entities.begin(), entities.size()), std::move(options));
    }

    /// Stores an entity whatever is there, and returns it as stored.
    ///
    /// With an empty id it is inserted. Else, on a versioned model, it replaces the stored one at the version it was read at, while version
    /// 0 says that it was never stored and is inserted. Without a version it replaces the one with its id or is inserted.
    /// Of a model with a `shard_key` this one has the same id and the same key; so it is with replace, upsert and a bulk's replace.
    /// @errors version_conflict (read again and re-apply), not_found (a version above 0 whose document is gone), duplicate_key, encode.
    Result<T> save(const T& entity, CallOptions call = {}) const {
        auto document = encoded(entity, "save");
        if (!document) return fail(std::move(document).error());
        return entity_of(untyped().save(std::move(*document), std::move(call)), "save");
    }

    /// Puts the entity in place of the one with its id and returns it as stored; fields that the library keeps and T lacks stay.
    /// On a versioned model at the entity's own version, unless `expected_version` says another or `upsert` takes any.
    /// @errors not_found, version_conflict, duplicate_key, encode, invalid_argument (an empty id).
    Result<T> replace(const T& entity, ReplaceOptions options = {}) const {
        auto document = encoded(entity, "replace");
        if (!document) return fail(std::move(document).error());
        return entity_of(untyped().replace(std::move(*document), std::move(options)), "replace");
    }
    /// In place of the first match. An empty id stays what is stored. Nothing matched is no error: UpdateResult::matched.
    Result<UpdateResult> replace_one(const Filter& filter, const T& entity, ReplaceOptions options = {}) const {
        auto document = encoded(entity, "replace_one");
        if (!document) return fail(std::move(document).error());
        return calls_.replace_one(filter, std::move(*document), std::move(options));
    }
    /// Replaces the entity with this id or inserts it, whatever version is stored, and returns it as stored.
    Result<T> upsert(const T& entity, CallOptions call = {}) const {
        ReplaceOptions options;
        options.upsert = true;
        options.call   = std::move(call);
        return replace(entity, std::move(options));
    }

    /// Changes the entity with this id. @errors not_found, version_conflict (with expected_version), duplicate_key,
    /// invalid_argument (an empty update, a field that the library keeps).
    Result<UpdateResult> update(const IdType& id, const Update& update, UpdateOptions options = {}) const {
        return calls_.update(detail::bare_id(id), update, std::move(options));
    }
    /// The first match. Nothing matched is no error: UpdateResult::matched.
    Result<UpdateResult> update_one(const Filter& filter, const Update& update, UpdateOptions options = {}) const {
        return calls_.update_one(filter, update, std::move(options));
    }
    /// All matches, each atomically.
    Result<UpdateResult> update_many(const Filter& filter, const Update& update, UpdateOptions options = {}) const {
        return calls_.update_many(filter, update, std::move(options));
    }
    /// Sets the fields that a patch struct holds: its members are members of T by name and type, or optionals of them; an empty optional
    /// leaves the field as it is, an empty optional in an optional removes it. @errors as update; invalid_argument: nothing to change.
    template <reflect::Entity Patch>
    Result<UpdateResult> patch(const IdType& id, const Patch& patch, UpdateOptions options = {}) const {
        return calls_.patch(detail::bare_id(id), encode_patch<T>(patch), std::move(options));
    }

    /// Changes the first match and returns it, after the change or (return_after = false) before; atomic. Empty: nothing matched.
    /// @errors as update; decode when the document, or what the options' projection leaves of it, is no T: then the change is made (Outcome::partial).
    Result<std::optional<T>> find_and_update(const Filter& filter, const Update& update, FindAndModifyOptions options = {}) const {
        return maybe_entity_of(calls_.find_and_update(filter, update, std::move(options)), "find_and_update");
    }
    /// Puts the entity in place of the first match and returns it, after the change or (return_after = false) before; atomic. Empty:
    /// nothing matched. An empty id stays what is stored. @errors as replace_one; duplicate_key, version_conflict (with expected_version), encode.
    Result<std::optional<T>> find_and_replace(const Filter& filter, const T& entity, FindAndModifyOptions options = {}) const {
        auto document = encoded(entity, "find_and_replace");
        if (!document) return fail(std::move(document).error());
        return maybe_entity_of(calls_.find_and_replace(filter, std::move(*document), std::move(options)), "find_and_replace");
    }
    /// Removes the first match and returns it as it was; a soft-deleting model marks it. Empty: nothing matched. @errors decode as find_and_update.
    Result<std::optional<T>> find_and_remove(const Filter& filter, FindAndModifyOptions options = {}) const {
        return maybe_entity_of(calls_.find_and_remove(filter, std::move(options)), "find_and_remove");
    }

    /// Removes the entity with this id; a soft-deleting model marks it and hides it. @errors not_found, version_conflict.
    Result<void> remove(const IdType& id, RemoveOptions options = {}) const {
        return untyped().remove(detail::bare_id(id), std::move(options));
    }
    /// The first match: 1, or 0, which is no error.
    Result<std::int64_t> remove_one(const Filter& filter, RemoveOptions options = {}) const {
        return calls_.remove_one(filter, std::move(options));
    }
    /// All matches: how many. What was removed before an error stays so (Error::outcome).
    Result<std::int64_t> remove_many(const Filter& filter, RemoveOptions options = {}) const {
        return calls_.remove_many(filter, std::move(options));
    }
    /// Undoes a soft delete. @errors not_found, duplicate_key (a live document took its unique key), invalid_argument (no soft delete).
    Result<void> restore(const IdType& id, RemoveOptions options = {}) const {
        return untyped().restore(detail::bare_id(id), std::move(options));
    }
    /// Of all deleted matches: how many. None is no error.
    Result<std::int64_t> restore_many(const Filter& filter, RemoveOptions options = {}) const {
        return calls_.restore_many(filter, std::move(options));
    }
    /// Removes the bytes of a live or deleted entity; with Visibility::only_deleted of deleted ones alone. @errors not_found.
    Result<void> purge(const IdType& id, RemoveOptions options = {}) const {
        return untyped().purge(detail::bare_id(id), std::move(options));
    }
    /// Of all matches, live and deleted: how many. None is no error.
    Result<std::int64_t> purge_many(const Filter& filter, RemoveOptions options = {}) const {
        return calls_.purge_many(filter, std::move(options));
    }

    /// Many writes in one call: `repo.bulk().insert(a).remove(id).run()`.
    [[nodiscard]] Bulk<T> bulk() const { return Bulk<T>(untyped()); }

    // Reads ----------------------------------------------------------------------------------------------------------

    /// The entity with this id. @errors not_found.
    Result<T> get(const IdType& id, CallOptions call = {}) const {
        const auto at_work = untyped().running();
        auto cursor = untyped().find_by_id(detail::bare_id(id), std::move(call));
        if (!cursor) return fail(std::move(cursor).error());
        auto document = cursor->read(at_work);
        if (!document) return fail(std::move(document).error());
        if (!*document) return fail(untyped().missing("get"));
        auto entity = decode<T>(**document);
        if (!entity) return fail(calls_.located(std::move(entity).error(), "get", **document));
        return entity;
    }

    /// A lazy query: `find(filter).sort(...).limit(10).all()`. Nothing runs until its last call.
    [[nodiscard]] Query<T> find(const Filter& filter = {}) const { return Query<T>(calls_.query(filter)); }

    /// Whether any entity matches; looks no further than the first.
    Result<bool> exists(const Filter& filter, CallOptions call = {}) const { return calls_.exists(filter, std::move(call)); }
    /// How many match, exactly.
    Result<std::int64_t> count(const Filter& filter = {}, CountOptions options = {}) const { return calls_.count(filter, std::move(options)); }
    /// From the collection's metadata: fast, and off by what runs at the moment. Exact where the model deletes softly.
    Result<std::int64_t> estimated_count(CallOptions call = {}) const { return untyped().estimated_count(std::move(call)); }
    /// The distinct values of a field among the matches, as Query::distinct: `distinct<&Order::lines, &Line::sku>()`.
    template <auto First, auto... Rest>
    auto distinct(const Filter& filter = {}) const {
        return find(filter).template distinct<First, Rest...>();
    }

    /// The documents that a pipeline makes of the entities, streamed and decoded: `aggregate(pipeline<T>().match(...).group<U>(...))`.
    /// On a soft-deleting model it begins with what the call's visibility sees, and takes only stages that keep to that.
    /// @errors decode, unsupported (such a stage; the embedded store has no aggregation: Capabilities::aggregation).
    template <class U, bool Whole>
    Result<Stream<U>> aggregate(const query::Pipeline<T, U, Whole>& pipeline, AggregateOptions options = {}) const {
        static_assert(Whole, "after unwind an array holds one element: name what is read by project<U>(), group<U>(...) or as<U>()");
        return streamed<U>(calls_.aggregate(pipeline, std::move(options)));
    }
    /// The same of stages in MongoDB's own form: `aggregate<U>({stage, stage})`.
    template <class U>
    Result<Stream<U>> aggregate(std::vector<bson::Document> stages, AggregateOptions options = {}) const {
        return streamed<U>(untyped().aggregate(std::move(stages), std::move(options)));
    }

    /// The changes of the entities from now on, or from the token or time of the options. Each is told once, in the order of the server's log.
    ///
    /// A filter is matched against the documents that an event brings: the one behind the change (of an insert and a replace always there,
    /// of an update with `full_document`) and the one before it (with `before_change`); one that matches is enough. An event that brings
    /// none is told whatever the filter says, since nothing rules it out: a remove without `before_change`, an update whose document was
    /// gone when it was looked up, a drop. A filter on the id alone needs no document, and holds for removes, too.
    ///
    /// CallOptions::visibility is not looked at: a soft delete is an event like others (Change::soft_deleted), and the events of
    /// documents that are deleted softly are told, too. The call's deadline is of the opening, its stop token of all that follows.
    /// @errors unsupported (a standalone server, the embedded store, inside a transaction; `$text`, `$where` and such in the filter),
    ///         invalid_argument (a filter on more than the id where updates bring no document).
    /// MongoDB manual: Change Streams.
    Result<ChangeStream<T>> watch(const Filter& filter = {}, WatchOptions options = {}) const {
        auto events = calls_.watch(filter, std::move(options));
        if (!events) return fail(std::move(events).error());
        return ChangeStream<T>(std::move(*events), untyped());
    }

    // Indexes ----------------------------------------------------------------------------------------------------------

    /// Creates the model's indexes that are not there: true when any was new.
    /// On a soft-deleting model unique ones hold live documents only, unless they declare a partial filter.
    Result<bool> create_indexes(CallOptions call = {}) const { return untyped().create_indexes(std::move(call)); }
    /// The collection's indexes, the one on _id first; none when there is no collection.
    Result<std::vector<IndexSpec>> list_indexes(CallOptions call = {}) const { return untyped().list_indexes(std::move(call)); }
    /// Removes an index by name. @errors invalid_argument (no index has this name; the one on _id).
    Result<void> drop_index(std::string name, CallOptions call = {}) const { return untyped().drop_index(std::move(name), std::move(call)); }
    /// Removes all but the one on _id.
    Result<void> drop_indexes(CallOptions call = {}) const { return untyped().drop_indexes(std::move(call)); }
    /// Hides an index from the planner, or shows it again; it is kept up to date all the while.
    /// @errors invalid_argument (no index has this name; the one on _id).
    Result<void> hide_index(std::string name, bool hidden = true, CallOptions call = {}) const {
        return untyped().hide_index(std::move(name), hidden, std::move(call));
    }

private:
    explicit Repository(Collection collection) noexcept : calls_(std::move(collection)) {}

    template <class U>
    Result<Stream<U>> streamed(Result<DocumentCursor> cursor) const {
        if (!cursor) return fail(std::move(cursor).error());
        return Stream<U>(std::move(*cursor), untyped(), "aggregate");
    }
    Result<bson::Document> encoded(const T& entity, std::string_view call_name) const {
        auto document = encode(entity);
        if (!document) return fail(calls_.located(std::move(document).error(), call_name));
        return document;
    }

    // What a write stored or took away, as an entity.
    Result<T> entity_of(Result<bson::Document> document, std::string_view call_name) const {
        if (!document) return fail(std::move(document).error());
        auto entity = decode<T>(*document);
        if (!entity) return fail(calls_.unread(std::move(entity).error(), call_name, *document));
        return entity;
    }

    Result<std::optional<T>> maybe_entity_of(Result<std::optional<bson::Document>> document, std::string_view call_name) const {
        if (!document) return fail(std::move(document).error());
        if (!*document) return std::optional<T>{};
        auto entity = decode<T>(**document);
        if (!entity) return fail(calls_.unread(std::move(entity).error(), call_name, **document));
        return std::optional<T>(std::move(*entity));
    }

    detail::TypedCalls calls_;
};

}  // namespace tenon
