#pragma once
// One connection to the file, with its prepared statements. Used by one thread at a time.

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include <tenon/store/context.hpp>

#include "sqlite/error.hpp"
#include "sqlite/options.hpp"
#include "sqlite/statement.hpp"

namespace tenon::sqlite {

struct Catalogue;

/// When the call at work must end. Copied out of a Context, so that a cursor can outlive its Request.
struct Limits {
    Deadline        deadline{};
    std::stop_token stop{};

    Limits() = default;
    explicit Limits(const Context& context) : deadline(context.deadline), stop(context.stop) {}

    [[nodiscard]] bool none() const noexcept { return !deadline.at && !stop.stop_possible(); }
    [[nodiscard]] bool reached() const noexcept { return stop.stop_requested() || deadline.passed(); }
    /// The Error of a limit that was reached while we were at `what`.
    [[nodiscard]] Error error(std::string_view what) const;
};

class Connection {
public:
    /// @errors io, corrupt.
    [[nodiscard]] static Result<std::unique_ptr<Connection>> open(const Options& options, bool writer);
    Connection(const Connection&)            = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] sqlite3* handle() const noexcept { return db_; }
    [[nodiscard]] bool read_only() const noexcept { return sqlite3_db_readonly(db_, "main") == 1; }

    /// The statement under `key`, from the cache or made of `sql()`. Keys: statements.hpp.
    template <class MakeSql>
    [[nodiscard]] Result<Statement> prepare(std::uint64_t key, const MakeSql& sql) {
        if (const auto found = idle_.find(key); found != idle_.end() && !found->second.empty()) {
            sqlite3_stmt* stmt = found->second.back();
            found->second.pop_back();
            --idle_count_;
            return Statement(*this, key, stmt);
        }
        return prepare_new(key, std::string(sql()));
    }

    /// Runs statements that answer nothing. `what` is for the error.
    [[nodiscard]] Result<void> execute(const char* sql, std::string_view what);
    /// The first column of the only row.
    [[nodiscard]] Result<std::int64_t> query_integer(const char* sql, std::string_view what);

    /// What a failed code means here: a reached limit, or SQLite's own reason.
    [[nodiscard]] Error error(int rc, std::string_view what) const;

    /// Limits of the calls that follow, read by the progress and busy handlers. The object must outlive its stay.
    void set_limits(const Limits* limits) noexcept { limits_ = limits != nullptr && limits->none() ? nullptr : limits; }

    /// The limit that was reached, if one was. The progress handler counts SQLite's own steps only, not the matcher's time.
    [[nodiscard]] const Limits* reached_limit() const noexcept { return limits_ != nullptr && limits_->reached() ? limits_ : nullptr; }

    /// Drops statements that no one holds; DDL needs none of a table in use.
    void drop_statements() noexcept;
    /// Closes without a checkpoint: before fork(), where speed matters more than a short WAL, and where the file goes too.
    void no_checkpoint_on_close() noexcept;

    /// The catalogue that this connection saw last; see catalogue.hpp.
    std::shared_ptr<const Catalogue> catalogue{};

private:
    friend class Statement;
    Connection(sqlite3* db, std::chrono::milliseconds busy) noexcept : db_(db), busy_timeout_(busy) {}

    [[nodiscard]] Result<Statement> prepare_new(std::uint64_t key, const std::string& sql);
    void give_back(std::uint64_t key, sqlite3_stmt* stmt) noexcept;
    static int on_busy(void* self, int attempts) noexcept;
    static int on_progress(void* self) noexcept;

    sqlite3*                                                        db_ = nullptr;
    std::unordered_map<std::uint64_t, std::vector<sqlite3_stmt*>>   idle_{};
    std::size_t                                                     idle_count_ = 0;
    const Limits*                                                   limits_ = nullptr;
    std::chrono::milliseconds                                       busy_timeout_{};
    std::chrono::steady_clock::time_point                           busy_since_{};
};

/// Sets a connection's limits for a scope.
class LimitScope {
public:
    LimitScope(Connection& connection, const Limits& limits) noexcept : connection_(&connection) {
        connection.set_limits(&limits);
    }
    LimitScope(const LimitScope&)            = delete;
    LimitScope& operator=(const LimitScope&) = delete;
    ~LimitScope() { connection_->set_limits(nullptr); }

private:
    Connection* connection_;
};

}  // namespace tenon::sqlite
