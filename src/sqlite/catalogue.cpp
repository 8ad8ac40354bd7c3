#include "sqlite/catalogue.hpp"

#include <chrono>
#include <thread>

#include "sqlite/statements.hpp"

namespace tenon::sqlite {

namespace {

bson::Document stored_spec(const IndexSpec& spec) {
    bson::Builder builder;
    builder.append("key", spec.keys);
    if (spec.unique) builder.append("unique", true);
    if (spec.sparse) builder.append("sparse", true);
    if (!spec.partial_filter.empty()) builder.append("partialFilterExpression", spec.partial_filter);
    return builder.take();
}

Result<IndexInfo> read_index(std::int64_t id, std::string_view name, std::span<const std::uint8_t> spec, std::uint32_t multikey,
                             bool hidden) {
    const auto damaged = [] { return fail(Errc::corrupt, "the catalogue of the store's file is damaged"); };
    const auto view    = bson::View::validate(spec);
    if (!view || (*view)["key"].type() != bson::Type::document) return damaged();
    IndexInfo index;
    index.id          = id;
    index.spec.keys   = bson::Document((*view)["key"].as_view());
    index.spec.name   = name;
    index.spec.unique = (*view)["unique"].truthy();
    index.spec.sparse = (*view)["sparse"].truthy();
    index.spec.hidden = hidden;
    index.multikey    = multikey;
    if (const auto partial = (*view)["partialFilterExpression"]; partial.type() == bson::Type::document) {
        index.spec.partial_filter = bson::Document(partial.as_view());
        auto filter               = mql::Filter::parse(partial.as_view());
        if (!filter) return damaged();
        index.partial = std::move(*filter);
    }
    auto pattern = mql::KeyPattern::parse(index.spec.keys);
    if (!pattern) return damaged();
    index.pattern        = std::move(*pattern);
    index.pattern.sparse = index.spec.sparse;
    return index;
}

Result<IndexInfo> id_index() {
    IndexInfo index;
    index.spec.keys   = bson::doc("_id", 1);
    index.spec.name   = "_id_";
    index.spec.unique = true;
    auto pattern      = mql::KeyPattern::parse(index.spec.keys);
    if (!pattern) return fail(std::move(pattern.error()));
    index.pattern = std::move(*pattern);
    return index;
}

Result<std::int64_t> stored_version(Connection& connection) {
    auto statement = connection.prepare(statement_key(Sql::catalogue_version), [] { return "SELECT catalogue FROM tenon_store"; });
    if (!statement) return fail(std::move(statement.error()));
    const int rc = statement->step();
    if (rc == SQLITE_ROW) return statement->integer(0);
    if (rc == SQLITE_DONE) return fail(Errc::corrupt, "the store's file has lost its catalogue");
    return fail(connection.error(rc, "reading the catalogue"));
}

// One statement that is run rarely: not worth a place in the cache.
class Once {
public:
    Once(Connection& connection, const std::string& sql) : connection_(connection) {
        rc_ = sqlite3_prepare_v2(connection.handle(), sql.data(), static_cast<int>(sql.size()), &stmt_, nullptr);
    }
    Once(const Once&)            = delete;
    Once& operator=(const Once&) = delete;
    ~Once() { sqlite3_finalize(stmt_); }

    Once& bind(int at, std::int64_t value) {
        if (rc_ == SQLITE_OK) rc_ = sqlite3_bind_int64(stmt_, at, value);
        return *this;
    }
    Once& bind(int at, std::string_view text) {
        if (rc_ == SQLITE_OK) rc_ = sqlite3_bind_text64(stmt_, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
        return *this;
    }
    Once& bind(int at, bson::View document) {
        if (rc_ == SQLITE_OK) rc_ = sqlite3_bind_blob64(stmt_, at, document.data(), document.size(), SQLITE_TRANSIENT);
        return *this;
    }
    Result<void> run(std::string_view what) {
        if (rc_ == SQLITE_OK) rc_ = sqlite3_step(stmt_);
        if (rc_ == SQLITE_DONE || rc_ == SQLITE_ROW) return {};
        return fail(connection_.error(rc_, what));
    }

private:
    Connection&   connection_;
    sqlite3_stmt* stmt_ = nullptr;
    int           rc_   = SQLITE_OK;
};

Result<const Catalogue*> changed(Connection& connection) {
    if (auto done = connection.execute("UPDATE tenon_store SET catalogue = catalogue + 1", "raising the catalogue's version"); !done) {
        return fail(std::move(done.error()));
    }
    return reload_catalogue(connection);
}

Result<void> changed_only(Connection& connection) {
    auto done = changed(connection);
    if (!done) return fail(std::move(done.error()));
    return {};
}

}  // namespace

const IndexInfo* CollectionInfo::find_index(std::string_view index) const noexcept {
    if (index == id_index.spec.name) return &id_index;
    for (const auto& candidate : indexes) {
        if (candidate.spec.name == index) return &candidate;
    }
    return nullptr;
}

const CollectionInfo* Catalogue::find(std::string_view name) const noexcept {
    const auto found = collections.find(name);
    return found == collections.end() ? nullptr : &found->second;
}

Result<const Catalogue*> current_catalogue(Connection& connection) {
    const auto version = stored_version(connection);
    if (!version) return fail(version.error());
    if (connection.catalogue && connection.catalogue->version == *version) return connection.catalogue.get();
    return reload_catalogue(connection);
}

Result<const Catalogue*> reload_catalogue(Connection& connection) {
    auto       catalogue = std::make_shared<Catalogue>();
    const auto version   = stored_version(connection);
    if (!version) return fail(version.error());
    catalogue->version = *version;

    std::map<std::int64_t, CollectionInfo*> by_id;
    const auto each = [&](const char* sql, const auto& row) -> Result<void> {
        sqlite3_stmt* stmt = nullptr;
        int           rc   = sqlite3_prepare_v2(connection.handle(), sql, -1, &stmt, nullptr);
        if (rc != SQLITE_OK) return fail(connection.error(rc, "reading the catalogue"));
        Result<void> outcome{};
        while (outcome && (rc = sqlite3_step(stmt)) == SQLITE_ROW) outcome = row(stmt);
        sqlite3_finalize(stmt);
        if (outcome && rc != SQLITE_DONE) return fail(connection.error(rc, "reading the catalogue"));
        return outcome;
    };
    const auto text = [](sqlite3_stmt* stmt, int column) {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(stmt, column));
        return std::string(bytes != nullptr ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(stmt, column)));
    };
    auto read = each("SELECT id, name FROM tenon_collections", [&](sqlite3_stmt* stmt) -> Result<void> {
        CollectionInfo collection;
        collection.id   = sqlite3_column_int64(stmt, 0);
        collection.name = text(stmt, 1);
        auto on_id      = id_index();
        if (!on_id) return fail(std::move(on_id.error()));
        collection.id_index = std::move(*on_id);
        auto& placed        = catalogue->collections[collection.name];
        placed              = std::move(collection);
        by_id[placed.id]    = &placed;
        return {};
    });
    if (!read) return fail(std::move(read.error()));
    read = each("SELECT id, collection, name, spec, multikey, hidden FROM tenon_indexes ORDER BY id", [&](sqlite3_stmt* stmt) -> Result<void> {
        const auto  name = text(stmt, 2);
        const auto* spec = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt, 3));
        auto        index = read_index(sqlite3_column_int64(stmt, 0), name,
                                       {spec, static_cast<std::size_t>(sqlite3_column_bytes(stmt, 3))},
                                       static_cast<std::uint32_t>(sqlite3_column_int64(stmt, 4)), sqlite3_column_int(stmt, 5) != 0);
        if (!index) return fail(std::move(index.error()));
        const auto owner = by_id.find(sqlite3_column_int64(stmt, 1));
        if (owner == by_id.end()) return fail(Errc::corrupt, "the catalogue of the store's file is damaged");
        owner->second->indexes.push_back(std::move(*index));
        return {};
    });
    if (!read) return fail(std::move(read.error()));
    connection.catalogue = std::move(catalogue);
    return connection.catalogue.get();
}

Result<const CollectionInfo*> create_collection(Connection& connection, std::string_view name) {
    if (name.empty() || name.size() > 255 || name.front() == '.' || name.find('\0') != std::string_view::npos ||
        name.find('$') != std::string_view::npos || name.rfind("system.", 0) == 0) {
        return fail(coded(Errc::invalid_argument, 73, "InvalidNamespace",
                          "a collection's name is 1 to 255 bytes without NUL or '$', and starts with neither '.' nor \"system.\""));
    }
    Once insert(connection, "INSERT INTO tenon_collections(name, documents) VALUES(?1, 0)");
    if (auto done = insert.bind(1, name).run("creating a collection"); !done) return fail(std::move(done.error()));
    const auto id  = sqlite3_last_insert_rowid(connection.handle());
    const auto sql = "CREATE TABLE " + rows_table(id) + "(id INTEGER PRIMARY KEY, doc BLOB NOT NULL);" +
                     "CREATE TABLE " + ids_table(id) + "(key BLOB NOT NULL PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;";
    if (auto done = connection.execute(sql.c_str(), "creating a collection"); !done) return fail(std::move(done.error()));
    const auto catalogue = changed(connection);
    if (!catalogue) return fail(catalogue.error());
    return (*catalogue)->find(name);
}

Result<void> drop_collection(Connection& connection, const CollectionInfo& collection) {
    connection.drop_statements();
    std::string sql;
    for (const auto& index : collection.indexes) sql += "DROP TABLE " + entries_table(index.id) + ";";
    const auto id = std::to_string(collection.id);
    sql += "DROP TABLE " + rows_table(collection.id) + "; DROP TABLE " + ids_table(collection.id) + ";" +
           "DELETE FROM tenon_indexes WHERE collection=" + id + "; DELETE FROM tenon_collections WHERE id=" + id + ";";
    if (auto done = connection.execute(sql.c_str(), "dropping a collection"); !done) return done;
    return changed_only(connection);
}

Result<const IndexInfo*> create_index(Connection& connection, const std::string& collection, const IndexSpec& spec) {
    const auto* owner = connection.catalogue->find(collection);
    const auto  name  = spec.effective_name();
    const auto  bytes = stored_spec(spec);
    Once insert(connection, "INSERT INTO tenon_indexes(collection, name, spec, multikey, hidden) VALUES(?1, ?2, ?3, 0, ?4)");
    insert.bind(1, owner->id).bind(2, name).bind(3, bytes.view()).bind(4, std::int64_t{spec.hidden});
    if (auto done = insert.run("creating an index"); !done) return fail(std::move(done.error()));
    const auto id  = sqlite3_last_insert_rowid(connection.handle());
    const auto sql = "CREATE TABLE " + entries_table(id) + "(key BLOB NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(key, row)) WITHOUT ROWID";
    if (auto done = connection.execute(sql.c_str(), "creating an index"); !done) return fail(std::move(done.error()));
    const auto catalogue = changed(connection);
    if (!catalogue) return fail(catalogue.error());
    return (*catalogue)->find(collection)->find_index(name);
}

Result<void> drop_index(Connection& connection, const IndexInfo& index) {
    connection.drop_statements();
    const auto sql = "DROP TABLE " + entries_table(index.id) + "; DELETE FROM tenon_indexes WHERE id=" + std::to_string(index.id) + ";";
    if (auto done = connection.execute(sql.c_str(), "dropping an index"); !done) return done;
    return changed_only(connection);
}

Result<void> set_hidden(Connection& connection, const IndexInfo& index, bool hidden) {
    Once update(connection, "UPDATE tenon_indexes SET hidden=?1 WHERE id=?2");
    if (auto done = update.bind(1, std::int64_t{hidden}).bind(2, index.id).run("hiding an index"); !done) return done;
    return changed_only(connection);
}

Result<void> add_multikey(Connection& connection, const IndexInfo& index, std::uint32_t parts) {
    Once update(connection, "UPDATE tenon_indexes SET multikey = multikey | ?1 WHERE id=?2");
    if (auto done = update.bind(1, std::int64_t{parts}).bind(2, index.id).run("marking an index"); !done) return done;
    return changed_only(connection);
}

namespace {

/// SQLite answers with the mode that it has now, and calls it no error when that is another one. It does not wait for the lock
/// that the change takes, whatever the busy handler says, so a second process that creates the file is waited for here.
Result<void> turn_on_wal(Connection& connection) {
    const auto  until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::string mode;
    for (;;) {
        sqlite3_stmt* stmt = nullptr;
        int           rc   = sqlite3_prepare_v2(connection.handle(), "PRAGMA journal_mode=WAL", -1, &stmt, nullptr);
        if (rc == SQLITE_OK) rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW) mode = reinterpret_cast<const char*>(sqlite3_column_text(stmt, 0));
        sqlite3_finalize(stmt);
        if (rc == SQLITE_ROW) break;
        if ((rc & 0xFF) != SQLITE_BUSY || std::chrono::steady_clock::now() >= until) {
            return fail(connection.error(rc, "turning on the write-ahead log"));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (mode == "wal") return {};
    return fail(Errc::io, "the store's file cannot have a write-ahead log (WAL) here, its journal mode stays \"" + mode +
                              "\"; put it on a local disk, where processes can share memory");
}

}  // namespace

Result<void> prepare_file(Connection& connection, bool may_create) {
    const auto what = [](std::string_view) { return "reading the file's header"; };
    const auto ours = connection.query_integer("PRAGMA application_id", what(""));
    if (!ours) return fail(ours.error());
    const auto format = connection.query_integer("PRAGMA user_version", what(""));
    if (!format) return fail(format.error());
    if (*ours == application_id) {
        if (*format > file_format) {
            return fail(Errc::unsupported, "the store's file has format " + std::to_string(*format) + ", this version reads up to " +
                                               std::to_string(file_format) + "; use a newer version of the library");
        }
        const auto tables = connection.query_integer("SELECT catalogue FROM tenon_store", "reading the catalogue");
        if (!tables) return fail(Errc::corrupt, "the store's file has lost its catalogue");
        // A copy made by VACUUM INTO has left the mode behind.
        if (may_create) return turn_on_wal(connection);
        return {};
    }
    const auto tables = connection.query_integer("SELECT count(*) FROM sqlite_master", what(""));
    if (!tables) return fail(tables.error());
    if (*tables != 0 && may_create) {
        // Another process may have made it a store of ours between these reads.
        const auto since = connection.query_integer("PRAGMA application_id", what(""));
        if (!since) return fail(since.error());
        if (*since == application_id) return turn_on_wal(connection);
    }
    if (*ours != 0 || *format != 0 || *tables != 0) {
        return fail(Errc::corrupt, "the file is an SQLite database, but not one of this library; choose another path");
    }
    if (!may_create) return fail(Errc::corrupt, "the file is empty and may not be written");

    // Several processes may be here at once: those that come second find the header written.
    if (auto done = turn_on_wal(connection); !done) return done;
    if (auto done = connection.execute("BEGIN IMMEDIATE", "creating the store"); !done) return done;
    auto outcome = [&]() -> Result<void> {
        const auto again = connection.query_integer("PRAGMA application_id", what(""));
        if (!again) return fail(again.error());
        if (*again == application_id) return {};
        const auto sql = "CREATE TABLE tenon_store(id INTEGER PRIMARY KEY CHECK(id = 1), catalogue INTEGER NOT NULL);"
                         "INSERT INTO tenon_store VALUES(1, 1);"
                         "CREATE TABLE tenon_collections(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, documents INTEGER NOT NULL);"
                         "CREATE TABLE tenon_indexes(id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, name TEXT NOT NULL,"
                         " spec BLOB NOT NULL, multikey INTEGER NOT NULL, hidden INTEGER NOT NULL, UNIQUE(collection, name));"
                         "PRAGMA application_id=" + std::to_string(application_id) + "; PRAGMA user_version=" + std::to_string(file_format) + ";";
        return connection.execute(sql.c_str(), "creating the store");
    }();
    if (outcome) outcome = connection.execute("COMMIT", "creating the store");
    if (!outcome && sqlite3_get_autocommit(connection.handle()) == 0) (void)connection.execute("ROLLBACK", "creating the store");
    return outcome;
}

}  // namespace tenon::sqlite
