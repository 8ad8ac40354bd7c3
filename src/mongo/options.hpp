#pragma once
// ServerOptions, the deadline and the session as the options of the driver's calls.

#include <string>

#include "mongo/bson.hpp"
#include "mongo/call.hpp"

namespace tenon::mongo {

using ReadPrefsPtr = Owned<mongoc_read_prefs_t, mongoc_read_prefs_destroy>;

/// Which of a call's options a verb takes.
struct Takes {
    bool read_concern  = false;
    bool write_concern = false;
    bool collation     = false;
    bool batch_size    = false;
    bool disk_use      = false;
    bool max_time      = true;
    bool comment       = true;
};

namespace takes {
inline constexpr Takes find{.read_concern = true, .collation = true, .batch_size = true, .disk_use = true};
inline constexpr Takes aggregate = find;
inline constexpr Takes aggregate_write{.read_concern = true, .write_concern = true, .collation = true, .batch_size = true, .disk_use = true};
inline constexpr Takes count{.read_concern = true, .collation = true};
inline constexpr Takes write{.write_concern = true, .collation = true};
inline constexpr Takes update{.write_concern = true, .collation = true, .max_time = false};  // the driver would send it within the statement: see stream.cpp
inline constexpr Takes insert{.write_concern = true};
inline constexpr Takes bulk{.write_concern = true, .max_time = false};
inline constexpr Takes ddl{.write_concern = true};
inline constexpr Takes listing{};
}  // namespace takes

/// Appends the session, and of the call's options those that the verb takes.
/// @errors timeout: nothing is left of the deadline. invalid_argument: an option that cannot be.
[[nodiscard]] Result<void> add_options(Bson& options, const Call& call, const Takes& takes);

/// The server's name of a read concern.
[[nodiscard]] const char* level(ReadConcern concern) noexcept;
/// @errors invalid_argument: a number and a tag, a number below 1.
[[nodiscard]] Result<void> check(const WriteConcern& concern);

/// Appends `hint`: an index's name, or "$natural".
void add_hint(Bson& options, const std::string& hint);

/// The call's own read preference; null: the URI's. @errors invalid_argument: tags or a staleness with primary, a staleness below 90 s.
[[nodiscard]] Result<ReadPrefsPtr> read_preference(const Call& call);

}  // namespace tenon::mongo
