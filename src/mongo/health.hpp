#pragma once
// How a deployment is: what its monitors know, and what one member says when it is asked.

#include <tenon/store/health.hpp>

#include "mongo/pool.hpp"

namespace tenon::mongo {

/// As Store::health says.
[[nodiscard]] Health health_of(Pool& pool, const Deadline& deadline);

}  // namespace tenon::mongo
