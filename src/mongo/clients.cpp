#include "mongo/clients.hpp"

#include <algorithm>
#include <future>
#include <system_error>
#include <utility>

#include "mongo/announced.hpp"
#include "mongo/events.hpp"
#include "mongo/fork.hpp"
#include "mongo/write_attempts.hpp"

namespace tenon::mongo {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

// A connection that rested this long may have been closed by the other side: it is looked at before it is lent.
constexpr std::chrono::seconds rested{1};
constexpr std::chrono::seconds keeper_pause{1};

Clients& clients_of(void* context) { return *static_cast<Clients*>(context); }

using PoolPtr      = Owned<mongoc_client_pool_t, mongoc_client_pool_destroy>;
using CallbacksPtr = Owned<mongoc_apm_callbacks_t, mongoc_apm_callbacks_destroy>;

CallbacksPtr callbacks(bool monitored, bool compressed) {
    CallbacksPtr made(mongoc_apm_callbacks_new());
    mongoc_apm_set_topology_changed_cb(made.get(), [](const mongoc_apm_topology_changed_t* event) {
        auto& clients = clients_of(mongoc_apm_topology_changed_get_context(event));
        clients.topology()->changed(mongoc_apm_topology_changed_get_new_description(event));
        tell(clients.monitor(), *event);
    });
    mongoc_apm_set_server_heartbeat_failed_cb(made.get(), [](const mongoc_apm_server_heartbeat_failed_t* event) {
        bson_error_t why{};
        mongoc_apm_server_heartbeat_failed_get_error(event, &why);
        const auto* host = mongoc_apm_server_heartbeat_failed_get_host(event);
        const std::chrono::microseconds took(mongoc_apm_server_heartbeat_failed_get_duration(event));
        auto&                           clients = clients_of(mongoc_apm_server_heartbeat_failed_get_context(event));
        clients.topology()->heartbeat_failed(host->host_and_port, why, took);
        tell(clients.monitor(), *event);
    });
    mongoc_apm_set_server_opening_cb(made.get(), [](const mongoc_apm_server_opening_t* event) {
        auto& clients = clients_of(mongoc_apm_server_opening_get_context(event));
        clients.topology()->watches(mongoc_apm_server_opening_get_host(event)->host_and_port);
        tell(clients.monitor(), *event);
    });
    mongoc_apm_set_server_closed_cb(made.get(), [](const mongoc_apm_server_closed_t* event) {
        auto& clients = clients_of(mongoc_apm_server_closed_get_context(event));
        clients.topology()->watches_no_more(mongoc_apm_server_closed_get_host(event)->host_and_port);
        tell(clients.monitor(), *event);
    });
    mongoc_apm_set_command_failed_cb(made.get(), [](const mongoc_apm_command_failed_t* event) {
        (void)take_announced();  // it may have failed before it was sent
        WriteAttempts::failed(*event);
        tell(clients_of(mongoc_apm_command_failed_get_context(event)).monitor(), *event);
    });
    if (monitored) add_monitoring(*made);
    // Not of every connection: the driver copies each write's documents for it.
    if (compressed) {
        mongoc_apm_set_command_started_cb(made.get(), [](const mongoc_apm_command_started_t* event) {
            announce(*event);
            tell(clients_of(mongoc_apm_command_started_get_context(event)).monitor(), *event);
        });
    }
    return made;
}

Patience patience_of(const Settings& settings) {
    const char* name = mongoc_uri_get_replica_set(settings.uri.get());
    return {settings.selection, settings.connect, name == nullptr ? std::string() : std::string(name)};
}

bool ping(mongoc_client_t* client) {
    bson_t command = BSON_INITIALIZER;
    bson_append_int32(&command, "ping", 4, 1);
    bson_error_t said{};
    const bool   done = mongoc_client_command_simple(client, "admin", &command, nullptr, nullptr, &said);
    bson_destroy(&command);
    return done;
}

}  // namespace

Clients::Clients(std::shared_ptr<const Settings> settings)
    : settings_(std::move(settings)), topology_(std::make_shared<Topology>(patience_of(*settings_))), process_(fork_generation()) {}

Result<std::shared_ptr<Clients>> Clients::make(std::shared_ptr<const Settings> settings) {
    std::shared_ptr<Clients> clients(new Clients(std::move(settings)));
    if (auto started = clients->start(); !started) return fail(std::move(started.error()));
    return clients;
}

Result<void> Clients::start() {
    bson_error_t said{};
    pool_.reset(mongoc_client_pool_new_with_error(settings_->uri.get(), &said));
    if (!pool_) {
        if (said.domain == MONGOC_ERROR_STREAM) {
            auto failed = fail(Errc::network, "the SRV record of the URI's host could not be looked up", "uri");
            failed.value().server.message = said.message;
            return failed;
        }
        return fail(Errc::invalid_argument, "the URI's options contradict each other or make no client", "uri");
    }
    mongoc_client_pool_set_error_api(pool_.get(), MONGOC_ERROR_API_VERSION_2);
    mongoc_client_pool_set_apm_callbacks(pool_.get(), callbacks(monitor() != nullptr, compresses(settings_->uri.get())).get(), this);
    scout_ = std::make_unique<Scout>(pool_.get());
    topology_->set_scout([this](const Wanted* wanted) { wanted != nullptr ? scout_->search(*wanted) : scout_->found(); });
    // The first client that leaves the pool starts the monitors.
    auto first        = make_client();
    first->idle_since = Clock::now();
    open_             = 1;
    idle_.push_back(std::move(first));
    if (settings_->minimum > 0) keeper_ = std::jthread([this](const std::stop_token& stop) { keep_minimum(stop); });
    return {};
}

Clients::~Clients() {
    stop_keeper();
    end({}, nullptr);
}

void Clients::stop_keeper() {
    if (!keeper_.joinable()) return;
    keeper_.request_stop();
    keeper_.join();
}

Result<void> Clients::close(const Deadline& deadline) {
    cursors_->let_go(deadline);
    stop_keeper();
    if (const auto held = health().in_use; held > 0) {
        return fail(Errc::timeout, std::to_string(held) + " connections are in use still; close again when what uses them has ended");
    }
    end(deadline, shared_from_this());
    return {};
}

namespace {

/// What is left of an ended Clients, in the order that it ends in from below.
struct Remains {
    std::shared_ptr<Clients> told{};   ///< of what the monitors see; null: the destructor ends it, and waits
    std::unique_ptr<Client>  last{};   ///< its client is in the pool, bound to this
    PoolPtr                  pool{};
    std::unique_ptr<Scout>   scout{};
};

/// The driver's monitors end with its pool, and one that makes a connection to a server that says nothing ends when connectTimeoutMS is over: past
/// the deadline that goes on beside.
void end_all(Remains remains, const Deadline& deadline) {
    if (!remains.told || !deadline.at) return;
    std::promise<void> done;
    const auto         ended = done.get_future();
    try {
        std::thread([remains = std::move(remains), done = std::move(done)]() mutable {
            { const Remains gone = std::move(remains); }
            done.set_value();
        }).detach();
    } catch (const std::system_error&) {
        return;  // no thread was to be had: all has ended here, with what was to be its work
    }
    (void)ended.wait_until(*deadline.at);
}

}  // namespace

void Clients::end(const Deadline& deadline, std::shared_ptr<Clients> self) {
    if (!pool_) return;
    // The driver ends its sessions on the server when its pool ends: through a client of it that is connected, and where none is it waits
    // for a server. So one goes back for that, with little time; without a server the sessions are left to expire.
    std::unique_ptr<Client> last;
    if (!idle_.empty()) {
        last = std::move(idle_.back());
        idle_.pop_back();
        last->bounds.deadline = earlier(deadline, Deadline::after(std::chrono::seconds(1)));
        last->bounds.stop     = {};
        Context now;
        now.deadline = Deadline{Clock::now()};
        if (!topology_->wait_for({}, now.deadline, {})) mongoc_client_reset(last->handle.get());
        last->collections.clear();
        mongoc_client_pool_push(pool_.get(), last->handle.release());
    }
    idle_.clear();
    topology_->set_scout({});
    end_all({std::move(self), std::move(last), std::move(pool_), std::move(scout_)}, deadline);
    const std::lock_guard lock(mutex_);
    open_ = 0;
}

std::unique_ptr<Client> Clients::make_client() {
    auto client             = std::make_unique<Client>();
    client->bounds.topology = topology_;
    client->bounds.uri      = settings_->uri.get();
    client->bounds.process  = process_;
    client->bounds.monitor  = monitor();
    client->handle.reset(mongoc_client_pool_pop(pool_.get()));
    bind_streams(client->handle.get(), client->bounds);
    return client;
}

bool Clients::expired(const Client& client) const noexcept {
    return settings_->max_idle.count() > 0 && Clock::now() - client.idle_since > settings_->max_idle;
}

void Clients::take_expired(std::vector<std::unique_ptr<Client>>& unfit) {
    if (idle_.empty() || !expired(*idle_.front())) return;
    auto open = connected();
    for (auto& client : idle_) {
        if (!expired(*client)) break;  // nor are those given back later
        const bool is_connected = !client->bounds.streams.empty();
        if (is_connected && open <= settings_->minimum) break;
        if (is_connected) --open;
        --open_;
        unfit.push_back(std::move(client));
    }
    std::erase(idle_, nullptr);
}

std::unique_ptr<Client> Clients::take_idle(std::vector<std::unique_ptr<Client>>& unfit) {
    const auto now = Clock::now();
    while (!idle_.empty()) {
        auto client = std::move(idle_.back());
        idle_.pop_back();
        if (!expired(*client) && (now - client->idle_since < rested || !client->bounds.closed_by_peer())) return client;
        --open_;
        unfit.push_back(std::move(client));
    }
    return nullptr;
}

Result<Client*> Clients::borrow(const Context& context, const Wanted& wanted) {
    if (auto found = topology_->wait_for(wanted, context.deadline, context.stop); !found) return fail(std::move(found.error()));
    std::vector<std::unique_ptr<Client>> unfit;  // closed without the lock
    std::unique_lock                     lock(mutex_);
    const auto available = [&] { return !idle_.empty() || open_ < settings_->maximum; };
    microseconds waited{};
    if (!available()) {
        const auto began = Clock::now();
        auto       end   = began + settings_->wait;
        if (context.deadline.at) end = std::min(end, *context.deadline.at);
        ++waiting_;
        if (monitor() != nullptr) {
            const auto now = event();
            lock.unlock();
            monitor()->wait_started(now);
            lock.lock();
        }
        const bool got = free_.wait_until(lock, context.stop, end, available);
        --waiting_;
        waited = std::chrono::duration_cast<microseconds>(Clock::now() - began);
        if (!got) {
            if (monitor() != nullptr) {
                auto now   = event();
                now.waited = waited;
                now.error  = context.stop.stop_requested() ? Errc::cancelled : Errc::timeout;
                lock.unlock();
                monitor()->wait_failed(now);
            }
            if (context.stop.stop_requested()) return fail(Errc::cancelled, "the caller asked to stop");
            return fail(Errc::timeout,
                        "all " + std::to_string(settings_->maximum) + " connections of the pool were in use for as long as the call could wait; "
                        "raise the pool's maximum or look for cursors and transactions that are left open",
                        "pool.maximum");
        }
    }
    auto client = take_idle(unfit);
    ++in_use_;  // so that close waits for this call, which closes the unfit ones
    take_expired(unfit);
    if (!client) ++open_;
    auto now = event();
    lock.unlock();
    if (monitor() != nullptr) {
        now.waited = waited;
        monitor()->checked_out(now);
    }
    return client ? client.release() : make_client().release();
}

void Clients::give_back(Client* client) noexcept {
    const auto now = put_back(std::unique_ptr<Client>(client));
    if (monitor() != nullptr) monitor()->returned(now);
}

PoolEvent Clients::put_back(std::unique_ptr<Client> back) noexcept {
    if (back->bounds.process != fork_generation()) {
        (void)back.release();  // the parent's
        return {};
    }
    back->bounds.deadline = {};
    back->bounds.stop     = {};
    back->bounds.wanted   = {};
    back->idle_since      = Clock::now();
    const bool unconnected = back->bounds.spent || back->bounds.streams.empty();
    PoolEvent  now;
    {
        const std::lock_guard lock(mutex_);
        --in_use_;
        if (back->bounds.spent) --open_;
        else idle_.push_back(std::move(back));
        now = event();
    }
    free_.notify_one();
    if (unconnected && settings_->minimum > 0) below_minimum_.notify_one();
    return now;
}

PoolEvent Clients::event() const noexcept { return {.open = open_, .in_use = in_use_, .waiting = waiting_, .maximum = settings_->maximum}; }

PoolHealth Clients::health() const {
    const std::lock_guard lock(mutex_);
    return {.open = open_, .in_use = in_use_, .waiting = waiting_, .maximum = settings_->maximum};
}

std::uint32_t Clients::connected() const noexcept {
    const auto resting = std::count_if(idle_.begin(), idle_.end(), [](const auto& client) { return !client->bounds.streams.empty(); });
    return in_use_ + static_cast<std::uint32_t>(resting);
}

std::unique_ptr<Client> Clients::take_unconnected(std::vector<std::unique_ptr<Client>>& unfit) {
    const std::lock_guard lock(mutex_);
    // Those at rest that the server, or the way to it, closed meanwhile.
    for (auto& client : idle_) {
        if (Clock::now() - client->idle_since >= rested && client->bounds.closed_by_peer()) unfit.push_back(std::move(client));
    }
    std::erase(idle_, nullptr);
    open_ -= static_cast<std::uint32_t>(unfit.size());
    take_expired(unfit);
    if (connected() >= settings_->minimum) return nullptr;
    const auto found = std::find_if(idle_.begin(), idle_.end(), [](const auto& client) { return client->bounds.streams.empty(); });
    if (found == idle_.end() && open_ >= settings_->maximum) return nullptr;
    ++in_use_;
    if (found == idle_.end()) {
        ++open_;
        return make_client();
    }
    auto client = std::move(*found);
    idle_.erase(found);
    return client;
}

void Clients::keep_minimum(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        bool failed = false;
        while (!failed && !stop.stop_requested()) {
            std::vector<std::unique_ptr<Client>> unfit;  // closed without the lock
            auto                                 client = take_unconnected(unfit);
            if (!client) break;
            client->bounds.deadline = Deadline::after(settings_->connect);
            client->bounds.stop     = stop;
            failed                  = !topology_->wait_for({}, client->bounds.deadline, stop) || !ping(client->handle.get());
            if (failed) client->bounds.spent = true;
            (void)put_back(std::move(client));
        }
        std::unique_lock lock(mutex_);
        (void)below_minimum_.wait_for(lock, stop, keeper_pause, [&] { return !failed && connected() < settings_->minimum; });
    }
}

}  // namespace tenon::mongo
