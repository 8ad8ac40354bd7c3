#pragma once
// The real servers that the faults are done to: admin commands, fail points, members that are killed and come back.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>
#include <tenon/tenon.hpp>

namespace faults {

/// A connection of its own for what the library has no verb for. Not through the library: a fault in it must not hide the fault under test.
class Admin {
public:
    explicit Admin(const std::string& uri);
    Admin(const Admin&)            = delete;
    Admin& operator=(const Admin&) = delete;
    ~Admin();

    /// The server's reply to a command on "admin", or the empty document when it refused or could not be reached.
    tenon::bson::Document run(std::string_view command_json) const;

private:
    struct Client;
    std::unique_ptr<Client> client_;
};

/// failCommand, set for `times` commands and taken back at the end. MongoDB source: src/mongo/db/commands.cpp, "failCommand".
class FailPoint {
public:
    FailPoint(const std::string& uri, int times, std::string_view data_json);
    FailPoint(const FailPoint&)            = delete;
    FailPoint& operator=(const FailPoint&) = delete;
    ~FailPoint();

private:
    Admin admin_;
};

/// A replica set that this program may break: started and stopped by scripts/mongod.
class ReplicaSet {
public:
    explicit ReplicaSet(const std::string& name, const std::string& options = "--members 3");
    ReplicaSet(const ReplicaSet&)            = delete;
    ReplicaSet& operator=(const ReplicaSet&) = delete;
    ~ReplicaSet();

    [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
    /// The URI with the database's path set to `database` and `options` (without '?') added.
    [[nodiscard]] std::string uri_of(std::string_view database, std::string_view options = {}) const;
    /// A URI of one member alone, by its port: directConnection.
    [[nodiscard]] static std::string direct(int port);

    /// The port of the member that says it is primary, or 0.
    [[nodiscard]] int primary() const;
    [[nodiscard]] std::vector<int> ports() const;
    void kill(int port) const;     ///< kill -9
    void restart(int port) const;  ///< as it was started, on its data
    /// Waits for a state of the set ("PRIMARY" on a member other than `except`, all members up), or fails the test after 30 s.
    [[nodiscard]] int wait_for_primary(int except = 0) const;
    void wait_for_members() const;

private:
    void tell(const std::string& words) const;
    [[nodiscard]] std::string member(int port) const;

    std::string name_;
    std::string uri_;
};

/// The server of the environment, TENON_MONGODB_URI; the test fails when there is none.
[[nodiscard]] std::string server_uri();
/// `uri` with its path replaced by a database and options added.
[[nodiscard]] std::string with_database(const std::string& uri, std::string_view database, std::string_view options = {});
/// A database name of this run's own.
[[nodiscard]] std::string fresh_name(std::string_view stem);

struct Account {
    tenon::ObjectId id{};
    std::string     owner{};
    std::int64_t    balance = 0;
};

/// The value, or the test ends with the error's own words.
template <class T>
T good(tenon::Result<T> result) {
    const std::string said = result ? std::string() : result.error().to_string() + " " + result.error().server.message;
    REQUIRE_MESSAGE(result.has_value(), said);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline tenon::Database opened(const std::string& uri) { return good(tenon::open(uri)); }

}  // namespace faults

template <>
struct tenon::Model<faults::Account> : tenon::Defaults<faults::Account> {
    static constexpr auto collection = "accounts";
};
