#pragma once
// SQLite's result codes as Errors, and MongoDB's codes that the engine itself raises.

#include <string>
#include <string_view>

#include <sqlite3.h>

#include <tenon/result.hpp>

namespace tenon::sqlite {

/// MongoDB's error codes of the engine; those of the language are in mql/mql_error.hpp.
namespace code {
inline constexpr int index_not_found         = 27;
inline constexpr int invalid_options         = 72;
inline constexpr int index_options_conflict  = 85;
inline constexpr int index_key_specs_conflict = 86;
inline constexpr int write_conflict          = 112;
inline constexpr int query_plan_killed       = 175;
inline constexpr int no_such_transaction     = 251;
inline constexpr int no_query_plan           = 291;
inline constexpr int memory_limit            = 292;
inline constexpr int duplicate_key           = 11000;
}  // namespace code

/// What a failed call of SQLite means for the caller. `what` says what we were doing, without values.
[[nodiscard]] Error sqlite_error(int rc, sqlite3* db, std::string_view what);

/// An Error with MongoDB's code and name beside ours.
[[nodiscard]] Error coded(Errc errc, int mongo_code, std::string_view name, std::string message, std::string path = {});

}  // namespace tenon::sqlite
