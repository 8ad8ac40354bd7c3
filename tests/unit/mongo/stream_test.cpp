// A driver that does not let its connections be bound is told of.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/store/config.hpp>

#include "mongo/stream.hpp"

using namespace tenon;         // NOLINT(google-build-using-namespace)
using namespace tenon::mongo;  // NOLINT(google-build-using-namespace)

TEST_CASE("a driver that hides what connections are bound by is warned of at open, with what no deadline ends there") {
    std::vector<LogLevel> levels;
    std::string           words;
    const auto            heard = log_to([&](const LogEntry& entry) {
        levels.push_back(entry.level);
        words += entry.message;
    });
    warn_of_unbound_streams(true, heard.get());
    CHECK(levels.empty());
    warn_of_unbound_streams(false, nullptr);

    warn_of_unbound_streams(false, heard.get());
    REQUIRE(levels.size() == 1);
    CHECK(levels[0] == LogLevel::warning);
    for (const char* part : {"deadline", "stop token", "socketTimeoutMS", "mongoc_client_default_stream_initiator"}) {
        CAPTURE(part);
        CHECK(words.find(part) != std::string::npos);
    }
}

TEST_CASE("the driver that the tests run with lets its connections be bound") { CHECK(streams_can_be_bound()); }
