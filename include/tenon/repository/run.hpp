#pragma once
// The single entry: every call of Repository and Collection becomes a Request and goes through here. For those who build
// Requests themselves; a service includes tenon.hpp instead.

#include <tenon/repository/database.hpp>
#include <tenon/store/store.hpp>

namespace tenon {

/// Sends a request through the middleware to the engine. Without a `model` the one known for the collection is used, or none.
/// `session`: of a transaction of this database, or a CausalOrder; null: neither.
/// A cursor or change stream of the reply is to be gone before Database::close, which waits for neither.
/// @errors cancelled: the database is closed. invalid_argument inside the body of a transaction of this database on this thread when
///         `session` is not of one.
[[nodiscard]] Result<Reply> run(const Database& database, Request request, Session* session = nullptr);

}  // namespace tenon
