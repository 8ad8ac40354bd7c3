#pragma once
// ChangeStream<T>: what happens to the entities of a repository, told as it happens.
//
//   auto changes = orders.watch(field<&Order::state> == State::open, {.full_document = FullDocument::update_lookup});
//   while (auto change = changes->next(Deadline::after(30s))) {
//       if (*change) apply(**change);             // empty: nothing happened in 30 s
//       keep(changes->resume_token());            // where a later stream goes on
//   }

#include <optional>
#include <utility>

#include <tenon/mapping/codec.hpp>
#include <tenon/mapping/model_info.hpp>
#include <tenon/repository/bare_id.hpp>
#include <tenon/repository/change_events.hpp>
#include <tenon/repository/collection.hpp>
#include <tenon/repository/typed_calls.hpp>

namespace tenon {

/// A change of an entity, beside the event itself. Owns all it holds.
template <RootEntity T>
struct Change : ChangeEvent {
    using IdType = reflect::field_type<T, mapping::detail::id_index<T>()>;

    explicit Change(ChangeEvent event) noexcept : ChangeEvent(std::move(event)) {}

    std::optional<IdType> id{};        ///< empty for what is no change of a document: drop, invalidate
    std::optional<T>      document{};  ///< behind the change: of an insert and a replace always, of an update as WatchOptions::full_document asks
    std::optional<T>      before{};    ///< as WatchOptions::before_change asks
    bool soft_deleted = false;         ///< an update that marked the entity as deleted
    bool restored     = false;         ///< an update that took the mark away
};

/// The changes of a repository's entities. Movable; used by one thread at a time. Destroying it frees what the server holds for it. It
/// keeps a connection of the pool for as long as it lives.
template <RootEntity T>
class ChangeStream {
public:
    ChangeStream(ChangeEvents events, Collection collection) noexcept : events_(std::move(events)), collection_(std::move(collection)) {}

    /// The next change; empty when none came before the deadline (none: one wait of WatchOptions::max_await). Resumes as
    /// ChangeEvents::next says.
    /// @errors those of ChangeEvents::next; decode (with the document's _id; the stream goes on behind it).
    Result<std::optional<Change<T>>> next(const Deadline& deadline = {}) {
        auto event = events_.next(deadline);
        if (!event) return fail(std::move(event).error());
        if (!*event) return std::optional<Change<T>>{};
        std::optional<Change<T>> change(std::in_place, std::move(**event));
        if (const auto id = change->document_id()) {
            if (!detail::read_id(id, detail::bare_id(change->id.emplace()))) {
                return failed(std::move(fail(Errc::decode, "the changed document's _id is of another type than the entity's", "_id").value()), {});
            }
        }
        if (auto read = decode_part(change->document_after(), change->document); !read) return fail(std::move(read).error());
        if (auto read = decode_part(change->document_before(), change->before); !read) return fail(std::move(read).error());
        if (const auto mark = detail::soft_delete_mark(*change, collection_.model())) (*mark ? change->soft_deleted : change->restored) = true;
        return change;
    }

    /// Calls `visit(const Change<T>&)` for each change until it returns false, the stream is invalidated (after that event) or fails.
    /// @errors as next; after decode, timeout, network and transient it may be called again.
    template <class Visit>
    Result<void> for_each(Visit&& visit) {
        return detail::visit_changes([this] { return next(); }, visit);
    }

    /// Where to go on after the last change or the last empty wait: WatchOptions::resume_after of a later stream.
    [[nodiscard]] bson::Document resume_token() const { return events_.resume_token(); }

private:
    tl::unexpected<Error> failed(Error error, bson::View document) const { return fail(collection_.located(std::move(error), "watch", document)); }

    Result<void> decode_part(std::optional<bson::View> document, std::optional<T>& into) const {
        if (!document) return {};
        if (auto read = decode_into(*document, into.emplace()); !read) return failed(std::move(read).error(), *document);
        return {};
    }

    ChangeEvents events_;
    Collection   collection_;
};

}  // namespace tenon
