#pragma once
// Code of the caller's that a server would run: refused before anything is sent, on every store.

#include <tenon/store/operation.hpp>

namespace tenon::repository {

/// Whether a filter of the operation holds `$where`, at its top or within $and, $or and $nor: elsewhere no server takes one. What a
/// pipeline's $match holds is the server's to refuse, and it does.
/// @errors unsupported, path "$where".
[[nodiscard]] Result<void> refuse_code(const Operation& operation);

}  // namespace tenon::repository
