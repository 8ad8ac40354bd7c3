#include "sqlite/rows.hpp"

#include <algorithm>

#include "mql/mql_error.hpp"
#include "sqlite/access.hpp"
#include "sqlite/keys.hpp"
#include "sqlite/stored.hpp"

namespace tenon::sqlite {

Error duplicate_key(std::string_view index, const bson::Document& keys) {
    auto error = coded(Errc::duplicate_key, code::duplicate_key, "DuplicateKey",
                       "another document has this key in the unique index \"" + std::string(index) + "\"");
    if (!keys.empty()) error.path = keys.begin()->key;
    return error;
}

std::string id_key(bson::ValueRef id) {
    std::string key;
    append_key(key, id);
    return key;
}

void Rows::Entries::clear() noexcept {
    bytes.clear();
    list.clear();
}

Rows::Rows(Connection& connection, const CollectionInfo& collection, const RowWatches* watches)
    : connection_(connection), collection_(collection), watches_(watches), prepared_(collection.indexes.size()), new_multikey_(collection.indexes.size()) {}

Result<Statement> Rows::statement(Sql kind) {
    return connection_.prepare(statement_key(kind, collection_.id), [&]() -> std::string {
        const auto rows = rows_table(collection_.id);
        const auto ids  = ids_table(collection_.id);
        switch (kind) {
            case Sql::insert_id:  return "INSERT INTO " + ids + "(key, row) VALUES(?1, ?2)";
            case Sql::insert_row: return "INSERT INTO " + rows + "(id, doc) VALUES(?1, ?2)";
            case Sql::update_row: return "UPDATE " + rows + " SET doc=?2 WHERE id=?1";
            case Sql::delete_id:  return "DELETE FROM " + ids + " WHERE key=?1";
            case Sql::delete_row: return "DELETE FROM " + rows + " WHERE id=?1";
            case Sql::find_row:   return "SELECT row FROM " + ids + " WHERE key=?1";
            case Sql::get_by_row: return "SELECT doc FROM " + rows + " WHERE id=?1";
            default:              return "SELECT max(id) FROM " + rows;
        }
    });
}

Result<void> Rows::run(Statement& statement, std::string_view what) {
    const int rc = statement.step();
    if (rc != SQLITE_DONE) {
        auto error = connection_.error(rc, what);
        statement.reset();
        return fail(std::move(error));
    }
    statement.reset();
    return {};
}

Result<std::int64_t> Rows::next_row() {
    if (last_row_ < 0) {
        auto highest = statement(Sql::max_row);
        if (!highest) return fail(std::move(highest.error()));
        const int rc = highest->step();
        if (rc != SQLITE_ROW) return fail(connection_.error(rc, "finding the end of the collection"));
        last_row_ = highest->integer(0);
    }
    return ++last_row_;
}

Result<void> Rows::collect(std::size_t index, bson::View document, Entries& out) {
    const auto& info = collection_.indexes[index];
    if (info.partial) {
        auto matched = info.partial->matches(document);
        if (!matched) return fail(std::move(matched.error()));
        if (!*matched) return {};
    }
    if (auto made = mql::index_keys(document, info.pattern, keys_); !made) return made;
    new_multikey_[index] |= keys_.multikey_parts() & ~info.multikey;
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        const auto  start = out.bytes.size();
        const auto  key   = keys_[i];
        for (std::size_t part = 0; part < key.size(); ++part) append_key(out.bytes, key[part], info.pattern.parts[part].descending);
        out.list.push_back({index, start, out.bytes.size() - start});
    }
    return {};
}

Result<void> Rows::check_unique(const IndexInfo& index, Prepared& prepared, std::string_view key, std::int64_t row) {
    if (!prepared.probe) {
        auto probe = connection_.prepare(statement_key(Sql::probe, index.id), [&] {
            return "SELECT row FROM " + entries_table(index.id) + " WHERE key=?1 AND row<>?2 LIMIT 1";
        });
        if (!probe) return fail(std::move(probe.error()));
        prepared.probe = std::move(*probe);
    }
    prepared.probe.bind(1, key);
    prepared.probe.bind(2, row);
    const int rc = prepared.probe.step();
    if (rc == SQLITE_ROW) {
        prepared.probe.reset();
        return fail(duplicate_key(index.spec.name, index.spec.keys));
    }
    return rc == SQLITE_DONE ? (prepared.probe.reset(), Result<void>{}) : fail(connection_.error(rc, "looking for the key"));
}

Result<void> Rows::write_entry(const Entry& entry, const Entries& in, std::int64_t row, bool insert) {
    const auto& info      = collection_.indexes[entry.index];
    auto&       statement = insert ? prepared_[entry.index].insert : prepared_[entry.index].remove;
    if (!statement) {
        auto made = connection_.prepare(statement_key(insert ? Sql::insert_entry : Sql::delete_entry, info.id), [&] {
            const auto table = entries_table(info.id);
            return insert ? "INSERT OR IGNORE INTO " + table + "(key, row) VALUES(?1, ?2)" : "DELETE FROM " + table + " WHERE key=?1 AND row=?2";
        });
        if (!made) return fail(std::move(made.error()));
        statement = std::move(*made);
    }
    statement.bind(1, in.key(entry));
    statement.bind(2, row);
    return run(statement, insert ? "writing an index entry" : "removing an index entry");
}

// Into `after_`, index by index as MongoDB does: which of several faults is named depends on it.
Result<void> Rows::index_entries(bson::View document, std::int64_t row) {
    for (std::size_t i = 0; i < collection_.indexes.size(); ++i) {
        const auto first = after_.list.size();
        if (auto made = collect(i, document, after_); !made) return made;
        if (!collection_.indexes[i].spec.unique) continue;
        for (auto entry = first; entry < after_.list.size(); ++entry) {
            if (auto free = check_unique(collection_.indexes[i], prepared_[i], after_.key(after_.list[entry]), row); !free) return free;
        }
    }
    return {};
}

Result<bool> Rows::is_taken(bson::ValueRef id) {
    auto find = statement(Sql::find_row);
    if (!find) return fail(std::move(find.error()));
    id_key_.clear();
    append_key(id_key_, id);
    find->bind(1, std::string_view(id_key_));
    const int rc = find->step();
    if (rc == SQLITE_ROW || rc == SQLITE_DONE) return rc == SQLITE_ROW;
    return fail(connection_.error(rc, "looking for the key"));
}

Result<void> Rows::insert(bson::View document) {
    if (document.size() > bson::max_document_size) return mql::mql_error(mql::code::bson_object_too_large, "the document is larger than 16 MiB");
    const auto row = next_row();
    if (!row) return fail(row.error());
    after_.clear();
    if (auto indexed = index_entries(document, *row); !indexed) {
        // MongoDB comes to the index on _id first.
        auto taken = ends_transaction(indexed.error()) ? Result<bool>(false) : is_taken(document["_id"]);
        if (!taken) return fail(std::move(taken.error()));
        --last_row_;
        return *taken ? fail(duplicate_key("_id_", collection_.id_index.spec.keys)) : indexed;
    }
    for (auto* wanted : {&insert_id_, &insert_row_}) {
        if (*wanted) continue;
        auto made = statement(wanted == &insert_id_ ? Sql::insert_id : Sql::insert_row);
        if (!made) return fail(std::move(made.error()));
        *wanted = std::move(*made);
    }
    id_key_.clear();
    append_key(id_key_, document["_id"]);
    insert_id_.bind(1, std::string_view(id_key_));
    insert_id_.bind(2, *row);
    const int rc = insert_id_.step();
    if (rc != SQLITE_DONE) {
        auto error = (rc & 0xFF) == SQLITE_CONSTRAINT ? duplicate_key("_id_", collection_.id_index.spec.keys)
                                                       : connection_.error(rc, "writing a document");
        insert_id_.reset();
        --last_row_;
        return fail(std::move(error));
    }
    insert_id_.reset();
    insert_row_.bind(1, *row);
    insert_row_.bind(2, document.bytes());
    if (auto done = run(insert_row_, "writing a document"); !done) return done;
    for (const auto& entry : after_.list) {
        if (auto done = write_entry(entry, after_, *row, true); !done) return done;
    }
    ++documents_;
    if (watches_ != nullptr) {
        for (auto* watch : *watches_) watch->inserted(collection_.id, *row);
    }
    return {};
}

// Before the first entry changes. In an index whose entries differ, all that the row had are told: an array's entry that stays may be the
// one by which a cursor has met the row.
void Rows::tell_moves(std::int64_t row, const std::vector<Entry>& gone, const std::vector<Entry>& fresh) const {
    if (watches_ == nullptr || watches_->empty()) return;
    for (const auto& entry : before_.list) {
        const auto same = [&](const Entry& other) { return other.index == entry.index; };
        if (std::none_of(gone.begin(), gone.end(), same) && std::none_of(fresh.begin(), fresh.end(), same)) continue;
        for (auto* watch : *watches_) watch->moves(collection_.indexes[entry.index].id, row, before_.key(entry));
    }
}

Result<void> Rows::replace(std::int64_t row, bson::View before, bson::View after) {
    if (after.size() > bson::max_document_size) return mql::mql_error(mql::code::bson_object_too_large, "the document would be larger than 16 MiB");
    before_.clear();
    after_.clear();
    // MongoDB goes index by index: a key that is taken in one comes before what the next cannot index.
    Result<void> indexed;
    for (std::size_t i = 0; i < collection_.indexes.size() && indexed; ++i) {
        indexed = collect(i, before, before_);
        if (indexed) indexed = collect(i, after, after_);
    }
    // Entries that stay are cancelled on both sides. The lists are short: a handful of indexes, one key each but for arrays.
    const auto order = [](const Entries& a, const Entry& x, const Entries& b, const Entry& y) {
        if (x.index != y.index) return x.index < y.index ? -1 : 1;
        return a.key(x).compare(b.key(y));
    };
    const auto sort = [&](Entries& in) {
        std::sort(in.list.begin(), in.list.end(), [&](const Entry& x, const Entry& y) { return order(in, x, in, y) < 0; });
    };
    sort(before_);
    sort(after_);
    std::vector<Entry> gone;
    std::vector<Entry> fresh;
    std::size_t        i = 0;
    std::size_t        j = 0;
    while (i < before_.list.size() || j < after_.list.size()) {
        int c = 0;
        if (i == before_.list.size()) c = 1;
        else if (j == after_.list.size()) c = -1;
        else c = order(before_, before_.list[i], after_, after_.list[j]);
        if (c < 0) gone.push_back(before_.list[i]);
        if (c > 0) fresh.push_back(after_.list[j]);
        if (c <= 0) ++i;
        if (c >= 0) ++j;
    }
    for (const auto& entry : fresh) {
        const auto& info = collection_.indexes[entry.index];
        if (!info.spec.unique) continue;
        if (auto free = check_unique(info, prepared_[entry.index], after_.key(entry), row); !free) return free;
    }
    if (!indexed) return indexed;
    tell_moves(row, gone, fresh);
    if (!update_row_) {
        auto made = statement(Sql::update_row);
        if (!made) return fail(std::move(made.error()));
        update_row_ = std::move(*made);
    }
    update_row_.bind(1, row);
    update_row_.bind(2, after.bytes());
    if (auto done = run(update_row_, "writing a document"); !done) return done;
    for (const auto& entry : gone) {
        if (auto done = write_entry(entry, before_, row, false); !done) return done;
    }
    for (const auto& entry : fresh) {
        if (auto done = write_entry(entry, after_, row, true); !done) return done;
    }
    return {};
}

Result<void> Rows::remove(std::int64_t row, bson::View document) {
    before_.clear();
    for (std::size_t i = 0; i < collection_.indexes.size(); ++i) {
        if (auto made = collect(i, document, before_); !made) return made;
    }
    for (auto* wanted : {&delete_id_, &delete_row_}) {
        if (*wanted) continue;
        auto made = statement(wanted == &delete_id_ ? Sql::delete_id : Sql::delete_row);
        if (!made) return fail(std::move(made.error()));
        *wanted = std::move(*made);
    }
    id_key_.clear();
    append_key(id_key_, document["_id"]);
    delete_id_.bind(1, std::string_view(id_key_));
    if (auto done = run(delete_id_, "removing a document"); !done) return done;
    delete_row_.bind(1, row);
    if (auto done = run(delete_row_, "removing a document"); !done) return done;
    for (const auto& entry : before_.list) {
        if (auto done = write_entry(entry, before_, row, false); !done) return done;
    }
    --documents_;
    return {};
}

Result<std::optional<bson::Document>> Rows::read(std::int64_t row) {
    if (!get_row_) {
        auto made = statement(Sql::get_by_row);
        if (!made) return fail(std::move(made.error()));
        get_row_ = std::move(*made);
    }
    get_row_.bind(1, row);
    const int rc = get_row_.step();
    if (rc == SQLITE_DONE) {
        get_row_.reset();
        return std::optional<bson::Document>{};
    }
    if (rc != SQLITE_ROW) return fail(connection_.error(rc, "reading a document"));
    const auto                    stored = stored_document(get_row_.blob(0));
    std::optional<bson::Document> document;
    if (stored) document = bson::Document(*stored);
    get_row_.reset();
    if (!stored) return fail(stored.error());
    return document;
}

Result<void> Rows::build_entries(const IndexInfo& index, std::int64_t row, bson::View document) {
    const auto at = static_cast<std::size_t>(&index - collection_.indexes.data());
    after_.clear();
    if (auto made = collect(at, document, after_); !made) return made;
    for (const auto& entry : after_.list) {
        if (index.spec.unique) {
            if (auto free = check_unique(index, prepared_[at], after_.key(entry), row); !free) return free;
        }
        if (auto done = write_entry(entry, after_, row, true); !done) return done;
    }
    return {};
}

Result<void> Rows::finish() {
    if (documents_ != 0) {
        auto update = connection_.prepare(statement_key(Sql::add_documents),
                                          [] { return "UPDATE tenon_collections SET documents = documents + ?1 WHERE id=?2"; });
        if (!update) return fail(std::move(update.error()));
        update->bind(1, documents_);
        update->bind(2, collection_.id);
        if (auto done = run(*update, "counting documents"); !done) return done;
        documents_ = 0;
    }
    // Marking one index reloads the catalogue; what is needed of the others is taken first.
    std::vector<std::pair<IndexInfo, std::uint32_t>> marks;
    for (std::size_t i = 0; i < new_multikey_.size(); ++i) {
        if (new_multikey_[i] != 0) marks.emplace_back(collection_.indexes[i], std::exchange(new_multikey_[i], 0));
    }
    for (const auto& [index, parts] : marks) {
        if (auto done = add_multikey(connection_, index, parts); !done) return done;
    }
    return {};
}

}  // namespace tenon::sqlite
