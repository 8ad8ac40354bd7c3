#include <doctest/doctest.h>

#include <tenon/store/config.hpp>

using tenon::Errc;
using tenon::ServerParts;
using tenon::TlsOptions;

TEST_CASE("the parts of a server make its URI") {
    struct Row {
        ServerParts parts;
        const char* database;
        const char* uri;
    };
    const Row rows[] = {
        {{.hosts = {"db1"}}, "shop", "mongodb://db1/shop"},
        {{.hosts = {"db1:27018", "db2"}}, "", "mongodb://db1:27018,db2/"},
        {{.hosts = {"[::1]:27017", "[fe80::1]", "::1"}}, "d", "mongodb://[::1]:27017,[fe80::1],[::1]/d"},
        {{.hosts = {"[fe80::1%eth0]:1"}}, "d", "mongodb://[fe80::1%25eth0]:1/d"},
        {{.hosts = {"/tmp/mongodb-27017.sock"}}, "d", "mongodb://%2Ftmp%2Fmongodb-27017.sock/d"},
        {{.hosts = {"cluster.example.com"}, .srv = true}, "d", "mongodb+srv://cluster.example.com/d"},
        {{.hosts = {"db1"}, .user = "app"}, "d", "mongodb://app@db1/d?authSource=admin"},
        {{.hosts = {"db1"}, .user = "app", .password = "p@ss:w/rd"}, "d", "mongodb://app:p%40ss%3Aw%2Frd@db1/d?authSource=admin"},
        {{.hosts = {"db1"}, .user = "a:b", .password = "%?#&=+ \xC3\xA9"}, "d", "mongodb://a%3Ab:%25%3F%23%26%3D%2B%20%C3%A9@db1/d?authSource=admin"},
        {{.hosts = {"db1"}, .user = "app", .auth_source = "users"}, "d", "mongodb://app@db1/d?authSource=users"},
        {{.hosts = {"db1"}, .user = "app", .options = {{"AuthSource", "users"}}}, "d", "mongodb://app@db1/d?AuthSource=users"},
        {{.hosts = {"db1"}, .user = "CN=app", .options = {{"authMechanism", "MONGODB-X509"}}},
         "d",
         "mongodb://CN%3Dapp@db1/d?authSource=%24external&authMechanism=MONGODB-X509"},
        {{.hosts = {"db1"}, .replica_set = "rs 0"}, "d", "mongodb://db1/d?replicaSet=rs%200"},
        {{.hosts = {"db1"}, .tls = {.enabled = true}}, "d", "mongodb://db1/d?tls=true"},
        {{.hosts = {"db1"},
          .tls   = {.enabled                    = true,
                    .ca_file                    = "/etc/ca 1.pem",
                    .certificate_key_file       = "/etc/me.pem",
                    .certificate_key_password   = "a&b",
                    .allow_invalid_certificates = true,
                    .allow_invalid_hostnames    = true}},
         "d",
         "mongodb://db1/d?tls=true&tlsCAFile=%2Fetc%2Fca%201.pem&tlsCertificateKeyFile=%2Fetc%2Fme.pem&tlsCertificateKeyFilePassword=a%26b"
         "&tlsAllowInvalidCertificates=true&tlsAllowInvalidHostnames=true"},
        {{.hosts = {"c"}, .srv = true, .tls = {.ca_file = "ca.pem"}}, "d", "mongodb+srv://c/d?tlsCAFile=ca.pem"},
        {{.hosts = {"db1"}, .options = {{"readPreference", "secondary"}, {"readPreferenceTags", "dc:a"}, {"readPreferenceTags", ""}}},
         "d",
         "mongodb://db1/d?readPreference=secondary&readPreferenceTags=dc%3Aa&readPreferenceTags="},
        {{.hosts = {"db1"}}, "a/b?", "mongodb://db1/a%2Fb%3F"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.uri);
        const auto uri = row.parts.uri(row.database);
        REQUIRE(uri.has_value());
        CHECK(*uri == row.uri);
    }
}

TEST_CASE("parts that make no URI are refused by the member at fault, without their values") {
    using namespace std::string_literals;
    struct Row {
        ServerParts parts;
        const char* path;
    };
    const TlsOptions files{.ca_file = "s3cret.pem"};
    const Row        rows[] = {
        {{}, "server.hosts"},
        {{.hosts = {"a", "b"}, .srv = true}, "server.hosts"},
        {{.hosts = {"a:1"}, .srv = true}, "server.hosts.0"},
        {{.hosts = {"/tmp/s3cret.sock"}, .srv = true}, "server.hosts.0"},
        {{.hosts = {"a", ""}}, "server.hosts.1"},
        {{.hosts = {":27017"}}, "server.hosts.0"},
        {{.hosts = {"app:s3cret@db1"}}, "server.hosts.0"},
        {{.hosts = {"mongodb://s3cret"}}, "server.hosts.0"},
        {{.hosts = {"db1/s3cret"}}, "server.hosts.0"},
        {{.hosts = {"db1,s3cret"}}, "server.hosts.0"},
        {{.hosts = {"db1:"}}, "server.hosts.0"},
        {{.hosts = {"db1:0"}}, "server.hosts.0"},
        {{.hosts = {"db1:65536"}}, "server.hosts.0"},
        {{.hosts = {"db1:1x"}}, "server.hosts.0"},
        {{.hosts = {"[::1"}}, "server.hosts.0"},
        {{.hosts = {"[::1]x"}}, "server.hosts.0"},
        {{.hosts = {"[]:1"}}, "server.hosts.0"},
        {{.hosts = {"[s3cret]"}}, "server.hosts.0"},
        {{.hosts = {"app:s3:cret"}}, "server.hosts.0"},
        {{.hosts = {"a\0b"s}}, "server.hosts.0"},
        {{.hosts = {"a"}, .password = "s3cret"}, "server.user"},
        {{.hosts = {"a"}, .user = "a", .password = "s3cret\0"s}, "server.user"},
        {{.hosts = {"a"}, .tls = files}, "server.tls.enabled"},
        {{.hosts = {"a"}, .replica_set = "s3cret", .options = {{"REPLICASET", "s3cret"}}}, "REPLICASET"},
        {{.hosts = {"a"}, .options = {{"w", "s3cret"}, {"w", "s3cret"}}}, "w"},
        {{.hosts = {"a"}, .options = {{"w", "s3cret\0"s}}}, "w"},
        {{.hosts = {"a"}, .options = {{"", "s3cret"}}}, "server.options"},
        {{.hosts = {"a"}, .options = {{"w=1&x", "s3cret"}}}, "server.options"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        if (!row.parts.hosts.empty()) CAPTURE(row.parts.hosts.front());
        const auto uri = row.parts.uri("d");
        REQUIRE(!uri.has_value());
        CHECK(uri.error().code == Errc::invalid_argument);
        CHECK(uri.error().path == row.path);
        CHECK(uri.error().to_string().find("s3") == std::string::npos);
    }
    const auto database = ServerParts{.hosts = {"a"}}.uri(std::string_view("a\0b", 3));
    REQUIRE(!database.has_value());
    CHECK(database.error().path == "database");
}
