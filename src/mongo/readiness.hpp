#pragma once
// Whether a deployment can be worked with: asked when it is opened, and by those that wait for it.

#include <stop_token>

#include <tenon/result.hpp>
#include <tenon/store/context.hpp>

#include "mongo/pool.hpp"

namespace tenon::mongo {

/// Connects, logs in and asks the server for its version, as `open` does unless it is lazy. What fails names the hosts, the user and the option.
/// @errors network (no server), timeout (none answers), auth, unsupported (too old), invalid_argument (not of the replica set).
[[nodiscard]] Result<void> connect(Pool& pool);

/// Tries until a server takes writes and the login, at most until the deadline or the stop. @errors as Store::wait_until_ready.
[[nodiscard]] Result<void> wait_until_ready(Pool& pool, const Deadline& deadline, const std::stop_token& stop);

}  // namespace tenon::mongo
