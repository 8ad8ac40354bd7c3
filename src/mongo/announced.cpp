#include "mongo/announced.hpp"

#include <utility>

#include "mongo/wire_message.hpp"

namespace tenon::mongo {

namespace {

thread_local Announced last;  // NOLINT(cert-err58-cpp): empty strings do not throw

}  // namespace

bool compresses(const mongoc_uri_t* uri) noexcept {
    const bson_t* compressors = mongoc_uri_get_compressors(uri);
    return compressors != nullptr && !bson_empty(compressors);
}

void announce(const mongoc_apm_command_started_t& event) {
    const bson_t* command = mongoc_apm_command_started_get_command(&event);
    last.name             = mongoc_apm_command_started_get_command_name(&event);
    last.command.clear();
    last.txn_number = 0;
    if (!writes_documents(last.name)) return;
    last.txn_number = txn_number_of(*command);
    if (bson_has_field(command, "maxTimeMS")) return;
    last.command.assign(reinterpret_cast<const char*>(bson_get_data(command)), command->len);
}

Announced take_announced() noexcept { return std::exchange(last, {}); }

}  // namespace tenon::mongo
