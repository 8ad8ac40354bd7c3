#include "mongo/store.hpp"

namespace tenon::mongo {

namespace {

tl::unexpected<Error> not_yet(std::string_view what) { return fail(Errc::unsupported, std::string(what) + " is not supported by this store yet"); }

}  // namespace

Result<Reply> MongoStore::run(Request request, Session&) { return not_yet(verb(request.operation)); }

Result<std::unique_ptr<Session>> MongoStore::begin(const TransactionOptions&, const Context&) { return not_yet("a transaction"); }

Result<void> MongoStore::commit(Session&, const Context&) { return not_yet("a transaction"); }

void MongoStore::abort(Session&) noexcept {}

Capabilities MongoStore::capabilities() const {
    Capabilities capabilities;
    capabilities.engine = "mongodb";
    return capabilities;
}

Health MongoStore::health(const Deadline&) noexcept {
    Health health;
    health.engine = "mongodb";
    return health;
}

Result<void> MongoStore::wait_until_ready(const Deadline&) { return not_yet("waiting"); }

Result<std::shared_ptr<Store>> open_store(const Config& config) {
    auto pool = Pool::make(config);
    if (!pool) return fail(std::move(pool).error());
    return std::shared_ptr<Store>(std::make_shared<MongoStore>(std::move(*pool)));
}

}  // namespace tenon::mongo
