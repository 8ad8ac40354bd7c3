#include <tenon/store/config.hpp>

#include <charconv>
#include <cstdlib>

namespace tenon {

namespace {

Result<std::chrono::milliseconds> milliseconds_of(const char* variable) {
    const char* text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): read once at start, as documented
    if (text == nullptr || *text == '\0') return std::chrono::milliseconds(0);
    const std::string_view digits(text);
    std::int64_t           number = 0;
    const auto [end, error]       = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    constexpr std::int64_t a_year = std::int64_t{366} * 24 * 60 * 60 * 1000;
    if (error != std::errc{} || end != digits.data() + digits.size() || number < 0 || number > a_year) {
        return fail(Errc::invalid_argument, std::string(variable) + " is no number of milliseconds", variable);
    }
    return std::chrono::milliseconds(number);
}

}  // namespace

Result<Config> Config::from_env() {
    Config config;
    const char* uri = std::getenv("TENON_STORE");  // NOLINT(concurrency-mt-unsafe): read once at start, as documented
    if (uri == nullptr || *uri == '\0') {
        return fail(Errc::invalid_argument, "TENON_STORE is not set; give it a store's URI, such as sqlite:app.db", "TENON_STORE");
    }
    config.uri   = uri;
    auto slow_ms = milliseconds_of("TENON_SLOW_MS");
    if (!slow_ms) return fail(std::move(slow_ms).error());
    auto timeout = milliseconds_of("TENON_TIMEOUT_MS");
    if (!timeout) return fail(std::move(timeout).error());
    config.slow_ms = *slow_ms;
    config.timeout = *timeout;
    return config;
}

}  // namespace tenon
