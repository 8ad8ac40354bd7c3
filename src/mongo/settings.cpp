#include "mongo/settings.hpp"

#include <algorithm>
#include <limits>

#include "mongo/log.hpp"
#include "mongo/uri_options.hpp"

namespace tenon::mongo {

namespace {

using std::chrono::milliseconds;

// The defaults, in one place. MongoDB's own are 10 s to connect and an endless wait for a client.
constexpr std::uint32_t default_maximum = 100;
constexpr milliseconds  default_wait{10'000};
constexpr milliseconds  default_connect{30'000};
constexpr milliseconds  default_selection{30'000};

/// The driver's words about a URI quote it, so they are not passed on; the one thing they say that ours do not is dropped with them.
tl::unexpected<Error> bad_uri() {
    return fail(Errc::invalid_argument,
                "the URI is not one of MongoDB; write mongodb://user:password@host:27017/database?option=value, with %-escapes for what is "
                "not a letter or digit in user and password (Config::server writes them itself)",
                "uri");
}

/// The Config's value, else the URI's, else the default.
milliseconds time_of(const std::optional<milliseconds>& own, const mongoc_uri_t* uri, const char* option, milliseconds otherwise) {
    if (own) return *own;
    const auto said = mongoc_uri_get_option_as_int32(uri, option, -1);
    return said > 0 ? milliseconds(said) : otherwise;
}

std::int32_t as_int32(milliseconds span) noexcept {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(span.count(), 1, std::numeric_limits<std::int32_t>::max()));
}

Result<void> check(const Settings& settings) {
    if (settings.maximum == 0) return fail(Errc::invalid_argument, "a pool has a maximum of 1 connection or more", "pool.maximum");
    if (settings.minimum > settings.maximum) {
        return fail(Errc::invalid_argument, "a pool's minimum is not above its maximum", "pool.minimum");
    }
    if (settings.config.application.size() > 128) {
        return fail(Errc::invalid_argument, "an application's name has 128 bytes at most", "application");
    }
    return {};
}

}  // namespace

Result<void> check_database(std::string_view name) {
    if (name.size() > 63 || name.find_first_of(std::string_view("/\\. \"$\0", 7)) != std::string_view::npos) {
        return fail(Errc::invalid_argument, "a database's name has 63 bytes at most, and no '/', '\\', '.', ' ', '\"', '$' nor NUL", "database");
    }
    return {};
}

Result<std::shared_ptr<const Settings>> settings_of(const Config& config) {
    start_driver();
    if (!config.server.hosts.empty() && !config.uri.empty()) {
        return fail(Errc::invalid_argument, "a Config says where its server is once: in its uri or in its server's parts", "uri");
    }
    // The database that Config names is no part of the URI: it wins over the path.
    auto text = config.server.hosts.empty() ? Result<std::string>(config.uri) : config.server.uri({});
    if (!text) return fail(std::move(text.error()));
    auto minimum  = number_of(*text, "minpoolsize");
    auto max_idle = number_of(*text, "maxidletimems");
    if (!minimum) return fail(std::move(minimum.error()));
    if (!max_idle) return fail(std::move(max_idle.error()));
    // Parsed with the pool's options first, since the driver looks at their values.
    const auto   with_pool = without_options(*text, {"minpoolsize", "maxidletimems"});
    bson_error_t said{};
    const Uri    whole(mongoc_uri_new_with_error(with_pool.c_str(), &said));
    if (!whole) return bad_uri();
    // An SRV URI's record names options too, which the driver looks up when the pool is made: authSource, replicaSet and loadBalanced.
    if (auto fine = check_options(with_pool); !fine) return fail(std::move(fine.error()));

    if (!mongoc_write_concern_is_acknowledged(mongoc_uri_get_write_concern(whole.get()))) {
        return fail(Errc::invalid_argument, "the URI asks for writes that nobody acknowledges (w=0, safe=false), which are not offered: their failures "
                                            "would look like successes; leave it out, or ask for w=1 or more", "w");
    }

    auto settings    = std::make_shared<Settings>();
    settings->config = config;

    const char* path   = mongoc_uri_get_database(whole.get());
    settings->database = !config.database.empty() ? config.database : path == nullptr ? std::string() : std::string(path);
    if (settings->database.empty()) {
        return fail(Errc::invalid_argument,
                    "no database is named; write it into the URI's path (mongodb://host/database), into Config::database or, for Config::from_env, into "
                    "the variable MONGODB_DATABASE",
                    "database");
    }
    if (auto fine = check_database(settings->database); !fine) return fail(std::move(fine.error()));

    const auto* said_by_uri = whole.get();
    const auto  number      = [&](const std::optional<std::uint32_t>& own, const char* option, std::uint32_t otherwise) {
        if (own) return *own;
        const auto said_there = mongoc_uri_get_option_as_int32(said_by_uri, option, -1);
        return said_there >= 0 ? static_cast<std::uint32_t>(said_there) : otherwise;
    };
    settings->minimum   = config.pool.minimum.value_or(minimum->value_or(0));
    settings->maximum   = number(config.pool.maximum, MONGOC_URI_MAXPOOLSIZE, std::max(default_maximum, settings->minimum));
    settings->wait      = time_of(config.pool.wait, said_by_uri, MONGOC_URI_WAITQUEUETIMEOUTMS, default_wait);
    settings->connect   = time_of(config.connect_timeout, said_by_uri, MONGOC_URI_CONNECTTIMEOUTMS, default_connect);
    settings->selection = time_of(config.selection_timeout, said_by_uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, default_selection);
    settings->max_idle  = milliseconds(max_idle->value_or(0));
    if (auto checked = check(*settings); !checked) return fail(std::move(checked.error()));

    settings->uri = Uri(mongoc_uri_new_with_error(without_options(with_pool, {"maxpoolsize", "waitqueuetimeoutms"}).c_str(), &said));
    if (!settings->uri) return bad_uri();
    auto* uri = settings->uri.get();
    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_MAXPOOLSIZE, std::numeric_limits<std::int32_t>::max());
    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, as_int32(settings->connect));
    mongoc_uri_set_option_as_int32(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, as_int32(std::min(settings->selection, driver_selection)));
    if (!config.application.empty()) mongoc_uri_set_appname(uri, config.application.c_str());

    const auto* preference = mongoc_uri_get_read_prefs_t(uri);
    if (mongoc_read_prefs_get_mode(preference) != MONGOC_READ_PRIMARY) {
        settings->reads = ReadPrefs(mongoc_read_prefs_copy(preference), mongoc_read_prefs_destroy);
    }
    return std::shared_ptr<const Settings>(std::move(settings));
}

}  // namespace tenon::mongo
