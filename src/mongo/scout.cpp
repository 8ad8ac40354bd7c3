#include "mongo/scout.hpp"

#include <chrono>

namespace tenon::mongo {

using ServerPtr = Owned<mongoc_server_description_t, mongoc_server_description_destroy>;

Scout::~Scout() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

void Scout::search(const Wanted& wanted) {
    {
        const std::lock_guard lock(mutex_);
        ++waiting_;
        wanted_ = wanted;
        if (!thread_.joinable()) thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    }
    news_.notify_one();
}

void Scout::found() {
    const std::lock_guard lock(mutex_);
    --waiting_;
}

void Scout::run(const std::stop_token& stop) {
    auto* client = mongoc_client_pool_pop(pool_);
    for (;;) {
        Wanted wanted;
        {
            std::unique_lock lock(mutex_);
            if (!news_.wait(lock, stop, [this] { return waiting_ > 0; }) || stop.stop_requested()) break;
            wanted = wanted_;
        }
        bson_error_t    said{};
        const ServerPtr server(mongoc_client_select_server(client, wanted.read == nullptr, wanted.read.get(), &said));
        // Those that wait will hear of it; and a selection that fails at once must not spin.
        std::unique_lock lock(mutex_);
        (void)news_.wait_for(lock, stop, std::chrono::milliseconds(50), [this] { return waiting_ == 0; });
    }
    mongoc_client_pool_push(pool_, client);
}

}  // namespace tenon::mongo
