#include <tenon/store/health.hpp>

#include <string_view>

#include <tenon/bson/document.hpp>
#include <tenon/bson/json.hpp>

namespace tenon {

namespace {

std::string_view name_of(HealthStatus status) noexcept {
    switch (status) {
        case HealthStatus::healthy:  return "healthy";
        case HealthStatus::degraded: return "degraded";
        case HealthStatus::unhealthy: break;
    }
    return "unhealthy";
}

}  // namespace

std::string Health::to_json() const {
    bson::Builder json;
    json.append("status", name_of(status)).open_document(engine.empty() ? std::string_view("store") : std::string_view(engine));
    json.append("connected", connected);
    if (!role.empty()) json.append("role", role);
    if (!server_version.empty()) json.append("version", server_version);
    if (round_trip) json.append("round_trip_us", std::int64_t{round_trip->count()});
    if (!members.empty()) {
        json.open_array("members");
        for (const auto& member : members) {
            json.push_document().append("host", member.host).append("state", member.state).append("up", member.up);
            if (member.lag) json.append("lag_ms", std::int64_t{member.lag->count()});
            json.close();
        }
        json.close();
    }
    json.open_document("pool")
        .append("open", std::int64_t{pool.open})
        .append("in_use", std::int64_t{pool.in_use})
        .append("waiting", std::int64_t{pool.waiting})
        .append("maximum", std::int64_t{pool.maximum})
        .close();
    if (!problem.empty()) json.append("problem", problem);
    json.close();
    auto done = json.finish();
    // A host or problem that is no UTF-8 leaves the status, which is what a probe acts on.
    return bson::to_json(done ? *done : bson::doc("status", name_of(status)));
}

}  // namespace tenon
