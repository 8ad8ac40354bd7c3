#include "sqlite/options.hpp"

#include <charconv>
#include <optional>

namespace tenon::sqlite {

namespace {

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t low, std::uint32_t high) {
    std::uint32_t value = 0;
    const auto    read  = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < low || value > high) return std::nullopt;
    return value;
}

tl::unexpected<Error> bad(std::string_view option, std::string_view want) {
    return fail(Errc::invalid_argument, "option \"" + std::string(option) + "\" of the store's URI must be " + std::string(want),
                std::string(option));
}

}  // namespace

Result<Options> Options::parse(const Config& config) {
    auto uri = StoreUri::parse(config.uri);
    if (!uri) return fail(std::move(uri.error()));
    if (uri->scheme != "sqlite") {
        return fail(Errc::invalid_argument, "the embedded store opens \"sqlite:\" URIs, not \"" + uri->scheme + ":\"");
    }
    Options options;
    options.memory = uri->rest == ":memory:";
    if (options.memory) options.synchronous = Synchronous::off;
    else options.path = uri->rest;
    if (!options.memory && options.path.empty()) {
        return fail(Errc::invalid_argument, "the store's URI has no path: write \"sqlite:app.db\" or \"sqlite::memory:\"");
    }
    if (options.path.find('\0') != std::string::npos) return fail(Errc::invalid_argument, "the store's path holds a NUL");
    constexpr std::uint32_t day_ms = 86'400'000;
    for (const auto& [name, value] : uri->options) {
        if (name == "synchronous") {
            if (value == "full") options.synchronous = Synchronous::full;
            else if (value == "normal") options.synchronous = Synchronous::normal;
            else if (value == "off") options.synchronous = Synchronous::off;
            else return bad(name, "full, normal or off");
        } else if (name == "mode") {
            if (value == "ro") options.mode = Mode::read_only;
            else if (value == "rw") options.mode = Mode::read_write;
            else if (value == "rwc") options.mode = Mode::create;
            else return bad(name, "ro, rw or rwc");
            if (options.memory && options.mode != Mode::create) return bad(name, "left out for a store in memory");
        } else if (name == "busy_timeout_ms") {
            const auto n = number(value, 0, day_ms);
            if (!n) return bad(name, "a number of milliseconds up to a day");
            options.busy_timeout = std::chrono::milliseconds(*n);
        } else if (name == "cursor_age_ms") {
            const auto n = number(value, 1, day_ms);
            if (!n) return bad(name, "a number of milliseconds from 1 up to a day");
            options.cursor_age = std::chrono::milliseconds(*n);
        } else if (name == "cache_mb") {
            const auto n = number(value, 1, 65'536);
            if (!n) return bad(name, "a number from 1 to 65536");
            options.cache_mb = *n;
        } else if (name == "readers") {
            const auto n = number(value, 1, 256);
            if (!n) return bad(name, "a number from 1 to 256");
            options.readers = *n;
        } else if (name == "max_size_mb") {
            const auto n = number(value, 1, 4'194'304);
            if (!n) return bad(name, "a number from 1 to 4194304");
            options.max_size_mb = *n;
        } else {
            return fail(Errc::invalid_argument,
                        "unknown option \"" + name + "\" of the store's URI; known are synchronous, mode, busy_timeout_ms, "
                        "cursor_age_ms, cache_mb, readers and max_size_mb",
                        name);
        }
    }
    return options;
}

}  // namespace tenon::sqlite
