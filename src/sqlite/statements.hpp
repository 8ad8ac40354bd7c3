#pragma once
// Every statement the engine prepares, and the key it has in a connection's cache.

#include <cstdint>
#include <string>

namespace tenon::sqlite {

enum class Sql : std::uint8_t {
    catalogue_version,
    begin_read,
    begin_write,
    commit,
    rollback,
    get_by_id,        // c: ?1 key -> row, doc
    get_by_row,       // c: ?1 row -> doc
    find_row,         // c: ?1 key -> row
    max_row,          // c -> row
    insert_id,        // c: ?1 key, ?2 row
    insert_row,       // c: ?1 row, ?2 doc
    update_row,       // c: ?1 row, ?2 doc
    delete_id,        // c: ?1 key
    delete_row,       // c: ?1 row
    add_documents,    // ?1 number, ?2 collection
    scan,             // c -> row, doc
    scan_reverse,
    probe,            // i: ?1 key, ?2 row -> row of another document with this key
    insert_entry,     // i: ?1 key, ?2 row
    delete_entry,     // i: ?1 key, ?2 row
    range,            // i and c: ?1 low, ?2 high -> row, doc
    range_reverse,
    batch,            // i: ?1 key, ?2 row: behind these, ?3 end, ?4 number -> row, key
    batch_reverse,
    count,            // i: ?1 low, ?2 high -> number
    id_range,         // the same over the ids of c
    id_range_reverse,
    id_batch,
    id_batch_reverse,
    row_batch,        // c: ?2 row: behind it, ?4 number -> row
    row_batch_reverse,
    id_count,
    count_all,        // c -> number
    documents,        // ?1 collection -> number
};

[[nodiscard]] constexpr std::uint64_t statement_key(Sql kind, std::int64_t id = 0) noexcept {
    return (static_cast<std::uint64_t>(kind) << 56U) | static_cast<std::uint64_t>(id);
}

/// The name of a collection's table of rows, of ids, of an index's table of entries.
[[nodiscard]] inline std::string rows_table(std::int64_t collection) { return "c" + std::to_string(collection); }
[[nodiscard]] inline std::string ids_table(std::int64_t collection) { return "c" + std::to_string(collection) + "_id"; }
[[nodiscard]] inline std::string entries_table(std::int64_t index) { return "i" + std::to_string(index); }

}  // namespace tenon::sqlite
