#pragma once

#include <optional>

#include <tenon/bson/document.hpp>
#include <tenon/bson/view.hpp>
#include <tenon/result.hpp>
#include <tenon/store/context.hpp>

namespace tenon {

/// The events of a change stream, one after another; resumes by itself after an error that the server calls resumable.
/// Used by one thread at a time; may be moved between threads. Destroying it frees what the server holds for it.
class ChangeCursor {
public:
    ChangeCursor()                               = default;
    ChangeCursor(const ChangeCursor&)            = delete;
    ChangeCursor& operator=(const ChangeCursor&) = delete;
    virtual ~ChangeCursor()                      = default;

    /// The next event; empty when none came before `deadline` (none: one wait of Watch::max_await). The view is good until the next call.
    /// With a deadline that has passed only what was fetched before is looked at. The stop token is that of the call that opened it.
    /// After these the stream goes on with the next call, behind the last event:
    /// @errors timeout (the server did not answer by the deadline), network, transient (it could not be resumed by then), cancelled.
    /// After these it has ended, and every further call says the same:
    /// @errors unsupported (the history is lost: watch anew), not_found (a document that was required is not kept), auth,
    ///         invalid_argument (a call behind an `invalidate` event, or what the server refuses), cancelled (the server ended it, as
    ///         when its cursor is killed).
    virtual Result<std::optional<bson::View>> next(const Deadline& deadline) = 0;
    /// Where to go on after the last event (or an empty wait): Watch::resume_after of a later stream. Before the first event it is where the
    /// stream began; empty where that was a time and events are here that nobody has read yet.
    [[nodiscard]] virtual bson::Document resume_token() const = 0;
};

}  // namespace tenon
