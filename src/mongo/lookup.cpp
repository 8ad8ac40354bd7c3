#include "mongo/lookup.hpp"

#include <exception>
#include <thread>
#include <utility>

#include "mongo/clients.hpp"

namespace tenon::mongo {

std::shared_ptr<Lookup> Lookup::start(std::shared_ptr<const Settings> settings, MakeClients make) {
    auto lookup = std::make_shared<Lookup>();
    const auto no_room = [](const std::shared_ptr<Lookup>& of) {
        of->has(fail(Errc::network, "the SRV record of the URI's host could not be looked up: out of memory or threads", "uri"));
    };
    try {
        // Joined by nobody: whoever did would wait for the name server.
        std::thread([lookup, no_room, settings = std::move(settings), make = std::move(make)]() mutable {
            try {
                lookup->has(make(std::move(settings)));
            } catch (const std::exception&) {
                no_room(lookup);
            }
        }).detach();
    } catch (const std::exception&) {
        no_room(lookup);
    }
    return lookup;
}

void Lookup::has(MadeClients made) {
    {
        const std::lock_guard lock(mutex_);
        if (given_up_) return;  // they end without the lock
        made_ = std::move(made);
    }
    news_.notify_all();
}

std::optional<MadeClients> Lookup::wait(std::chrono::steady_clock::time_point end, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    (void)news_.wait_until(lock, stop, end, [this] { return made_ || given_up_; });
    return made_;
}

bool Lookup::failed() const {
    const std::lock_guard lock(mutex_);
    return made_ && !*made_;
}

std::shared_ptr<Clients> Lookup::give_up() {
    std::shared_ptr<Clients> clients;
    {
        const std::lock_guard lock(mutex_);
        given_up_ = true;
        if (made_ && *made_) clients = std::move(**made_);
        made_.reset();
    }
    news_.notify_all();
    return clients;
}

}  // namespace tenon::mongo
