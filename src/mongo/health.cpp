#include "mongo/health.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "mongo/bson.hpp"
#include "mongo/error.hpp"

namespace tenon::mongo {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds default_time{5};

/// Any member that holds data.
Wanted anybody() {
    return Wanted{ReadPrefs(mongoc_read_prefs_new(MONGOC_READ_NEAREST), mongoc_read_prefs_destroy)};
}

bool takes_writes(std::string_view kind) noexcept {
    return kind == "RSPrimary" || kind == "Standalone" || kind == "Mongos" || kind == "LoadBalancer";
}

/// The member to ask: one that takes writes, else the nearest other; not the one that was asked in vain.
std::optional<ServerSeen> member_to_ask(const Topology& topology, const std::string& not_this) {
    std::optional<ServerSeen> best;
    for (auto& server : topology.servers()) {
        if (server.host == not_this || server.kind == "RSArbiter" || server.kind == "RSGhost") continue;
        const auto worth = [](const ServerSeen& one) { return std::pair(!takes_writes(one.kind), one.round_trip); };
        if (!best || worth(server) < worth(*best)) best = std::move(server);
    }
    return best;
}

Result<bson::Document> ask(const Lease& lease, const ServerSeen& member, std::string_view question, const Context& context) {
    Bson command;
    command.add(question, 1);
    Bson         reply;
    bson_error_t said{};
    if (!mongoc_client_command_simple_with_server_id(lease.get(), "admin", command.get(), nullptr, member.id, reply.get(), &said)) {
        return fail(to_error(said, reply.get(), Effect::read, context));
    }
    auto view = received(*reply.get());
    if (!view) return fail(std::move(view.error()));
    return bson::Document(*view);
}

bool is_true(const bson::Document& hello, std::string_view field) {
    const auto value = hello[field];
    return value.type() == bson::Type::boolean && value.as_bool();
}

std::string text(bson::View document, std::string_view field) {
    const auto value = document[field];
    return value.type() == bson::Type::string ? std::string(value.as_string()) : std::string();
}

std::string role_of(const bson::Document& hello) {
    if (text(hello, "msg") == "isdbgrid") return "mongos";
    if (text(hello, "setName").empty()) return "standalone";
    if (is_true(hello, "isWritablePrimary") || is_true(hello, "ismaster")) return "primary";
    if (is_true(hello, "secondary")) return "secondary";
    return is_true(hello, "arbiterOnly") ? "arbiter" : "other";
}

/// MongoDB manual: replSetGetStatus.
std::vector<MemberHealth> members_of(const bson::Document& status) {
    std::vector<MemberHealth>                 members;
    std::vector<std::optional<std::int64_t>>  written;  // when the member's last operation was, in milliseconds
    std::optional<std::int64_t>               newest;
    if (const auto list = status["members"]; list.type() == bson::Type::array) {
        for (const auto& entry : list.as_view()) {
            if (entry.value.type() != bson::Type::document) continue;
            const auto   one = entry.value.as_view();
            MemberHealth member;
            member.host  = text(one, "name");
            member.state = text(one, "stateStr");
            member.up    = one["health"].to_double().value_or(0) > 0;
            const auto at = one["optimeDate"];
            written.emplace_back(member.up && at.type() == bson::Type::datetime ? std::optional(at.as_datetime().ms) : std::nullopt);
            if (member.state == "PRIMARY") newest = written.back();
            members.push_back(std::move(member));
        }
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (const auto& at = written[i]; newest && at) members[i].lag = std::chrono::milliseconds(std::max<std::int64_t>(0, *newest - *at));
    }
    return members;
}

/// Where the user may not ask for more: what the monitors know, in the server's words.
std::vector<MemberHealth> members_seen(const Topology& topology) {
    std::vector<MemberHealth> members;
    const auto                seen = topology.servers();
    for (const auto& host : topology.hosts()) {
        const auto   found = std::find_if(seen.begin(), seen.end(), [&](const ServerSeen& one) { return one.host == host; });
        MemberHealth member{.host = host, .state = "UNKNOWN", .up = found != seen.end()};
        if (member.up) {
            member.state = found->kind == "RSPrimary" ? "PRIMARY" : found->kind == "RSSecondary" ? "SECONDARY" : found->kind == "RSArbiter" ? "ARBITER" : "OTHER";
        }
        members.push_back(std::move(member));
    }
    return members;
}

/// What one member says. @errors those of the first question.
Result<void> examine(Health& health, const Lease& lease, const ServerSeen& member, Topology& topology, const Context& context) {
    // The first question may have to connect and log in, which is no round trip.
    auto build = ask(lease, member, "buildInfo", context);
    if (build) {
        health.server_version = text(*build, "version");
        topology.has_version(health.server_version);
    } else if (!was_answered(build.error())) {
        return fail(std::move(build.error()));
    }
    const auto asked = Clock::now();
    auto       hello = ask(lease, member, "hello", context);
    if (!hello) return fail(std::move(hello.error()));
    health.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - asked);
    health.connected  = true;
    health.role       = role_of(*hello);
    if (text(*hello, "setName").empty()) return {};
    auto status = ask(lease, member, "replSetGetStatus", context);
    if (!status && !was_answered(status.error())) return fail(std::move(status.error()));
    health.members = status ? members_of(*status) : members_seen(topology);
    return {};
}

void judge(Health& health) {
    const bool writable = health.role == "primary" || health.role == "standalone" || health.role == "mongos";
    if (!writable) health.problem = "the deployment has no primary at present";
    for (const auto& member : health.members) {
        if (!member.up) health.problem += (health.problem.empty() ? "" : "; ") + ("member " + member.host) + " is down";
    }
    health.status = health.problem.empty() ? HealthStatus::healthy : HealthStatus::degraded;
}

}  // namespace

Health health_of(Pool& pool, const Deadline& deadline) {
    Health health;
    health.engine = "mongodb";
    Context context;
    context.deadline = deadline.at ? deadline : Deadline::after(default_time);
    const auto failed = [&](const Error& error) {
        health.problem = error.message;
        return health;
    };

    auto clients = pool.clients(context.deadline, {});
    if (!clients) return failed(clients.error());
    health.pool    = (*clients)->health();
    auto& topology = *(*clients)->topology();
    const auto any = anybody();
    if (auto found = topology.wait_for(any, context.deadline, {}, Topology::Until::looked_once); !found) return failed(found.error());
    auto lease = pool.lease(context, any);
    if (!lease) {
        // The servers are there, but a call would not get through either.
        health.connected = lease.error().path == "pool.maximum";
        if (health.connected) health.status = HealthStatus::degraded;
        return failed(lease.error());
    }

    std::string asked_in_vain;
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto member = member_to_ask(topology, asked_in_vain);
        if (!member) break;
        // A member that is stopped leaves time for another one.
        Context    now    = context;
        const bool others = attempt == 0 && member_to_ask(topology, member->host).has_value();
        if (others && context.deadline.at) now.deadline = Deadline{Clock::now() + (*context.deadline.at - Clock::now()) / 2};
        lease->bind(now.deadline, {});
        auto done = examine(health, *lease, *member, topology, now);
        if (done) {
            health.problem.clear();  // of a connection that broke before
            judge(health);
            if (!asked_in_vain.empty()) {
                health.status  = HealthStatus::degraded;
                health.problem = "member " + asked_in_vain + " does not answer" + (health.problem.empty() ? "" : "; " + health.problem);
            }
            return health;
        }
        health.problem = member->host + ": " + done.error().message;
        if (context.deadline.passed() || done.error().code == Errc::auth) break;
        if (done.error().code == Errc::timeout) asked_in_vain = member->host;
        // A broken connection is worth another one. The driver counts its server as lost until a monitor has looked at it again.
        else if (attempt == 0) (void)topology.wait_for(any, context.deadline, {}, Topology::Until::looked_once);
    }
    health.connected = false;
    return health;
}

}  // namespace tenon::mongo
