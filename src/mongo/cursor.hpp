#pragma once
// The cursors of find and aggregate.

#include <memory>

#include <tenon/store/cursor.hpp>

#include "mongo/bson.hpp"
#include "mongo/call.hpp"
#include "mongo/error.hpp"

namespace tenon::mongo {

/// Fetches the first batch, so that a query the server refuses is the call's error and not the first next()'s. Takes the call's lease along;
/// the cursor gives it back at its end, or when it is destroyed, after killing what is left of it on the server.
/// @errors the server's.
[[nodiscard]] Result<std::unique_ptr<Cursor>> stream_cursor(Call& call, CursorPtr cursor, Effect effect);

/// The documents of a reply's cursor.firstBatch, where they are all there is. Holds no client.
[[nodiscard]] Result<std::unique_ptr<Cursor>> batch_cursor(std::unique_ptr<Bson> reply, const Context& context);

}  // namespace tenon::mongo
