#include "sqlite/engine.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

#include "sqlite/catalogue.hpp"
#include "sqlite/fork.hpp"
#include "store/closed.hpp"

namespace tenon::sqlite {

namespace {

// Makes the file with its mode set. mknod opens nothing: to close a descriptor of the file would drop the locks that SQLite holds on it
// elsewhere in this process.
Result<void> make_file(const std::string& path) {
    if (::mknod(path.c_str(), S_IFREG | 0600, 0) == 0 || errno == EEXIST) return {};
    return fail(Errc::io, "the store's file cannot be created: " + std::generic_category().message(errno));
}

std::size_t thread_hint() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t  mine = next.fetch_add(1, std::memory_order_relaxed);
    return mine;
}

}  // namespace

Reader::~Reader() {
    if (connection_ != nullptr) engine_->give_back(slot_);
}

Writer::~Writer() {
    if (connection_ != nullptr) engine_->queue_.leave();
}

Engine::Engine(Options options) : options_(std::move(options)), owner_(::getpid()), slots_(options_.readers) {}

Result<std::shared_ptr<Engine>> Engine::open(const Options& options) {
    if (sqlite3_threadsafe() == 0) return fail(Errc::unsupported, "this SQLite was built without thread safety");
    std::shared_ptr<Engine> engine(new Engine(options));
    auto&                   own = engine->options_;
    if (own.memory) {
        auto folder = MemoryFolder::make();
        if (!folder) return fail(std::move(folder.error()));
        engine->folder_ = std::move(*folder);
        own.path        = engine->folder_.file();
    }
    if (auto usable = check_usable_after_fork(own.path); !usable) return fail(std::move(usable.error()));
    if (own.mode == Mode::create) {
        if (auto made = make_file(own.path); !made) return fail(std::move(made.error()));
    }
    auto first = Connection::open(own, true);
    if (!first) return fail(std::move(first.error()));
    engine->read_only_ = (*first)->read_only();
    if (auto ready = prepare_file(**first, !engine->read_only_); !ready) return fail(std::move(ready.error()));
    engine->writer_ = std::move(*first);
    return engine;
}

std::shared_ptr<Engine> Engine::reopened(const Engine& parent) {
    std::shared_ptr<Engine> engine(new Engine(parent.options_));
    engine->read_only_ = parent.read_only_;
    engine->closed_.store(parent.closed_.load());
    return engine;
}

Engine::~Engine() {
    for (auto& slot : slots_) slot.connection.reset();
    writer_.reset();
    remove_files();
}

void Engine::remove_files() noexcept {
    // Moved out first: the folder's name may be another store's by the next time.
    MemoryFolder gone(std::move(folder_));
    if (owner_ == ::getpid()) gone.remove();
}

Result<void> Engine::close() {
    closed_.store(true);
    cursors_->let_go();
    bool all = true;
    for (auto& slot : slots_) {
        State now = State::idle;
        // In use until it is closed: a fork meanwhile leaves the file alone in the child.
        if (slot.state.compare_exchange_strong(now, State::busy)) {
            slot.connection.reset();
            slot.state.store(State::closed);
        } else if (now == State::busy || (now == State::absent && !slot.state.compare_exchange_strong(now, State::closed))) {
            all = false;
        }
    }
    if (!all || !queue_.try_enter()) return fail(Errc::timeout, "connections to the file are in use still; close again when what uses them has ended");
    Result<void> moved{};
    if (writer_ && options_.memory) writer_->no_checkpoint_on_close();
    // As the last close would do anyway, which does not say whether it could.
    else if (writer_ && !read_only_) moved = writer_->execute("PRAGMA wal_checkpoint(PASSIVE)", "moving the log into the store's file");
    writer_.reset();
    queue_.leave();
    remove_files();
    return moved;
}

PoolHealth Engine::pool_state() const noexcept {
    PoolHealth pool;
    for (const auto& slot : slots_) {
        const auto state = slot.state.load(std::memory_order_relaxed);
        if (state == State::idle || state == State::busy) ++pool.open;
        if (state == State::busy) ++pool.in_use;
    }
    pool.waiting = static_cast<std::uint32_t>(std::max(0, waiting_.load(std::memory_order_relaxed)));
    pool.maximum = static_cast<std::uint32_t>(slots_.size());
    return pool;
}

std::optional<std::size_t> Engine::claim(std::size_t hint) noexcept {
    // A connection that is open already comes before a new one.
    for (const State wanted : {State::idle, State::absent}) {
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            const std::size_t at       = (hint + i) % slots_.size();
            State             expected = wanted;
            if (slots_[at].state.load(std::memory_order_relaxed) == wanted &&
                slots_[at].state.compare_exchange_strong(expected, State::busy)) {
                return at;
            }
        }
    }
    return std::nullopt;
}

Result<Reader> Engine::reader(const Limits& limits) {
    if (closed_.load(std::memory_order_relaxed)) return fail(closed());
    auto slot = claim(thread_hint());
    if (!slot) {
        const auto until = limits.deadline.at ? *limits.deadline.at : std::chrono::steady_clock::now() + options_.busy_timeout;
        waiting_.fetch_add(1);
        while (!slot) {
            // Not under the mutex: a cursor that ends gives its connection back, which takes it.
            const auto       next = cursors_->expire();
            std::unique_lock lock(wait_mutex_);
            freed_.wait_until(lock, limits.stop, next ? std::min(until, *next) : until, [&] {
                slot = claim(thread_hint());
                return slot.has_value();
            });
            if (limits.stop.stop_requested() || std::chrono::steady_clock::now() >= until) break;
        }
        waiting_.fetch_sub(1);
        if (!slot) {
            if (limits.reached()) return fail(limits.error("waiting for a read connection"));
            return fail(Errc::timeout,
                        "all " + std::to_string(slots_.size()) + " read connections are held by open cursors or snapshots; close them "
                        "or raise the option \"readers\"", "readers");
        }
    }
    auto& place = slots_[*slot];
    if (!place.connection) {
        auto usable = check_usable_after_fork(options_.path);
        auto opened = usable ? Connection::open(options_, false) : fail(std::move(usable.error()));
        if (!opened) {
            place.state.store(State::absent);
            return fail(std::move(opened.error()));
        }
        place.connection = std::move(*opened);
    }
    return Reader(shared_from_this(), *slot, place.connection.get());
}

void Engine::give_back(std::size_t slot) noexcept {
    slots_[slot].state.store(State::idle);
    if (waiting_.load() > 0) {
        // The mutex closes the gap between a waiter's last look and its sleep.
        const std::lock_guard lock(wait_mutex_);
        freed_.notify_one();
    }
}

Result<Writer> Engine::writer(const Limits& limits) {
    if (closed_.load(std::memory_order_relaxed)) return fail(closed());
    if (read_only_) return fail(Errc::io, "the store is read-only");
    // What an expired cursor pins of the log cannot be used again, and writers are who make it grow.
    (void)cursors_->expire();
    if (auto turn = queue_.enter(limits, options_.busy_timeout); !turn) return fail(std::move(turn.error()));
    if (!writer_) {
        auto usable = check_usable_after_fork(options_.path);
        auto opened = usable ? Connection::open(options_, true) : fail(std::move(usable.error()));
        if (!opened) {
            queue_.leave();
            return fail(std::move(opened.error()));
        }
        writer_ = std::move(*opened);
    }
    return Writer(shared_from_this(), writer_.get());
}

bool Engine::quiesce() {
    bool all = true;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        State expected = State::idle;
        if (slots_[i].state.compare_exchange_strong(expected, State::busy)) {
            slots_[i].connection->no_checkpoint_on_close();
            slots_[i].connection.reset();
            quiesced_.push_back(i);
        } else if (expected == State::absent) {
            if (slots_[i].state.compare_exchange_strong(expected, State::busy)) quiesced_.push_back(i);
            else all = false;
        } else if (expected != State::closed) {
            all = false;
        }
    }
    writer_quiesced_ = queue_.try_enter();
    if (writer_quiesced_) {
        if (writer_) writer_->no_checkpoint_on_close();
        writer_.reset();
    }
    return all && writer_quiesced_;
}

void Engine::resume() {
    for (const auto slot : quiesced_) slots_[slot].state.store(State::absent);
    quiesced_.clear();
    if (writer_quiesced_) queue_.leave();
    writer_quiesced_ = false;
    if (waiting_.load() > 0) {
        const std::lock_guard lock(wait_mutex_);
        freed_.notify_all();
    }
}

}  // namespace tenon::sqlite
