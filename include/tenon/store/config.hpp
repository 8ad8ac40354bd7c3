#pragma once
// Config: where the documents are, and what the library tells about its work.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenon/result.hpp>

namespace tenon {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// One line for the log: never a document's values, never a password.
struct LogEntry {
    LogLevel         level = LogLevel::info;
    std::string_view where{};    ///< "orders.find"
    std::string_view message{};
    std::chrono::microseconds duration{};  ///< of a slow operation; else 0
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

struct Config {
    std::string               uri{};        ///< "sqlite:path?option=value", "sqlite::memory:"; see docs/embedded.md
    std::shared_ptr<LogSink>  log{};        ///< none: silence
    std::chrono::milliseconds slow_ms{0};   ///< operations that take longer are logged as warnings; 0: none are
    /// Deadline of calls that set none, from their beginning on; 0: none. A cursor's is for its whole life, not for each next().
    /// Not of a transaction's begin and commit: those take TransactionOptions::deadline; calls in its body do take this one.
    std::chrono::milliseconds timeout{0};

    /// Reads TENON_STORE (the URI), TENON_SLOW_MS and TENON_TIMEOUT_MS. @errors invalid_argument: TENON_STORE is not set, or a number is none.
    [[nodiscard]] static Result<Config> from_env();
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
