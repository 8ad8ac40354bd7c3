#include "wire.hpp"

#include <cstring>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

namespace mongo_test {

namespace bson = tenon::bson;

namespace {

constexpr std::uint32_t op_reply = 1;
constexpr std::uint32_t op_query = 2004;
constexpr std::uint32_t op_msg   = 2013;

std::uint32_t kind_of(const std::string& message) { return number_at(message, 12); }

bson::View view_at(const std::string& bytes, std::size_t at) { return bson::View(reinterpret_cast<const std::uint8_t*>(bytes.data() + at)); }

void put(std::string& bytes, std::uint32_t number) { bytes.append(reinterpret_cast<const char*>(&number), sizeof number); }

}  // namespace

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family      = AF_INET;
    address.sin_port        = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int listen_on_loopback(int& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto      at       = loopback(0);
    socklen_t size     = sizeof at;
    REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(listener, 64) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port = ntohs(at.sin_port);
    return listener;
}

bool send_all(int socket, const char* bytes, std::size_t size) {
    while (size > 0) {
        const auto sent = ::send(socket, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    return number;
}

std::string take_message(std::string& received) {
    if (received.size() < 16 || received.size() < number_at(received, 0)) return {};
    auto message = received.substr(0, number_at(received, 0));
    received.erase(0, message.size());
    return message;
}

// Header of 16 bytes: length, request, request it answers, kind.
// OP_MSG: flags, then sections: 0 <document>, or 1 <size> <name> '\0' <documents>.
// OP_QUERY: flags, <collection> '\0', two numbers, <document>.
std::optional<bson::Document> command_of(const std::string& message) {
    if (kind_of(message) == op_query) return bson::Document(view_at(message, 20 + std::strlen(message.c_str() + 20) + 1 + 8));
    if (kind_of(message) != op_msg) return std::nullopt;
    bson::Builder command;
    const auto    end = message.size() - ((number_at(message, 16) & 1U) != 0 ? 4 : 0);
    for (std::size_t at = 20; at < end;) {
        const bool whole = message[at] == '\0';
        const auto size  = number_at(message, at + 1);
        if (whole) {
            command.append_all(view_at(message, at + 1));
        } else {
            const std::string name(message.c_str() + at + 5);
            command.open_array(name);
            for (std::size_t from = at + 5 + name.size() + 1; from < at + 1 + size; from += number_at(message, from)) command.push(view_at(message, from));
            command.close();
        }
        at += 1 + size;
    }
    return command.take();
}

std::string answer_to(const std::string& message, bson::View reply) {
    const bool  is_query = kind_of(message) == op_query;
    std::string body;
    if (is_query) {
        for (const std::uint32_t part : {8U, 0U, 0U, 0U, 1U}) put(body, part);  // flags, cursor in two halves, its start, one document
    } else {
        put(body, 0);
        body += '\0';
    }
    body.append(reinterpret_cast<const char*>(reply.data()), reply.size());
    std::string out;
    put(out, static_cast<std::uint32_t>(16 + body.size()));
    put(out, 0);
    put(out, number_at(message, 4));
    put(out, is_query ? op_reply : op_msg);
    return out + body;
}

}  // namespace mongo_test
