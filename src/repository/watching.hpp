#pragma once
// Watching: what a change stream keeps beside the engine's cursor. A wait for changes has no end of its own, so that close does not wait for it
// as for other calls: it ends it, as the caller's stop token does. Nothing is lost, since a later stream goes on from the token.

#include <memory>
#include <stop_token>
#include <utility>

#include "repository/database_state.hpp"

namespace tenon::detail {

struct Watching {
    Watching(std::shared_ptr<DatabaseState> of, std::stop_token caller)
        : database(std::move(of)), by_caller(std::move(caller), Ask{&stop}), by_close(database->gate->shutting(), Ask{&stop}) {}

    struct Ask {
        std::stop_source* stop;
        void operator()() const noexcept { stop->request_stop(); }
    };
    std::shared_ptr<DatabaseState> database;
    std::stop_source               stop{};  // of the engine's cursor
    std::stop_callback<Ask>        by_caller;
    std::stop_callback<Ask>        by_close;
};

}  // namespace tenon::detail
