// open(): the one place that knows the engines of this build.

#include <tenon/repository/database.hpp>

#if TENON_HAS_SQLITE
#include <tenon/store/sqlite.hpp>
#endif

#include "store/uri.hpp"

namespace tenon {

namespace {

Result<std::shared_ptr<Store>> open_engine(const Config& config) {
    auto uri = StoreUri::parse(config.uri);
    if (!uri) return fail(std::move(uri).error());
    if (uri->scheme == "sqlite") {
#if TENON_HAS_SQLITE
        return sqlite::open_store(config);
#else
        return fail(Errc::unsupported, "this build has no embedded store; build with TENON_SQLITE=ON", "uri");
#endif
    }
    if (uri->scheme == "mongodb" || uri->scheme == "mongodb+srv") {
        return fail(Errc::unsupported, "this build has no MongoDB store", "uri");
    }
    return fail(Errc::invalid_argument, "no store is called \"" + uri->scheme + "\"; write sqlite:path or sqlite::memory:", "uri");
}

}  // namespace

Result<Database> open(const Config& config, const Models& models) {
    auto engine = open_engine(config);
    if (!engine) {
        engine.error().where = "open(\"" + redacted(config.uri) + "\")";
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
