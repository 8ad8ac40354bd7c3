#include "proxy.hpp"

#include <array>

#include <doctest/doctest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mongo/driver.hpp"
#include "wire.hpp"

namespace mongo_test {

namespace bson = tenon::bson;

namespace {

void set_no_delay(int socket) {
    const int on = 1;
    (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Proxy::Proxy(const std::string& server_uri) {
    const tenon::mongo::Uri uri(mongoc_uri_new(server_uri.c_str()));
    REQUIRE(uri);
    server_port_ = mongoc_uri_get_hosts(uri.get())->port;
    listener_    = listen_on_loopback(port_);
    acceptor_    = std::thread([this] { accept_all(); });
}

Proxy::~Proxy() {
    treat_newcomers(Newcomers::refuse);
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

void Proxy::treat_newcomers(Newcomers as) {
    newcomers_ = as;
    if (as != Newcomers::refuse || !acceptor_.joinable()) return;
    (void)::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    (void)::close(listener_);
}

void Proxy::accept_all() {
    for (;;) {
        const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        const auto as = newcomers_.load();
        if (as == Newcomers::close) {
            (void)::close(client);
            continue;
        }
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
        pair.held                  = as == Newcomers::hold;
        pair.up                    = std::thread([this, &pair] { pass_up(pair); });
        pair.down                  = std::thread([&pair] {
            std::array<char, 65536> piece{};
            for (;;) {
                const auto got = ::recv(pair.server, piece.data(), piece.size(), 0);
                if (got > 0 && pair.held) continue;
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
        for (auto message = take_message(held); !message.empty(); message = take_message(held)) note(message);
        if (!send_all(pair.server, piece.data(), static_cast<std::size_t>(got))) break;
    }
    (void)::shutdown(pair.server, SHUT_RDWR);
}

void Proxy::note(const std::string& message) {
    auto command = command_of(message);
    if (!command || command->empty()) return;
    const auto name = command->begin()->key;
    if (name == "hello" || name == "isMaster" || name == "ismaster" || name.starts_with("sasl")) return;
    const std::lock_guard lock(mutex_);
    commands_.push_back(std::move(*command));
}

}  // namespace mongo_test
