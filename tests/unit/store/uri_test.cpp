#include <doctest/doctest.h>

#include <tenon/store/config.hpp>

#include "store/uri.hpp"

using tenon::Errc;
using tenon::StoreUri;

TEST_CASE("a URI falls into scheme, rest and options") {
    struct Row {
        const char* uri;
        const char* scheme;
        const char* rest;
        std::vector<std::pair<std::string, std::string>> options;
    };
    const Row rows[] = {
        {"sqlite:app.db", "sqlite", "app.db", {}},
        {"SQLite:app.db", "sqlite", "app.db", {}},
        {"sqlite::memory:", "sqlite", ":memory:", {}},
        {"sqlite:/var/a%20b%3F.db", "sqlite", "/var/a b?.db", {}},
        {"sqlite:a.db?busy_timeout=5&mode=ro", "sqlite", "a.db", {{"busy_timeout", "5"}, {"mode", "ro"}}},
        {"sqlite:a.db?flag&x=1%262", "sqlite", "a.db", {{"flag", ""}, {"x", "1&2"}}},
        {"sqlite:a.db?", "sqlite", "a.db", {}},
        {"sqlite:a.db?&&a=b&", "sqlite", "a.db", {{"a", "b"}}},
        {"mongodb+srv://h/db", "mongodb+srv", "//h/db", {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.uri);
        const auto parsed = StoreUri::parse(row.uri);
        REQUIRE(parsed.has_value());
        CHECK(parsed->scheme == row.scheme);
        CHECK(parsed->rest == row.rest);
        CHECK(parsed->options == row.options);
    }
}

TEST_CASE("a URI that is none is refused, and the message names what is wrong") {
    struct Row {
        std::string_view uri;
        const char*      path;
    };
    const Row rows[] = {
        {"", "uri"},           {"app.db", "uri"},          {"/path:x", "uri"},         {"1a:x", "uri"},
        {":memory:", "uri"},   {"sqlite:a%2", "uri"},      {"sqlite:a%zz", "uri"},     {"sqlite:a%00b", "uri"},
        {"sqlite:a?=1", "uri"}, {"sqlite:a?x=1&x=2", "x"}, {"sqlite:a?x=%", "x"},      {std::string_view("sqlite:a\0b", 10), "uri"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.uri);
        const auto parsed = StoreUri::parse(row.uri);
        REQUIRE(!parsed.has_value());
        CHECK(parsed.error().code == Errc::invalid_argument);
        CHECK(parsed.error().path == row.path);
    }
}

TEST_CASE("a URI that is shown holds no password") {
    struct Row {
        const char* uri;
        const char* shown;
    };
    const Row rows[] = {
        {"sqlite:app.db", "sqlite:app.db"},
        {"sqlite:app.db?cache=5", "sqlite:app.db?cache=5"},
        {"mongodb://app:secret@db1/shop", "mongodb://app:***@db1/shop"},
        {"mongodb://app:se/cr@et@db1/shop", "mongodb://app:***@db1/shop"},
        {"mongodb://app:se?cret@db1/shop", "mongodb://app:***@db1/shop"},
        {"mongodb://app@db1/shop", "mongodb://app@db1/shop"},
        {"mongodb://db1/shop?tlsCertificateKeyFilePassword=secret&w=1",
         "mongodb://db1/shop?tlsCertificateKeyFilePassword=***&w=1"},
        {"mongodb://db1/?authMechanismProperties=AWS_SESSION_TOKEN:secret",
         "mongodb://db1/?authMechanismProperties=***"},
        {"redis://:secret@cache", "redis://:***@cache"},
        {"mongodb:/app:secret@db1/shop", "mongodb:/app:***@db1/shop"},
        {"mongodb:app:secret@db1/shop", "mongodb:app:***@db1/shop"},
        {"app:secret@db1/shop", "app:***@db1/shop"},
        {"//app:secret@db1/shop", "//app:***@db1/shop"},
        {"app:se//secret@db1/shop", "app:***@db1/shop"},
        {"mongodb://app:x@y?secret@db1/shop?w=1", "mongodb://app:***@db1/shop?w=1"},
        {"mongodb://app:x?key=secret@db1/shop", "mongodb://app:***"},
        {"mongodb://db1:27017/shop?pwd=x@secret&w=1", "mongodb://db1:***&w=1"},
        {"mongodb://db1/shop?passphrase=x@secret&w=1", "mongodb://db1/shop?passphrase=***&w=1"},
        {"sqlite:a.db?p%61ssword=secret", "sqlite:a.db?p%61ssword=***"},
        {"sqlite:/home/me@work/app.db", "sqlite:/home/me@work/app.db"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.uri);
        CHECK(tenon::redacted(row.uri) == row.shown);
        CHECK(tenon::redacted(row.uri).find("secret") == std::string::npos);
    }
}
