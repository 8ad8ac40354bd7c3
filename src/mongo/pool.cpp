#include "mongo/pool.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "mongo/fork.hpp"
#include "store/closed.hpp"

namespace tenon::mongo {

namespace {

// A lazy open says at once what no server can mend, where the name server lets it.
constexpr std::chrono::seconds lazy_lookup{1};

}  // namespace

void Lease::bind(const Deadline& deadline, const std::stop_token& stop) const {
    auto& bounds    = client_->bounds;
    bounds.deadline = deadline;
    bounds.stop     = stop;
    bounds.ended    = Ended::no;
    bounds.sent     = false;
    bounds.sendings = 0;
}

mongoc_collection_t* Lease::collection(const std::string& database, const std::string& name) const {
    constexpr std::size_t most = 32;
    auto&                 kept = client_->collections;
    for (const auto& one : kept) {
        if (one.name == name && one.database == database) return one.handle.get();
    }
    // One that has been in use by more collections than that begins anew.
    if (kept.size() == most) kept.clear();
    return kept.emplace_back(database, name, CollectionPtr(mongoc_client_get_collection(client_->handle.get(), database.c_str(), name.c_str()))).handle.get();
}

Result<std::shared_ptr<Pool>> Pool::make(const Config& config, MakeClients make_clients) {
    auto settings = settings_of(config);
    if (!settings) return fail(std::move(settings.error()));
    warn_of_unbound_streams(streams_can_be_bound(), config.log.get());
    if (!make_clients) make_clients = Clients::make;
    std::shared_ptr<Pool> pool(new Pool(std::move(*settings), std::move(make_clients)));
    // A lazy one looks its SRV record up again when it is used.
    auto clients = pool->clients(config.lazy ? Deadline::after(lazy_lookup) : Deadline{}, {});
    if (!clients && !(config.lazy && clients.error().code == Errc::network)) return fail(std::move(clients.error()));
    register_pool(*pool);
    return pool;
}

Pool::~Pool() {
    forget_pool(*this);
    if (lookup_) (void)lookup_->give_up();
}

Result<std::shared_ptr<Clients>> Pool::clients(const Deadline& deadline, const std::stop_token& stop) {
    std::shared_ptr<Lookup> lookup;
    {
        std::unique_lock lock(mutex_);
        if (closed_) return fail(closed());
        if (clients_ && process_ == fork_generation()) return clients_;
        if (mongoc_uri_get_srv_hostname(settings_->uri.get()) == nullptr) {
            // Without the lock: the driver tells its first events and messages meanwhile, and who is told may ask this pool.
            lock.unlock();
            auto made = make_clients_(settings_);
            lock.lock();
            if (made && !closed_ && !(clients_ && process_ == fork_generation())) return keep(std::move(made));
            auto kept = closed_ ? MadeClients(fail(closed())) : made ? MadeClients(clients_) : std::move(made);
            lock.unlock();  // what another thread was faster with ends by itself
            return kept;
        }
        // One that failed told those who waited for it; this call has not asked yet.
        if (!lookup_ || lookup_->failed()) lookup_ = Lookup::start(settings_, make_clients_);
        lookup = lookup_;
    }
    const auto most  = std::chrono::steady_clock::now() + std::max(settings_->selection, settings_->connect);
    const auto found = lookup->wait(std::min(most, deadline.at.value_or(most)), stop);
    const std::lock_guard lock(mutex_);
    if (closed_) return fail(closed());
    if (!found && stop.stop_requested()) return fail(Errc::cancelled, "the caller asked to stop");
    if (!found) return fail(Errc::network, "the SRV record of the URI's host could not be looked up in time: the name server did not answer", "uri");
    if (lookup_ != lookup) return *found;
    if (*found) lookup_.reset();
    return keep(*found);
}

MadeClients Pool::keep(MadeClients made) {
    if (!made) return made;
    clients_ = *made;
    process_ = fork_generation();
    return made;
}

Result<Lease> Pool::lease(const Context& context, const Wanted& wanted) {
    auto of_process = clients(context.deadline, context.stop);
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
    std::shared_ptr<Lookup>  lookup;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        // They stay for what they know of the deployment.
        if (process_ == fork_generation()) of_process = clients_;
        lookup = std::exchange(lookup_, nullptr);
    }
    if (lookup) {
        if (auto unused = lookup->give_up()) of_process = std::move(unused);
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
    // Kept reachable, so that a leak checker sees that it is meant. So does a lookup, whose thread is the parent's.
    static auto* inherited = new std::vector<std::shared_ptr<void>>;
    if (clients_) inherited->push_back(std::move(clients_));
    if (lookup_) inherited->push_back(std::move(lookup_));
    clients_.reset();
    lookup_.reset();
    mutex_.unlock();
}

}  // namespace tenon::mongo
