#include "mongo/events.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "mongo/clients.hpp"
#include "mongo/error.hpp"

namespace tenon::mongo {

namespace {

using std::chrono::microseconds;

Monitor& monitor_of(void* context) noexcept { return *static_cast<Clients*>(context)->monitor(); }

std::string_view words(const char* text) noexcept { return text == nullptr ? std::string_view() : std::string_view(text); }

/// The steps of a login, and what changes one: of these not even the name's moment is anybody's affair.
bool sensitive(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 9> names{"authenticate", "saslStart",  "saslContinue", "getnonce",      "createUser",
                                                    "updateUser",   "copydbgetnonce", "copydbsaslstart", "copydb"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Commands whose first value is the collection's name; of others it is a user's, a role's or none.
bool of_collection(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 15> names{"find",    "insert",      "update",      "delete",  "findAndModify", "aggregate", "count",       "distinct",
                                                     "create",  "drop",        "createIndexes", "listIndexes", "dropIndexes", "collMod", "killCursors"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view collection_of(std::string_view name, const bson_t* command) noexcept {
    bson_iter_t at;
    if (command == nullptr || !bson_iter_init(&at, command)) return {};
    if (name == "getMore" ? !bson_iter_find(&at, "collection") : !(of_collection(name) && bson_iter_next(&at))) return {};
    std::uint32_t length = 0;
    const char*   text   = BSON_ITER_HOLDS_UTF8(&at) ? bson_iter_utf8(&at, &length) : nullptr;
    return text == nullptr ? std::string_view() : std::string_view(text, length);
}

/// A command begins and ends on one thread, with none of the same client between; only its beginning says where it goes.
struct Begun {
    std::int64_t request_id = -1;
    std::string  database{};
    std::string  collection{};
};
thread_local Begun begun;  // NOLINT(cert-err58-cpp): empty strings do not throw

CommandEvent ended(const char* name, std::int64_t request_id, const mongoc_host_list_t* host, std::int64_t duration) noexcept {
    CommandEvent event;
    event.name       = words(name);
    event.request_id = request_id;
    event.server     = host->host_and_port;
    event.duration   = microseconds(duration);
    if (begun.request_id == request_id) {
        event.database   = begun.database;
        event.collection = begun.collection;
    }
    return event;
}

void on_succeeded(const mongoc_apm_command_succeeded_t* said) {
    const auto event = ended(mongoc_apm_command_succeeded_get_command_name(said), mongoc_apm_command_succeeded_get_request_id(said),
                             mongoc_apm_command_succeeded_get_host(said), mongoc_apm_command_succeeded_get_duration(said));
    if (!sensitive(event.name)) monitor_of(mongoc_apm_command_succeeded_get_context(said)).command_succeeded(event);
}

void on_server_changed(const mongoc_apm_server_changed_t* said) {
    ServerEvent event;
    event.server = mongoc_apm_server_changed_get_host(said)->host_and_port;
    event.before = words(mongoc_server_description_type(mongoc_apm_server_changed_get_previous_description(said)));
    event.now    = words(mongoc_server_description_type(mongoc_apm_server_changed_get_new_description(said)));
    if (event.before != event.now) monitor_of(mongoc_apm_server_changed_get_context(said)).server_changed(event);
}

void on_heartbeat(const mongoc_apm_server_heartbeat_succeeded_t* said) {
    ServerEvent event;
    event.server   = mongoc_apm_server_heartbeat_succeeded_get_host(said)->host_and_port;
    event.duration = microseconds(mongoc_apm_server_heartbeat_succeeded_get_duration(said));
    monitor_of(mongoc_apm_server_heartbeat_succeeded_get_context(said)).heartbeat_succeeded(event);
}

}  // namespace

void add_monitoring(mongoc_apm_callbacks_t& callbacks) {
    mongoc_apm_set_command_started_cb(&callbacks, [](const mongoc_apm_command_started_t* said) {
        tell(&monitor_of(mongoc_apm_command_started_get_context(said)), *said);
    });
    mongoc_apm_set_command_succeeded_cb(&callbacks, on_succeeded);
    mongoc_apm_set_server_changed_cb(&callbacks, on_server_changed);
    mongoc_apm_set_server_heartbeat_succeeded_cb(&callbacks, on_heartbeat);
    mongoc_apm_set_topology_opening_cb(&callbacks, [](const mongoc_apm_topology_opening_t* said) {
        monitor_of(mongoc_apm_topology_opening_get_context(said)).topology_opened({});
    });
    mongoc_apm_set_topology_closed_cb(&callbacks, [](const mongoc_apm_topology_closed_t* said) {
        monitor_of(mongoc_apm_topology_closed_get_context(said)).topology_closed({});
    });
}

void tell(Monitor* monitor, const mongoc_apm_command_started_t& said) {
    if (monitor == nullptr) return;
    CommandEvent event;
    event.name = words(mongoc_apm_command_started_get_command_name(&said));
    if (sensitive(event.name)) return;
    event.database   = words(mongoc_apm_command_started_get_database_name(&said));
    event.collection = collection_of(event.name, mongoc_apm_command_started_get_command(&said));
    event.request_id = mongoc_apm_command_started_get_request_id(&said);
    event.server     = mongoc_apm_command_started_get_host(&said)->host_and_port;
    begun.request_id = event.request_id;
    begun.database   = event.database;
    begun.collection = event.collection;
    monitor->command_started(event);
}

void tell(Monitor* monitor, const mongoc_apm_command_failed_t& said) {
    if (monitor == nullptr) return;
    auto event = ended(mongoc_apm_command_failed_get_command_name(&said), mongoc_apm_command_failed_get_request_id(&said),
                       mongoc_apm_command_failed_get_host(&said), mongoc_apm_command_failed_get_duration(&said));
    if (sensitive(event.name)) return;
    bson_error_t why{};
    mongoc_apm_command_failed_get_error(&said, &why);
    const auto error  = to_error(why, mongoc_apm_command_failed_get_reply(&said), Effect::read, {});
    event.error       = error.code;
    event.server_code = error.server.code;
    monitor->command_failed(event);
}

void tell(Monitor* monitor, const mongoc_apm_topology_changed_t& event) noexcept {
    if (monitor == nullptr) return;
    const auto before = words(mongoc_topology_description_type(mongoc_apm_topology_changed_get_previous_description(&event)));
    const auto now    = words(mongoc_topology_description_type(mongoc_apm_topology_changed_get_new_description(&event)));
    if (before != now) monitor->topology_changed({before, now});
}

void tell(Monitor* monitor, const mongoc_apm_server_opening_t& event) noexcept {
    if (monitor != nullptr) monitor->server_opened({.server = mongoc_apm_server_opening_get_host(&event)->host_and_port});
}

void tell(Monitor* monitor, const mongoc_apm_server_closed_t& event) noexcept {
    if (monitor != nullptr) monitor->server_closed({.server = mongoc_apm_server_closed_get_host(&event)->host_and_port});
}

void tell(Monitor* monitor, const mongoc_apm_server_heartbeat_failed_t& event) noexcept {
    if (monitor == nullptr) return;
    monitor->heartbeat_failed({.server   = mongoc_apm_server_heartbeat_failed_get_host(&event)->host_and_port,
                               .duration = microseconds(mongoc_apm_server_heartbeat_failed_get_duration(&event))});
}

}  // namespace tenon::mongo
