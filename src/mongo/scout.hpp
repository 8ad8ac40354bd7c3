#pragma once
// Scout: makes the driver's monitors look for servers while a call waits for one.
//
// A monitor that lost its server rests for heartbeatFrequencyMS, 10 s, unless somebody selects a server: then it looks every 500 ms.
// Our waits are bound to deadlines and go past the driver's selection, so the scout selects for all of them, on a thread of its own
// that is started by the first wait.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <thread>

#include "mongo/driver.hpp"
#include "mongo/topology.hpp"

namespace tenon::mongo {

class Scout {
public:
    /// Ends before the pool.
    explicit Scout(mongoc_client_pool_t* pool) noexcept : pool_(pool) {}
    Scout(const Scout&)            = delete;
    Scout& operator=(const Scout&) = delete;
    /// Waits for a selection under way: driver_selection at most, and none is unless a server is missing.
    ~Scout();

    /// A call waits for a server from now on.
    void search(const Wanted& wanted);
    /// Its wait is over.
    void found();

private:
    void run(const std::stop_token& stop);

    mongoc_client_pool_t*       pool_;
    std::mutex                  mutex_{};
    std::condition_variable_any news_{};
    std::uint32_t               waiting_ = 0;
    Wanted                      wanted_{};
    std::jthread                thread_{};
};

}  // namespace tenon::mongo
