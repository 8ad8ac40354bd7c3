#pragma once
// The bytes between a client and a server, as far as these tests look at them.

#include <cstdint>
#include <optional>
#include <string>

#include <netinet/in.h>

#include <tenon/bson/document.hpp>

namespace mongo_test {

[[nodiscard]] sockaddr_in loopback(int port);
/// Listens on loopback, on a free port that is written into `port`.
[[nodiscard]] int listen_on_loopback(int& port);
/// False when the other end is gone.
bool send_all(int socket, const char* bytes, std::size_t size);

[[nodiscard]] std::uint32_t number_at(const std::string& bytes, std::size_t at);

/// Takes the first whole message off what was received; empty: there is none yet.
[[nodiscard]] std::string take_message(std::string& received);

/// The command of an OP_MSG, or of the OP_QUERY that opens a connection. The documents of a message's second section stand in the array that
/// they are sent as, as they do in the server's eyes. Empty: another kind of message.
[[nodiscard]] std::optional<tenon::bson::Document> command_of(const std::string& message);

/// The message that answers this one: OP_MSG, or OP_REPLY to an OP_QUERY.
[[nodiscard]] std::string answer_to(const std::string& message, tenon::bson::View reply);

}  // namespace mongo_test
