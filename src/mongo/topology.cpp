#include "mongo/topology.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace tenon::mongo {

namespace {

using Clock = std::chrono::steady_clock;

/// The servers of a description, freed together.
class Servers {
public:
    explicit Servers(const mongoc_topology_description_t* description) : list_(mongoc_topology_description_get_servers(description, &count_)) {}
    Servers(const Servers&)            = delete;
    Servers& operator=(const Servers&) = delete;
    ~Servers() { mongoc_server_descriptions_destroy_all(list_, count_); }

    [[nodiscard]] mongoc_server_description_t** begin() const noexcept { return list_; }
    [[nodiscard]] mongoc_server_description_t** end() const noexcept { return list_ + count_; }

private:
    std::size_t                    count_ = 0;
    mongoc_server_description_t** list_;
};

bool is_up(const mongoc_server_description_t* server) {
    const std::string_view type = mongoc_server_description_type(server);
    return type != "Unknown" && type != "PossiblePrimary";
}

/// The one that speaks for its deployment: it takes writes, or nobody does and it holds data.
const mongoc_server_description_t* speaker(const Servers& servers) {
    const mongoc_server_description_t* found = nullptr;
    for (const auto* server : servers) {
        const std::string_view kind = mongoc_server_description_type(server);
        if (kind == "RSPrimary" || kind == "Standalone" || kind == "Mongos" || kind == "LoadBalancer") return server;
        if (kind == "RSSecondary") found = server;
    }
    return found;
}

/// The earlier of the deadline and a span from now.
Clock::time_point end_of(const Deadline& deadline, std::chrono::milliseconds span) {
    const auto end = Clock::now() + span;
    return deadline.at ? std::min(*deadline.at, end) : end;
}

/// Somebody looks for a server from here to the end of the scope.
class Search {
public:
    Search(const std::function<void(const Wanted*)>& scout, const Wanted& wanted) : scout_(scout) {
        if (scout_) scout_(&wanted);
    }
    Search(const Search&)            = delete;
    Search& operator=(const Search&) = delete;
    ~Search() {
        if (scout_) scout_(nullptr);
    }

private:
    const std::function<void(const Wanted*)>& scout_;
};

}  // namespace

void Topology::changed(const mongoc_topology_description_t* now) {
    DescriptionPtr copy(mongoc_topology_description_new_copy(now));
    const bool     writable = mongoc_topology_description_has_writable_server(copy.get());
    {
        const std::lock_guard lock(mutex_);
        std::map<std::string, bool> up;
        const Servers servers(copy.get());
        for (auto* server : servers) {
            const std::string host = mongoc_server_description_host(server)->host_and_port;
            const bool        is   = is_up(server);
            up.emplace(host, is);
            if (is) failures_.erase(host);
        }
        for (const auto& [host, was] : up_) {
            const auto found = up.find(host);
            if (was && (found == up.end() || !found->second)) ++losses_[host];
        }
        if (const auto* server = speaker(servers)) {
            deployment_ = deployment_of(mongoc_topology_description_type(copy.get()), mongoc_server_description_type(server),
                                        *mongoc_server_description_hello_response(server));
        }
        up_    = std::move(up);
        known_ = std::move(copy);
        writable_.store(writable, std::memory_order_release);
        changes_.fetch_add(1, std::memory_order_relaxed);
    }
    news_.notify_all();
}

void Topology::heartbeat_failed(const char* host, const bson_error_t& why, std::chrono::microseconds took) {
    // A call that lost its connection has the monitor break off what it waits for and look anew: nothing is known of the server by that.
    if (why.domain == 0 && why.code == 0) return;
    const std::string_view words(why.message);
    const auto             said = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
    // The driver tells a connection that was closed and one that says nothing alike; what tells them apart is the time it took.
    Failure failure{Trouble::closed, std::string(words), 0};
    if (took >= patience_.connect - patience_.connect / 10) failure.what = Trouble::silent;
    else if (why.code == MONGOC_ERROR_STREAM_NAME_RESOLUTION) failure.what = Trouble::unresolved;
    else if (why.code == MONGOC_ERROR_STREAM_CONNECT) failure.what = Trouble::unreachable;
    else if (said("TLS") || said("certificate")) failure.what = Trouble::tls;
    {
        const std::lock_guard lock(mutex_);
        failure.number  = ++failed_looks_;
        failures_[host] = std::move(failure);
    }
    news_.notify_all();
}

void Topology::watches(const char* host) {
    const std::lock_guard lock(mutex_);
    hosts_.emplace(host);
    opened_ = true;
}

void Topology::watches_no_more(const char* host) {
    {
        const std::lock_guard lock(mutex_);
        hosts_.erase(host);
        failures_.erase(host);
    }
    news_.notify_all();
}

bool Topology::serves(const Wanted& wanted) const {
    if (!known_) return false;
    if (!wanted.read) return writable_.load(std::memory_order_relaxed);
    return mongoc_topology_description_has_readable_server(known_.get(), wanted.read.get());
}

std::string_view Topology::said_of(Trouble what) noexcept {
    switch (what) {
        case Trouble::silent:      return "did not answer";
        case Trouble::unreachable: return "took no connection";
        case Trouble::unresolved:  return "has a name that does not resolve";
        case Trouble::tls:         return "made no TLS connection (see tls and tlsCAFile)";
        case Trouble::closed:      break;
    }
    return "closed the connection (one that wants TLS does so; see tls)";
}

Error Topology::nothing_found(const Wanted& wanted) const {
    Error error;
    error.code = Errc::network;
    if (is_empty()) {
        // The driver watches none of them any more, so none will be found.
        error.code    = Errc::invalid_argument;
        error.message = "no server of the URI belongs to the replica set \"" + patience_.replica_set + "\"; check the option replicaSet";
        error.path    = "replicaSet";
        return error;
    }
    const bool some = std::any_of(up_.begin(), up_.end(), [](const auto& entry) { return entry.second; });
    if (some) {
        error.message = wanted.read ? "no server of the deployment suits the read preference (readPreference)" : "the deployment has no primary at present";
        return error;
    }
    bool        all_silent = true;
    std::string hosts;
    for (const auto& host : hosts_) {
        const auto found = failures_.find(host);
        const auto what  = found == failures_.end() ? Trouble::silent : found->second.what;
        all_silent       = all_silent && what == Trouble::silent;
        hosts += (hosts.empty() ? "" : ", ") + host + " " + std::string(said_of(what));
        if (found != failures_.end()) error.server.message += (error.server.message.empty() ? "" : "; ") + host + ": " + found->second.words;
    }
    if (all_silent) error.code = Errc::timeout;
    error.message = "no server of the deployment could be reached: " + hosts;
    return error;
}

Result<void> Topology::wait_for(const Wanted& wanted, const Deadline& deadline, const std::stop_token& stop, Until until) {
    if (!wanted.read && writable_.load(std::memory_order_acquire)) return {};
    const auto end = end_of(deadline, patience_.selection);
    {
        const std::lock_guard lock(mutex_);
        if (serves(wanted)) return {};
    }
    const Search     search(scout_, wanted);
    std::unique_lock lock(mutex_);
    const auto       before = failed_looks_;
    const auto       in_vain = [&] {
        return until == Until::looked_once && !hosts_.empty() && std::all_of(hosts_.begin(), hosts_.end(), [&](const std::string& host) {
            const auto found = failures_.find(host);
            return found != failures_.end() && found->second.number > before;
        });
    };
    (void)news_.wait_until(lock, stop, end, [&] { return serves(wanted) || is_empty() || in_vain(); });
    if (serves(wanted)) return {};
    if (stop.stop_requested()) return fail(Errc::cancelled, "the caller asked to stop");
    auto error = nothing_found(wanted);
    if (error.code != Errc::invalid_argument && Clock::now() >= end && !deadline.passed()) {
        error.message += "; waited for " + std::to_string(patience_.selection.count()) + " ms (serverSelectionTimeoutMS)";
    }
    return fail(std::move(error));
}

std::uint64_t Topology::losses(const char* host) const {
    const std::lock_guard lock(mutex_);
    const auto found = losses_.find(host);
    return found == losses_.end() ? 0 : found->second;
}

bool Topology::wait_after_loss(const char* host, std::uint64_t losses_seen, const Wanted& wanted, const Deadline& deadline,
                               const std::stop_token& stop, const std::function<bool()>& alive) {
    constexpr std::chrono::milliseconds pause{50};
    const auto end   = end_of(deadline, patience_.selection);
    const auto noted = [&] {
        const auto found = losses_.find(host);
        return found != losses_.end() && found->second != losses_seen;
    };
    std::unique_lock lock(mutex_);
    while (!noted()) {
        lock.unlock();
        if (stop.stop_requested() || Clock::now() >= end) return false;
        if (alive()) return true;
        lock.lock();
        (void)news_.wait_until(lock, stop, std::min(end, Clock::now() + pause), noted);
    }
    if (serves(wanted)) return true;
    lock.unlock();
    const Search search(scout_, wanted);
    lock.lock();
    return news_.wait_until(lock, stop, end, [&] { return serves(wanted); });
}

bool Topology::wait_after_refusal(std::uint64_t changes_seen, const Wanted& wanted, const Deadline& deadline, const std::stop_token& stop) {
    // A server that steps down says so to its monitor at once.
    constexpr std::chrono::milliseconds to_be_told{100};
    const auto                          end = end_of(deadline, patience_.selection);
    {
        std::unique_lock lock(mutex_);
        const auto       told = [&] { return changes() != changes_seen || !serves(wanted); };
        if (!news_.wait_until(lock, stop, std::min(end, Clock::now() + to_be_told), told)) return !stop.stop_requested() && Clock::now() < end;
        if (serves(wanted)) return true;
    }
    const Search     search(scout_, wanted);
    std::unique_lock lock(mutex_);
    return news_.wait_until(lock, stop, end, [&] { return serves(wanted); });
}

std::vector<ServerSeen> Topology::servers() const {
    const std::lock_guard   lock(mutex_);
    std::vector<ServerSeen> seen;
    if (!known_) return seen;
    const Servers servers(known_.get());
    for (const auto* server : servers) {
        if (!is_up(server)) continue;
        seen.push_back({mongoc_server_description_id(server), mongoc_server_description_host(server)->host_and_port, mongoc_server_description_type(server),
                        mongoc_server_description_round_trip_time(server)});
    }
    return seen;
}

std::vector<std::string> Topology::hosts() const {
    const std::lock_guard lock(mutex_);
    return {hosts_.begin(), hosts_.end()};
}

Deployment Topology::deployment() const {
    const std::lock_guard lock(mutex_);
    return deployment_;
}

std::string Topology::version() const {
    const std::lock_guard lock(mutex_);
    return version_wire_ == deployment_.wire ? version_ : std::string();
}

void Topology::has_version(std::string version) {
    const std::lock_guard lock(mutex_);
    version_      = std::move(version);
    version_wire_ = deployment_.wire;
}

bool Topology::look(const std::function<void(mongoc_topology_description_t*)>& look) const {
    const std::lock_guard lock(mutex_);
    if (!known_) return false;
    look(known_.get());
    return true;
}

}  // namespace tenon::mongo
