#pragma once
// Database: an open store with the middleware on top, and transactions over it.

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenon/bson/document.hpp>
#include <tenon/repository/options.hpp>
#include <tenon/repository/transaction.hpp>
#include <tenon/store/capabilities.hpp>
#include <tenon/store/config.hpp>
#include <tenon/store/health.hpp>

namespace tenon {

struct ModelInfo;
class ChangeEvents;
class Collection;
class Store;

/// The models that a database serves; made by models<...>() of repository.hpp.
struct Models {
    std::vector<const ModelInfo*> infos{};
};

/// An open store. Copies are cheap and share it; the last one ends it, after the repositories and cursors made from it, unless `close` did.
/// @threads safe: one Database may be used by many threads at once.
class Database {
public:
    /// A database over an engine of your own, or one that middleware of yours is stacked on. `open` is the usual way.
    [[nodiscard]] static Database over(std::shared_ptr<Store> engine, const Config& config = {}, const Models& models = {});

    /// The untyped form: documents in and out, through the same middleware. Where a model of this collection is known
    /// (`open`'s models, or a Repository made before) its rules apply; else there are none: a remove on a collection whose model
    /// deletes softly is then for good. A service that makes untyped calls gives its `models<...>()` to `open`.
    /// The first model known for a collection stays; calls of a second one with other rules are invalid_argument.
    [[nodiscard]] Collection collection(std::string_view name) const;

    /// Another database of the same deployment, or of the same name this one: `db.database("audit")`. It shares the pool and the watch of
    /// the servers; models, and which one is known for a collection, are its own. A transaction of one is that of all: repositories
    /// of either are bound to it, and inside its body unbound calls on either are refused.
    /// Calls on it are `unsupported` where the store has one database (Capabilities::database is empty: the embedded store), and
    /// `invalid_argument` where the name is none.
    [[nodiscard]] Database database(std::string_view name, const Models& models = {}) const;

    /// Runs `body(Transaction&)`, which returns a Result: a value commits, an error aborts and comes back unchanged, an
    /// exception aborts and goes on its way.
    ///
    /// The body MAY RUN AGAIN: after a transient failure to begin or to commit, or when it returns the error of a call inside it that
    /// the server labelled so (a conflict with another writer, a lost connection), until the deadline, with a growing pause of random
    /// length. What it does outside the store must bear that. Where the server does not say how a commit ended, the commit alone is
    /// repeated; Error::outcome is unknown when it stays so until the deadline.
    /// A call that the engine refuses inside it ends it: further calls are invalid_argument, and so is a commit.
    /// Calls on this database inside the body must be bound to the transaction (`repository.in(tx)`): another one on the same
    /// thread is invalid_argument, since it would wait for the transaction that waits for it; a nested transaction, too. A bound call
    /// takes no concern nor read preference of its own (invalid_argument): the transaction has them; those of Repository::with are passed over.
    /// @errors those of the body; timeout (another writer held on), transient, io, network; unsupported (a standalone server, before
    ///         anything is sent); invalid_argument (nested, options that no transaction has).
    /// MongoDB manual: Transactions, In-Progress Transactions and Write Conflicts.
    template <class Body>
    auto transaction(Body&& body, const TransactionOptions& options = {}) const -> std::invoke_result_t<Body&, Transaction&> {
        detail::TransactionRun run(state_, options);
        for (;;) {
            if (auto begun = run.begin(); !begun) return fail(std::move(begun).error());
            auto outcome = body(run.transaction());
            if (!outcome) {
                run.abort();
                if (run.again(outcome.error())) continue;
                return outcome;
            }
            auto committed = run.commit();
            if (committed) return outcome;
            if (!run.again(committed.error())) return fail(std::move(committed).error());
        }
    }

    /// What the live deployment can do.
    [[nodiscard]] Capabilities capabilities() const;
    /// How the deployment is, found out within the deadline (none: 5 s). Never throws, never hangs.
    [[nodiscard]] Health health(const Deadline& deadline = {}) const noexcept;
    /// Waits until the deployment takes writes: of use after a lazy open. @errors timeout, network, auth, invalid_argument, cancelled (closed).
    Result<void> wait_until_ready(const Deadline& deadline) const;
    /// Closes the store for all its handles: copies, databases of the same deployment, repositories. For good, and whoever calls it.
    ///
    /// From here on each new call, transaction, cursor and change stream is `cancelled`, and nothing of it is written. What runs is waited for:
    /// calls, of which `all`, `for_each` and `page` are one each with all that is done inside them on their thread, and transactions, whose
    /// body, calls and commit go on as if nothing was. A wait for changes is ended at once (`cancelled`; the stream's resume_token is good), and so is
    /// `wait_until_ready`.
    /// Then the connections end: MongoDB's pool with the watch of the servers; the embedded store's file stands alone with its log moved
    /// into it, unless another process has it open, and a store in memory is gone with its files. A cursor, Stream or change stream that
    /// is held but not being read is not waited for: what it holds is taken from it, and its next call is `cancelled`.
    ///
    /// At the deadline (none: waits for as long as it takes) it is `timeout`: the store takes no new calls, and what runs goes on. `close` may be called again,
    /// to wait again. Of a closed store it does nothing, and many threads may call it. In a child of fork() it waits for what the
    /// child began, not for the parent's calls. `health` of a closed store says so, and `capabilities` is what was last seen.
    /// @errors timeout; invalid_argument: called inside a call or a transaction of this store, for which it would wait; the store stays open.
    ///         io: the store is closed and nothing is lost, but the log could not be moved into the file (a full disk).
    Result<void> close(const Deadline& deadline = {}) const;
    /// The names of all collections, sorted.
    [[nodiscard]] Result<std::vector<std::string>> list_collections() const;

    /// What happens to the documents of all collections, and to the collections. `WatchOptions::pipeline` narrows it.
    /// @errors as Repository::watch.
    [[nodiscard]] Result<ChangeEvents> watch(WatchOptions options = {}) const;

    /// Runs a database command as it stands and returns the server's reply: `command(bson::doc("dbStats", 1))`. It goes past models and
    /// their rules, so it is for what has no call of its own; where a tenant is set it is refused. It is sent once: whether it may be sent again
    /// only the caller knows (Error::outcome is unknown when the connection was lost). Its name is its first key.
    /// The call's deadline, read preference, concerns and comment go with it, unless the command has its own.
    /// @errors invalid_argument (empty, or the server knows no such command), auth, timeout, network, unsupported (the embedded store).
    /// MongoDB manual: Database Commands.
    Result<bson::Document> command(bson::Document command, CommandOptions options = {}) const;
    /// Inside a transaction, where no other will do.
    Result<bson::Document> command(const Transaction& transaction, bson::Document command, CommandOptions options = {}) const;
    /// In the order of a causal session.
    Result<bson::Document> command(const CausalSession& session, bson::Document command, CommandOptions options = {}) const;

    /// Shards the collections of those known models (`open`'s, or of a Repository made before) that declare a `shard_key`, through a mongos, and
    /// sets their zones. The names of those that were not sharded before, sorted.
    ///
    /// Whatever is wrong with the options is found before anything is sent. It may be called at each start: what is there already stays. What an
    /// error interrupts is taken up by the next call. A collection with documents gets the index that its key needs; that may take long.
    /// The user needs the role clusterManager, and readWrite on the database.
    /// @errors unsupported (no mongos: nothing is sent), invalid_argument (no model has a shard key; ranges that overlap, or of another
    ///         collection; a collection that is sharded by another key), auth, timeout, network; Error::outcome is partial when something was
    ///         done. Error::path is the option, or the name of the command that was refused.
    /// MongoDB manual: shardCollection, Zones.
    Result<std::vector<std::string>> shard(ShardOptions options = {}) const;

    /// For the rooms of this library.
    [[nodiscard]] const std::shared_ptr<detail::DatabaseState>& state() const noexcept { return state_; }

private:
    explicit Database(std::shared_ptr<detail::DatabaseState> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<detail::DatabaseState> state_;
};

/// Opens a store: "sqlite:path?option=value" or "sqlite::memory:" (private, gone with the last handle).
/// @errors invalid_argument (unknown scheme or option, a bad URI), io, corrupt (not a database of ours), unsupported
///         (a newer format, or an engine this build has not).
[[nodiscard]] Result<Database> open(std::string_view uri, const Models& models = {});
[[nodiscard]] Result<Database> open(const Config& config, const Models& models = {});

}  // namespace tenon
