#include "mongo/readiness.hpp"

#include <algorithm>
#include <string>
#include <thread>

#include "mongo/bson.hpp"
#include "mongo/error.hpp"

namespace tenon::mongo {

namespace {

constexpr std::chrono::milliseconds pause{50};

std::string hosts_of(const mongoc_uri_t* uri) {
    if (const char* service = mongoc_uri_get_srv_hostname(uri)) return service;
    std::string hosts;
    for (const auto* host = mongoc_uri_get_hosts(uri); host != nullptr; host = host->next) {
        hosts += (hosts.empty() ? "" : ",") + std::string(host->host_and_port);
    }
    return hosts;
}

Result<void> greet(Pool& pool, const Context& context, const Wanted& wanted) {
    auto lease = pool.lease(context, wanted);
    if (!lease) return fail(std::move(lease.error()));
    Bson command;
    command.add("buildInfo", 1);
    Bson         reply;
    bson_error_t said{};
    if (mongoc_client_read_command_with_opts(lease->get(), "admin", command.get(), wanted.read.get(), nullptr, reply.get(), &said)) {
        bson_iter_t version;
        if (bson_iter_init_find(&version, reply.get(), "version") && BSON_ITER_HOLDS_UTF8(&version)) {
            lease->topology().has_version(bson_iter_utf8(&version, nullptr));
        }
        return {};
    }
    auto error = to_error(said, reply.get(), Effect::read, context);
    if (was_answered(error)) return {};
    const auto* uri = pool.settings().uri.get();
    if (error.code == Errc::auth) {
        const char* user   = mongoc_uri_get_username(uri);
        const char* source = mongoc_uri_get_auth_source(uri);
        error.message      = "the server refused the login";
        if (user != nullptr) error.message += " of user \"" + std::string(user) + "\"";
        if (source != nullptr) error.message += " on \"" + std::string(source) + "\"";
        error.message += "; check user, password and authSource";
    }
    error.message += " (hosts: " + hosts_of(uri) + ")";
    return fail(std::move(error));
}

bool may_pass(Errc code) noexcept { return code == Errc::network || code == Errc::timeout || code == Errc::transient; }

}  // namespace

Result<void> connect(Pool& pool) {
    const auto& settings = pool.settings();
    Context     context;
    context.deadline = Deadline::after(std::max(settings.selection, settings.connect));
    return greet(pool, context, pool.reads());
}

Result<void> wait_until_ready(Pool& pool, const Deadline& deadline, const std::stop_token& stop) {
    Context context;
    context.deadline = deadline;
    context.stop     = stop;
    for (;;) {
        auto done = greet(pool, context, {});
        if (done || !may_pass(done.error().code)) return done;
        if (deadline.passed()) {
            if (done.error().code == Errc::transient) done.error().code = Errc::timeout;
            return done;
        }
        if (stop.stop_requested()) return fail(Errc::cancelled, "the caller asked to stop");
        // What failed at once, such as a connection that breaks, is not asked for in a circle.
        std::this_thread::sleep_for(std::min(pause, deadline.left(pause)));
    }
}

}  // namespace tenon::mongo
