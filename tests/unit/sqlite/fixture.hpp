#pragma once
// A throw-away store and short ways to run operations on it.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>
#include <unistd.h>

#include <tenon/bson/json.hpp>
#include <tenon/store/sqlite.hpp>

namespace tenon::sqlite::test {

inline bson::Document json(std::string_view text) {
    auto document = bson::from_json(text);
    REQUIRE_MESSAGE(document.has_value(), text);
    return std::move(*document);
}

/// A folder that goes away with its files.
class Folder {
public:
    Folder() {
        std::string name = "/tmp/tenon-test-XXXXXX";
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Folder(const Folder&)            = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        if (owner_ == ::getpid()) (void)std::system(("rm -rf " + path_).c_str());
    }
    [[nodiscard]] std::string file(const std::string& name = "store.db") const { return path_ + "/" + name; }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::size_t entries() const {
        std::size_t number = 0;
        for (const auto& entry : std::filesystem::directory_iterator(path_)) number += entry.exists() ? 1 : 0;
        return number;
    }

private:
    std::string path_{};
    pid_t       owner_ = ::getpid();
};

/// Makes a folder the one for temporary files.
class Temporary {
public:
    explicit Temporary(const std::string& path) {
        const char* before = std::getenv("TMPDIR");
        if (before != nullptr) before_ = before;
        ::setenv("TMPDIR", path.c_str(), 1);
    }
    Temporary(const Temporary&)            = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() {
        if (before_.empty()) ::unsetenv("TMPDIR");
        else ::setenv("TMPDIR", before_.c_str(), 1);
    }

private:
    std::string before_{};
};

inline std::shared_ptr<Store> open(const std::string& uri) {
    Config config;
    config.uri = uri;
    auto store = open_store(config);
    REQUIRE_MESSAGE(store.has_value(), (store ? std::string() : store.error().to_string()));
    return std::move(*store);
}

/// Why a store cannot be opened.
inline Error refused_open(const std::string& uri) {
    Config config;
    config.uri = uri;
    auto store = open_store(config);
    REQUIRE_FALSE(store.has_value());
    return store.error();
}

/// Runs SQL on a file behind the store's back.
inline void execute(const std::string& path, const char* sql) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

inline Insert one(std::string_view document) {
    Insert op;
    op.documents.push_back(json(document));
    return op;
}

/// Operations on one collection of one store, in one session.
struct Box {
    std::shared_ptr<Store> store = open("sqlite::memory:");
    std::string            collection = "things";
    Session                plain{};
    Session*               session = &plain;
    Context                context{};

    Box() = default;
    explicit Box(std::shared_ptr<Store> other) : store(std::move(other)) {}

    Result<Reply> run(Operation operation) {
        Request request;
        request.collection = collection;
        request.operation  = std::move(operation);
        request.context    = context;
        return store->run(std::move(request), *session);
    }
    template <class Op>
    typename Op::Reply must(Op operation) {
        auto reply = run(std::move(operation));
        REQUIRE_MESSAGE(reply.has_value(), (reply ? std::string() : reply.error().to_string()));
        return std::move(std::get<typename Op::Reply>(*reply));
    }
    template <class Op>
    Error refused(Op operation) {
        auto reply = run(std::move(operation));
        REQUIRE(!reply.has_value());
        return reply.error();
    }

    void insert(const std::vector<std::string>& documents) {
        Insert op;
        for (const auto& text : documents) op.documents.push_back(json(text));
        must(std::move(op));
    }
    std::vector<bson::Document> find(Find op) {
        auto                        reply = must(std::move(op));
        std::vector<bson::Document> found;
        for (;;) {
            auto next = reply.cursor->next();
            REQUIRE_MESSAGE(next.has_value(), (next ? std::string() : next.error().to_string()));
            if (!*next) return found;
            found.emplace_back(**next);
        }
    }
    std::vector<bson::Document> find(std::string_view filter, std::string_view sort = "{}") {
        Find op;
        op.filter = json(filter);
        op.sort   = json(sort);
        return find(std::move(op));
    }
    /// The _ids of what is found, as relaxed JSON joined by spaces.
    std::string ids(std::string_view filter, std::string_view sort = "{\"_id\":1}") {
        std::string text;
        for (const auto& document : find(filter, sort)) {
            if (!text.empty()) text += ' ';
            text += bson::to_json(document["_id"]);
        }
        return text;
    }
    bson::Document explain(std::string_view filter, std::string_view sort = "{}", std::int64_t limit = 0, std::string hint = {}) {
        Find op;
        op.filter = json(filter);
        op.sort   = json(sort);
        op.limit  = limit;
        op.hint   = std::move(hint);
        return must(Explain{op}).plan;
    }
    std::int64_t count(std::string_view filter = "{}") {
        Count op;
        op.filter = json(filter);
        return must(std::move(op)).count;
    }
    void index(std::string_view keys, IndexSpec spec = {}) {
        spec.keys = json(keys);
        CreateIndexes op;
        op.indexes.push_back(std::move(spec));
        must(std::move(op));
    }
};

}  // namespace tenon::sqlite::test
