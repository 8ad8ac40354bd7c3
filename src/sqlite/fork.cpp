#include "sqlite/fork.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sys/stat.h>

#include "sqlite/store.hpp"

namespace tenon::sqlite {

namespace {

struct FileId {
    dev_t device = 0;
    ino_t inode  = 0;
    friend bool operator==(const FileId&, const FileId&) = default;
};

std::atomic<std::uint64_t> generation{0};

struct Registry {
    std::mutex                mutex{};
    std::vector<SqliteStore*> stores{};
    std::vector<FileId>       in_use{};  ///< in the parent, when this process was forked
};

// Never destroyed: a fork may come while statics are being destroyed.
Registry& registry() {
    static auto* one = new Registry;
    return *one;
}

bool file_id(const std::string& path, FileId& out) noexcept {
    struct stat facts {};
    // stat opens nothing, so no lock of SQLite's is lost.
    if (::stat(path.c_str(), &facts) != 0) return false;
    out = {facts.st_dev, facts.st_ino};
    return true;
}

std::vector<FileId>& busy_files() {
    static auto* files = new std::vector<FileId>;
    return *files;
}

void before_fork() {
    registry().mutex.lock();
    busy_files().clear();
    for (auto* store : registry().stores) {
        FileId id;
        if (!store->engine().quiesce() && file_id(store->engine().options().path, id)) busy_files().push_back(id);
    }
}

void after_fork_in_parent() {
    for (auto* store : registry().stores) store->engine().resume();
    registry().mutex.unlock();
}

void after_fork_in_child() {
    generation.fetch_add(1);
    auto& in_use = registry().in_use;
    in_use.insert(in_use.end(), busy_files().begin(), busy_files().end());
    for (auto* store : registry().stores) store->replace_engine_in_child();
    registry().mutex.unlock();
}

}  // namespace

std::uint64_t fork_generation() noexcept { return generation.load(std::memory_order_relaxed); }

void register_store(SqliteStore& store) {
    static const bool installed = ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
    (void)installed;
    const std::lock_guard lock(registry().mutex);
    registry().stores.push_back(&store);
}

void forget_store(SqliteStore& store) noexcept {
    const std::lock_guard lock(registry().mutex);
    auto& stores = registry().stores;
    stores.erase(std::remove(stores.begin(), stores.end(), &store), stores.end());
}

Result<void> check_usable_after_fork(const std::string& path) {
    if (fork_generation() == 0) return {};
    FileId id;
    if (!file_id(path, id)) return {};
    const auto& in_use = registry().in_use;
    if (std::find(in_use.begin(), in_use.end(), id) == in_use.end()) return {};
    return fail(Errc::unsupported, "this process was forked while the parent had a cursor or transaction open on the store's file, and "
                                   "inherited its locks; fork before, or run another program in the child");
}

}  // namespace tenon::sqlite
