#pragma once
// Transaction: what a repository is bound to inside Database::transaction.

#include <cstdint>
#include <memory>
#include <optional>

#include <tenon/repository/running.hpp>
#include <tenon/result.hpp>
#include <tenon/store/capabilities.hpp>

namespace tenon {

class Session;

namespace detail {
struct DatabaseState;
struct TransactionState;
class TransactionRun;
}  // namespace detail

/// An open transaction. Handed to the body by reference; a repository bound to it fails with invalid_argument once it ended.
/// Used by one thread at a time.
class Transaction {
public:
    Transaction(const Transaction&)            = delete;
    Transaction& operator=(const Transaction&) = delete;

    /// True for a snapshot, whose writes are invalid_argument.
    [[nodiscard]] bool read_only() const noexcept;
    /// How often the body ran before this run.
    [[nodiscard]] std::uint32_t reruns() const noexcept;

private:
    friend class detail::TransactionRun;
    friend class Collection;
    friend class Database;
    explicit Transaction(std::shared_ptr<detail::TransactionState> state) noexcept : state_(std::move(state)) {}

    std::shared_ptr<detail::TransactionState> state_;
};

namespace detail {

/// Begins, ends and repeats one transaction for Database::transaction. Aborts when it goes out of scope while open.
class TransactionRun {
public:
    TransactionRun(std::shared_ptr<DatabaseState> database, const TransactionOptions& options);
    TransactionRun(const TransactionRun&)            = delete;
    TransactionRun& operator=(const TransactionRun&) = delete;
    ~TransactionRun();

    Result<void> begin();
    [[nodiscard]] Transaction& transaction() noexcept { return transaction_; }
    /// Ends it. Where the server does not say how a commit ended it is asked for again, until the deadline; the body is not run again then.
    Result<void> commit();
    void         abort() noexcept;
    /// Whether the body may run again after this error of it or of commit; waits for its turn first. When it might, but no time is left,
    /// the error becomes a timeout.
    [[nodiscard]] bool again(Error& error);

private:
    Result<void> begin_once();

    std::shared_ptr<DatabaseState> database_;
    std::optional<Running>         running_{};  // from the first begin to the end of the last run
    TransactionOptions             options_;
    Transaction                    transaction_;
    std::unique_ptr<Session>       session_;
    enum class Phase : std::uint8_t { beginning, body, committing };

    std::uint32_t waits_  = 0;
    Phase         phase_  = Phase::beginning;
    bool          marked_ = false;
};

}  // namespace detail
}  // namespace tenon
