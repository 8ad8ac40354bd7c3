#include "sqlite/connection.hpp"

#include <algorithm>
#include <thread>

#include <sys/stat.h>

#include "sqlite/catalogue.hpp"

namespace tenon::sqlite {

namespace {

// Virtual-machine steps between two looks at the clock: about 0.1 ms of work.
constexpr int progress_steps = 4000;

// Statements that wait for their next use. Far more than the collections at work need; a store that creates and uses ever new ones
// would otherwise keep all of them.
constexpr std::size_t max_idle = 256;

const char* text_of(Synchronous synchronous) noexcept {
    switch (synchronous) {
        case Synchronous::off:    return "OFF";
        case Synchronous::normal: return "NORMAL";
        case Synchronous::full:   return "FULL";
    }
    return "FULL";
}

}  // namespace

Error Limits::error(std::string_view what) const {
    Error error;
    const bool stopped = stop.stop_requested();
    error.code         = stopped ? Errc::cancelled : Errc::timeout;
    error.message      = stopped ? "the caller asked to stop while " : "the deadline passed while ";
    error.message += what;
    return error;
}

Statement::~Statement() {
    if (stmt_ != nullptr) owner_->give_back(key_, stmt_);
}

Result<std::unique_ptr<Connection>> Connection::open(const Options& options, bool writer) {
    // "file:..." would be taken for a URI by an SQLite that was built so.
    const std::string path = options.path.rfind("file:", 0) == 0 ? "./" + options.path : options.path;
    int               flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    flags |= options.mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3*  db = nullptr;
    const int rc = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
    if (rc != SQLITE_OK) {
        auto error = sqlite_error(rc, db, "opening the store's file");
        sqlite3_close_v2(db);
        return fail(std::move(error));
    }
    std::unique_ptr<Connection> connection(new Connection(db, options.busy_timeout));
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_handler(db, &Connection::on_busy, connection.get());
    sqlite3_progress_handler(db, progress_steps, &Connection::on_progress, connection.get());
    // An attacker's file may hold triggers or views; ours has none.
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);

    std::string pragmas = "PRAGMA cache_size=-" + std::to_string(std::uint64_t{options.cache_mb} * 1024U) +
                          "; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY; PRAGMA synchronous=" + text_of(options.synchronous) + ";";
    if (writer && !connection->read_only()) {
        pragmas += "PRAGMA journal_size_limit=67108864;";
        if (options.max_size_mb != 0) {
            pragmas += "PRAGMA max_page_count=" + std::to_string(std::uint64_t{options.max_size_mb} * 256U) + ";";
        }
    }
    if (auto done = connection->execute(pragmas.c_str(), "setting up a connection"); !done) return fail(std::move(done.error()));
    return connection;
}

Connection::~Connection() {
    drop_statements();
    sqlite3_close_v2(db_);
}

Result<Statement> Connection::prepare_new(std::uint64_t key, const std::string& sql) {
    sqlite3_stmt* stmt = nullptr;
    const int     rc   = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
    if (rc != SQLITE_OK) return fail(error(rc, "preparing a statement"));
    return Statement(*this, key, stmt);
}

void Connection::give_back(std::uint64_t key, sqlite3_stmt* stmt) noexcept {
    sqlite3_reset(stmt);
    if (idle_count_ >= max_idle) drop_statements();
    try {
        idle_[key].push_back(stmt);
        ++idle_count_;
    } catch (...) {
        sqlite3_finalize(stmt);
    }
}

void Connection::drop_statements() noexcept {
    for (auto& [key, statements] : idle_) {
        for (sqlite3_stmt* stmt : statements) sqlite3_finalize(stmt);
    }
    idle_.clear();
    idle_count_ = 0;
}

void Connection::no_checkpoint_on_close() noexcept {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

Result<void> Connection::execute(const char* sql, std::string_view what) {
    const int rc = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
    if (rc != SQLITE_OK) return fail(error(rc, what));
    return {};
}

Result<std::int64_t> Connection::query_integer(const char* sql, std::string_view what) {
    sqlite3_stmt* stmt = nullptr;
    int           rc   = sqlite3_prepare_v2(db_, sql, -1, &stmt, nullptr);
    if (rc != SQLITE_OK) return fail(error(rc, what));
    rc                        = sqlite3_step(stmt);
    const std::int64_t answer = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return fail(error(rc, what));
    return answer;
}

Error Connection::error(int rc, std::string_view what) const {
    const int primary = rc & 0xFF;
    if (limits_ != nullptr && limits_->reached() &&
        (primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY || primary == SQLITE_LOCKED)) {
        return limits_->error(primary == SQLITE_BUSY ? "waiting for the lock of another process" : what);
    }
    return sqlite_error(rc, db_, what);
}

int Connection::on_busy(void* self, int attempts) noexcept {
    auto&      connection = *static_cast<Connection*>(self);
    const auto now        = std::chrono::steady_clock::now();
    if (attempts == 0) connection.busy_since_ = now;
    if (connection.limits_ != nullptr && connection.limits_->reached()) return 0;
    auto until = connection.busy_since_ + connection.busy_timeout_;
    if (connection.limits_ != nullptr && connection.limits_->deadline.at) until = std::min(until, *connection.limits_->deadline.at);
    if (now >= until) return 0;
    const auto pause = std::min<std::chrono::steady_clock::duration>(std::chrono::milliseconds(attempts < 5 ? 1 : 5), until - now);
    std::this_thread::sleep_for(pause);
    return 1;
}

int Connection::on_progress(void* self) noexcept {
    const auto* limits = static_cast<Connection*>(self)->limits_;
    return limits != nullptr && limits->reached() ? 1 : 0;
}

}  // namespace tenon::sqlite
