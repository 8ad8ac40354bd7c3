#pragma once
// The same work by hand on libmongoc: a client of a pool for each call, bson_append_* one way, a loop over bson_iter_* the other.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <mongoc/mongoc.h>

#include "models.hpp"

namespace bench {

/// A document on its way.
class Bson {
public:
    Bson() noexcept { bson_init(&bson_); }
    Bson(const Bson&)            = delete;
    Bson& operator=(const Bson&) = delete;
    ~Bson() { bson_destroy(&bson_); }
    [[nodiscard]] bson_t* get() noexcept { return &bson_; }

private:
    bson_t bson_;
};

/// The driver's pool of one deployment. @threads safe.
class Pool {
public:
    explicit Pool(const std::string& uri, std::string database);
    Pool(const Pool&)            = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool();

    void drop_database();

    /// A collection with its client, for one call.
    class Loan {
    public:
        Loan(Pool& pool, const char* collection)
            : pool_(pool.pool_), client_(mongoc_client_pool_pop(pool.pool_)),
              collection_(mongoc_client_get_collection(client_, pool.database_.c_str(), collection)) {}
        Loan(const Loan&)            = delete;
        Loan& operator=(const Loan&) = delete;
        ~Loan() {
            mongoc_collection_destroy(collection_);
            mongoc_client_pool_push(pool_, client_);
        }
        [[nodiscard]] mongoc_collection_t* get() const noexcept { return collection_; }

    private:
        mongoc_client_pool_t* pool_;
        mongoc_client_t*      client_;
        mongoc_collection_t*  collection_;
    };

private:
    mongoc_client_pool_t* pool_;
    std::string           database_;
};

/// Appends a string or an id under a key whose length is known.
void text(bson_t* document, const char* key, int key_size, const std::string& value);
void id(bson_t* document, const char* key, int key_size, const tenon::ObjectId& value);

/// Messages with the fields that the library keeps written and looked at by hand.
template <Rules R>
class Peer {
public:
    using T = MessageOf<R>;
    /// `validate`: the driver's own look at each document before it is sent, which is its default and which the library does without.
    explicit Peer(Pool& pool, bool validate = false);

    /// Fills the id and what else is kept, and stores.
    void insert_one(T& message);
    void insert_many(std::vector<T>& messages);
    [[nodiscard]] T get(const tenon::ObjectId& id);
    [[nodiscard]] std::vector<T> all();
    /// The newest 50 of a conversation, and one more to see whether there are others.
    [[nodiscard]] std::vector<T> page(const tenon::ObjectId& conversation);

private:
    Pool& pool_;
    bool  validate_;
};

}  // namespace bench
