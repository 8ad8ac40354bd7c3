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
    /// @errors cancelled, network (it could not resume within the deadline), unsupported (the history is lost: watch anew), timeout.
    virtual Result<std::optional<bson::View>> next(const Deadline& deadline) = 0;
    /// Where to go on after the last event (or an empty wait): Watch::resume_after of a later stream. Empty before the first.
    [[nodiscard]] virtual bson::Document resume_token() const = 0;
};

}  // namespace tenon
