// What a Config says of a MongoDB deployment, against real servers: one without a login, one with SCRAM-SHA-256 and TLS.
#include <cctype>
#include <cstdio>

#include <unistd.h>

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

/// What the process writes on its outputs, for as long as this lives.
class Printed {
public:
    Printed() : file_(std::tmpfile()) {
        REQUIRE(file_ != nullptr);
        (void)std::fflush(nullptr);
        for (int i = 0; i < 2; ++i) {
            kept_[i] = ::dup(i + 1);
            (void)::dup2(::fileno(file_), i + 1);
        }
    }
    Printed(const Printed&)            = delete;
    Printed& operator=(const Printed&) = delete;
    ~Printed() {
        (void)end();
        (void)std::fclose(file_);
    }

    /// Gives the outputs back.
    std::string end() {
        (void)std::fflush(nullptr);
        for (int i = 0; i < 2; ++i) {
            if (kept_[i] < 0) continue;
            (void)::dup2(kept_[i], i + 1);
            (void)::close(std::exchange(kept_[i], -1));
        }
        std::rewind(file_);
        std::string text;
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) text += static_cast<char>(c);
        return text;
    }

private:
    std::FILE* file_;
    int        kept_[2] = {-1, -1};
};

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

TEST_CASE("a URI that is wrong is refused, and nothing is printed") {
    const std::string login = "mongodb://app:s3cret@127.0.0.1:1/shop";
    struct Row {
        std::string uri;
        const char* path;
    };
    const Row rows[] = {
        {"mongodb://", "uri"},
        {"mongodb://app:s3cret@127.0.0.1:none/shop", "uri"},
        {"mongodb://app:s3cr%et@127.0.0.1/shop", "uri"},
        {login + "?connectTimeoutMS=soon", "uri"},
        {login + "?tls=perhaps", "uri"},
        {login + "?minPoolSize=few", "minPoolSize"},
        {login + "?minPoolSize=-1", "minPoolSize"},
        {login + "?maxIdleTimeMS=1.5", "maxIdleTimeMS"},
        {login + "?minPoolSize=9&maxPoolSize=3", "pool.minimum"},
        {login + "?readConcern=majority", "readConcern"},           // it is readConcernLevel
        {login + "?tlsCaFiles=/etc/ca.pem", "tlsCaFiles"},
        {login + "?w=1&READPREF=secondary&tls=true", "READPREF"},
        {login + "?timeoutMS=500", "timeoutMS"},                    // of other drivers
        {login + "?slaveOk=true", "slaveOk"},                       // of old ones
        {login + "?w=1&&=5", ""},
        {login + "?w=0", "w"},  // its failures would look like successes
        {login + "?safe=false", "w"},
        {"mongodb+srv://cluster.no-such.invalid/shop?retryWritess=true", "retryWritess"},
        // A password whose '?' was to be escaped: what stands behind it is nobody's affair.
        {"mongodb://app:27?s3cret=s3cret@127.0.0.1/shop", "uri"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.uri);
        Printed    printed;
        const auto opened = tenon::open({.uri = row.uri, .database = "shop", .lazy = true});
        CHECK(printed.end() == "");
        const auto error = bad(opened);
        CHECK(tenon::to_string(error.code) == "invalid_argument");
        CHECK(error.path == row.path);
        const std::string_view path = row.path;
        if (path != "uri" && path != "pool.minimum") CHECK(error.message.find(path) != std::string::npos);
        CHECK((error.to_string() + error.server.message).find("s3cret") == std::string::npos);
    }
}

TEST_CASE("every option that the driver knows is taken, whatever its case") {
    const char* const options[] = {"appName=a", "authMechanism=SCRAM-SHA-256", "authMechanismProperties=SERVICE_REALM:x", "authSource=users", "canonicalizeHostname=false",
                                   "connectTimeoutMS=500", "compressors=zlib", "directConnection=true", "gssapiServiceName=x", "heartbeatFrequencyMS=10000",
                                   "journal=true", "loadBalanced=false", "localThresholdMS=15", "maxIdleTimeMS=5000", "maxPoolSize=5",
                                   "readPreference=secondary&maxStalenessSeconds=120", "minPoolSize=0", "readConcernLevel=majority",
                                   "readPreference=nearest&readPreferenceTags=dc:ny", "replicaSet=rs0", "retryReads=false", "retryWrites=false", "safe=true",
                                   "serverSelectionTimeoutMS=500", "serverSelectionTryOnce=false", "socketCheckIntervalMS=5000", "socketTimeoutMS=5000",
                                   "tls=true", "tls=true&tlsCertificateKeyFilePassword=x", "tls=true&tlsAllowInvalidCertificates=true",
                                   "tls=true&tlsAllowInvalidHostnames=true", "tls=true&tlsInsecure=true", "tls=true&tlsDisableCertificateRevocationCheck=true",
                                   "tls=true&tlsDisableOCSPEndpointCheck=true", "w=majority", "waitQueueTimeoutMS=500", "wTimeoutMS=500",
                                   "zlibCompressionLevel=5", "ssl=true", "ssl=true&sslAllowInvalidCertificates=true", "ssl=true&sslAllowInvalidHostnames=true"};
    for (const std::string option : options) {
        CAPTURE(option);
        std::string shouted;
        for (const char c : option.substr(0, option.find('='))) shouted += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        shouted += option.substr(option.find('='));
        for (const auto& text : {option, shouted}) {
            Printed    printed;
            const auto opened = tenon::open({.uri = "mongodb://app:pw@127.0.0.1:1/shop?" + text, .lazy = true});
            CHECK(printed.end() == "");
            const std::string said = opened ? std::string() : opened.error().to_string();
            CHECK_MESSAGE(opened.has_value(), said);
        }
    }
}
