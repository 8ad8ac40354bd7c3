#include "sqlite/error.hpp"

namespace tenon::sqlite {

namespace {

// Where the file ends too early, or holds what it cannot: no fault of the system's.
bool is_damage(int rc) noexcept {
    switch (rc) {
        case SQLITE_IOERR_SHORT_READ:
        case SQLITE_IOERR_DATA:
        case SQLITE_IOERR_CORRUPTFS: return true;
        default:                     return false;
    }
}

// Where the system refused to write, for whatever reason: SQLITE_FULL is but one of them.
bool is_write(int rc) noexcept {
    switch (rc) {
        case SQLITE_IOERR_WRITE:
        case SQLITE_IOERR_FSYNC:
        case SQLITE_IOERR_TRUNCATE:
        case SQLITE_IOERR_SHMSIZE: return true;
        default:                   return false;
    }
}

Errc meaning(int rc) noexcept {
    if (is_damage(rc)) return Errc::corrupt;
    switch (rc & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:    return Errc::timeout;
        case SQLITE_INTERRUPT: return Errc::cancelled;
        case SQLITE_NOTADB:
        case SQLITE_CORRUPT:   return Errc::corrupt;
        case SQLITE_TOOBIG:    return Errc::invalid_argument;
        default:               return Errc::io;
    }
}

std::string_view advice(int rc) noexcept {
    if (is_damage(rc)) return "the file is damaged";
    if (is_write(rc)) return "the system did not write the file; see whether its disk or the user's quota is full";
    switch (rc & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:    return "another process holds the file's lock";
        case SQLITE_INTERRUPT: return "the call was ended";
        case SQLITE_NOTADB:    return "the file is not a database";
        case SQLITE_CORRUPT:   return "the file is damaged";
        case SQLITE_FULL:      return "the disk is full, or the store has reached its size limit max_size_mb";
        case SQLITE_READONLY:  return "the store is read-only";
        case SQLITE_CANTOPEN:  return "the file cannot be opened";
        case SQLITE_PERM:
        case SQLITE_AUTH:      return "the system refused access";
        case SQLITE_NOMEM:     return "out of memory";
        case SQLITE_TOOBIG:    return "the value is too large";
        default:               return {};
    }
}

}  // namespace

Error sqlite_error(int rc, sqlite3* db, std::string_view what) {
    Error error;
    error.code    = meaning(rc);
    error.message = what;
    error.message += ": ";
    const auto known = advice(rc);
    error.message += known.empty() ? std::string_view(sqlite3_errstr(rc)) : known;
    error.server.name = sqlite3_errstr(rc);
    // SQLite's own words may name a key's bytes; they stay on the server's side of the Error.
    if (db != nullptr) error.server.message = sqlite3_errmsg(db);
    return error;
}

Error coded(Errc errc, int mongo_code, std::string_view name, std::string message, std::string path) {
    Error error;
    error.code        = errc;
    error.message     = std::move(message);
    error.path        = std::move(path);
    error.server.code = mongo_code;
    error.server.name = name;
    return error;
}

}  // namespace tenon::sqlite
