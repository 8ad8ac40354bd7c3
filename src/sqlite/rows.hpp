#pragma once
// Rows of one collection inside a write transaction: each change keeps the row, its _id and all index entries together.
//
// Whatever can refuse a document (size, keys, a unique index) is asked before the first table is touched, so a refused
// document leaves nothing to undo; what fails later is the disk, and ends the whole transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mql/index_keys.hpp"
#include "sqlite/catalogue.hpp"
#include "sqlite/connection.hpp"
#include "sqlite/row_watch.hpp"
#include "sqlite/statements.hpp"

namespace tenon::sqlite {

class Rows {
public:
    /// For a collection as the connection's catalogue has it now. `watches` hear of the changes.
    Rows(Connection& connection, const CollectionInfo& collection, const RowWatches* watches = nullptr);

    /// A document whose first field is _id. @errors duplicate_key, invalid_argument.
    [[nodiscard]] Result<void> insert(bson::View document);
    /// `after` has the _id of `before`. Only entries that differ are written.
    [[nodiscard]] Result<void> replace(std::int64_t row, bson::View before, bson::View after);
    [[nodiscard]] Result<void> remove(std::int64_t row, bson::View document);
    /// The stored bytes, copied; empty when there is no such row.
    [[nodiscard]] Result<std::optional<bson::Document>> read(std::int64_t row);

    /// Writes an index's entries of a row that is stored already. For building an index.
    [[nodiscard]] Result<void> build_entries(const IndexInfo& index, std::int64_t row, bson::View document);

    /// Writes what was counted on the way. Afterwards the catalogue may have moved: `collection` is stale.
    [[nodiscard]] Result<void> finish();

private:
    struct Entry {
        std::size_t index = 0;  ///< position in the collection's indexes
        std::size_t at    = 0;  ///< of the key in the bytes
        std::size_t size  = 0;
    };
    struct Entries {
        std::string        bytes{};
        std::vector<Entry> list{};
        void               clear() noexcept;
        [[nodiscard]] std::string_view key(const Entry& entry) const noexcept { return std::string_view(bytes).substr(entry.at, entry.size); }
    };
    struct Prepared {
        Statement probe{};
        Statement insert{};
        Statement remove{};
    };

    [[nodiscard]] Result<void> collect(std::size_t index, bson::View document, Entries& out);
    [[nodiscard]] Result<void> check_unique(const IndexInfo& index, Prepared& prepared, std::string_view key, std::int64_t row);
    [[nodiscard]] Result<void> index_entries(bson::View document, std::int64_t row);
    [[nodiscard]] Result<bool> is_taken(bson::ValueRef id);
    [[nodiscard]] Result<void> write_entry(const Entry& entry, const Entries& in, std::int64_t row, bool insert);
    [[nodiscard]] Result<std::int64_t> next_row();
    void tell_moves(std::int64_t row, const std::vector<Entry>& gone, const std::vector<Entry>& fresh) const;
    [[nodiscard]] Result<Statement> statement(Sql kind);
    [[nodiscard]] Result<void> run(Statement& statement, std::string_view what);

    Connection&               connection_;
    const CollectionInfo&     collection_;
    const RowWatches*         watches_;
    std::vector<Prepared>     prepared_;
    std::vector<std::uint32_t> new_multikey_;
    Statement                 insert_id_{};
    Statement                 insert_row_{};
    Statement                 update_row_{};
    Statement                 delete_id_{};
    Statement                 delete_row_{};
    Statement                 get_row_{};
    mql::IndexKeys            keys_{};
    Entries                   before_{};
    Entries                   after_{};
    std::string               id_key_{};
    std::int64_t              last_row_  = -1;  ///< -1: not known yet
    std::int64_t              documents_ = 0;   ///< inserted less removed
};

/// The _id's key.
[[nodiscard]] std::string id_key(bson::ValueRef id);
/// The refusal of a second document with the same key.
[[nodiscard]] Error duplicate_key(std::string_view index, const bson::Document& keys);

}  // namespace tenon::sqlite
