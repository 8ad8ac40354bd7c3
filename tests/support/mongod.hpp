#pragma once
// A mongod of a test's own: for tests that stop, freeze or kill the server. The others use the one of TENON_MONGODB_URI.

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "mongo/driver.hpp"

namespace support {

/// The server's binary: what `scripts/mongod` would run.
inline std::string mongod_binary() {
    std::string text;
    FILE*       pipe = ::popen(TENON_SOURCE_DIR "/scripts/mongod binary", "r");  // NOLINT(cert-env33-c): the words are this file's own
    REQUIRE(pipe != nullptr);
    for (int c = std::fgetc(pipe); c != EOF && c != '\n'; c = std::fgetc(pipe)) text += static_cast<char>(c);
    REQUIRE(::pclose(pipe) == 0);
    return text;
}

/// A port that nobody listens on at the moment.
inline int free_port() {
    const int   fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family      = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size          = sizeof address;
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(fd);
    return ntohs(address.sin_port);
}

/// A replica set of one member on loopback, or a server that is in none; gone at the end.
class Mongod {
public:
    enum class Start : std::uint8_t { now, later };
    enum class Kind : std::uint8_t { replica_set, standalone };

    explicit Mongod(Kind kind) : Mongod(Start::later) {
        kind_ = kind;
        start();
    }

    explicit Mongod(Start when = Start::now, std::vector<std::string> more = {}) : more_(std::move(more)) {
        std::string name = (std::filesystem::temp_directory_path() / "tenon-mongod-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder_ = name;
        if (when == Start::now) start();
    }
    Mongod(const Mongod&)            = delete;
    Mongod& operator=(const Mongod&) = delete;
    ~Mongod() {
        kill();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] int         port() const noexcept { return port_; }
    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::string uri(const std::string& options = "") const {
        const std::string set = kind_ == Kind::replica_set ? "replicaSet=rs" : "";
        return "mongodb://" + host() + "/test?" + set + (set.empty() || options.empty() ? "" : "&") + options;
    }

    /// Starts the process, and makes it primary.
    void start() {
        std::vector<std::string> words{mongod_binary(), "--dbpath", folder_, "--port", std::to_string(port_), "--bind_ip", "127.0.0.1",
                                       "--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "64", "--setParameter",
                                       "enableTestCommands=1", "--setParameter", "diagnosticDataCollectionEnabled=false"};
        if (kind_ == Kind::replica_set) words.insert(words.end(), {"--replSet", "rs"});
        words.insert(words.end(), more_.begin(), more_.end());
        std::vector<char*> arguments;
        for (auto& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        const std::string log = folder_ + "/log";
        pid_                  = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
            ::dup2(out, 1);
            ::dup2(out, 2);
            ::execvp(arguments[0], arguments.data());
            ::_exit(127);
        }
        await_primary();
    }
    /// On the data that it has.
    void restart_as(Kind kind) {
        kill();
        kind_ = kind;
        start();
    }
    void signal(int what) const {
        if (pid_ > 0) ::kill(pid_, what);
    }
    /// Waits until all of its threads have stopped: one that runs on for a moment would still answer.
    void freeze() const {
        signal(SIGSTOP);
        int status = 0;
        if (pid_ > 0) (void)::waitpid(pid_, &status, WUNTRACED);
    }
    void thaw() const { signal(SIGCONT); }
    /// kill -9, and waits until it is gone.
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

    /// Runs a command on "admin" past the library. False: it failed.
    bool admin(const std::string& json) const {
        using namespace tenon::mongo;
        const Owned<mongoc_client_t, mongoc_client_destroy> client(
            mongoc_client_new(("mongodb://" + host() + "/?directConnection=true&serverSelectionTimeoutMS=2000").c_str()));
        bson_error_t said{};
        bson_t* const command = bson_new_from_json(reinterpret_cast<const std::uint8_t*>(json.data()), static_cast<ssize_t>(json.size()), &said);
        REQUIRE(command != nullptr);
        const bool done = mongoc_client_command_simple(client.get(), "admin", command, nullptr, nullptr, &said);
        bson_destroy(command);
        return done;
    }

private:
    void await_primary() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        bool asked = false;
        while (std::chrono::steady_clock::now() < end) {
            REQUIRE_MESSAGE(::waitpid(pid_, nullptr, WNOHANG) == 0, "mongod (", mongod_binary(), ") does not start; set TENON_MONGOD");
            if (kind_ == Kind::standalone) {
                if (admin(R"({"ping":1})")) return;
            } else if (!asked) {
                asked = admin(R"({"replSetInitiate":{"_id":"rs","members":[{"_id":0,"host":")" + host() + R"("}]}})") || initiated_;
            }
            // Takes writes as soon as this is allowed.
            if (kind_ == Kind::replica_set && admin(R"({"appendOplogNote":1,"data":{"up":1}})")) {
                initiated_ = true;
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        FAIL("mongod did not become primary");
    }

    std::vector<std::string> more_;
    Kind                     kind_ = Kind::replica_set;
    std::string              folder_{};
    int                      port_      = free_port();
    pid_t                    pid_       = 0;
    bool                     initiated_ = false;
};

}  // namespace support
