#include "sqlite/access.hpp"

#include <new>

#include "sqlite/fork.hpp"
#include "sqlite/statements.hpp"

namespace tenon::sqlite {

namespace {

Result<void> run_cached(Connection& connection, Sql kind, const char* sql, std::string_view what) {
    auto statement = connection.prepare(statement_key(kind), [&] { return sql; });
    if (!statement) return fail(std::move(statement.error()));
    const int rc = statement->step();
    if (rc != SQLITE_DONE) return fail(connection.error(rc, what));
    return {};
}

void roll_back(Connection& connection) noexcept {
    // The catalogue may be one that was never committed.
    connection.catalogue.reset();
    connection.set_limits(nullptr);
    if (sqlite3_get_autocommit(connection.handle()) == 0) (void)run_cached(connection, Sql::rollback, "ROLLBACK", "rolling back");
}

}  // namespace

bool ends_transaction(const Error& error) noexcept {
    switch (error.code) {
        case Errc::io:
        case Errc::corrupt:
        case Errc::timeout:
        case Errc::cancelled:
        case Errc::transient: return true;
        default:              return false;
    }
}

Result<Snapshot> Snapshot::open(const Call& call) {
    Snapshot snapshot;
    if (call.transaction) {
        snapshot.connection_ = call.transaction->connection;
    } else {
        auto reader = call.engine->reader(call.limits);
        if (!reader) return fail(std::move(reader.error()));
        snapshot.reader_     = std::move(*reader);
        snapshot.connection_ = &*snapshot.reader_;
        if (auto begun = run_cached(*snapshot.connection_, Sql::begin_read, "BEGIN", "beginning to read"); !begun) {
            return fail(std::move(begun.error()));
        }
    }
    const LimitScope limits(*snapshot.connection_, call.limits);
    const auto       catalogue = current_catalogue(*snapshot.connection_);
    if (!catalogue) return fail(catalogue.error());
    snapshot.catalogue_  = snapshot.connection_->catalogue;
    snapshot.collection_ = snapshot.catalogue_->find(call.collection);
    return snapshot;
}

Snapshot::~Snapshot() {
    if (!reader_) return;
    reader_->set_limits(nullptr);
    if (sqlite3_get_autocommit(reader_->handle()) == 0) (void)run_cached(*reader_, Sql::commit, "COMMIT", "ending to read");
}

void Snapshot::abandon() noexcept {
    // The reader's engine is the parent's: nothing of it may be touched here, so it is left as it is.
    (void)new (std::nothrow) Reader(std::move(reader_));
}

Result<WriteAccess> WriteAccess::open(const Call& call) {
    WriteAccess access;
    access.name_ = &call.collection;
    if (call.transaction) {
        access.connection_ = call.transaction->connection;
        access.watches_    = &call.transaction->watches;
        const LimitScope limits(*access.connection_, call.limits);
        if (auto catalogue = current_catalogue(*access.connection_); !catalogue) return fail(std::move(catalogue.error()));
        return access;
    }
    auto writer = call.engine->writer(call.limits);
    if (!writer) return fail(std::move(writer.error()));
    access.writer_     = std::move(*writer);
    access.connection_ = &*access.writer_;
    const LimitScope limits(*access.connection_, call.limits);
    if (auto begun = run_cached(*access.connection_, Sql::begin_write, "BEGIN IMMEDIATE", "beginning to write"); !begun) {
        return fail(std::move(begun.error()));
    }
    if (auto catalogue = current_catalogue(*access.connection_); !catalogue) return fail(std::move(catalogue.error()));
    return access;
}

WriteAccess::~WriteAccess() {
    if (writer_ && sqlite3_get_autocommit(writer_->handle()) == 0) roll_back(*writer_);
}

Result<const CollectionInfo*> WriteAccess::ensure_collection() {
    if (const auto* found = collection(); found != nullptr) return found;
    return create_collection(*connection_, *name_);
}

Result<void> WriteAccess::finish() {
    if (!writer_) return {};
    if (auto done = run_cached(*connection_, Sql::commit, "COMMIT", "committing"); !done) {
        roll_back(*connection_);
        return done;
    }
    return {};
}

TransactionState::~TransactionState() {
    if (generation != fork_generation()) {
        // The connections are the parent's; see fork.hpp.
        (void)new (std::nothrow) Reader(std::move(reader));
        (void)new (std::nothrow) Writer(std::move(writer));
        return;
    }
    roll_back();
}

void TransactionState::roll_back() noexcept {
    if (!open) return;
    if (connection != nullptr) sqlite::roll_back(*connection);
    release();
}

void TransactionState::release() noexcept {
    open       = false;
    connection = nullptr;
    reader     = Reader();
    writer     = Writer();
}

}  // namespace tenon::sqlite
