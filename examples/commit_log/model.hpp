#pragma once
// A Git history as a chat: authors are users, months conversations, commits messages.

#include <tenon/tenon.hpp>

struct User {
    std::string     id{};    // the e-mail address
    std::string     name{};
    tenon::DateTime first_seen{};
};

struct Conversation {
    std::string id{};  // "2026-11"
    std::string title{};
};

struct Message {
    std::string                id{};  // the commit's hash
    std::string                conversation_id{};
    std::string                author{};  // a User's id
    tenon::DateTime            at{};
    std::string                subject{};
    std::string                body{};
    std::vector<std::string>   paths{};
    std::optional<std::string> note{};
    tenon::DateTime            updated_at{};
    std::int64_t               version{};
};

template <>
struct tenon::Model<User> : tenon::Defaults<User> {
    static constexpr auto collection = "users";
};

template <>
struct tenon::Model<Conversation> : tenon::Defaults<Conversation> {
    static constexpr auto collection = "conversations";
};

template <>
struct tenon::Model<Message> : tenon::Defaults<Message> {
    static constexpr auto collection  = "messages";
    static constexpr auto indexes     = tenon::indexes(
        tenon::index<tenon::desc<&Message::at>>(),
        tenon::index<tenon::asc<&Message::author>, tenon::desc<&Message::at>>(),
        tenon::index<tenon::asc<&Message::paths>>());
    static constexpr auto soft_delete = true;
    static constexpr auto updated_at  = &Message::updated_at;
    static constexpr auto versioned   = &Message::version;
};
