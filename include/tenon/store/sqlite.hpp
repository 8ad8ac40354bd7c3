#pragma once
// The embedded engine's entry. Services call tenon::open; this is for those who stack their own middleware.

#include <memory>

#include <tenon/store/config.hpp>
#include <tenon/store/store.hpp>

namespace tenon::sqlite {

/// Opens or creates a store file, or a private temporary one for `sqlite::memory:`.
/// @errors invalid_argument (unknown option), io (cannot open, read-only folder), corrupt (not a database, not ours),
///         unsupported (written by a newer format).
[[nodiscard]] Result<std::shared_ptr<Store>> open_store(const Config& config);

}  // namespace tenon::sqlite
