#pragma once
// ChangeEvents: what happens to the documents of a collection or a database, untyped. ChangeStream<T> is this with decode behind.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/result.hpp>
#include <tenon/store/context.hpp>
#include <tenon/store/model_info.hpp>

namespace tenon {

class ChangeCursor;

namespace detail {
struct Watching;
}

/// What an event tells of.
enum class ChangeKind : std::uint8_t {
    insert,
    update,      ///< fields were changed; a soft delete and a restore are updates, too (Change::soft_deleted, Change::restored)
    replace,     ///< the whole document was
    remove,      ///< the bytes are gone
    invalidate,  ///< the last event of a stream: its collection was dropped or renamed
    other,       ///< drop, rename, ...: ChangeEvent::operation and raw() say what
};

/// An event as the server sent it, untyped. Owns its bytes; the views are good as long as it lives unchanged.
/// What the event does not have (or a pipeline took from it) is empty.
class ChangeEvent {
public:
    ChangeEvent() = default;
    explicit ChangeEvent(bson::View raw) : raw_(raw) {}

    [[nodiscard]] ChangeKind kind() const noexcept;
    /// The server's word for it: "insert", "delete", "dropDatabase".
    [[nodiscard]] std::string_view operation() const noexcept;
    [[nodiscard]] std::string_view collection() const noexcept;
    /// The _id of the document.
    [[nodiscard]] bson::ValueRef document_id() const noexcept { return raw_.at_path("documentKey._id"); }
    /// The document behind the change, and before it.
    [[nodiscard]] std::optional<bson::View> document_after() const noexcept { return document("fullDocument"); }
    [[nodiscard]] std::optional<bson::View> document_before() const noexcept { return document("fullDocumentBeforeChange"); }

    /// Of an update, by stored path ("lines.0.qty"): fields that were set, with their new values; fields that were removed; and arrays
    /// that were cut to a new length.
    [[nodiscard]] bson::View updated_fields() const noexcept;
    [[nodiscard]] std::vector<std::string_view> removed_fields() const;
    struct TruncatedArray {
        std::string_view field{};
        std::int64_t     size = 0;
    };
    [[nodiscard]] std::vector<TruncatedArray> truncated_arrays() const;

    [[nodiscard]] bson::Timestamp cluster_time() const noexcept;
    /// WatchOptions::resume_after of a stream that goes on behind this event.
    [[nodiscard]] bson::Document resume_token() const;
    [[nodiscard]] const bson::Document& raw() const noexcept { return raw_; }

private:
    [[nodiscard]] std::optional<bson::View> document(std::string_view key) const noexcept;

    bson::Document raw_{};
};

/// The events of a collection or of a whole database, untyped. Movable; used by one thread at a time. Destroying it frees what the
/// server holds for it. It keeps a connection of the pool for as long as it lives.
class ChangeEvents {
public:
    /// `watching`: what must live as long as the stream.
    ChangeEvents(std::unique_ptr<ChangeCursor> cursor, std::string where, std::shared_ptr<detail::Watching> watching);
    ChangeEvents(ChangeEvents&&) noexcept;
    ChangeEvents& operator=(ChangeEvents&&) noexcept;
    ~ChangeEvents();

    /// The next event; empty when none came before the deadline (none: one wait of WatchOptions::max_await).
    ///
    /// A stream that breaks (a lost connection, a failover) is opened again behind the last event, for as long as the deadline lets:
    /// no event is lost or comes twice. The call may outlast its deadline by 50 ms, since an answer that is on its way is worth more.
    /// @errors timeout, network, transient: the deadline passed before the server answered or the stream could be resumed; a later call
    ///         goes on behind the last event. cancelled (CallOptions::stop of the call that opened it, or the
    ///         database was closed, which ends a wait at once, or the server ended the stream, as when its cursor is killed:
    ///         resume_token() is where a later stream goes on).
    ///         With these it has ended: unsupported (the oplog no longer reaches back to the last event), not_found (a document that was
    ///         `required` is not kept), auth, invalid_argument (behind an `invalidate` event).
    Result<std::optional<ChangeEvent>> next(const Deadline& deadline = {});

    /// Calls `visit(const ChangeEvent&)` for each event until it returns false, the stream is invalidated (after that event) or fails.
    /// @errors as next; after timeout, network and transient it may be called again.
    template <class Visit>
    Result<void> for_each(Visit&& visit);

    /// Where to go on after the last event or the last empty wait.
    [[nodiscard]] bson::Document resume_token() const;
    /// The call that made it, "orders.watch".
    [[nodiscard]] const std::string& where() const noexcept { return where_; }

private:
    std::shared_ptr<detail::Watching> watching_;
    std::unique_ptr<ChangeCursor>     cursor_;
    std::string                       where_;
};

namespace detail {

/// Calls `visit` with what `next` yields: a Result of an optional change.
template <class Next, class Visit>
Result<void> visit_changes(Next next, Visit& visit) {
    for (;;) {
        auto change = next();
        if (!change) return fail(std::move(change).error());
        if (!*change) continue;
        if constexpr (std::is_same_v<decltype(visit(std::as_const(**change))), bool>) {
            if (!visit(std::as_const(**change))) return {};
        } else {
            visit(std::as_const(**change));
        }
        if ((**change).kind() == ChangeKind::invalidate) return {};
    }
}

/// Whether an update sets (true) or clears (false) the mark of a soft delete; empty: neither.
[[nodiscard]] std::optional<bool> soft_delete_mark(const ChangeEvent& event, const ModelInfo& model);

}  // namespace detail

template <class Visit>
Result<void> ChangeEvents::for_each(Visit&& visit) {
    return detail::visit_changes([this] { return next(); }, visit);
}

}  // namespace tenon
