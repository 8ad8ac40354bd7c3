#pragma once

#include <cstddef>
#include <optional>

#include <tenon/bson/view.hpp>
#include <tenon/result.hpp>

namespace tenon {

/// The documents of a find, one after another. Destroying it frees what the engine holds for it.
/// Used by one thread at a time; may be moved between threads.
class Cursor {
public:
    Cursor()                         = default;
    Cursor(const Cursor&)            = delete;
    Cursor& operator=(const Cursor&) = delete;
    virtual ~Cursor()                = default;

    /// The next document, empty at the end. The view is good until the next call or the cursor's end.
    /// @errors cancelled, timeout, io, corrupt, network; after an error or the end every further call says the same.
    virtual Result<std::optional<bson::View>> next() = 0;

    /// About how many documents next() gives before the engine is asked again: what a list may reserve. 0: not known.
    [[nodiscard]] virtual std::size_t at_hand() const noexcept { return 0; }
};

}  // namespace tenon
