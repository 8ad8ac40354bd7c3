#pragma once
// A server that says it is a mongos: none can be started here, so this is the one place where the other end is not a real one. It shows what
// is sent, in which order, and what is made of answers; whether a cluster likes it only a cluster can show. It also is the primary of a set where
// an answer is wanted that no fail point gives.

#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <tenon/bson/document.hpp>

namespace mongo_test {

/// Listens on loopback and answers `ok: 1`, or what the test says. @threads safe.
class FakeMongos {
public:
    /// Called for one command at a time; an empty document: {ok: 1}.
    using Answer = std::function<tenon::bson::Document(tenon::bson::View command)>;

    enum class Kind { mongos, primary };

    explicit FakeMongos(Answer answer, std::string version = "6.0.5", Kind kind = Kind::mongos);
    FakeMongos(const FakeMongos&)            = delete;
    FakeMongos& operator=(const FakeMongos&) = delete;
    ~FakeMongos();

    [[nodiscard]] std::string uri(const std::string& database) const { return "mongodb://127.0.0.1:" + std::to_string(port_) + "/" + database; }

    /// The commands since the last call as "database {command}", without what the driver adds; those that make and end connections left out.
    [[nodiscard]] std::vector<std::string> commands();

private:
    struct Connection {
        int         socket = -1;
        std::thread thread{};
    };
    void accept_all();
    void serve(int socket);
    [[nodiscard]] tenon::bson::Document answer(tenon::bson::View command);

    Answer                   answer_;
    std::string              version_;
    Kind                     kind_;
    int                      port_     = 0;
    int                      listener_ = -1;
    std::mutex               mutex_{};
    std::list<Connection>    connections_{};
    std::vector<std::string> commands_{};
    std::thread              acceptor_{};
};

/// The reply to a find or listIndexes whose documents all are in the first batch.
[[nodiscard]] tenon::bson::Document cursor_of(const std::vector<tenon::bson::Document>& documents);

}  // namespace mongo_test
