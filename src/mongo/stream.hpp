#pragma once
// The driver's connections, made to end when the call does.
//
// A socket timeout of libmongoc is one number for a pool, and 1.23 cannot change it for a client; maxTimeMS binds a server that
// runs, not one that is stopped. So each connection of a client on loan is wrapped: every wait on the socket is cut to what is left of
// the call's deadline, and ends early when the caller's stop token asks.
//
// What the driver is told then matters. An error of the network makes it try again, look for another server for as long as
// serverSelectionTimeoutMS, and count the server as gone; none of that is right for a caller whose time is over. So the wrapper
// answers in the server's stead, as a server does that gave up by itself: {ok: 0, code: 50 MaxTimeMSExpired} at the deadline,
// {ok: 0, code: 11601 Interrupted} when the caller stopped. The connection, whose real answer is still to come, is never used again.
//
// A connection that breaks is reported as broken, but only when the driver's second attempt has a server to go to: the wrapper waits,
// within the deadline, until the deployment has a primary again (a failover), so that the driver never waits for one unbounded.
//
// While a connection is made (TLS, hello, login) nothing is answered in the server's stead. It may outlast the deadline by
// `handshake_grace`, since the driver drops all connections to a server when one cannot be made, and short deadlines would do that again
// and again.

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

#include <tenon/store/context.hpp>

#include "mongo/driver.hpp"
#include "mongo/topology.hpp"

namespace tenon {
class LogSink;
class Monitor;
}

namespace tenon::mongo {

constexpr std::chrono::milliseconds handshake_grace{250};

[[nodiscard]] inline Deadline earlier(const Deadline& a, const Deadline& b) noexcept { return !a.at || (b.at && *b.at < *a.at) ? b : a; }

/// Why a call ended before the server had answered.
enum class Ended : std::uint8_t { no, deadline, cancelled };

/// What a client on loan is bound to. Its connections read it and note in it what they did; one thread at a time.
struct Bounds {
    Deadline                   deadline{};
    std::stop_token            stop{};
    Wanted                     wanted{};          ///< which servers serve the call
    Ended                      ended = Ended::no;
    bool                       sent  = false;     ///< a command was sent in the call; what makes a connection is none
    std::uint32_t              sendings = 0;      ///< commands sent in the call, the driver's second attempts with them
    bool                       spent = false;     ///< a connection was given up: the client is not to be lent again
    std::shared_ptr<Topology>  topology{};
    const mongoc_uri_t*        uri = nullptr;     ///< the pool's
    Monitor*                   monitor = nullptr; ///< told of connections; null: nobody is
    mongoc_client_t*           client = nullptr;
    std::uint64_t              process = 0;       ///< fork_generation() of the process that owns the sockets
    std::vector<mongoc_stream_t*> streams{};      ///< those open
    std::uint64_t              replies = 0;       ///< that began to come
    std::uint32_t              reply_bytes = 0;   ///< of the last one

    /// Whether the other side closed a connection at rest.
    [[nodiscard]] bool closed_by_peer() const noexcept;
};

/// Makes `client`, of a pool, connect through the wrapper, where the driver lets it. `bounds` outlives it.
void bind_streams(mongoc_client_t* client, Bounds& bounds);

/// Whether the driver lets it. A build of libmongoc that hides its private functions does not.
[[nodiscard]] bool streams_can_be_bound() noexcept;
/// Says in the log what no deadline ends where the streams are not bound. Null: nobody is told.
void warn_of_unbound_streams(bool can_be_bound, LogSink* log);

}  // namespace tenon::mongo
