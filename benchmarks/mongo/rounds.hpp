#pragma once
// Interleaved rounds of ours and the peer, and the line that says how they compare.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include <tenon/result.hpp>

namespace bench {

/// What is measured, and how often.
struct Plan {
    std::string uri{};       ///< of the server, with w=1
    std::string database{};  ///< dropped before and after
    int         rounds = 41;
};

[[noreturn]] inline void stop(const char* what, const std::string& why = {}) {
    std::fprintf(stderr, "bench_mongo: %s%s%s\n", what, why.empty() ? "" : ": ", why.c_str());
    std::fflush(stdout);
    std::_Exit(2);
}

template <class T>
T must(tenon::Result<T> result, const char* what) {
    if (!result) stop(what, result.error().to_string() + " " + result.error().server.message);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

inline double cpu_seconds() {
    timespec spent{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

/// Seconds of each round: on the clock, and of this process's processors (what the server takes is not in it).
struct Times {
    std::vector<double> wall{};
    std::vector<double> cpu{};

    template <class Work>
    void add(Work&& work) {
        const double cpu_before = cpu_seconds();
        const auto   begun      = std::chrono::steady_clock::now();
        work();
        wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
        cpu.push_back(cpu_seconds() - cpu_before);
    }
};

struct Pair {
    Times ours{};
    Times peer{};
};

/// Ours and the peer's in turn; who begins alternates, so that neither always finds the caches the other left.
template <class Us, class Them>
Pair interleave(int rounds, Us&& us, Them&& them) {
    us();
    them();  // not counted: connections are made and pages read
    Pair pair;
    for (int round = 0; round < rounds; ++round) {
        if (round % 2 == 0) pair.ours.add(us), pair.peer.add(them);
        else pair.peer.add(them), pair.ours.add(us);
    }
    return pair;
}

/// A figure that a bar holds: microseconds of one operation, ours at most `bar` times the peer's. Behind it the processor time of this
/// process for one. A bar of 0: none, for information.
inline bool line(const char* name, const Pair& pair, double operations, double bar) {
    const auto   us    = [&](const std::vector<double>& seconds) { return median(seconds) / operations * 1e6; };
    const double ours  = us(pair.ours.wall);
    const double peer  = us(pair.peer.wall);
    const double ratio = ours / peer;
    const bool   ok    = bar <= 0 || ratio <= bar;
    std::printf("%-32s %9.1f us %9.1f us %6.3f  ", name, ours, peer, ratio);
    if (bar > 0) std::printf("<=%.2f  %-5s", bar, ok ? "ok" : "short");
    else std::printf("%-13s", "-");
    std::printf("  cpu %.1f / %.1f us\n", us(pair.ours.cpu), us(pair.peer.cpu));
    std::fflush(stdout);
    return ok;
}

/// The programs' parts; false when a bar was missed.
bool run_verbs(const Plan& plan);
bool run_messages(const Plan& plan);
bool run_odm(const Plan& plan);

}  // namespace bench
