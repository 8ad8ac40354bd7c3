#pragma once
// What all handles on one open database share.

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <tenon/repository/transaction.hpp>
#include <tenon/store/model_info.hpp>
#include <tenon/store/store.hpp>

#include "repository/gate.hpp"

namespace tenon::detail {

struct DatabaseState {
    explicit DatabaseState(std::shared_ptr<Store> top, std::shared_ptr<Gate> way_in = std::make_shared<Gate>()) noexcept
        : stack(std::move(top)), gate(std::move(way_in)) {}

    std::shared_ptr<Store> stack;   // the outermost middleware
    std::shared_ptr<Gate>  gate;    // of all databases of the store
    std::string            name{};  // Context::database of its calls; empty: the store's own database

    /// The store's own database, whose transactions are those of all. It owns the others: a handle on one of them keeps it.
    [[nodiscard]] const DatabaseState* root() const noexcept { return root_ == nullptr ? this : root_; }
    [[nodiscard]] DatabaseState*       root() noexcept { return root_ == nullptr ? this : root_; }
    /// The one of this name, of the root.
    [[nodiscard]] DatabaseState& other(std::string_view database);

    /// Makes a model known for untyped calls on its collection; the first one stays. Another one with other rules is refused from now on.
    void know(const ModelInfo& model);
    /// The model known for a collection, or null.
    [[nodiscard]] const ModelInfo* known(std::string_view collection) const;
    /// The known models, by collection.
    [[nodiscard]] std::vector<const ModelInfo*> models() const;
    /// Whether a known model has rules of its own.
    [[nodiscard]] bool keeps_rules() const;
    /// Whether this model came second for its collection, with other rules than the first.
    [[nodiscard]] bool refuses(const ModelInfo* model) const;

private:
    // Guarded by the gate's.
    std::map<std::string, const ModelInfo*, std::less<>> models_;
    std::set<const ModelInfo*>                       refused_;
    std::atomic<bool>                                any_refused_{false};  // spares each call the lock
    DatabaseState*                                   root_ = nullptr;  // null: this is it
    std::map<std::string, std::unique_ptr<DatabaseState>, std::less<>> others_;
};

/// What a Transaction and the repositories bound to it share. `session` is null once it ended.
struct TransactionState {
    const DatabaseState* root     = nullptr;
    Session*             session  = nullptr;
    bool                 read_only = false;
    std::uint32_t        reruns    = 0;
};

/// Whether the body of a transaction of this database, or of another one of the same store, runs on this thread.
[[nodiscard]] bool inside_transaction(const DatabaseState& database) noexcept;

/// Database::run: the single entry.
[[nodiscard]] Result<Reply> run(DatabaseState& database, Request request, Session* session);

}  // namespace tenon::detail
