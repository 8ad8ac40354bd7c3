// A command's bytes with one more field in them.

#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>

#include "mongo/wire_message.hpp"

using namespace tenon;         // NOLINT(google-build-using-namespace)
using namespace tenon::mongo;  // NOLINT(google-build-using-namespace)

namespace {

void append(std::string& out, std::int32_t number) { out.append(reinterpret_cast<const char*>(&number), sizeof number); }

std::string bytes_of(const char* json) {
    const auto document = bson::from_json(json);
    REQUIRE(document.has_value());
    const auto bytes = document->view().bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An OP_MSG of a command with a payload behind it.
std::string message(const std::string& command, const std::string& payload, std::int32_t opcode = 2013) {
    std::string out;
    append(out, static_cast<std::int32_t>(16 + 4 + 1 + command.size() + payload.size()));
    append(out, 7);
    append(out, 0);
    append(out, opcode);
    append(out, 0);
    return out + '\0' + command + payload;
}

/// The message cut at these places, as a driver hands it over.
std::vector<mongoc_iovec_t> cut(std::string& whole, const std::vector<std::size_t>& at) {
    std::vector<mongoc_iovec_t> pieces;
    std::size_t                 from = 0;
    for (const auto to : at) {
        pieces.push_back({whole.data() + from, to - from});
        from = to;
    }
    pieces.push_back({whole.data() + from, whole.size() - from});
    return pieces;
}

std::string joined(const std::vector<mongoc_iovec_t>& pieces) {
    std::string out;
    for (const auto& piece : pieces) out.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    return out;
}

}  // namespace

TEST_CASE("a write's command gets maxTimeMS wherever the driver's pieces end") {
    const auto command = bytes_of(R"({"update":"orders","ordered":true})");
    const auto longer  = bytes_of(R"({"update":"orders","ordered":true,"maxTimeMS":250})");
    const auto payload = std::string("\1 documents and more");
    auto       whole   = message(command, payload);
    const auto want    = message(longer, payload);
    const std::size_t end = 21 + command.size();
    for (const auto& at : std::vector<std::vector<std::size_t>>{{}, {16}, {20, 21}, {16, 20, 21, end}, {21, end}, {4, 23, end - 1, end + 3}, {end + 1}, {0, 21}}) {
        auto pieces = cut(whole, at);
        CAPTURE(at.size());
        const MessageHead head(pieces.data(), pieces.size());
        CHECK(head.total() == whole.size());
        CHECK(head.command() == "update");
        CHECK(head.writes_documents());
        const auto made = with_max_time(pieces.data(), pieces.size(), std::chrono::milliseconds(250));
        REQUIRE(made.has_value());
        CHECK(joined(made->pieces) == want);
        CHECK(static_cast<std::int64_t>(joined(made->pieces).size()) == static_cast<std::int64_t>(whole.size()) + LongerMessage::more);
    }
}

TEST_CASE("a message that is not one command's, or has its own time, stays as it is") {
    const auto  command = bytes_of(R"({"update":"orders"})");
    std::string cut_off = message(command, "");
    cut_off.resize(cut_off.size() - 2);
    std::string bad_length = message(command, "");
    bad_length[21] = 4;
    for (auto whole : {message(command, "", 2012), message(bytes_of(R"({"update":"orders","maxTimeMS":9})"), ""), cut_off, bad_length, std::string(12, '\0'), std::string()}) {
        auto pieces = cut(whole, {});
        CHECK(!with_max_time(pieces.data(), pieces.size(), std::chrono::milliseconds(250)).has_value());
    }
}

TEST_CASE("the time is 1 ms at least, and an int32") {
    struct Row { std::int64_t given; std::int32_t sent; };
    for (const auto& row : {Row{0, 1}, Row{-5, 1}, Row{1, 1}, Row{std::int64_t{1} << 40, INT32_MAX}}) {
        auto       whole  = message(bytes_of(R"({"delete":"orders"})"), "");
        auto       pieces = cut(whole, {});
        const auto made   = with_max_time(pieces.data(), pieces.size(), std::chrono::milliseconds(row.given));
        REQUIRE(made.has_value());
        std::int32_t sent = 0;
        std::memcpy(&sent, made->front.data() + made->front.size() - 5, sizeof sent);
        CHECK(sent == row.sent);
    }
}

TEST_CASE("of a compressed message only what the driver announced is known: without a name it is not waited for as one that may be sent again") {
    struct Row { const char* announced; bool writes, retried; };
    for (const auto& row : {Row{"update", true, true}, Row{"find", false, true}, Row{"getMore", false, false}, Row{"killCursors", false, false},
                            Row{"endSessions", false, false}, Row{"", false, false}}) {
        CAPTURE(row.announced);
        auto              whole  = message(bytes_of(R"({"hello":1})"), "", 2012);
        auto              pieces = cut(whole, {});
        const MessageHead head(pieces.data(), pieces.size(), row.announced);
        CHECK(head.compressed());
        CHECK(head.command() == row.announced);
        CHECK(head.writes_documents() == row.writes);
        CHECK(head.may_be_retried() == row.retried);
        CHECK(!head.makes_connection());
    }
    auto       whole  = message(bytes_of(R"({"find":"orders"})"), "");
    auto       pieces = cut(whole, {});
    const bool said   = MessageHead(pieces.data(), pieces.size(), "update").command() == "find";
    CHECK(said);
}

TEST_CASE("a write that was compressed goes out anew from its announcement, its documents behind the command") {
    const auto announced = bytes_of(R"({"update":"orders","updates":[{"q":{"a":1},"u":{"b":2}},{"q":{},"u":{}}],"ordered":true,"$db":"shop"})");
    const auto made      = plain_with_max_time(7, announced, std::chrono::milliseconds(250));
    REQUIRE(made.has_value());
    const auto  documents = bytes_of(R"({"q":{"a":1},"u":{"b":2}})") + bytes_of(R"({"q":{},"u":{}})");
    std::string section("\1");
    append(section, static_cast<std::int32_t>(4 + 8 + documents.size()));
    section += std::string("updates") + '\0' + documents;
    const auto want = message(bytes_of(R"({"update":"orders","ordered":true,"$db":"shop","maxTimeMS":250})"), section);
    CHECK(joined(made->pieces) == want);
    CHECK(made->total() == static_cast<std::int64_t>(want.size()));
    CHECK(!plain_with_max_time(7, "", std::chrono::milliseconds(250)).has_value());
}

TEST_CASE("a write is known by its transaction number wherever the driver's pieces end") {
    const auto retried = bytes_of(R"({"insert":"orders","lsid":{"id":1},"txnNumber":{"$numberLong":"42"}})");
    const auto within  = bytes_of(R"({"insert":"orders","txnNumber":{"$numberLong":"42"},"autocommit":false})");
    for (const auto& [command, number] : {std::pair(retried, std::int64_t{42}), std::pair(within, std::int64_t{0}), std::pair(bytes_of(R"({"insert":"orders"})"), std::int64_t{0})}) {
        auto whole = message(command, "payload");
        for (std::size_t first = 0; first <= whole.size(); ++first) {
            for (const std::size_t second : {first, (first + whole.size()) / 2, whole.size()}) {
                CAPTURE(first);
                CAPTURE(second);
                const auto pieces = cut(whole, {first, second});
                CHECK(txn_number_of(pieces.data(), pieces.size()) == number);
            }
        }
    }
}
