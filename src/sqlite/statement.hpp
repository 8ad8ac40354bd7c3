#pragma once
// A prepared statement, borrowed from a connection's cache and given back when it ends.

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <tenon/result.hpp>

namespace tenon::sqlite {

class Connection;

class Statement {
public:
    Statement() = default;
    Statement(Connection& owner, std::uint64_t key, sqlite3_stmt* stmt) noexcept : owner_(&owner), key_(key), stmt_(stmt) {}
    Statement(Statement&& other) noexcept
        : owner_(other.owner_), key_(other.key_), stmt_(std::exchange(other.stmt_, nullptr)) {}
    Statement& operator=(Statement&& other) noexcept {
        std::swap(owner_, other.owner_);
        std::swap(key_, other.key_);
        std::swap(stmt_, other.stmt_);
        return *this;
    }
    ~Statement();

    [[nodiscard]] explicit operator bool() const noexcept { return stmt_ != nullptr; }

    // Bound bytes must stay where they are until the statement is reset: nothing is copied.
    void bind(int at, std::string_view bytes) noexcept {
        // A null pointer would bind NULL, which no key is.
        sqlite3_bind_blob64(stmt_, at, bytes.data() != nullptr ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
    }
    void bind(int at, std::span<const std::uint8_t> bytes) noexcept {
        sqlite3_bind_blob64(stmt_, at, bytes.data(), bytes.size(), SQLITE_STATIC);
    }
    void bind_text(int at, std::string_view text) noexcept {
        sqlite3_bind_text64(stmt_, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    void bind(int at, std::int64_t value) noexcept { sqlite3_bind_int64(stmt_, at, value); }

    /// SQLITE_ROW, SQLITE_DONE or an error's code.
    int step() noexcept { return sqlite3_step(stmt_); }
    void reset() noexcept { sqlite3_reset(stmt_); }

    [[nodiscard]] std::int64_t integer(int column) const noexcept { return sqlite3_column_int64(stmt_, column); }
    /// Good until the next step or reset.
    [[nodiscard]] std::span<const std::uint8_t> blob(int column) const noexcept {
        const void* data = sqlite3_column_blob(stmt_, column);
        return {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
    }
    [[nodiscard]] std::string_view text(int column) const noexcept {
        const auto bytes = blob(column);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

private:
    Connection*   owner_ = nullptr;
    std::uint64_t key_   = 0;
    sqlite3_stmt* stmt_  = nullptr;
};

}  // namespace tenon::sqlite
