#include "proxy.hpp"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mongo/driver.hpp"

namespace mongo_test {

namespace bson = tenon::bson;

namespace {

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family      = AF_INET;
    address.sin_port        = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
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

bson::View view_at(const std::string& bytes, std::size_t at) { return bson::View(reinterpret_cast<const std::uint8_t*>(bytes.data() + at)); }

void set_no_delay(int socket) {
    const int on = 1;
    (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Proxy::Proxy(const std::string& server_uri) {
    const tenon::mongo::Uri uri(mongoc_uri_new(server_uri.c_str()));
    REQUIRE(uri);
    server_port_ = mongoc_uri_get_hosts(uri.get())->port;
    listener_    = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto      at = loopback(0);
    socklen_t size = sizeof at;
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(listener_, 64) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_     = ntohs(at.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

Proxy::~Proxy() {
    (void)::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    (void)::close(listener_);
    break_all();
    for (auto& pair : pairs_) {
        pair.up.join();
        pair.down.join();
        (void)::close(pair.client);
        (void)::close(pair.server);
    }
}

std::string Proxy::uri(const std::string& database, const std::string& options) const {
    return "mongodb://127.0.0.1:" + std::to_string(port_) + "/" + database + "?directConnection=true" + (options.empty() ? "" : "&" + options);
}

std::vector<bson::Document> Proxy::commands() {
    const std::lock_guard lock(mutex_);
    return std::exchange(commands_, {});
}

void Proxy::break_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& pair : pairs_) {
        (void)::shutdown(pair.client, SHUT_RDWR);
        (void)::shutdown(pair.server, SHUT_RDWR);
    }
}

void Proxy::accept_all() {
    for (;;) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        const int  server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto to     = loopback(server_port_);
        if (::connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
            (void)::close(client);
            (void)::close(server);
            continue;
        }
        set_no_delay(client);
        set_no_delay(server);
        const std::lock_guard lock(mutex_);
        auto&                 pair = pairs_.emplace_back();
        pair.client                = client;
        pair.server                = server;
        pair.up                    = std::thread([this, &pair] { pass_up(pair); });
        pair.down                  = std::thread([&pair] {
            std::array<char, 65536> piece{};
            for (;;) {
                const auto got = ::recv(pair.server, piece.data(), piece.size(), 0);
                if (got <= 0 || !send_all(pair.client, piece.data(), static_cast<std::size_t>(got))) break;
            }
            (void)::shutdown(pair.client, SHUT_RDWR);
        });
    }
}

void Proxy::pass_up(Pair& pair) {
    std::array<char, 65536> piece{};
    std::string             held;
    for (;;) {
        const auto got = ::recv(pair.client, piece.data(), piece.size(), 0);
        if (got <= 0) break;
        held.append(piece.data(), static_cast<std::size_t>(got));
        // Noted before it is passed on: whoever has the answer finds the command.
        while (held.size() >= 16 && held.size() >= number_at(held, 0)) {
            const auto message = held.substr(0, number_at(held, 0));
            held.erase(0, message.size());
            note(message);
        }
        if (!send_all(pair.server, piece.data(), static_cast<std::size_t>(got))) break;
    }
    (void)::shutdown(pair.server, SHUT_RDWR);
}

// OP_MSG: header of 16 bytes, flags, then sections: 0 <document>, or 1 <size> <name> '\0' <documents>.
void Proxy::note(const std::string& message) {
    constexpr std::uint32_t op_msg = 2013;
    if (number_at(message, 12) != op_msg) return;
    bson::Builder command;
    const auto    end = message.size() - ((number_at(message, 16) & 1U) != 0 ? 4 : 0);
    for (std::size_t at = 20; at < end;) {
        const bool whole = message[at] == '\0';
        const auto size  = number_at(message, at + 1);
        if (whole) {
            const auto document = view_at(message, at + 1);
            const auto name     = document.empty() ? std::string_view() : document.begin()->key;
            if (name == "hello" || name == "isMaster" || name.starts_with("sasl")) return;
            for (const auto& [key, value] : document) command.append(key, value);
        } else {
            const std::string name(message.c_str() + at + 5);
            command.open_array(name);
            for (std::size_t from = at + 5 + name.size() + 1; from < at + 1 + size; from += number_at(message, from)) command.push(view_at(message, from));
            command.close();
        }
        at += 1 + size;
    }
    auto document = command.take();
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(document));
}

}  // namespace mongo_test
