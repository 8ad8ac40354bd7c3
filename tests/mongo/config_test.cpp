// What a Config says of a MongoDB deployment, against real servers: one without a login, one with SCRAM-SHA-256 and TLS.
#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using tenon::Config;
using tenon::ServerParts;
using tenon::bson::doc;

namespace {

using UriPtr = tenon::mongo::Uri;

/// The parts of a URI, as the driver reads them.
ServerParts parts_of(const std::string& text) {
    const UriPtr uri(mongoc_uri_new(text.c_str()));
    REQUIRE(uri);
    const auto  words = [](const char* said) { return said == nullptr ? std::string() : std::string(said); };
    ServerParts parts;
    for (const auto* host = mongoc_uri_get_hosts(uri.get()); host != nullptr; host = host->next) parts.hosts.emplace_back(host->host_and_port);
    parts.user        = words(mongoc_uri_get_username(uri.get()));
    parts.password    = words(mongoc_uri_get_password(uri.get()));
    parts.replica_set = words(mongoc_uri_get_replica_set(uri.get()));
    parts.tls.enabled = mongoc_uri_get_tls(uri.get());
    parts.tls.ca_file = words(mongoc_uri_get_option_as_utf8(uri.get(), MONGOC_URI_TLSCAFILE, ""));
    return parts;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    REQUIRE_MESSAGE(value != nullptr, name, " names a server of this test");
    return value;
}

void write_and_read(const Config& config) {
    const auto db = good(tenon::open(config));
    const auto c  = db.collection("t_" + tenon::ObjectId::generate().to_string());
    good(c.insert(doc("_id", 1)));
    CHECK(good(c.count()) == 1);
    good(c.drop());
}

}  // namespace

TEST_CASE("a login with a password of URI marks, TLS and a replica set is said in parts") {
    Config config;
    config.server   = parts_of(variable("TENON_MONGODB_AUTH_URI"));
    config.database = "shop";
    REQUIRE(config.server.password.find_first_of("@:/%") != std::string::npos);
    REQUIRE(config.server.tls.enabled);
    write_and_read(config);
}

TEST_CASE("a server without a login is said by its host, and the Config's database wins over the path") {
    const Server server;
    Config       parts;
    parts.server   = parts_of(server.uri());
    parts.database = server.name();
    write_and_read(parts);

    Config other   = {.uri = server.uri()};
    other.database = server.name() + "_other";
    const auto db  = good(tenon::open(other));
    good(db.collection("here").insert(doc("_id", 1)));
    CHECK(good(server.open().collection("here").count()) == 0);
    good(db.command(doc("dropDatabase", 1)));
}

TEST_CASE("the driver reads each part as it was given") {
    const ServerParts parts{.hosts       = {"/tmp/mongodb-27017.sock", "[::1]:27018", "fe80::2", "db1"},
                            .user        = "CN=a b,O=c",
                            .password    = "p@ss:w/rd%?#&",
                            .auth_source = "users",
                            .replica_set = "rs 0",
                            .tls         = {.enabled = true, .ca_file = "/etc/c a.pem", .certificate_key_password = "a&b=c", .allow_invalid_hostnames = true},
                            .options     = {{"readPreference", "secondary"}, {"readPreferenceTags", "dc:ny,rack:1"}, {"compressors", "zlib"}}};
    bson_error_t      said{};
    const UriPtr      uri(mongoc_uri_new_with_error(good(parts.uri("my_shop")).c_str(), &said));
    REQUIRE_MESSAGE(uri, said.message);
    const auto* host = mongoc_uri_get_hosts(uri.get());
    for (const char* want : {"/tmp/mongodb-27017.sock", "::1", "fe80::2", "db1"}) {
        REQUIRE(host != nullptr);
        CHECK(std::string(host->host) == want);
        host = host->next;
    }
    const auto text = [&](const char* option) { return std::string(mongoc_uri_get_option_as_utf8(uri.get(), option, "")); };
    CHECK(std::string(mongoc_uri_get_username(uri.get())) == parts.user);
    CHECK(std::string(mongoc_uri_get_password(uri.get())) == parts.password);
    CHECK(std::string(mongoc_uri_get_database(uri.get())) == "my_shop");
    CHECK(std::string(mongoc_uri_get_auth_source(uri.get())) == "users");
    CHECK(std::string(mongoc_uri_get_replica_set(uri.get())) == "rs 0");
    CHECK(text(MONGOC_URI_TLSCAFILE) == "/etc/c a.pem");
    CHECK(text(MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD) == "a&b=c");
    CHECK(mongoc_uri_get_option_as_bool(uri.get(), MONGOC_URI_TLSALLOWINVALIDHOSTNAMES, false));
    bson_iter_t at;
    bson_iter_t dc;
    REQUIRE(bson_iter_init(&at, mongoc_read_prefs_get_tags(mongoc_uri_get_read_prefs_t(uri.get()))));
    REQUIRE(bson_iter_find_descendant(&at, "0.dc", &dc));
    CHECK(std::string(bson_iter_utf8(&dc, nullptr)) == "ny");
}

TEST_CASE("a Config that names no server or database, or two, is refused by the option that mends it") {
    struct Row {
        Config      config;
        const char* path;
    };
    Config both{.uri = "mongodb://app:s3cret@h/d"};
    both.server.hosts = {"h"};
    Config no_database;
    no_database.server = {.hosts = {"h"}, .user = "app", .password = "s3cret"};
    Config bad_host;
    bad_host.server = {.hosts = {"app:s3cret@h"}};
    const Row rows[] = {
        {{}, "uri"},
        {both, "uri"},
        {no_database, "database"},
        {{.uri = "mongodb://app:s3cret@h/"}, "database"},
        {bad_host, "server.hosts.0"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        const auto error = bad(tenon::open(row.config));
        CHECK(error.code == Errc::invalid_argument);
        CHECK(error.path == row.path);
        CHECK(error.to_string().find("s3cret") == std::string::npos);
        if (error.path == "database") {
            for (const char* option : {"path", "Config::database", "MONGODB_DATABASE"}) CHECK(error.message.find(option) != std::string::npos);
        }
    }
}
