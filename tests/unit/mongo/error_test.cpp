// What the driver and the server say, and what the caller is told: code, outcome, and no value in our own words.
#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include <tenon/bson/json.hpp>

#include "mongo/error.hpp"
#include "mongo/write_errors.hpp"
#include "mql/mql_error.hpp"

using namespace tenon;         // NOLINT(google-build-using-namespace)
using namespace tenon::mongo;  // NOLINT(google-build-using-namespace)

namespace {

bson_error_t said(std::uint32_t domain, std::uint32_t code, const char* words = "secret: { ssn: 1 }") {
    bson_error_t error{};
    error.domain = domain;
    error.code   = code;
    std::strncpy(error.message, words, sizeof error.message - 1);
    return error;
}

bson::Document json(const char* text) {
    auto made = bson::from_json(text);
    REQUIRE(made.has_value());
    return std::move(*made);
}

WriteFailure failure(const bson_error_t& error, const bson::Document& reply) { return write_failure(error, *Borrowed(reply).get(), Context{}); }

}  // namespace

TEST_CASE("a server's code becomes what the caller can do about it") {
    struct Row {
        std::uint32_t code;
        Errc          errc;
        Outcome       of_write;
    };
    const Row rows[] = {
        {11000, Errc::duplicate_key, Outcome::none},
        {121, Errc::validation, Outcome::none},
        {112, Errc::transient, Outcome::none},          // WriteConflict
        {10107, Errc::transient, Outcome::none},        // NotWritablePrimary: refused before it wrote
        {189, Errc::transient, Outcome::unknown},       // PrimarySteppedDown: perhaps after it wrote
        {11602, Errc::transient, Outcome::unknown},
        {91, Errc::transient, Outcome::unknown},
        {50, Errc::timeout, Outcome::unknown},          // MaxTimeMSExpired
        {262, Errc::timeout, Outcome::unknown},
        {64, Errc::timeout, Outcome::unknown},
        {43, Errc::timeout, Outcome::unknown},
        {89, Errc::network, Outcome::unknown},
        {18, Errc::auth, Outcome::none},
        {13, Errc::auth, Outcome::none},
        {59, Errc::unsupported, Outcome::none},
        {11601, Errc::cancelled, Outcome::unknown},
        {14031, Errc::io, Outcome::none},
        {2, Errc::invalid_argument, Outcome::none},
        {9, Errc::invalid_argument, Outcome::none},
        {66, Errc::invalid_argument, Outcome::none},
        {10334, Errc::invalid_argument, Outcome::none},
        {17419, Errc::invalid_argument, Outcome::none},
        {292, Errc::invalid_argument, Outcome::none},
        {40324, Errc::invalid_argument, Outcome::none},
    };
    for (const auto& row : rows) {
        CAPTURE(row.code);
        const auto read  = to_error(said(MONGOC_ERROR_SERVER, row.code), nullptr, Effect::read, Context{});
        const auto write = to_error(said(MONGOC_ERROR_SERVER, row.code), nullptr, Effect::write, Context{});
        CHECK(to_string(read.code) == to_string(row.errc));
        CHECK(read.outcome == Outcome::none);
        CHECK(write.outcome == row.of_write);
        CHECK(read.server.code == static_cast<std::int32_t>(row.code));
        CHECK_FALSE(read.server.name.empty());
        CHECK(read.server.message == "secret: { ssn: 1 }");
        CHECK(read.message.find("ssn") == std::string::npos);
        CHECK_FALSE(read.message.empty());
    }
}

TEST_CASE("the codes of the language are what mql says of them") {
    for (const int code : {mql::code::bad_value, mql::code::failed_to_parse, mql::code::type_mismatch, mql::code::path_not_viable,
                           mql::code::conflicting_update_operators, mql::code::dollar_prefixed_field_name, mql::code::invalid_id_field,
                           mql::code::immutable_field, mql::code::cannot_create_index, mql::code::cannot_index_parallel_arrays, 31249, 16410}) {
        CAPTURE(code);
        const auto ours = mql::mql_error(code, "x").value();
        CHECK(meaning(code) == ours.code);
        CHECK(code_name(code) == ours.server.name);
    }
}

TEST_CASE("what the driver itself found wrong") {
    struct Row {
        std::uint32_t domain;
        std::uint32_t code;
        Errc          errc;
        Outcome       of_write;
    };
    const Row rows[] = {
        {MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET, Errc::network, Outcome::unknown},
        {MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_CONNECT, Errc::network, Outcome::none},
        {MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_NAME_RESOLUTION, Errc::network, Outcome::none},
        {MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE, Errc::network, Outcome::none},
        {MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_AUTHENTICATE, Errc::auth, Outcome::none},
        {MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_SESSION_FAILURE, Errc::unsupported, Outcome::none},
        {MONGOC_ERROR_PROTOCOL, MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION, Errc::unsupported, Outcome::none},
        {MONGOC_ERROR_PROTOCOL, MONGOC_ERROR_PROTOCOL_INVALID_REPLY, Errc::network, Outcome::unknown},
        {MONGOC_ERROR_COMMAND, MONGOC_ERROR_COMMAND_INVALID_ARG, Errc::invalid_argument, Outcome::none},
        {MONGOC_ERROR_BSON, MONGOC_ERROR_BSON_INVALID, Errc::invalid_argument, Outcome::none},
    };
    for (const auto& row : rows) {
        CAPTURE(row.domain);
        CAPTURE(row.code);
        const auto error = to_error(said(row.domain, row.code), nullptr, Effect::write, Context{});
        CHECK(to_string(error.code) == to_string(row.errc));
        CHECK(error.outcome == row.of_write);
        CHECK(error.server.code == 0);
        CHECK(error.message.find("ssn") == std::string::npos);
    }
}

TEST_CASE("a connection that is lost when the deadline has passed is a timeout") {
    Context context;
    context.deadline = Deadline::after(std::chrono::milliseconds(-1));
    CHECK(to_error(said(MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET), nullptr, Effect::write, context).code == Errc::timeout);
    context.deadline = Deadline::after(std::chrono::minutes(1));
    CHECK(to_error(said(MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET), nullptr, Effect::write, context).code == Errc::network);
}

TEST_CASE("labels and the code's name are taken from the reply") {
    const auto reply = json(R"({"ok":0,"code":251,"codeName":"NoSuchTransaction","errorLabels":["TransientTransactionError","Other"]})");
    const auto error = to_error(said(MONGOC_ERROR_SERVER, 251), Borrowed(reply).get(), Effect::write, Context{});
    CHECK(error.code == Errc::transient);
    CHECK(error.server.name == "NoSuchTransaction");
    CHECK(has_label(error, "Other"));
    CHECK_FALSE(has_label(error, "Othe"));
}

TEST_CASE("items of a write are told by index, in our words") {
    const auto reply = json(R"({"insertedCount":1,"writeErrors":[
        {"index":2,"code":121,"errmsg":"Document failed validation: {ssn: 1}"},
        {"index":1,"code":11000,"errmsg":"E11000 duplicate key error collection: shop.orders index: number_1 dup key: { number: 77 }","keyPattern":{"number":1},"keyValue":{"number":77}}]})");
    auto failed = failure(said(MONGOC_ERROR_SERVER, 11000), reply);
    CHECK(failed.applied);
    REQUIRE(failed.refusals.size() == 2);
    CHECK(failed.refusals[0].index == 1);
    CHECK(failed.error.code == Errc::duplicate_key);
    CHECK(failed.error.path == "number");
    CHECK(failed.error.message == "another document has this key in the unique index \"number_1\"");
    const auto whole = many_error(failed.error, true, failed.refusals, 4);
    CHECK(whole.message == "2 of 4 items were refused, the first at index 1: another document has this key in the unique index \"number_1\"");
    REQUIRE(whole.items.size() == 2);
    CHECK(whole.items[1].code == Errc::validation);
    CHECK(whole.items[1].server_code == 121);
    CHECK(whole.items[1].message.find("ssn") == std::string::npos);
}

TEST_CASE("a write whose concern was not met is applied, and its outcome unknown") {
    struct Row {
        const char* code;
        Errc        errc;
    };
    for (const auto& row : {Row{"64", Errc::timeout}, Row{"100", Errc::invalid_argument}, Row{"189", Errc::transient}}) {
        CAPTURE(row.code);
        const auto reply  = json((R"({"insertedCount":1,"writeConcernErrors":[{"code":)" + std::string(row.code) + R"(,"errmsg":"x"}]})").c_str());
        const auto failed = failure(said(MONGOC_ERROR_WRITE_CONCERN, static_cast<std::uint32_t>(std::stoi(row.code))), reply);
        CHECK(failed.error.code == row.errc);
        CHECK(failed.error.outcome == Outcome::unknown);
        CHECK(failed.applied);
        CHECK(failed.error.message.find("was applied") != std::string::npos);
    }
}

// What a 6.0 server answers to an update past its maxTimeMS: it waits for the write concern of what did not happen too, past the same limit.
TEST_CASE("a command that failed is not called applied for the write concern's error beside it") {
    const auto reply = json(R"({"ok":0,"code":50,"codeName":"MaxTimeMSExpired","errmsg":"operation exceeded time limit",
        "writeConcernError":{"code":50,"codeName":"MaxTimeMSExpired","errmsg":"operation exceeded time limit"}})");
    const auto merged = json(R"({"insertedCount":0,"writeConcernErrors":[{"code":50,"codeName":"MaxTimeMSExpired","errmsg":"operation exceeded time limit"}]})");
    for (const auto* said_by : {&reply, &merged}) {
        const auto failed = failure(said(MONGOC_ERROR_SERVER, 50), *said_by);
        CHECK(failed.error.code == Errc::timeout);
        CHECK(failed.error.outcome == Outcome::unknown);
        CHECK_FALSE(failed.applied);
        CHECK(failed.error.message == "the server ended the operation at its time limit");
    }
}

TEST_CASE("a refused write of many matches may have changed some") {
    const auto outcome = [](int code, const char* words) {
        Error error;
        error.server.code    = code;
        error.server.message = words;
        return outcome_of_many(error);
    };
    CHECK(outcome(9, "Unknown modifier: $x") == Outcome::none);
    CHECK(outcome(2, "unknown operator: $x") == Outcome::none);
    CHECK(outcome(2, "The positional operator did not find the match needed from the query.") == Outcome::unknown);
    CHECK(outcome(28, "Cannot create field 'b' in element {a: 1}") == Outcome::unknown);
    CHECK(outcome(11000, "E11000") == Outcome::unknown);
}

TEST_CASE("the fault is named where it is a key of what the caller sent, never else") {
    const auto fault = [](const char* words, const char* sent, const char* hint = "") {
        return name_fault(to_error(said(MONGOC_ERROR_SERVER, 2, words), nullptr, Effect::read, Context{}), {json(sent)}, hint);
    };
    CHECK(fault("unknown operator: $foo", R"({"a":{"$foo":1}})").path == "$foo");
    CHECK(fault("unknown operator: $foo", R"({"a":[{"b":{"$foo":1}}]})").path == "$foo");
    CHECK(fault("unknown operator: $foo", R"({"a":{"$fo":1}})").path.empty());
    CHECK(fault("cannot use '$secret'", R"({"a":"$secret"})").path.empty());
    CHECK(fault("hint provided does not correspond to an existing index", "{}", "nope").path == "hint");
    const auto sort = name_fault(to_error(said(MONGOC_ERROR_SERVER, 15975, "secret"), nullptr, Effect::read, Context{}), {json(R"({"a":2})")});
    CHECK(sort.path == "sort");
    CHECK(sort.message.find("direction") != std::string::npos);
    CHECK(fault("$where is not allowed in this context", R"({"$where":"1"})").code == Errc::unsupported);
}
