#pragma once
// How an operation gets at the file: a snapshot to read, or the writer's transaction.

#include <memory>

#include "sqlite/catalogue.hpp"
#include "sqlite/store.hpp"

namespace tenon::sqlite {

/// A consistent view: the open transaction's, or one of its own on a reader. Ends with the object.
class Snapshot {
public:
    [[nodiscard]] static Result<Snapshot> open(const Call& call);
    Snapshot(Snapshot&&) noexcept            = default;
    Snapshot& operator=(Snapshot&&) noexcept = default;
    ~Snapshot();

    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
    /// The collection, or null when there is none.
    [[nodiscard]] const CollectionInfo* collection() const noexcept { return collection_; }
    [[nodiscard]] const Catalogue& catalogue() const noexcept { return *catalogue_; }
    /// Keeps the collection and the indexes of plans alive.
    [[nodiscard]] const std::shared_ptr<const Catalogue>& keep() const noexcept { return catalogue_; }
    /// After fork(): forgets the connection, which is the parent's.
    void abandon() noexcept;

private:
    Snapshot() = default;
    Reader                           reader_{};  ///< empty inside a transaction
    Connection*                      connection_ = nullptr;
    std::shared_ptr<const Catalogue> catalogue_{};
    const CollectionInfo*            collection_ = nullptr;
};

/// The writer's transaction of one operation: of its own, or the open one.
class WriteAccess {
public:
    [[nodiscard]] static Result<WriteAccess> open(const Call& call);
    WriteAccess(WriteAccess&&) noexcept            = default;
    WriteAccess& operator=(WriteAccess&&) noexcept = default;
    ~WriteAccess();

    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
    /// The collection as the catalogue has it now; null when there is none. Good while `keep` of the same moment is held.
    [[nodiscard]] const CollectionInfo* collection() const noexcept { return connection_->catalogue->find(*name_); }
    [[nodiscard]] std::shared_ptr<const Catalogue> keep() const noexcept { return connection_->catalogue; }
    [[nodiscard]] Result<const CollectionInfo*> ensure_collection();
    /// The cursors of the open transaction; null when there is none.
    [[nodiscard]] const RowWatches* watches() const noexcept { return watches_; }

    /// Ends the operation: commits when the transaction is its own.
    [[nodiscard]] Result<void> finish();

private:
    WriteAccess() = default;
    Writer             writer_{};  ///< empty inside a transaction
    Connection*        connection_ = nullptr;
    const std::string* name_       = nullptr;
    const RowWatches*  watches_    = nullptr;
};

/// Errors after which the whole transaction has to go: the engine failed, not a document.
[[nodiscard]] bool ends_transaction(const Error& error) noexcept;

/// Runs `body(WriteAccess&)`. A refused document keeps what was written before it, as MongoDB does; other errors roll back all.
template <class Body>
[[nodiscard]] Result<Reply> write(const Call& call, const Body& body) {
    auto access = WriteAccess::open(call);
    if (!access) return fail(std::move(access.error()));
    const LimitScope limits(access->connection(), call.limits);
    Result<Reply>    reply = body(*access);
    if (!reply && ends_transaction(reply.error())) {
        reply.error().outcome = Outcome::none;
        reply.error().inserted.clear();
        reply.error().items.clear();
    } else if (!reply && reply.error().outcome == Outcome::none && !call.transaction) {
        // Nothing was written; the access rolls back.
    } else if (auto done = access->finish(); !done) {
        reply = fail(std::move(done.error()));
    }
    if (!reply && call.transaction) call.transaction->failed = true;
    return reply;
}

}  // namespace tenon::sqlite
