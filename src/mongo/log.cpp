#include "mongo/log.hpp"

#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "mongo/driver.hpp"

namespace tenon::mongo {

namespace {

struct Sinks {
    std::mutex                            mutex{};
    std::vector<std::shared_ptr<LogSink>> sinks{};
};

// Never destroyed: the driver's threads may log while statics are being destroyed.
Sinks& sinks() {
    static auto* one = new Sinks;
    return *one;
}

LogLevel level_of(mongoc_log_level_t level) noexcept {
    switch (level) {
        case MONGOC_LOG_LEVEL_ERROR:
        case MONGOC_LOG_LEVEL_CRITICAL: return LogLevel::error;
        case MONGOC_LOG_LEVEL_WARNING:  return LogLevel::warning;
        case MONGOC_LOG_LEVEL_MESSAGE:
        case MONGOC_LOG_LEVEL_INFO:     return LogLevel::info;
        default:                        return LogLevel::debug;
    }
}

/// Without what stands in quotes and braces: that may be a value.
std::string without_values(std::string_view words) {
    std::string out;
    std::size_t depth = 0;
    char        quote = '\0';
    for (const char c : words) {
        const bool hidden = depth > 0 || quote != '\0';
        if (quote != '\0') {
            if (c == quote) quote = '\0';
            else continue;
        } else if (c == '"' || c == '`') {
            quote = c;
        } else if (c == '{') {
            ++depth;
        } else if (c == '}' && depth > 0) {
            --depth;
            if (depth > 0) continue;
        } else if (hidden) {
            continue;
        }
        out += c;
    }
    return out;
}

void on_message(mongoc_log_level_t level, const char* domain, const char* message, void*) {
    if (level == MONGOC_LOG_LEVEL_TRACE) return;
    std::vector<std::shared_ptr<LogSink>> to;
    {
        const std::lock_guard lock(sinks().mutex);
        to = sinks().sinks;
    }
    if (to.empty()) return;
    const auto place = "mongoc." + std::string(domain == nullptr ? "" : domain);
    const auto words = without_values(message == nullptr ? "" : message);
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (std::find(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(i), to[i]) == to.begin() + static_cast<std::ptrdiff_t>(i)) {
            to[i]->write({level_of(level), place, words, {}});
        }
    }
}

}  // namespace

void lock_sinks() { sinks().mutex.lock(); }
void unlock_sinks() { sinks().mutex.unlock(); }

void start_driver() {
    static std::once_flag once;
    std::call_once(once, [] {
        mongoc_log_set_handler(on_message, nullptr);
        mongoc_init();
        mongoc_handshake_data_append("tenon", "0.1.0", nullptr);
    });
}

LogTap::LogTap(std::shared_ptr<LogSink> sink) : sink_(std::move(sink)) {
    if (!sink_) return;
    const std::lock_guard lock(sinks().mutex);
    sinks().sinks.push_back(sink_);
}

LogTap::~LogTap() {
    if (!sink_) return;
    const std::lock_guard lock(sinks().mutex);
    auto&                 all = sinks().sinks;
    all.erase(std::find(all.begin(), all.end(), sink_));
}

}  // namespace tenon::mongo
