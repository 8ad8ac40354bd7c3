#include <tenon/store/config.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

#include <tenon/store/environment.hpp>

namespace tenon {

namespace {

using std::chrono::milliseconds;
using Backends = std::vector<std::pair<std::string, std::string>>;

bool is_mongodb(std::string_view uri) noexcept { return uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://"); }

/// Whether the path of a MongoDB URI names a database. A password may hold what it should not: the path is behind the last '@'.
bool names_database(std::string_view uri) noexcept {
    const auto rest  = uri.substr(uri.find("://") + 3);
    const auto front = rest.substr(0, rest.find('?'));
    const auto at    = front.rfind('@');
    const auto slash = front.find('/', at == std::string_view::npos ? 0 : at);
    return slash != std::string_view::npos && slash + 1 < front.size();
}

/// The variables of one environment, with what went wrong first.
class Variables {
public:
    explicit Variables(const Environment& environment) noexcept : environment_(environment) {}

    [[nodiscard]] std::optional<std::string> text(const std::string& name) const { return environment_.get(name); }

    [[nodiscard]] std::optional<std::int64_t> number(const std::string& name, std::int64_t least, std::int64_t most, const char* what) {
        const auto text = environment_.get(name);
        if (!text) return std::nullopt;
        std::int64_t number   = 0;
        const auto [end, bad] = std::from_chars(text->data(), text->data() + text->size(), number);
        if (bad == std::errc{} && end == text->data() + text->size() && number >= least && number <= most) return number;
        refuse(name, what);
        return std::nullopt;
    }

    [[nodiscard]] std::optional<milliseconds> time(const std::string& name, std::int64_t least) {
        constexpr std::int64_t a_year = std::int64_t{366} * 24 * 60 * 60 * 1000;
        const auto             span   = number(name, least, a_year, " is no number of milliseconds");
        return span ? std::optional(milliseconds(*span)) : std::nullopt;
    }

    [[nodiscard]] std::optional<std::uint32_t> count(const std::string& name, std::uint32_t least, const char* what = " is no number of connections") {
        const auto held = number(name, least, std::numeric_limits<std::int32_t>::max(), what);
        return held ? std::optional(static_cast<std::uint32_t>(*held)) : std::nullopt;
    }

    [[nodiscard]] std::optional<bool> flag(const std::string& name) {
        const auto text = environment_.get(name);
        if (!text) return std::nullopt;
        if (*text == "true" || *text == "1") return true;
        if (*text == "false" || *text == "0") return false;
        refuse(name, " is neither true nor false");
        return std::nullopt;
    }

    /// 0 or more.
    [[nodiscard]] std::optional<double> ratio(const std::string& name) {
        const auto text = environment_.get(name);
        if (!text) return std::nullopt;
        double ratio          = 0;
        const auto [end, bad] = std::from_chars(text->data(), text->data() + text->size(), ratio);
        if (bad == std::errc{} && end == text->data() + text->size() && ratio >= 0 && ratio <= 1e9) return ratio;
        refuse(name, " is no ratio, such as 0.2");
        return std::nullopt;
    }

    void refuse(const std::string& name, const std::string& what) {
        if (!error_) error_ = fail(Errc::invalid_argument, name + what, name).value();
    }

    [[nodiscard]] Result<void> checked() const {
        if (error_) return fail(*error_);
        return {};
    }

private:
    const Environment&   environment_;
    std::optional<Error> error_{};
};

Result<std::string> uri_of_backend(const Variables& variables, const Backends& backends, const std::string& name, const std::string& said_by) {
    const auto found = std::find_if(backends.begin(), backends.end(), [&](const auto& backend) { return backend.first == name; });
    if (found == backends.end()) {
        std::string known;
        for (const auto& backend : backends) known += (known.empty() ? "" : ", ") + backend.first;
        return fail(Errc::invalid_argument, said_by + " names no backend; write a store's URI, such as sqlite:app.db, or one of: " + known, said_by);
    }
    if (auto uri = variables.text(found->second)) return std::move(*uri);
    return fail(Errc::invalid_argument, found->second + " is not set; it holds the URI of the backend \"" + name + "\", which " + said_by + " names", found->second);
}

Result<std::string> uri_of(const Variables& variables, const EnvNames& names) {
    const auto backends = !names.backends.empty() ? names.backends : Backends{{"sqlite", names.prefix + "SQLITE_URI"}, {"mongodb", names.uri}};
    if (auto store = variables.text(names.store)) {
        // A name has no colon, and every URI has one.
        if (store->find(':') != std::string::npos) return std::move(*store);
        return uri_of_backend(variables, backends, *store, names.store);
    }
    if (!names.default_backend.empty()) return uri_of_backend(variables, backends, names.default_backend, "EnvNames::default_backend");
    if (auto uri = variables.text(names.uri)) {
        if (is_mongodb(*uri)) return std::move(*uri);
        return fail(Errc::invalid_argument, names.uri + " is no URI of MongoDB; it begins with mongodb:// or mongodb+srv://", names.uri);
    }
    return fail(Errc::invalid_argument, names.store + " is not set, nor is " + names.uri + "; give it a store's URI, such as sqlite:app.db", names.store);
}

void read_retry(Variables& variables, const std::string& prefix, Config& config) {
    auto& retry           = config.retry;
    auto& budget          = config.retry_budget;
    retry.attempts        = variables.count(prefix + "ATTEMPTS", 1, " is no number of attempts, 1 or more").value_or(retry.attempts);
    retry.initial_backoff = variables.time(prefix + "BACKOFF_MS", 0).value_or(retry.initial_backoff);
    retry.maximum_backoff = variables.time(prefix + "MAX_BACKOFF_MS", 0).value_or(std::max(retry.maximum_backoff, retry.initial_backoff));
    budget.ratio          = variables.ratio(prefix + "BUDGET_RATIO").value_or(budget.ratio);
    budget.reserve        = variables.count(prefix + "BUDGET_RESERVE", 0, " is no number of repetitions").value_or(budget.reserve);
    if (retry.maximum_backoff < retry.initial_backoff) {
        variables.refuse(prefix + "MAX_BACKOFF_MS", " is less than " + prefix + "BACKOFF_MS, or than its default of " + std::to_string(RetryPolicy{}.initial_backoff.count()));
    }
}

}  // namespace

Result<Config> Config::from_env(const EnvNames& names) { return from_env(Environment::process(), names); }

Result<Config> Config::from_env(const Environment& environment, const EnvNames& names) {
    Variables variables(environment);
    Config    config;
    auto      uri = uri_of(variables, names);
    if (!uri) return fail(std::move(uri).error());
    config.uri      = std::move(*uri);
    config.database = variables.text(names.database).value_or("");
    if (is_mongodb(config.uri) && config.database.empty() && !names_database(config.uri)) {
        return fail(Errc::invalid_argument, "no database is named; write it into the URI's path (mongodb://host/database) or into " + names.database,
                    names.database);
    }
    const auto& prefix       = names.prefix;
    config.pool.minimum      = variables.count(prefix + "POOL_MIN", 0);
    config.pool.maximum      = variables.count(prefix + "POOL_MAX", 1);
    config.pool.wait         = variables.time(prefix + "WAIT_QUEUE_MS", 1);
    config.connect_timeout   = variables.time(prefix + "CONNECT_TIMEOUT_MS", 1);
    config.selection_timeout = variables.time(prefix + "SELECTION_TIMEOUT_MS", 1);
    config.application       = variables.text(prefix + "APPLICATION").value_or("");
    config.lazy              = variables.flag(prefix + "LAZY").value_or(false);
    config.slow_ms           = variables.time(prefix + "SLOW_MS", 0).value_or(milliseconds(0));
    config.timeout           = variables.time(prefix + "TIMEOUT_MS", 0).value_or(milliseconds(0));
    read_retry(variables, prefix + "RETRY_", config);
    if (auto fine = variables.checked(); !fine) return fail(std::move(fine).error());
    return config;
}

}  // namespace tenon
