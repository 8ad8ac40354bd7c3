// Servers that are not there, names that do not resolve, logins and certificates that are refused: each by its code, in time, and
// without the password.

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "faults/server.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Errc;
using tenon::Repository;

TEST_CASE("an open that reaches nobody is a network error within the time it was given") {
    struct Row {
        const char* what;
        const char* uri;
        const char* named;  ///< in the message
    };
    const Row rows[] = {
        {"nobody listens", "mongodb://app:s3cret@127.0.0.1:1/shop?serverSelectionTimeoutMS=500", "127.0.0.1:1 took no connection"},
        {"the name does not resolve", "mongodb://app:s3cret@no-such-host.invalid/shop?serverSelectionTimeoutMS=500",
         "no-such-host.invalid:27017 has a name that does not resolve"},
        {"the service record does not resolve", "mongodb+srv://app:s3cret@cluster.no-such.invalid/shop?serverSelectionTimeoutMS=500", "SRV record"},
        {"how long it waited, and the option for it", "mongodb://app:s3cret@127.0.0.1:1/shop?serverSelectionTimeoutMS=500",
         "500 ms (serverSelectionTimeoutMS)"},
    };
    for (const auto& row : rows) {
        INFO(std::string(row.what));
        const auto started = std::chrono::steady_clock::now();
        const auto db      = tenon::open(row.uri);
        REQUIRE(!db.has_value());
        CHECK(db.error().code == Errc::network);
        CHECK(db.error().to_string().find("s3cret") == std::string::npos);
        CHECK(db.error().where.starts_with("open(\""));
        CAPTURE(db.error().message);
        CHECK(db.error().message.find(row.named) != std::string::npos);
        CHECK(std::chrono::steady_clock::now() - started < 20s);  // the resolver has its own time beside the selection's
    }
}

TEST_CASE("a seed that cannot be reached does not matter beside one that can") {
    auto       uri = with_database(server_uri(), fresh_name("faults"));
    uri.insert(uri.find("127.0.0.1"), "127.0.0.1:1,");
    const auto db = opened(uri);
    good(Repository<Account>(db).insert({.owner = "ann"}));
    (void)db.collection("accounts").drop();
}

TEST_CASE("a wrong password is an auth error that shows neither password") {
    const ReplicaSet guarded("faults-auth", "--auth");
    auto             uri = guarded.uri_of("shop");
    good(tenon::open(uri));
    const auto colon = uri.find(':', uri.find("://") + 3);
    const auto at    = uri.find('@');
    REQUIRE(at != std::string::npos);
    uri.replace(colon + 1, at - colon - 1, "wr0ng");
    const auto db = tenon::open(uri);
    REQUIRE(!db.has_value());
    CHECK(db.error().code == Errc::auth);
    CHECK(db.error().to_string().find("wr0ng") == std::string::npos);
    CHECK(db.error().message.find(R"(user "app" on "admin"; check user, password and authSource)") != std::string::npos);
    CHECK(db.error().message.find("127.0.0.1:") != std::string::npos);

    SUBCASE("a certificate of another authority is refused") {
        const auto folder = std::filesystem::temp_directory_path() / fresh_name("tenon-ca");
        std::filesystem::create_directory(folder);
        const auto ca    = (folder / "ca.pem").string();
        const auto words = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=other -keyout " + (folder / "key.pem").string() + " -out " + ca + " 2>/dev/null";
        REQUIRE(std::system(words.c_str()) == 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe): the words are this file's own
        auto       other = guarded.uri_of("shop");
        const auto from  = other.find("tlsCAFile=");
        REQUIRE(from != std::string::npos);
        const auto end = std::min(other.find('&', from), other.size());
        other.replace(from, end - from, "tlsCAFile=" + ca + "&serverSelectionTimeoutMS=1500");
        const auto refused = tenon::open(other);
        std::filesystem::remove_all(folder);
        REQUIRE(!refused.has_value());
        CHECK(refused.error().code == Errc::network);
        CHECK(refused.error().message.find("made no TLS connection (see tls and tlsCAFile)") != std::string::npos);
    }

    SUBCASE("a client that speaks no TLS is told of it") {
        auto       plain = guarded.uri_of("shop");
        const auto from  = plain.find("&tls=true");
        REQUIRE(from != std::string::npos);
        plain.replace(from, std::string::npos, "&serverSelectionTimeoutMS=1500");
        const auto refused = tenon::open(plain);
        REQUIRE(!refused.has_value());
        CHECK(refused.error().code == Errc::network);
        CHECK(refused.error().message.find("one that wants TLS") != std::string::npos);
    }
}

TEST_CASE("a replica set of another name is an invalid argument, at once") {
    auto       uri  = with_database(server_uri(), "shop");
    const auto from = uri.find("replicaSet=");
    REQUIRE(from != std::string::npos);
    uri.replace(from, std::min(uri.find('&', from), uri.size()) - from, "replicaSet=other");
    const auto started = std::chrono::steady_clock::now();
    const auto db      = tenon::open(uri);
    REQUIRE(!db.has_value());
    CHECK(db.error().code == Errc::invalid_argument);
    CHECK(db.error().path == "replicaSet");
    CHECK(db.error().message.find("\"other\"") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - started < 10s);
}
