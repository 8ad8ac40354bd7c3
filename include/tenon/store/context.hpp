#pragma once
// Context: who asks, what they may see, and when to give up. Travels with every Request.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include <tenon/store/server_options.hpp>

namespace tenon {

/// Which documents of a soft-deleting model a call sees. Other models have no deleted documents.
enum class Visibility : std::uint8_t {
    live,          ///< those not deleted
    with_deleted,  ///< all
    only_deleted,  ///< the deleted ones
};

/// When a call gives up: a point of the steady clock. Default: never.
struct Deadline {
    std::optional<std::chrono::steady_clock::time_point> at{};

    [[nodiscard]] static Deadline after(std::chrono::milliseconds span) noexcept {
        return {std::chrono::steady_clock::now() + span};
    }
    [[nodiscard]] bool passed() const noexcept { return at && std::chrono::steady_clock::now() >= *at; }
    /// Time left, at least 0; `otherwise` when there is no deadline.
    [[nodiscard]] std::chrono::milliseconds left(std::chrono::milliseconds otherwise) const noexcept {
        if (!at) return otherwise;
        const auto span = std::chrono::ceil<std::chrono::milliseconds>(*at - std::chrono::steady_clock::now());
        return span.count() > 0 ? span : std::chrono::milliseconds(0);
    }
};

struct Context {
    std::optional<std::string>  tenant{};            ///< the tenant's name; its middleware comes with the tenancy room
    std::string                 actor{};             ///< who acts, for hooks and logs
    Visibility                  visibility = Visibility::live;
    std::optional<std::int64_t> expected_version{};  ///< a write by id on a versioned model: the version the caller read
    Deadline                    deadline{};
    std::stop_token             stop{};              ///< ends a wait or a scan with Errc::cancelled
    std::shared_ptr<const ServerOptions> server{};   ///< null: all defaults; shared, since every layer passes the context on
    std::string                 database{};          ///< another one of the deployment; empty: the store's own. Database::database sets it
};

}  // namespace tenon
