#pragma once
// Lookup: the clients of a "mongodb+srv://" URI in the making.
//
// The driver asks for the SRV record when its pool is made, and waits for the name server for as long as the resolver does: some ten
// seconds, that nothing cuts short. So it is asked on a thread of its own, and calls wait for what comes of it within their deadlines.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>

#include <tenon/result.hpp>

#include "mongo/settings.hpp"

namespace tenon::mongo {

class Clients;

using MadeClients = Result<std::shared_ptr<Clients>>;
using MakeClients = std::function<MadeClients(std::shared_ptr<const Settings>)>;

/// The thread shares it, and goes on when nobody else does: what it then made it drops.
/// @threads all members may be called from many threads at once.
class Lookup {
public:
    [[nodiscard]] static std::shared_ptr<Lookup> start(std::shared_ptr<const Settings> settings, MakeClients make);

    /// What came of it; empty: nothing until `end`, the caller stopped, or it was given up.
    [[nodiscard]] std::optional<MadeClients> wait(std::chrono::steady_clock::time_point end, const std::stop_token& stop);
    [[nodiscard]] bool failed() const;
    /// Ends all waits. The clients, where they were made already; else they are never given out.
    std::shared_ptr<Clients> give_up();

private:
    void has(MadeClients made);

    mutable std::mutex          mutex_{};
    std::condition_variable_any news_{};
    std::optional<MadeClients>  made_{};
    bool                        given_up_ = false;
};

}  // namespace tenon::mongo
