#pragma once
// What a deployment can do, and what a transaction asks of it. Light: services include this without the operations.

#include <cstdint>
#include <string>

#include <tenon/store/context.hpp>

namespace tenon {

/// What the live deployment can do.
struct Capabilities {
    bool          transactions     = false;
    bool          aggregation      = false;
    bool          text_indexes     = false;
    bool          ttl_indexes      = false;
    bool          change_streams   = false;
    bool          persistent       = true;   ///< false: gone when the last handle closes
    std::string   engine{};                  ///< "sqlite", "mongodb"
    std::string   engine_version{};
    std::uint32_t max_document_size = 16U * 1024U * 1024U;
};

struct TransactionOptions {
    bool      read_only = false;  ///< one snapshot for all reads; a write is invalid_argument
    Deadline  deadline{};         ///< of the whole transaction, waiting and reruns included; none: 120 s
};

}  // namespace tenon
