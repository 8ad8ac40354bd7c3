// Who is counted as at work, what ends the count, and what fork() makes of it.
#include <atomic>
#include <future>
#include <latch>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include "repository/database_state.hpp"
#include "repository/gate.hpp"
#include "support/forked.hpp"

using namespace tenon;  // NOLINT(google-build-using-namespace)
using detail::Gate;
using detail::Running;

namespace {

Deadline at_once() { return Deadline{std::chrono::steady_clock::now()}; }
Deadline ample() { return Deadline::after(std::chrono::seconds(20)); }

struct Ends {
    int                      times = 0;
    std::function<Result<void>()> operator()(Errc code = {}) {
        return [this, code]() -> Result<void> {
            ++times;
            if (code == Errc{}) return {};
            return fail(code, "mine");
        };
    }
};

}  // namespace

TEST_CASE("what begins inside a call is a part of it") {
    Gate gate;
    Gate another;
    Ends ends;
    {
        const Running outer(&gate);
        CHECK(gate.holds_this_thread());
        CHECK_FALSE(another.holds_this_thread());
        const Running between(&another);
        {
            const Running inner(&gate);
            CHECK_FALSE(inner.refused());
        }
        CHECK(gate.holds_this_thread());
        const auto error = gate.close(at_once(), ends()).error();
        CHECK(error.code == Errc::timeout);
        CHECK(error.message.starts_with("1 "));
        const Running late(&gate);
        CHECK_FALSE(late.refused());
        std::async(std::launch::async, [&] { CHECK(Running(&gate).refused()); }).get();
        CHECK_FALSE(Running(nullptr).refused());
    }
    CHECK(ends.times == 0);
    CHECK(Running(&gate).refused());
    CHECK_FALSE(Running(&another).refused());
    CHECK(gate.close(at_once(), ends()).has_value());
    CHECK(ends.times == 1);
}

TEST_CASE("it is ended once, unless its end says that it came too early") {
    struct Row {
        Errc answer;
        int  times;
    };
    for (const auto& row : {Row{{}, 1}, Row{Errc::io, 1}, Row{Errc::timeout, 2}}) {
        Gate gate;
        Ends ends;
        CAPTURE(to_string(row.answer));
        const auto first = gate.close(ample(), ends(row.answer));
        CHECK(first.has_value() == (row.answer == Errc{}));
        CHECK(gate.close(ample(), ends()).has_value());
        CHECK(ends.times == row.times);
    }
}

TEST_CASE("who shuts the gate waits for the last one inside, and what waits for long is asked to stop") {
    Gate       gate;
    Ends       ends;
    std::latch inside(1);
    auto       call = std::async(std::launch::async, [&] {
        const Running running(&gate);
        inside.count_down();
        const auto token = gate.shutting();
        while (!token.stop_requested()) std::this_thread::yield();
    });
    inside.wait();
    CHECK(gate.close(ample(), ends()).has_value());
    CHECK(ends.times == 1);
    call.get();
}

TEST_CASE("a child does not wait for the calls of its parent, but for its own") {
    Gate       gate;
    std::latch inside(1);
    std::latch go_on(1);
    auto       call = std::async(std::launch::async, [&] {
        const Running running(&gate);
        inside.count_down();
        go_on.wait();
    });
    inside.wait();
    pid_t child = -1;
    {
        const Running here(&gate);
        child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            // This thread is inside itself, as it was in the parent; the other one is not here.
            const auto end   = [] { return Result<void>(); };
            const auto error = gate.close(at_once(), end);
            if (error || !error.error().message.starts_with("1 ")) std::_Exit(1);
        }
    }
    if (child == 0) std::_Exit(gate.close(ample(), [] { return Result<void>(); }) && Running(&gate).refused() ? 0 : 2);
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK_FALSE(Running(&gate).refused());  // the parent's is open
    CHECK(gate.close(at_once(), [] { return Result<void>(); }).error().message.starts_with("1 "));
    go_on.count_down();
    call.get();
    CHECK(gate.close(ample(), [] { return Result<void>(); }).has_value());
}

TEST_CASE("a child asks for a database while a thread of its parent did") {
    detail::DatabaseState state(nullptr);
    std::atomic<bool>     over{false};
    std::thread           asks([&] {
        for (int i = 0; !over; ++i) (void)state.other("db" + std::to_string(i % 100));
    });
    const int well = support::children_that_end_well(100, [&] { return state.other("db1").name == "db1" && state.known("things") == nullptr; });
    over = true;
    asks.join();
    CHECK(well == 100);
}
