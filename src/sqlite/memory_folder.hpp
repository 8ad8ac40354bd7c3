#pragma once
// Where the files of a store in memory lie: a folder of its own, 0700, in TMPDIR.
//
// The files cannot be unlinked while the store is open: every new connection opens them by name, and finds the WAL by the file's
// name. So the folder is held by a lock (flock on the folder itself) that ends with the process, however it ends, and the next store in
// memory removes the folders that no one holds. A forked child inherits the lock with the store.

#include <string>
#include <utility>

#include <tenon/result.hpp>

namespace tenon::sqlite {

class MemoryFolder {
public:
    /// Removes what dead processes left, then makes a folder. @errors io.
    [[nodiscard]] static Result<MemoryFolder> make();
    MemoryFolder() = default;
    MemoryFolder(MemoryFolder&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
    MemoryFolder& operator=(MemoryFolder&& other) noexcept {
        std::swap(path_, other.path_);
        std::swap(lock_, other.lock_);
        return *this;
    }
    /// Gives up the lock; the files stay, see remove.
    ~MemoryFolder();

    /// The database file in it.
    [[nodiscard]] std::string file() const { return path_ + "/store.db"; }
    /// Removes the folder with its files.
    void remove() noexcept;

private:
    MemoryFolder(std::string path, int lock) noexcept : path_(std::move(path)), lock_(lock) {}

    std::string path_{};
    int         lock_ = -1;  ///< the folder, open and locked; -1: none
};

}  // namespace tenon::sqlite
