#include "fake_mongos.hpp"

#include <array>

#include <sys/socket.h>
#include <unistd.h>

#include <tenon/bson/json.hpp>

#include "wire.hpp"

namespace mongo_test {

namespace bson = tenon::bson;

namespace {

bool makes_or_ends_connections(std::string_view name) {
    return name == "hello" || name == "isMaster" || name == "ismaster" || name == "buildInfo" || name == "ping" || name == "endSessions";
}

bson::Document hello(FakeMongos::Kind kind, const std::string& host) {
    if (kind == FakeMongos::Kind::primary) {
        const bson::Array hosts(bson::doc("0", host));
        return bson::doc("helloOk", true, "ismaster", true, "isWritablePrimary", true, "setName", "fake", "hosts", hosts, "me", host,
                         "maxBsonObjectSize", 16 * 1024 * 1024, "maxMessageSizeBytes", 48'000'000, "maxWriteBatchSize", 100'000,
                         "logicalSessionTimeoutMinutes", 30, "minWireVersion", 0, "maxWireVersion", 17, "ok", 1.0);
    }
    // 17: 6.0. MongoDB source: hello of a mongos has `msg` and no `setName`.
    return bson::doc("helloOk", true, "ismaster", true, "isWritablePrimary", true, "msg", "isdbgrid", "maxBsonObjectSize", 16 * 1024 * 1024,
                     "maxMessageSizeBytes", 48'000'000, "maxWriteBatchSize", 100'000, "logicalSessionTimeoutMinutes", 30, "minWireVersion", 0,
                     "maxWireVersion", 17, "ok", 1.0);
}

/// "admin {addShardToZone: ...}".
std::string shown(bson::View command) {
    bson::Builder own;
    for (const auto& [key, value] : command) {
        if (!key.starts_with('$') && key != "lsid" && key != "maxTimeMS") own.append(key, value);
    }
    return std::string(command["$db"].as_string()) + " " + bson::to_json(own.take().view());
}

}  // namespace

bson::Document cursor_of(const std::vector<bson::Document>& documents) {
    bson::Builder reply;
    reply.open_document("cursor").append("id", std::int64_t{0}).append("ns", "shop.things").open_array("firstBatch");
    for (const auto& document : documents) reply.push(document);
    reply.close().close().append("ok", 1.0);
    return reply.take();
}

FakeMongos::FakeMongos(Answer answer, std::string version, Kind kind) : answer_(std::move(answer)), version_(std::move(version)), kind_(kind) {
    listener_ = listen_on_loopback(port_);
    acceptor_ = std::thread([this] { accept_all(); });
}

FakeMongos::~FakeMongos() {
    (void)::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    (void)::close(listener_);
    for (auto& connection : connections_) {
        (void)::shutdown(connection.socket, SHUT_RDWR);
        connection.thread.join();
        (void)::close(connection.socket);
    }
}

std::vector<std::string> FakeMongos::commands() {
    const std::lock_guard lock(mutex_);
    return std::exchange(commands_, {});
}

void FakeMongos::accept_all() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        auto& connection  = connections_.emplace_back();
        connection.socket = socket;
        connection.thread = std::thread([this, socket] { serve(socket); });
    }
}

void FakeMongos::serve(int socket) {
    std::array<char, 65536> piece{};
    std::string             received;
    for (;;) {
        const auto got = ::recv(socket, piece.data(), piece.size(), 0);
        if (got <= 0) return;
        received.append(piece.data(), static_cast<std::size_t>(got));
        for (auto message = take_message(received); !message.empty(); message = take_message(received)) {
            const auto command = command_of(message);
            if (!command || command->empty()) return (void)::shutdown(socket, SHUT_RDWR);
            const auto reply = answer_to(message, answer(*command));
            if (!send_all(socket, reply.data(), reply.size())) return;
        }
    }
}

bson::Document FakeMongos::answer(bson::View command) {
    const auto name = command.begin()->key;
    if (name == "hello" || name == "isMaster" || name == "ismaster") return hello(kind_, "127.0.0.1:" + std::to_string(port_));
    if (name == "buildInfo") return bson::doc("version", version_, "ok", 1.0);
    if (makes_or_ends_connections(name)) return bson::doc("ok", 1.0);
    const std::lock_guard lock(mutex_);
    commands_.push_back(shown(command));
    auto said = answer_(command);
    return said.empty() ? bson::doc("ok", 1.0) : said;
}

}  // namespace mongo_test
