#pragma once
// The connections of one open store: a writer behind its queue and a pool of readers.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <tenon/store/health.hpp>

#include "sqlite/connection.hpp"
#include "sqlite/expiry.hpp"
#include "sqlite/memory_folder.hpp"
#include "sqlite/options.hpp"
#include "sqlite/writer_queue.hpp"

namespace tenon::sqlite {

class Engine;

/// A read connection on loan. Goes back when it ends.
class Reader {
public:
    Reader() = default;
    Reader(std::shared_ptr<Engine> engine, std::size_t slot, Connection* connection) noexcept
        : engine_(std::move(engine)), slot_(slot), connection_(connection) {}
    Reader(Reader&& other) noexcept
        : engine_(std::move(other.engine_)), slot_(other.slot_), connection_(std::exchange(other.connection_, nullptr)) {}
    Reader& operator=(Reader&& other) noexcept {
        std::swap(engine_, other.engine_);
        std::swap(slot_, other.slot_);
        std::swap(connection_, other.connection_);
        return *this;
    }
    ~Reader();

    [[nodiscard]] Connection& operator*() const noexcept { return *connection_; }
    [[nodiscard]] Connection* operator->() const noexcept { return connection_; }
    [[nodiscard]] explicit operator bool() const noexcept { return connection_ != nullptr; }

private:
    std::shared_ptr<Engine> engine_{};
    std::size_t             slot_       = 0;
    Connection*             connection_ = nullptr;
};

/// The writer's turn and its connection. Passes the turn on when it ends.
class Writer {
public:
    Writer() = default;
    Writer(std::shared_ptr<Engine> engine, Connection* connection) noexcept
        : engine_(std::move(engine)), connection_(connection) {}
    Writer(Writer&& other) noexcept
        : engine_(std::move(other.engine_)), connection_(std::exchange(other.connection_, nullptr)) {}
    Writer& operator=(Writer&& other) noexcept {
        std::swap(engine_, other.engine_);
        std::swap(connection_, other.connection_);
        return *this;
    }
    ~Writer();

    [[nodiscard]] Connection& operator*() const noexcept { return *connection_; }
    [[nodiscard]] Connection* operator->() const noexcept { return connection_; }
    [[nodiscard]] explicit operator bool() const noexcept { return connection_ != nullptr; }

private:
    std::shared_ptr<Engine> engine_{};
    Connection*             connection_ = nullptr;
};

class Engine : public std::enable_shared_from_this<Engine> {
public:
    /// Opens the file, checks it, creates it where the options say so.
    [[nodiscard]] static Result<std::shared_ptr<Engine>> open(const Options& options);
    /// Shares the options and nothing else: for a child after fork().
    [[nodiscard]] static std::shared_ptr<Engine> reopened(const Engine& parent);
    Engine(const Engine&)            = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine();

    /// @errors timeout when every read connection is held by an open cursor or snapshot; io.
    [[nodiscard]] Result<Reader> reader(const Limits& limits);
    /// @errors timeout, cancelled, io (also: the store is read-only).
    [[nodiscard]] Result<Writer> writer(const Limits& limits);

    [[nodiscard]] const Options& options() const noexcept { return options_; }
    [[nodiscard]] bool read_only() const noexcept { return read_only_; }
    /// The read connections as they are at this moment.
    [[nodiscard]] PoolHealth pool_state() const noexcept;
    /// The cursors that hold a reader: those past their age give it back when another call needs one, or writes.
    [[nodiscard]] const std::shared_ptr<ExpiryList>& cursors() const noexcept { return cursors_; }

    /// Closes every connection, for good, with the log moved into the file (which the last connection to it removes, of whatever process); the files of
    /// a store in memory go. While no call runs; cursors give back what they hold.
    /// @errors timeout: a connection is in use; may be called again. io: closed, but the log stays beside the file.
    [[nodiscard]] Result<void> close();

    // Around fork(); see fork.cpp.
    /// Closes every idle connection and holds the places. False when one is in use.
    bool quiesce();
    /// Ends what quiesce began.
    void resume();

private:
    friend class Reader;
    friend class Writer;
    enum class State : std::uint8_t { absent, idle, busy, closed };
    struct Slot {
        std::atomic<State>          state{State::absent};
        std::unique_ptr<Connection> connection{};
    };

    explicit Engine(Options options);
    [[nodiscard]] std::optional<std::size_t> claim(std::size_t hint) noexcept;
    void give_back(std::size_t slot) noexcept;
    void remove_files() noexcept;

    Options                     options_;
    bool                        read_only_   = false;
    MemoryFolder                folder_{};  ///< of a store in memory: removed at the end
    pid_t                       owner_       = 0;
    std::atomic<bool>           closed_{false};
    std::vector<Slot>           slots_;
    std::atomic<int>            waiting_{0};
    std::mutex                  wait_mutex_{};
    std::condition_variable_any freed_{};
    std::shared_ptr<ExpiryList> cursors_ = std::make_shared<ExpiryList>();
    WriterQueue                 queue_{};
    std::unique_ptr<Connection> writer_{};
    std::vector<std::size_t>    quiesced_{};
    bool                        writer_quiesced_ = false;
};

}  // namespace tenon::sqlite
