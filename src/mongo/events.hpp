#pragma once
// The driver's events as a Monitor is told of them.

#include <tenon/store/monitor.hpp>

#include "mongo/driver.hpp"

namespace tenon::mongo {

/// Adds to the driver's callbacks those that a Monitor alone hears. Their context is a Clients that has one.
void add_monitoring(mongoc_apm_callbacks_t& callbacks);

// Those that others hear too. Null: nobody is told.
void tell(Monitor* monitor, const mongoc_apm_command_started_t& said);
void tell(Monitor* monitor, const mongoc_apm_command_failed_t& said);
void tell(Monitor* monitor, const mongoc_apm_topology_changed_t& event) noexcept;
void tell(Monitor* monitor, const mongoc_apm_server_opening_t& event) noexcept;
void tell(Monitor* monitor, const mongoc_apm_server_closed_t& event) noexcept;
void tell(Monitor* monitor, const mongoc_apm_server_heartbeat_failed_t& event) noexcept;

}  // namespace tenon::mongo
