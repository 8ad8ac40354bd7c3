#pragma once
// TypedCalls: the part of Repository<T> that needs no T, compiled once. Clauses go in, bytes come out.

#include <string_view>
#include <utility>
#include <vector>

#include <tenon/query/clause.hpp>
#include <tenon/repository/collection.hpp>

namespace tenon::query {
class PipelineBase;
class UpdateBase;
}

namespace tenon::detail {

/// What a lazy query holds.
struct QueryState {
    Collection               collection;
    bson::Document           filter{};
    FindOptions              options{};
    std::optional<Error>     error{};  // the first mistake of its clauses

    void take(const query::Clause& clause, bson::Document& into);
    /// The options and filter of a call. @errors the mistake of a clause.
    [[nodiscard]] Result<void> ready(std::string_view call_name) const;

    Result<DocumentCursor> find(std::string_view call_name, std::int64_t most) const;
    Result<Pager>          page(const PageOptions& page) const;
    Result<std::int64_t>   count() const;
    Result<bool>           exists() const;
    Result<bson::Array>    distinct(std::string_view path) const;
    Result<bson::Document> explain() const;
    Result<bson::Document> explain_count() const;
};

class TypedCalls {
public:
    explicit TypedCalls(Collection collection) noexcept : collection_(std::move(collection)) {}

    [[nodiscard]] const Collection& collection() const noexcept { return collection_; }
    [[nodiscard]] Error located(Error error, std::string_view name, bson::View document = {}) const {
        return collection_.located(std::move(error), name, document);
    }

    /// The write is done, its document cannot be read as the entity.
    [[nodiscard]] Error unread(Error error, std::string_view name, bson::View document) const {
        error.outcome = Outcome::partial;
        return located(std::move(error), name, document);
    }

    Result<UpdateResult> update(DocumentId id, const query::UpdateBase& update, UpdateOptions options) const;
    Result<UpdateResult> patch(DocumentId id, Result<bson::Document> update, UpdateOptions options) const;
    Result<UpdateResult> update_one(const query::Clause& filter, const query::UpdateBase& update, UpdateOptions options) const;
    Result<UpdateResult> update_many(const query::Clause& filter, const query::UpdateBase& update, UpdateOptions options) const;
    Result<UpdateResult> replace_one(const query::Clause& filter, bson::Document replacement, ReplaceOptions options) const;
    Result<std::optional<bson::Document>> find_and_update(const query::Clause& filter, const query::UpdateBase& update,
                                                          FindAndModifyOptions options) const;
    Result<std::optional<bson::Document>> find_and_replace(const query::Clause& filter, bson::Document replacement,
                                                           FindAndModifyOptions options) const;
    Result<std::optional<bson::Document>> find_and_remove(const query::Clause& filter, FindAndModifyOptions options) const;
    Result<std::int64_t> remove_one(const query::Clause& filter, RemoveOptions options) const;
    Result<std::int64_t> remove_many(const query::Clause& filter, RemoveOptions options) const;
    Result<std::int64_t> restore_many(const query::Clause& filter, RemoveOptions options) const;
    Result<std::int64_t> purge_many(const query::Clause& filter, RemoveOptions options) const;
    Result<std::int64_t> count(const query::Clause& filter, CountOptions options) const;
    Result<bool>         exists(const query::Clause& filter, CallOptions call) const;

    Result<ChangeEvents>   watch(const query::Clause& filter, WatchOptions options) const;
    Result<DocumentCursor> aggregate(const query::PipelineBase& pipeline, AggregateOptions options) const;

    [[nodiscard]] QueryState query(const query::Clause& filter) const;

private:
    template <class Call>
    auto with(const query::Clause& filter, std::string_view name, Call call) const;

    Collection collection_;
};

/// A bulk write's items from clauses; a mistake is kept and fails the call.
void add_update(BulkItems& items, const query::Clause& filter, const query::UpdateBase& update, BulkItemOptions options, bool many);
void add_update(BulkItems& items, DocumentId id, const query::UpdateBase& update, BulkItemOptions options);
void add_replace(BulkItems& items, bson::Document replacement, const ModelInfo& model, BulkItemOptions options);
void add_remove(BulkItems& items, const query::Clause& filter, BulkItemOptions options, bool many);
void add_remove(BulkItems& items, DocumentId id, BulkItemOptions options);

// An _id into the member that holds it. False when the stored type is another one.
[[nodiscard]] bool read_id(bson::ValueRef id, bson::ObjectId& into) noexcept;
[[nodiscard]] bool read_id(bson::ValueRef id, bson::Uuid& into) noexcept;
[[nodiscard]] bool read_id(bson::ValueRef id, std::string& into);
[[nodiscard]] bool read_id(bson::ValueRef id, std::int64_t& into) noexcept;

}  // namespace tenon::detail
