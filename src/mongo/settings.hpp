#pragma once
// What a Config and its URI say, as the driver and the pool need it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <tenon/store/config.hpp>

#include "mongo/topology.hpp"

namespace tenon::mongo {

struct Settings {
    Uri                       uri{};       ///< for the driver: the options that the pool keeps to itself are taken out of it
    std::string               database{};
    ReadPrefs                 reads{};     ///< null: the primary
    std::uint32_t             minimum = 0;
    std::uint32_t             maximum = 100;
    std::chrono::milliseconds wait{};      ///< for a client to come free
    std::chrono::milliseconds connect{};
    std::chrono::milliseconds selection{}; ///< for a server that suits
    std::chrono::milliseconds max_idle{0}; ///< an idle client is closed then; 0: never
    Config                    config{};    ///< log and monitor
};

/// @errors invalid_argument: a bad URI or option, no database named.
[[nodiscard]] Result<std::shared_ptr<const Settings>> settings_of(const Config& config);

/// @errors invalid_argument: a name that MongoDB's databases have not.
[[nodiscard]] Result<void> check_database(std::string_view name);

/// The driver's own serverSelectionTimeoutMS. The pool has waited for a server before a call begins, and a connection that breaks in
/// it waits again in our wrapper; what is left to the driver is a server that vanishes in between. That wait no deadline cuts short.
constexpr std::chrono::milliseconds driver_selection{3000};

}  // namespace tenon::mongo
