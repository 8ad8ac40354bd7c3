// failover [KILLS] [SECONDS]: kill -9 of the primary of a three-member set, KILLS times in SECONDS, under 8 threads of insert and $inc with
// w:majority. Prints what was acknowledged, unknown and lost, and how long it took to go on; fails when an acknowledged write is lost, a
// counter is off, a thread outlasts its deadline or the first success after a kill takes longer than 15 s.

#define DOCTEST_CONFIG_IMPLEMENT

#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "faults/server.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Deadline;
using tenon::Errc;
using tenon::field;
using tenon::Outcome;
using tenon::Repository;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto call_time  = 10s;   // each call's deadline
constexpr auto call_grace = 1500ms;  // what a call may take past it: a busy machine's scheduling, no more
constexpr int  threads    = 8;

int asked_kills   = 5;
int asked_seconds = 180;

struct Tally {
    std::vector<tenon::ObjectId> inserted{};
    std::int64_t unknown_inserts = 0;
    std::int64_t refused         = 0;
    std::int64_t increments      = 0;  // acknowledged
    std::int64_t unknown         = 0;  // increments of which nobody knows
    Clock::duration longest{};
    std::vector<std::string> surprises{};
};

struct Load {
    const Repository<Account>& accounts;
    std::vector<tenon::ObjectId> counters;
    std::stop_token              stop;
    std::atomic<Clock::rep>      last_success{0};

    void run(int thread, Tally& tally) {
        while (!stop.stop_requested()) {
            {
                Account one{.id = tenon::ObjectId::generate(), .owner = "load", .balance = thread};
                const auto started = Clock::now();
                const auto result  = accounts.insert(one, {.deadline = Deadline::after(call_time)});
                note(started, tally);
                if (result) tally.inserted.push_back(one.id);
                else failed(result.error(), tally.unknown_inserts, tally);
            }
            {
                const auto started = Clock::now();
                const auto result  = accounts.update(counters[static_cast<std::size_t>(thread)], tenon::inc<&Account::balance>(1), {.call = {.deadline = Deadline::after(call_time)}});
                note(started, tally);
                if (result) ++tally.increments;
                else failed(result.error(), tally.unknown, tally);
            }
        }
    }

    void note(Clock::time_point started, Tally& tally) { tally.longest = std::max(tally.longest, Clock::now() - started); }

    void failed(const tenon::Error& error, std::int64_t& unknown, Tally& tally) {
        if (error.outcome == Outcome::unknown) ++unknown;
        else ++tally.refused;
        const bool expected = error.code == Errc::network || error.code == Errc::timeout || error.code == Errc::transient;
        if (!expected && tally.surprises.size() < 5) tally.surprises.push_back(error.to_string() + " | " + error.server.message);
    }
};

}  // namespace

TEST_CASE("no acknowledged write is lost when primaries are killed") {
    const ReplicaSet          set("faults-failover");
    const auto                db = opened(set.uri_of(fresh_name("failover"), "w=majority"));
    const Repository<Account> accounts(db);
    std::vector<tenon::ObjectId> counters;
    for (int i = 0; i < threads; ++i) counters.push_back(good(accounts.insert({.owner = "counter"})).id);

    std::stop_source    stop;
    Load                load{accounts, counters, stop.get_token()};
    std::vector<Tally>  tallies(threads);
    std::vector<std::jthread> workers;
    workers.reserve(threads);
    for (int i = 0; i < threads; ++i) {
        workers.emplace_back([&, i] { load.run(i, tallies[static_cast<std::size_t>(i)]); });
    }

    // A separate repository asks until a write succeeds: the time from the kill to there is the failover's.
    std::vector<double> recoveries;
    const auto          began = Clock::now();
    for (int i = 0; i < asked_kills; ++i) {
        std::this_thread::sleep_until(began + std::chrono::seconds(asked_seconds) * i / asked_kills + 3s);
        const int  victim = set.wait_for_primary();
        const auto killed = Clock::now();
        set.kill(victim);
        for (;;) {
            if (accounts.insert({.owner = "probe"}, {.deadline = Deadline::after(1s)})) break;
            REQUIRE(Clock::now() - killed < 60s);
        }
        recoveries.push_back(std::chrono::duration<double>(Clock::now() - killed).count());
        std::printf("kill %d: port %d, first success after %.1f s\n", i + 1, victim, recoveries.back());
        std::fflush(stdout);
        set.restart(victim);
        set.wait_for_members();
    }
    std::this_thread::sleep_until(began + std::chrono::seconds(asked_seconds));
    stop.request_stop();
    workers.clear();

    const auto strong = accounts.with({.read_concern = tenon::ReadConcern::majority});
    std::set<std::string> stored;
    for (const auto& one : good(strong.find(field<&Account::owner> == "load").all())) stored.insert(one.id.to_string());
    std::int64_t lost = 0, inserts = 0, unknown_inserts = 0, increments = 0, unknown = 0, refused = 0;
    bool         counted = true;
    Clock::duration longest{};
    for (int i = 0; i < threads; ++i) {
        const auto& tally = tallies[static_cast<std::size_t>(i)];
        for (const auto& id : tally.inserted) lost += stored.count(id.to_string()) == 0 ? 1 : 0;
        const auto counter = good(strong.get(counters[static_cast<std::size_t>(i)])).balance;
        counted = counted && counter >= tally.increments && counter <= tally.increments + tally.unknown;
        CHECK(counter >= tally.increments);
        CHECK(counter <= tally.increments + tally.unknown);
        inserts += static_cast<std::int64_t>(tally.inserted.size());
        unknown_inserts += tally.unknown_inserts;
        increments += tally.increments;
        unknown += tally.unknown;
        refused += tally.refused;
        longest = std::max(longest, tally.longest);
        for (const auto& surprise : tally.surprises) MESSAGE("unexpected: " << surprise);
        CHECK(tally.surprises.empty());
    }
    const double longest_s = std::chrono::duration<double>(longest).count();
    std::printf("acknowledged %lld inserts, %lld increments; unknown %lld and %lld; refused %lld; LOST %lld; counters %s; longest call %.1f s (deadline 10)\n",
                static_cast<long long>(inserts), static_cast<long long>(increments), static_cast<long long>(unknown_inserts),
                static_cast<long long>(unknown), static_cast<long long>(refused), static_cast<long long>(lost), counted ? "right" : "WRONG", longest_s);
    CHECK(lost == 0);
    CHECK(inserts > 0);
    CHECK(longest <= call_time + call_grace);
    for (const double recovery : recoveries) CHECK(recovery <= 15.0);
}

int main(int argc, char** argv) {
    if (argc > 1) asked_kills = std::stoi(argv[1]);
    if (argc > 2) asked_seconds = std::stoi(argv[2]);
    doctest::Context context;
    return context.run();
}
