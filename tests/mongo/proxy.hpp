#pragma once
// A proxy in front of a server: what a client sends, byte for byte, and connections that break when a test wants it.

#include <atomic>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <tenon/bson/document.hpp>

namespace mongo_test {

/// Listens on loopback and passes all on to the first host of a URI. @threads safe.
class Proxy {
public:
    explicit Proxy(const std::string& server_uri);
    Proxy(const Proxy&)            = delete;
    Proxy& operator=(const Proxy&) = delete;
    ~Proxy();

    /// A URI of the proxy, with this database and these options (without '?'); it is all that the client sees of the deployment.
    [[nodiscard]] std::string uri(const std::string& database, const std::string& options = {}) const;

    /// The commands sent since the last call, those that make a connection left out. The documents of a message's second section stand in the array that
    /// they are sent as, as they do in the server's eyes.
    [[nodiscard]] std::vector<tenon::bson::Document> commands();
    /// Breaks all connections; new ones are treated as newcomers are.
    void break_all();

    enum class Newcomers { pass, close, hold, refuse };
    /// What comes of new connections. hold: the server's answers are kept back, as by one that is stopped; refuse: nobody listens, from here on.
    void treat_newcomers(Newcomers as);

private:
    struct Pair {
        int              client = -1;
        int              server = -1;
        bool             held   = false;
        std::thread      up{};
        std::thread      down{};
    };
    void accept_all();
    void pass_up(Pair& pair);
    void note(const std::string& message);

    int                                server_port_ = 0;
    int                                listener_    = -1;
    int                                port_        = 0;
    std::atomic<Newcomers>             newcomers_{Newcomers::pass};
    std::mutex                         mutex_{};
    std::list<Pair>                    pairs_{};
    std::vector<tenon::bson::Document> commands_{};
    std::thread                        acceptor_{};
};

}  // namespace mongo_test
