#pragma once
// The options of a "sqlite:" URI.

#include <chrono>
#include <cstdint>
#include <string>

#include <tenon/store/config.hpp>

namespace tenon::sqlite {

enum class Synchronous : std::uint8_t { off, normal, full };
enum class Mode : std::uint8_t { read_only, read_write, create };

/// See docs/embedded.md for what each means.
struct Options {
    std::string               path{};
    bool                      memory      = false;  ///< "sqlite::memory:"
    Synchronous               synchronous = Synchronous::full;
    Mode                      mode        = Mode::create;
    std::chrono::milliseconds busy_timeout{30'000};
    std::chrono::milliseconds cursor_age{600'000};
    std::uint32_t             cache_mb    = 16;  ///< page cache of each connection
    std::uint32_t             readers     = 16;  ///< read connections at most; each open cursor pins one
    std::uint32_t             max_size_mb = 0;   ///< 0: as the disk allows

    /// @errors invalid_argument: another scheme, no path, an unknown option or a bad value; Error::path names the option.
    [[nodiscard]] static Result<Options> parse(const Config& config);
};

}  // namespace tenon::sqlite
