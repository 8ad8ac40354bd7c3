#include "mongo/pool.hpp"

#include <mutex>

namespace tenon::mongo {

namespace {

void start_driver() {
    static std::once_flag once;
    std::call_once(once, [] { mongoc_init(); });
}

}  // namespace

Lease::~Lease() {
    if (client_ != nullptr) pool_->give_back(client_);
}

Pool::~Pool() = default;

Result<std::shared_ptr<Pool>> Pool::make(const Config& config) {
    start_driver();
    bson_error_t said{};
    const Uri    uri(mongoc_uri_new_with_error(config.uri.c_str(), &said));
    if (!uri) return fail(Errc::invalid_argument, "the URI is not one of MongoDB", "uri");
    const char* database = mongoc_uri_get_database(uri.get());
    if (database == nullptr || *database == '\0') {
        return fail(Errc::invalid_argument, "no database is named; write it into the URI's path", "database");
    }
    std::shared_ptr<Pool> pool(new Pool());
    pool->database_ = database;
    pool->pool_.reset(mongoc_client_pool_new(uri.get()));
    if (!pool->pool_) return fail(Errc::invalid_argument, "the URI's options make no client", "uri");
    mongoc_client_pool_set_error_api(pool->pool_.get(), MONGOC_ERROR_API_VERSION_2);
    return pool;
}

Result<Lease> Pool::lease(const Context&) {
    auto* client = mongoc_client_pool_pop(pool_.get());
    if (client == nullptr) return fail(Errc::timeout, "no client of the pool was free in time");
    return Lease(shared_from_this(), client);
}

void Pool::give_back(mongoc_client_t* client) noexcept { mongoc_client_pool_push(pool_.get(), client); }

}  // namespace tenon::mongo
