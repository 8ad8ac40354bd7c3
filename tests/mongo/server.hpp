#pragma once
// The real server of these tests: a database of its own for each test, and fail points on it.

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>
#include <tenon/tenon.hpp>

#include "mongo/driver.hpp"

namespace mongo_test {

using tenon::Database;
using tenon::Errc;
using tenon::Repository;
using tenon::Result;

/// The value, or the test ends with the error's own words.
template <class T>
T good(Result<T> result) {
    const std::string said = result ? std::string() : result.error().to_string() + " " + result.error().server.message;
    REQUIRE_MESSAGE(result.has_value(), said);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}
template <class T>
tenon::Error bad(Result<T> result) {
    REQUIRE(!result.has_value());
    return std::move(result).error();
}
/// A cursor that is not at its end, over 300 documents {_id: 0} and so on: its connection is in use, and the next call has to make one.
inline tenon::DocumentCursor holding_a_connection(const tenon::Collection& collection) {
    std::vector<tenon::bson::Document> many;
    for (int i = 0; i < 300; ++i) many.push_back(tenon::bson::doc("_id", i));
    good(collection.insert_many(std::move(many)));
    auto cursor = good(collection.find());
    good(cursor.next());
    return cursor;
}
inline tenon::bson::Document json(std::string_view text) { return good(tenon::bson::from_json(text)); }

/// A URI with a database in its path and an application name, which fail points are set for.
inline std::string with_database(const std::string& uri, const std::string& name, const std::string& options) {
    const auto hosts    = uri.find("://") + 3;
    const auto question = uri.find('?', hosts);
    auto       front    = uri.substr(0, question);
    if (const auto slash = front.find('/', hosts); slash != std::string::npos) front.resize(slash);
    std::string out = front + "/" + name + "?" + options;
    if (question != std::string::npos && question + 1 < uri.size()) out += "&" + uri.substr(question + 1);
    return out;
}

/// A new database, dropped at the end, and a client of the bare driver beside it.
class Server {
public:
    explicit Server(const std::string& options = "") : name_("t_" + tenon::ObjectId::generate().to_string()) {
        const char* named = std::getenv("TENON_MONGODB_URI");
        REQUIRE_MESSAGE(named != nullptr, "TENON_MONGODB_URI names the server of this test");
        mongoc_init();
        bare_.reset(mongoc_client_new(named));
        REQUIRE(bare_);
        uri_ = with_database(named, name_, "appName=" + name_ + (options.empty() ? "" : "&" + options));
    }
    Server(const Server&)            = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        (void)command("admin", R"({"configureFailPoint":"failCommand","mode":"off"})");
        // A transaction whose end never reached the server keeps its locks for a minute; the test does not wait for that.
        (void)command(name_, R"({"dropDatabase":1,"maxTimeMS":300})");
    }

    [[nodiscard]] const std::string& uri() const noexcept { return uri_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] Database open() const { return good(tenon::open(uri_)); }

    /// `commands`: ["insert"]; `effect`: "closeConnection":true. Of this test's clients alone; `times` times.
    void fail(std::string_view commands, std::string_view effect, int times = 1) const {
        std::string text = R"({"configureFailPoint":"failCommand","mode":{"times":)" + std::to_string(times) + R"(},"data":{"appName":")" + name_ +
                           R"(","failCommands":)" + std::string(commands) + "," + std::string(effect) + "}}";
        (void)stop_failing();
        REQUIRE(command("admin", text, &met_));
    }
    /// How often the fail point that is set was met; and puts it out.
    [[nodiscard]] std::int64_t stop_failing() const {
        std::int64_t met = 0;
        REQUIRE(command("admin", R"({"configureFailPoint":"failCommand","mode":"off"})", &met));
        return met - std::exchange(met_, met);
    }
    /// Past the library. `count`: the reply's "count".
    bool command(std::string_view database, std::string_view text, std::int64_t* count = nullptr) const {
        const auto   document = json(text);
        bson_t       sent;
        bson_t       reply;
        bson_error_t said{};
        REQUIRE(bson_init_static(&sent, document.view().data(), document.view().size()));
        const bool done = mongoc_client_command_simple(bare_.get(), std::string(database).c_str(), &sent, nullptr, &reply, &said);
        bson_iter_t at;
        if (count != nullptr && bson_iter_init_find(&at, &reply, "count")) *count = bson_iter_as_int64(&at);
        bson_destroy(&reply);
        return done;
    }

private:
    std::string          name_;
    std::string          uri_;
    mutable std::int64_t met_ = 0;  // of all fail points since the server's start
    tenon::mongo::Owned<mongoc_client_t, mongoc_client_destroy> bare_{};
};

}  // namespace mongo_test
