#pragma once
// The two halves of the program.

#include <string>

#include <tenon/tenon.hpp>

/// Stores the commits of a Git repository that the store does not hold yet.
tenon::Result<void> import_history(const tenon::Database& db, const std::string& directory);

/// Counts, pages, finds, edits, deletes and restores, printing what it does.
tenon::Result<void> tour(const tenon::Database& db);
