#pragma once
// Code in a filter that a server would run: refused before anything is sent, on every store.

#include <tenon/store/operation.hpp>

namespace tenon::repository {

/// Refuses `$where`, at a filter's top or within $and, $or and $nor (elsewhere no server takes one), and `$function` anywhere below its `$expr`. The
/// filters are those of the operations and of a pipeline's own $match stages; what other stages compute is written by the program, as a Command is.
/// @errors unsupported, path the operator.
[[nodiscard]] Result<void> refuse_code(const Operation& operation);

}  // namespace tenon::repository
