#pragma once
// The same work written by hand on bare SQLite: rowid rows of BSON, a table of ids, two index tables of the same keys, every
// statement prepared once, WAL, synchronous=NORMAL, a cache of 16 MiB, no mmap.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sqlite3.h>

#include "message.hpp"

namespace bench {

class Peer {
public:
    explicit Peer(const std::string& path);
    Peer(const Peer&)            = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer();

    void insert_many(const std::vector<Message>& messages);
    Message get(const tenon::ObjectId& id);
    /// 50 messages of a conversation, newest first, from before `at` (exclusive).
    std::vector<Message> page(const tenon::ObjectId& conversation, tenon::DateTime before);

private:
    [[nodiscard]] sqlite3_stmt* prepare(const char* sql);
    void run(const char* sql);

    sqlite3*      db_ = nullptr;
    sqlite3_stmt* insert_row_;
    sqlite3_stmt* insert_id_;
    sqlite3_stmt* insert_by_conversation_;
    sqlite3_stmt* insert_by_sender_;
    sqlite3_stmt* get_;
    sqlite3_stmt* page_;
    sqlite3_stmt* begin_;
    sqlite3_stmt* commit_;
};

}  // namespace bench
