#pragma once
// The document both sides write: a chat message of 13 fields, about 570 bytes.

#include <optional>
#include <string>
#include <vector>

#include <tenon/bson/values.hpp>

namespace bench {

struct Reaction {
    std::string emoji{};
    std::string user{};
};

struct Meta {
    std::string  client{};
    std::int32_t retries{};
    bool         encrypted{};
};

struct Message {
    tenon::ObjectId            id{};
    tenon::ObjectId            conversation_id{};
    std::string                sender{};
    std::string                recipient{};
    std::string                subject{};
    std::string                content{};
    std::vector<std::string>   tags{};
    std::vector<Reaction>      reactions{};
    std::optional<std::string> reply_to{};
    Meta                       meta{};
    tenon::DateTime            created_at{};
    tenon::DateTime            updated_at{};
    std::int64_t               version{};
};

/// The same message with ASCII text, or with a fifth of its text in other scripts.
Message sample(bool ascii);

}  // namespace bench
