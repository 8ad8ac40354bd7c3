#pragma once
// Announced: the command that the driver is about to send, as its event says.
//
// On a connection with compressors the message itself hides it. The event comes on the thread of the call, right before the message is
// written, with none of another command between.

#include <cstdint>
#include <string>

#include "mongo/driver.hpp"

namespace tenon::mongo {

struct Announced {
    std::string name{};
    std::string command{};  ///< its bytes, of an insert, update or delete that has no maxTimeMS; else empty
    std::int64_t txn_number = 0;  ///< of an insert, update or delete, as txn_number_of
};

/// Whether connections of this URI may be compressed: only those have their commands announced.
[[nodiscard]] bool compresses(const mongoc_uri_t* uri) noexcept;

void announce(const mongoc_apm_command_started_t& event);
/// The last one announced on this thread, once; empty: none was.
[[nodiscard]] Announced take_announced() noexcept;

}  // namespace tenon::mongo
