#pragma once
// Config: where the documents are, and what the library tells about its work.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenon/result.hpp>
#include <tenon/store/retry_policy.hpp>

namespace tenon {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// One line for the log: never a document's values, never a password.
struct LogEntry {
    LogLevel         level = LogLevel::info;
    std::string_view where{};    ///< "orders.find"
    std::string_view message{};
    std::chrono::microseconds duration{};  ///< of a slow operation; else 0
    std::string_view actor{};    ///< who asked for it (CallOptions::actor)
};

/// Where log lines go. Nothing is printed unasked. @threads `write` is called from many threads at once.
class LogSink {
public:
    virtual ~LogSink()                         = default;
    virtual void write(const LogEntry& entry) = 0;
};

/// A sink that calls `f(const LogEntry&)`.
template <class F>
[[nodiscard]] std::shared_ptr<LogSink> log_to(F f) {
    struct Sink final : LogSink {
        explicit Sink(F g) : call(std::move(g)) {}
        void write(const LogEntry& entry) override { call(entry); }
        F call;
    };
    return std::make_shared<Sink>(std::move(f));
}

/// TLS of the connections to a server. Paths are of PEM files.
struct TlsOptions {
    bool        enabled = false;
    std::string ca_file{};               ///< whom to trust; empty: the system's own list
    std::string certificate_key_file{};  ///< the client's certificate and key
    std::string certificate_key_password{};
    bool        allow_invalid_certificates = false;  ///< for tests alone: anybody may pass for the server
    bool        allow_invalid_hostnames    = false;  ///< for tests alone
};

/// Where a MongoDB deployment is, in parts: what a URI says, without its %-escapes. A password is written as it is: `p@ss:w/rd`.
struct ServerParts {
    std::vector<std::string> hosts{};  ///< "db1", "db1:27018", "[::1]:27017" or the path of a socket; empty: Config::uri says it all
    bool                     srv = false;  ///< one host, whose SRV record names the servers: "mongodb+srv://". TLS is on, then
    std::string              user{};
    std::string              password{};
    std::string              auth_source{};   ///< the database that knows the user; empty: "admin", or "$external" for X.509 and its like
    std::string              replica_set{};
    TlsOptions               tls{};
    std::vector<std::pair<std::string, std::string>> options{};  ///< others of the URI, such as {"readPreference", "secondary"}

    /// The URI, with all that needs it %-escaped: a secret, where there is a password. `database` may be empty.
    /// @errors invalid_argument, its path naming the member: no host or one that is none, several or a port with `srv`, a password without
    ///         a user, TLS options where TLS is not enabled, an option given twice, a NUL. No message holds a value.
    [[nodiscard]] Result<std::string> uri(std::string_view database) const;
};

/// Connections to a server. What is empty is the URI's (minPoolSize, maxPoolSize, waitQueueTimeoutMS), else the default.
struct PoolOptions {
    std::optional<std::uint32_t>             minimum{};  ///< kept open, whether used or not; default 0
    std::optional<std::uint32_t>             maximum{};  ///< 1 or more; default 100
    std::optional<std::chrono::milliseconds> wait{};     ///< for one to come free, within the call's deadline; default 10 s
};

/// Variables that Config::from_env reads. Rename what an application calls otherwise:
/// `{.store = "ATLAS_STORAGE_BACKEND", .prefix = "ATLAS_", .default_backend = "sqlite"}`.
struct EnvNames {
    std::string uri      = "MONGODB_URI";       ///< a MongoDB URI
    std::string database = "MONGODB_DATABASE";  ///< Config::database: wins over the URI's path
    std::string store    = "TENON_STORE";       ///< any store's URI, or the name of a backend
    /// Of the others: POOL_MIN, POOL_MAX, WAIT_QUEUE_MS, CONNECT_TIMEOUT_MS, SELECTION_TIMEOUT_MS, APPLICATION, LAZY, SLOW_MS, TIMEOUT_MS, RETRY_ATTEMPTS, RETRY_BACKOFF_MS, RETRY_MAX_BACKOFF_MS, RETRY_BUDGET_RATIO, RETRY_BUDGET_RESERVE.
    std::string prefix = "TENON_";
    /// The variable that holds the URI of each backend that `store` may name, so that a switch changes one variable.
    /// Empty: "sqlite" has <prefix>SQLITE_URI, "mongodb" has `uri`.
    std::vector<std::pair<std::string, std::string>> backends{};
    std::string default_backend{};              ///< where `store` is not set; empty: `uri` if that is set, else an error
};

class Environment;

class Monitor;

/// What a Config says wins over its URI's options, and those over the defaults below.
struct Config {
    std::string               uri{};        ///< "mongodb://host/database?option=value", "sqlite:path?option=value", "sqlite::memory:"
    std::shared_ptr<LogSink>  log{};        ///< none: silence
    std::chrono::milliseconds slow_ms{0};   ///< operations that take longer are logged as warnings; 0: none are
    /// Deadline of calls that set none, from their beginning on; 0: none. A cursor's is for its whole life, not for each next().
    /// Not of a transaction's begin and commit: those take TransactionOptions::deadline; calls in its body do take this one.
    std::chrono::milliseconds timeout{0};
    RetryPolicy               retry{};        ///< of calls and repositories that have none of their own (ServerOptions::retry)
    RetryBudget               retry_budget{}; ///< of all calls together

    // MongoDB's alone; the embedded store has no use for them.
    ServerParts               server{};     ///< instead of `uri`, which is then empty: both are invalid_argument
    std::string               database{};   ///< wins over the URI's path
    PoolOptions               pool{};
    std::optional<std::chrono::milliseconds> connect_timeout{};    ///< TCP, TLS and the first answer; connectTimeoutMS; default 30 s
    std::optional<std::chrono::milliseconds> selection_timeout{};  ///< for a server that suits; serverSelectionTimeoutMS; default 30 s
    std::string               application{};  ///< shown in the server's log and currentOp; appName; 128 bytes at most
    /// Opens without a server: calls answer `network` until there is one. Not lazy: `open` connects, logs in and fails if it cannot.
    bool                      lazy = false;
    std::shared_ptr<Monitor>  monitor{};    ///< told of commands, connections and servers; see monitor.hpp

    /// Reads the variables that `names` names from the process's environment, or from one of environment.hpp: `.env` files.
    /// A variable that is empty counts as not set.
    /// @errors invalid_argument, its path naming the variable: no store is named, a backend that is none, a number that is none; a MongoDB
    ///         URI without a database in its path where no variable names one. No message holds a value.
    [[nodiscard]] static Result<Config> from_env(const EnvNames& names = {});
    [[nodiscard]] static Result<Config> from_env(const Environment& environment, const EnvNames& names = {});
};

/// A store's URI in its parts.
struct StoreUri {
    std::string scheme{};  ///< "sqlite"
    std::string rest{};    ///< what stands between "scheme:" and '?', percent-decoded
    std::vector<std::pair<std::string, std::string>> options{};  ///< behind '?', percent-decoded, in order

    /// @errors invalid_argument: no scheme, a bad escape, an option twice.
    [[nodiscard]] static Result<StoreUri> parse(std::string_view uri);
};

}  // namespace tenon
