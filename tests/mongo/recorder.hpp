#pragma once
// A Monitor that writes down what it is told, and lets a test wait for it.

#include <condition_variable>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/store/monitor.hpp>

namespace mongo_test {

class Recorder final : public tenon::Monitor {
public:
    struct Command {
        std::string  what{};  // "started", "succeeded", "failed"
        std::string  name{};
        std::string  database{};
        std::string  collection{};
        std::string  server{};
        std::int64_t request_id = 0;
        tenon::Errc  error{};
        std::int32_t server_code = 0;
        std::chrono::microseconds duration{};
    };
    struct Pool {
        std::string      what{};
        tenon::PoolEvent event{};
    };
    struct Seen {
        std::vector<Command>     commands{};
        std::vector<Pool>        pool{};
        int                      created = 0;
        int                      closed  = 0;
        std::vector<std::string> servers{};  // "what server before>now"

        [[nodiscard]] int open() const noexcept { return created - closed; }
        [[nodiscard]] int count(std::string_view what, std::string_view name) const {
            int n = 0;
            for (const auto& one : commands) n += one.what == what && one.name == name ? 1 : 0;
            return n;
        }
        [[nodiscard]] int pool_count(std::string_view what) const {
            int n = 0;
            for (const auto& one : pool) n += one.what == what ? 1 : 0;
            return n;
        }
        [[nodiscard]] int server_count(std::string_view words) const {
            int n = 0;
            for (const auto& one : servers) n += one.find(words) != std::string::npos ? 1 : 0;
            return n;
        }
    };

    void command_started(const tenon::CommandEvent& event) noexcept override { command("started", event); }
    void command_succeeded(const tenon::CommandEvent& event) noexcept override { command("succeeded", event); }
    void command_failed(const tenon::CommandEvent& event) noexcept override { command("failed", event); }
    void connection_created(const tenon::ConnectionEvent&) noexcept override {
        note([](Seen& seen) { ++seen.created; });
    }
    void connection_closed(const tenon::ConnectionEvent&) noexcept override {
        note([](Seen& seen) { ++seen.closed; });
    }
    void checked_out(const tenon::PoolEvent& event) noexcept override { pool("checked_out", event); }
    void returned(const tenon::PoolEvent& event) noexcept override { pool("returned", event); }
    void wait_started(const tenon::PoolEvent& event) noexcept override { pool("wait_started", event); }
    void wait_failed(const tenon::PoolEvent& event) noexcept override { pool("wait_failed", event); }
    void server_opened(const tenon::ServerEvent& event) noexcept override { server("opened", event); }
    void server_changed(const tenon::ServerEvent& event) noexcept override { server("changed", event); }
    void server_closed(const tenon::ServerEvent& event) noexcept override { server("closed", event); }
    void heartbeat_succeeded(const tenon::ServerEvent& event) noexcept override { server("heartbeat", event); }
    void heartbeat_failed(const tenon::ServerEvent& event) noexcept override { server("heartbeat failed", event); }
    void topology_opened(const tenon::TopologyEvent&) noexcept override { server("topology opened", {}); }
    void topology_changed(const tenon::TopologyEvent& event) noexcept override { server("topology changed", {.before = event.before, .now = event.now}); }
    void topology_closed(const tenon::TopologyEvent&) noexcept override { server("topology closed", {}); }

    [[nodiscard]] Seen seen() const {
        const std::lock_guard lock(mutex_);
        return seen_;
    }
    /// Waits until `done(seen)`; the test fails after 20 s.
    template <class Done>
    void wait(const char* what, Done done) {
        std::unique_lock lock(mutex_);
        REQUIRE_MESSAGE(news_.wait_for(lock, std::chrono::seconds(20), [&] { return done(std::as_const(seen_)); }), "waited 20 s for ", std::string(what), ": ", seen_.created, " created, ", seen_.closed, " closed");
    }

private:
    template <class Change>
    void note(Change change) noexcept {
        {
            const std::lock_guard lock(mutex_);
            change(seen_);
        }
        news_.notify_all();
    }
    void command(const char* what, const tenon::CommandEvent& event) noexcept {
        note([&](Seen& seen) {
            seen.commands.push_back({what, std::string(event.name), std::string(event.database), std::string(event.collection), std::string(event.server),
                                     event.request_id, event.error, event.server_code, event.duration});
        });
    }
    void pool(const char* what, const tenon::PoolEvent& event) noexcept {
        note([&](Seen& seen) { seen.pool.push_back({what, event}); });
    }
    void server(const char* what, const tenon::ServerEvent& event) noexcept {
        note([&](Seen& seen) {
            seen.servers.push_back(std::string(what) + " " + std::string(event.server) + " " + std::string(event.before) + ">" + std::string(event.now));
        });
    }

    mutable std::mutex      mutex_{};
    std::condition_variable news_{};
    Seen                    seen_{};
};

}  // namespace mongo_test
