#include "peer.hpp"

#include <cstdio>
#include <cstdlib>

#include <tenon/mapping/codec.hpp>
#include <tenon/mapping/model.hpp>

#include "message_model.hpp"
#include "sqlite/keys.hpp"

namespace bench {

namespace {

[[noreturn]] void stop(sqlite3* db, const char* what) {
    std::fprintf(stderr, "bench_embedded: peer: %s: %s\n", what, sqlite3_errmsg(db));
    std::fflush(stdout);
    std::_Exit(2);
}

void bind(sqlite3_stmt* stmt, int at, const void* data, std::size_t size) {
    sqlite3_bind_blob64(stmt, at, data, size, SQLITE_STATIC);
}

void key_of(std::string& out, tenon::bson::ValueRef value, bool descending = false) { tenon::sqlite::append_key(out, value, descending); }

Message decoded(sqlite3_stmt* stmt) {
    const auto* bytes   = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt, 0));
    auto        message = tenon::decode<Message>(tenon::bson::View(bytes));
    if (!message) {
        std::fprintf(stderr, "bench_embedded: peer: %s\n", message.error().to_string().c_str());
        std::fflush(stdout);
        std::_Exit(2);
    }
    return std::move(*message);
}

}  // namespace

Peer::Peer(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) stop(db_, "open");
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16384; PRAGMA mmap_size=0;"
        "CREATE TABLE rows(id INTEGER PRIMARY KEY, doc BLOB NOT NULL);"
        "CREATE TABLE ids(key BLOB NOT NULL PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE by_conversation(key BLOB NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(key, row)) WITHOUT ROWID;"
        "CREATE TABLE by_sender(key BLOB NOT NULL, row INTEGER NOT NULL, PRIMARY KEY(key, row)) WITHOUT ROWID;");
    insert_row_             = prepare("INSERT INTO rows(doc) VALUES(?1)");
    insert_id_              = prepare("INSERT INTO ids(key, row) VALUES(?1, ?2)");
    insert_by_conversation_ = prepare("INSERT INTO by_conversation(key, row) VALUES(?1, ?2)");
    insert_by_sender_       = prepare("INSERT INTO by_sender(key, row) VALUES(?1, ?2)");
    get_                    = prepare("SELECT d.doc FROM ids AS e CROSS JOIN rows AS d ON d.id=e.row WHERE e.key=?1");
    page_ = prepare("SELECT d.doc FROM by_conversation AS e CROSS JOIN rows AS d ON d.id=e.row WHERE e.key > ?1 AND e.key < ?2 "
                    "ORDER BY e.key, e.row LIMIT 50");
    begin_  = prepare("BEGIN IMMEDIATE");
    commit_ = prepare("COMMIT");
}

Peer::~Peer() {
    for (auto* stmt : {insert_row_, insert_id_, insert_by_conversation_, insert_by_sender_, get_, page_, begin_, commit_}) sqlite3_finalize(stmt);
    sqlite3_close(db_);
}

sqlite3_stmt* Peer::prepare(const char* sql) {
    sqlite3_stmt* stmt = nullptr;
    if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr) != SQLITE_OK) stop(db_, sql);
    return stmt;
}

void Peer::run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) stop(db_, sql);
}

void Peer::insert_many(const std::vector<Message>& messages) {
    const auto step = [&](sqlite3_stmt* stmt) {
        if (sqlite3_step(stmt) != SQLITE_DONE) stop(db_, "step");
        sqlite3_reset(stmt);
    };
    step(begin_);
    std::vector<std::uint8_t> bytes;
    std::string               key;
    for (const auto& message : messages) {
        bytes.clear();
        if (!tenon::encode(message, bytes)) stop(db_, "encode");
        const tenon::bson::View view(bytes.data());
        bind(insert_row_, 1, bytes.data(), bytes.size());
        step(insert_row_);
        const auto row   = sqlite3_last_insert_rowid(db_);
        const auto entry = [&](sqlite3_stmt* stmt) {
            bind(stmt, 1, key.data(), key.size());
            sqlite3_bind_int64(stmt, 2, row);
            step(stmt);
            key.clear();
        };
        key.clear();
        key_of(key, view["_id"]);
        entry(insert_id_);
        key_of(key, view["conversation_id"]);
        key_of(key, view["created_at"], true);
        entry(insert_by_conversation_);
        key_of(key, view["sender"]);
        entry(insert_by_sender_);
    }
    step(commit_);
}

Message Peer::get(const tenon::ObjectId& id) {
    std::string              key;
    const tenon::bson::Value value(id);
    key_of(key, value);
    bind(get_, 1, key.data(), key.size());
    if (sqlite3_step(get_) != SQLITE_ROW) stop(db_, "get");
    auto message = decoded(get_);
    sqlite3_reset(get_);
    return message;
}

std::vector<Message> Peer::page(const tenon::ObjectId& conversation, tenon::DateTime before) {
    std::string              prefix;
    const tenon::bson::Value id(conversation);
    key_of(prefix, id);
    std::string              low = prefix;
    const tenon::bson::Value at(before);
    key_of(low, at, true);
    const std::string high = tenon::sqlite::after_prefix(prefix);
    bind(page_, 1, low.data(), low.size());
    bind(page_, 2, high.data(), high.size());
    std::vector<Message> page;
    page.reserve(50);
    while (sqlite3_step(page_) == SQLITE_ROW) page.push_back(decoded(page_));
    sqlite3_reset(page_);
    return page;
}

}  // namespace bench
