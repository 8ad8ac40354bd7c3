#pragma once
// Bulk<T>: many writes of an entity in one call.

#include <vector>

#include <tenon/mapping/codec.hpp>
#include <tenon/query/filter.hpp>
#include <tenon/query/update.hpp>
#include <tenon/repository/typed_calls.hpp>

namespace tenon {

/// Collects writes; `run` sends them in order. Entities are encoded as they are added; the first mistake is what `run` fails with.
/// Made by Repository::bulk, used by one thread.
template <class T>
class Bulk {
public:
    explicit Bulk(Collection collection) noexcept : collection_(std::move(collection)) {}

    Bulk& insert(const T& entity) {
        if (auto document = encoded(entity)) items_.insert(std::move(*document));
        return *this;
    }
    template <class Id>
    Bulk& update(const Id& id, const query::Update<T>& update, BulkItemOptions options = {}) {
        detail::add_update(items_, id, update, std::move(options));
        return *this;
    }
    Bulk& update_one(const query::Filter<T>& filter, const query::Update<T>& update, BulkItemOptions options = {}) {
        detail::add_update(items_, filter, update, std::move(options), false);
        return *this;
    }
    Bulk& update_many(const query::Filter<T>& filter, const query::Update<T>& update, BulkItemOptions options = {}) {
        detail::add_update(items_, filter, update, std::move(options), true);
        return *this;
    }
    /// Puts the entity in place of the one with its id; on a versioned model at the version it was read at, unless `upsert`. There each goes to the server
    /// alone, and so does one whose created_at is empty; see Collection::bulk.
    Bulk& replace(const T& entity, BulkItemOptions options = {}) {
        if (auto document = encoded(entity)) detail::add_replace(items_, std::move(*document), collection_.model(), std::move(options));
        return *this;
    }
    template <class Id>
    Bulk& remove(const Id& id, BulkItemOptions options = {}) {
        detail::add_remove(items_, id, std::move(options));
        return *this;
    }
    Bulk& remove_one(const query::Filter<T>& filter, BulkItemOptions options = {}) {
        detail::add_remove(items_, filter, std::move(options), false);
        return *this;
    }
    Bulk& remove_many(const query::Filter<T>& filter, BulkItemOptions options = {}) {
        detail::add_remove(items_, filter, std::move(options), true);
        return *this;
    }

    [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }

    /// Sends the items and empties the list. @errors those of the items: Error::items by index, Error::inserted.
    Result<BulkResult> run(BulkOptions options = {}) { return collection_.bulk(std::exchange(items_, BulkItems()), std::move(options)); }

private:
    std::optional<bson::Document> encoded(const T& entity) {
        auto document = encode(entity);
        if (document) return std::move(*document);
        items_.mistake(collection_.located(std::move(document).error(), "bulk"));
        return std::nullopt;
    }

    Collection collection_;
    BulkItems  items_{};
};

}  // namespace tenon
