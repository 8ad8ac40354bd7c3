// open(): the one place that knows the engines of this build.

#include <tenon/repository/database.hpp>

#if TENON_HAS_SQLITE
#include <tenon/store/sqlite.hpp>
#endif

#if TENON_HAS_MONGO
#include <tenon/store/mongo.hpp>
#endif

#include "store/uri.hpp"

namespace tenon {

namespace {

Result<std::shared_ptr<Store>> open_engine(const Config& config) {
    if (!config.server.hosts.empty() || config.uri.starts_with("mongodb://") || config.uri.starts_with("mongodb+srv://")) {
#if TENON_HAS_MONGO
        return mongo::open_store(config);
#else
        return fail(Errc::unsupported, "this build has no MongoDB store; build with TENON_MONGO=ON", "uri");
#endif
    }
    if (config.uri.empty()) return fail(Errc::invalid_argument, "the URI is empty and has no scheme; write sqlite:path or mongodb://host/database, or for MongoDB Config::server's hosts", "uri");
    auto uri = StoreUri::parse(config.uri);
    if (!uri) return fail(std::move(uri).error());
    if (uri->scheme == "sqlite") {
#if TENON_HAS_SQLITE
        return sqlite::open_store(config);
#else
        return fail(Errc::unsupported, "this build has no embedded store; build with TENON_SQLITE=ON", "uri");
#endif
    }
    return fail(Errc::invalid_argument, "no store is called \"" + uri->scheme + "\"; write mongodb://host/database, sqlite:path or sqlite::memory:", "uri");
}

/// The store as an error names it.
std::string shown(const Config& config) {
    if (!config.uri.empty() || config.server.hosts.empty()) return redacted(config.uri);
    auto uri = config.server.uri(config.database);
    return uri ? redacted(*uri) : "server";
}

}  // namespace

Result<Database> open(const Config& config, const Models& models) {
    auto engine = open_engine(config);
    if (!engine) {
        engine.error().where = "open(\"" + shown(config) + "\")";
        return fail(std::move(engine).error());
    }
    return Database::over(std::move(*engine), config, models);
}

Result<Database> open(std::string_view uri, const Models& models) {
    Config config;
    config.uri = uri;
    return open(config, models);
}

}  // namespace tenon
