#include "sqlite/memory_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tenon::sqlite {

namespace {

constexpr std::string_view prefix = "tenon-memory-";

std::string base_folder() {
    const char* base = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing of ours changes it
    return base != nullptr && *base != '\0' ? base : "/tmp";
}

/// The folder, open and locked, when it is ours and no one else holds it; else -1.
int lock_folder(const std::string& path) noexcept {
    // A link that another user put there is not followed, nor is a folder of his taken.
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) return -1;
    struct stat facts {};
    if (::fstat(folder, &facts) == 0 && facts.st_uid == ::geteuid() && ::flock(folder, LOCK_EX | LOCK_NB) == 0 &&
        ::fstat(folder, &facts) == 0 && facts.st_nlink != 0) {
        return folder;
    }
    ::close(folder);
    return -1;
}

void remove_folder(const std::string& path, int folder) noexcept {
    for (const char* name : {"store.db", "store.db-wal", "store.db-shm"}) ::unlinkat(folder, name, 0);
    ::rmdir(path.c_str());
}

void remove_stale(const std::string& base) {
    std::error_code ended;  // a folder that cannot be listed, or no further, has none of ours
    for (std::filesystem::directory_iterator entry(base, ended), end; entry != end; entry.increment(ended)) {
        if (!entry->path().filename().native().starts_with(prefix)) continue;
        const auto path   = entry->path().native();
        const int  folder = lock_folder(path);
        if (folder < 0) continue;
        remove_folder(path, folder);
        ::close(folder);
    }
}

}  // namespace

Result<MemoryFolder> MemoryFolder::make() {
    const auto base = base_folder();
    remove_stale(base);
    for (int attempt = 0; attempt < 100; ++attempt) {
        auto path = base + "/" + std::string(prefix) + "XXXXXX";
        if (::mkdtemp(path.data()) == nullptr) break;
        // Another process may take the new folder for a dead one's before the lock is on it: then it is his to remove.
        if (const int lock = lock_folder(path); lock >= 0) return MemoryFolder(std::move(path), lock);
    }
    return fail(Errc::io, "no folder for the temporary store: " + std::generic_category().message(errno));
}

MemoryFolder::~MemoryFolder() {
    if (lock_ >= 0) ::close(lock_);
}

void MemoryFolder::remove() noexcept {
    if (lock_ >= 0) remove_folder(path_, lock_);
}

}  // namespace tenon::sqlite
