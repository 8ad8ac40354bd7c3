#pragma once
// How the cases of a BSON corpus are told and checked (after the rules of MongoDB's BSON corpus specification).
//
// A case is one value under the key "x". Its payload is given as hexadecimal digits (spaces are ignored), its JSON as
// the text of the value alone; the document around both is the same for all.

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/json.hpp>

namespace corpus {

using tenon::bson::Document;
using tenon::bson::from_json;
using tenon::bson::JsonMode;
using tenon::bson::to_json;
using tenon::bson::Type;
using tenon::bson::View;
using Bytes = std::vector<std::uint8_t>;

struct Valid {
    std::string      what;
    Type             type;
    std::string_view payload;
    std::string_view canonical;
    std::string_view relaxed            = {};     ///< empty: the same as canonical
    std::string_view degenerate_json    = {};     ///< reads as the payload, is never written
    std::string_view degenerate_payload = {};     ///< valid bytes that the way through JSON normalises
    bool             lossy              = false;  ///< JSON cannot tell it from another value
};

struct Bad {
    std::string      what;
    std::string_view text;  ///< a payload in decode errors, a value's JSON in parse errors
};

inline Bytes from_hex(std::string_view hex) {
    Bytes       bytes;
    std::string pair;
    for (const char c : hex) {
        if (c == ' ') continue;
        pair += c;
        if (pair.size() < 2) continue;
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(pair, nullptr, 16)));
        pair.clear();
    }
    return bytes;
}

/// {"x": value}, its length counted here and not by the code under test.
inline Bytes document_of(std::uint8_t type, std::string_view payload) {
    Bytes bytes{0, 0, 0, 0, type, 'x', 0};
    for (const std::uint8_t byte : from_hex(payload)) bytes.push_back(byte);
    bytes.push_back(0);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(size >> (8 * i));
    return bytes;
}

inline std::string json_of(std::string_view value) { return R"({"x":)" + std::string(value) + "}"; }

inline Bytes bytes_of(const Document& document) {
    const auto bytes = document.view().bytes();
    return {bytes.begin(), bytes.end()};
}

inline void check(const Valid& row) {
    CAPTURE(row.what);
    const auto        type      = static_cast<std::uint8_t>(row.type);
    const Bytes       bytes     = document_of(type, row.payload);
    const std::string canonical = json_of(row.canonical);
    const std::string relaxed   = row.relaxed.empty() ? canonical : json_of(row.relaxed);

    const auto view = View::validate(bytes);
    CHECK(view);
    if (!view) return;
    CHECK(to_json(*view, JsonMode::canonical) == canonical);
    CHECK(to_json(*view, JsonMode::relaxed) == relaxed);

    const auto from_canonical = from_json(canonical);
    REQUIRE_MESSAGE(from_canonical, from_canonical.error().message);
    CHECK((bytes_of(*from_canonical) == bytes) == !row.lossy);
    CHECK(to_json(*from_canonical, JsonMode::canonical) == canonical);

    const auto from_relaxed = from_json(relaxed);
    REQUIRE_MESSAGE(from_relaxed, from_relaxed.error().message);
    CHECK(to_json(*from_relaxed, JsonMode::relaxed) == relaxed);

    if (!row.degenerate_json.empty()) {
        const auto read = from_json(json_of(row.degenerate_json));
        REQUIRE_MESSAGE(read, read.error().message);
        CHECK((bytes_of(*read) == bytes) == !row.lossy);
        CHECK(to_json(*read, JsonMode::canonical) == canonical);
    }
    if (!row.degenerate_payload.empty()) {
        const Bytes odd  = document_of(type, row.degenerate_payload);
        const auto  read = View::validate(odd);
        REQUIRE(read);
        CHECK(to_json(*read, JsonMode::canonical) == canonical);
        const auto normal = from_json(to_json(*read, JsonMode::canonical));
        REQUIRE(normal);
        CHECK(bytes_of(*normal) == bytes);
    }
}

template <std::size_t n>
void check_all(const Valid (&rows)[n]) {
    for (const Valid& row : rows) check(row);
}

template <std::size_t n>
void refuse_bytes(Type type, const Bad (&rows)[n]) {
    for (const Bad& row : rows) {
        CAPTURE(row.what);
        const Bytes bytes = document_of(static_cast<std::uint8_t>(type), row.text);
        const auto  view  = View::validate(bytes);
        REQUIRE_FALSE(view);
        CHECK(view.error().code == tenon::Errc::decode);
    }
}

template <std::size_t n>
void refuse_json(const Bad (&rows)[n]) {
    for (const Bad& row : rows) {
        CAPTURE(row.what);
        const auto read = from_json(json_of(row.text));
        REQUIRE_FALSE(read);
        CHECK(read.error().code == tenon::Errc::invalid_argument);
    }
}

}  // namespace corpus
