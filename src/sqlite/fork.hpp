#pragma once
// What fork() does to open stores.
//
// SQLite's locks belong to the process, and its own account of them (which files, which locks) is inherited by a child that
// holds none of them. So idle connections are closed just before a fork and opened again on demand, on both sides. What was in use
// at that moment (an open cursor or transaction) cannot be closed: the parent goes on with it, and in the child that file is
// refused, since SQLite would take the parent's locks for the child's own.

#include <cstdint>
#include <string>

#include <tenon/result.hpp>

namespace tenon::sqlite {

class SqliteStore;

/// Number of forks between the first process and this one.
[[nodiscard]] std::uint64_t fork_generation() noexcept;

/// Takes part in what happens around fork(), until removed.
void register_store(SqliteStore& store);
void forget_store(SqliteStore& store) noexcept;

/// @errors unsupported: the file was in use in the parent when this process was forked.
[[nodiscard]] Result<void> check_usable_after_fork(const std::string& path);

}  // namespace tenon::sqlite
