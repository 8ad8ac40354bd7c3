#include "mongo/pool.hpp"

#include <vector>

#include "mongo/fork.hpp"
#include "store/closed.hpp"

namespace tenon::mongo {

void Lease::bind(const Deadline& deadline, const std::stop_token& stop) const {
    auto& bounds    = client_->bounds;
    bounds.deadline = deadline;
    bounds.stop     = stop;
    bounds.ended    = Ended::no;
    bounds.sent     = false;
    bounds.sendings = 0;
}

Result<std::shared_ptr<Pool>> Pool::make(const Config& config) {
    auto settings = settings_of(config);
    if (!settings) return fail(std::move(settings.error()));
    warn_of_unbound_streams(streams_can_be_bound(), config.log.get());
    std::shared_ptr<Pool> pool(new Pool(std::move(*settings)));
    // A lazy one looks its SRV record up again when it is used.
    auto clients = pool->clients();
    if (!clients && !(config.lazy && clients.error().code == Errc::network)) return fail(std::move(clients.error()));
    register_pool(*pool);
    return pool;
}

Pool::~Pool() { forget_pool(*this); }

Result<std::shared_ptr<Clients>> Pool::clients() {
    const std::lock_guard lock(mutex_);
    if (closed_) return fail(closed());
    if (clients_ && process_ == fork_generation()) return clients_;
    auto made = Clients::make(settings_);
    if (!made) return fail(std::move(made.error()));
    clients_ = std::move(*made);
    process_ = fork_generation();
    return clients_;
}

Result<Lease> Pool::lease(const Context& context, const Wanted& wanted) {
    auto of_process = clients();
    if (!of_process) return fail(std::move(of_process.error()));
    auto client = (*of_process)->borrow(context, wanted);
    if (!client) return fail(std::move(client.error()));
    Lease lease(std::move(*of_process), *client);
    lease.bind(context.deadline, context.stop);
    (*client)->bounds.wanted = wanted;
    return lease;
}

Result<void> Pool::close(const Deadline& deadline) {
    std::shared_ptr<Clients> of_process;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        // They stay for what they know of the deployment.
        if (process_ == fork_generation()) of_process = clients_;
    }
    return of_process ? of_process->close(deadline) : Result<void>{};
}

Capabilities Pool::capabilities() const {
    std::shared_ptr<Topology> topology;
    {
        const std::lock_guard lock(mutex_);
        if (clients_) topology = clients_->topology();
    }
    auto can     = topology ? capabilities_of(topology->deployment(), topology->version()) : capabilities_of({}, {});
    can.database = database();
    return can;
}

void Pool::after_fork_in_child() {
    // The parent's clients, its monitors' state included, stay where they are for ever: closing one would end the parent's connection.
    // Kept reachable, so that a leak checker sees that it is meant.
    static auto* inherited = new std::vector<std::shared_ptr<Clients>>;
    if (clients_) inherited->push_back(std::move(clients_));
    clients_.reset();
    mutex_.unlock();
}

}  // namespace tenon::mongo
