#pragma once
// Segments: a bulk write cut into runs that a layer sends on in different ways, with one reply as if it had not been cut.

#include <cstdint>

#include "repository/middleware/middleware.hpp"

namespace tenon::repository {

/// What a layer makes of an item.
enum class ItemKind : std::uint8_t {
    together,  ///< goes on with its neighbours in one bulk write
    marking,   ///< deletes that became updates: a bulk write of their own, whose matches count as deleted
    alone,     ///< needs more than one operation, or an answer of its own
};

class SegmentRunner {
public:
    virtual ~SegmentRunner() = default;
    /// The kind of one item; called before anything runs.
    [[nodiscard]] virtual ItemKind kind(const Request& request, const BulkWrite::Item& item, bool versioned) const = 0;
    /// Sends a bulk write of items of one kind on.
    virtual Result<BulkReply> send(Request request, Session& session) = 0;
    /// Runs one item of kind `alone` as the operation it is.
    virtual Result<BulkReply> run_alone(Request request, Session& session) = 0;
};

/// Runs the items of `request` (a BulkWrite) segment by segment, in order. @errors as the engine's bulk write: the code of the first
/// failure, items by their index in the caller's list, the ids inserted before.
[[nodiscard]] Result<Reply> run_segments(Request request, Session& session, SegmentRunner& runner);

/// The request of one item, its expected version in the context.
[[nodiscard]] Request single_item(const Request& like, BulkWrite::Item item, std::optional<std::int64_t> expected_version);
/// A single operation's reply in the form of a bulk write's.
[[nodiscard]] Result<BulkReply> as_bulk_reply(Result<Reply> reply);

}  // namespace tenon::repository
