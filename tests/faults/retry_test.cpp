// What a network error, a stepped-down primary or a failed write concern does to each verb: retried once where that cannot do harm,
// else an error that says whether the write may have happened.

#include <functional>
#include <string>
#include <vector>

#include "faults/server.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using tenon::Errc;
using tenon::field;
using tenon::Outcome;
using tenon::Repository;
using tenon::Result;

namespace {

struct Verb {
    const char* name;
    const char* command;  ///< the server's, as failCommand names it
    bool        retried;  ///< MongoDB manual: Retryable Reads, Retryable Writes
    std::function<Result<void>(const Repository<Account>&, const Account&)> run;
};

template <class T>
Result<void> done(Result<T> result) {
    if (!result) return tenon::fail(std::move(result).error());
    return {};
}

const std::vector<Verb>& verbs() {
    static const std::vector<Verb> all{
        {"get", "find", true, [](const auto& accounts, const Account& one) { return done(accounts.get(one.id)); }},
        {"find", "find", true, [](const auto& accounts, const Account&) { return done(accounts.find().all()); }},
        {"count", "aggregate", true, [](const auto& accounts, const Account&) { return done(accounts.count()); }},
        {"estimated_count", "count", true, [](const auto& accounts, const Account&) { return done(accounts.estimated_count()); }},
        {"distinct", "distinct", true, [](const auto& accounts, const Account&) { return done(accounts.template distinct<&Account::owner>()); }},
        {"list_indexes", "listIndexes", true, [](const auto& accounts, const Account&) { return done(accounts.list_indexes()); }},
        {"insert", "insert", true, [](const auto& accounts, const Account&) { return done(accounts.insert({.owner = "new"})); }},
        {"insert_many", "insert", true, [](const auto& accounts, const Account&) { return done(accounts.insert_many({{.owner = "x"}, {.owner = "y"}})); }},
        {"update", "update", true, [](const auto& accounts, const Account& one) { return done(accounts.update(one.id, tenon::inc<&Account::balance>(1))); }},
        {"save", "findAndModify", true, [](const auto& accounts, const Account& one) { return done(accounts.save(one)); }},
        {"find_and_update", "findAndModify", true,
         [](const auto& accounts, const Account& one) { return done(accounts.find_and_update(field<&Account::id> == one.id, tenon::inc<&Account::balance>(1))); }},
        {"remove", "delete", true, [](const auto& accounts, const Account& one) { return done(accounts.remove(one.id)); }},
        {"update_many", "update", false,
         [](const auto& accounts, const Account&) { return done(accounts.update_many(field<&Account::owner> == "ann", tenon::inc<&Account::balance>(1))); }},
        {"remove_many", "delete", false, [](const auto& accounts, const Account&) { return done(accounts.remove_many(field<&Account::owner> == "ann")); }},
    };
    return all;
}

std::string fault(const char* command, const char* what) {
    return std::string(R"({"failCommands":[")") + command + R"("],)" + what + "}";
}

/// A database with one account, gone at the end.
struct Bank {
    explicit Bank(const std::string& server)
        : db(opened(with_database(server, fresh_name("faults")))), accounts(db), one(good(accounts.insert({.owner = "ann", .balance = 10}))) {}
    Bank(const Bank&)            = delete;
    Bank& operator=(const Bank&) = delete;
    ~Bank() { (void)db.collection("accounts").drop(); }

    tenon::Database     db;
    Repository<Account> accounts;
    Account             one;
};

}  // namespace

TEST_CASE("a connection lost at the first try is retried where that can do no harm") {
    const auto server = server_uri();
    for (const auto& verb : verbs()) {
        INFO(std::string(verb.name));
        const Bank      bank(server);
        const FailPoint broken(server, 1, fault(verb.command, R"("closeConnection":true)"));
        const auto      result = verb.run(bank.accounts, bank.one);
        if (verb.retried) {
            CHECK_MESSAGE(result.has_value(), (result ? std::string() : result.error().to_string() + " " + result.error().server.message));
        } else {
            REQUIRE(!result.has_value());
            CHECK(result.error().code == Errc::network);
            CHECK(result.error().outcome == Outcome::unknown);
        }
    }
}

TEST_CASE("a retried write is applied once") {
    const auto      server = server_uri();
    const Bank      bank(server);
    const FailPoint broken(server, 1, R"({"failCommands":["update"],"closeConnection":true})");
    good(bank.accounts.update(bank.one.id, tenon::inc<&Account::balance>(1)));
    CHECK(good(bank.accounts.get(bank.one.id)).balance == 11);
}

TEST_CASE("a connection lost at every try is a network error, and of a write nobody knows") {
    const auto server = server_uri();
    for (const auto& verb : verbs()) {
        INFO(std::string(verb.name));
        const Bank      bank(server);
        const FailPoint broken(server, 20, fault(verb.command, R"("closeConnection":true)"));
        const auto      result = verb.run(bank.accounts, bank.one);
        REQUIRE(!result.has_value());
        CHECK(result.error().code == Errc::network);
        const std::string command = verb.command;
        const bool writes = command == "insert" || command == "update" || command == "delete" || command == "findAndModify";
        CHECK((result.error().outcome == Outcome::unknown) == writes);
        CHECK(result.error().where == std::string("accounts.") + verb.name);
    }
}

TEST_CASE("a server that is no longer primary is asked again") {
    const auto server = server_uri();
    for (const int code : {10107, 11602, 189}) {  // NotWritablePrimary, InterruptedDueToReplStateChange, PrimarySteppedDown
        for (const auto& verb : verbs()) {
            if (!verb.retried) continue;
            CAPTURE(code);
            INFO(std::string(verb.name));
            const Bank      bank(server);
            const FailPoint broken(server, 1, fault(verb.command, (R"("errorCode":)" + std::to_string(code)).c_str()));
            const auto      result = verb.run(bank.accounts, bank.one);
            CHECK_MESSAGE(result.has_value(), (result ? std::string() : result.error().to_string() + " " + result.error().server.message));
        }
    }
}

TEST_CASE("a server that refuses the second attempt, too, says nothing of the first") {
    const auto server = server_uri();
    for (const auto& verb : verbs()) {
        INFO(std::string(verb.name));
        const Bank      bank(server);
        const FailPoint broken(server, 20, fault(verb.command, R"("errorCode":10107)"));
        const auto      result = verb.run(bank.accounts, bank.one);
        REQUIRE(!result.has_value());
        CHECK(result.error().code == Errc::transient);
        const std::string command = verb.command;
        const bool writes = command == "insert" || command == "update" || command == "delete" || command == "findAndModify";
        // A write of many is sent once, and its refusal is all there is to know.
        CHECK((result.error().outcome == Outcome::unknown) == (writes && verb.retried));
    }
}

TEST_CASE("a write concern that failed says that the write is there, but not how safely") {
    const auto      server = server_uri();
    const Bank      bank(server);
    const FailPoint broken(server, 1,
                           R"({"failCommands":["insert"],"writeConcernError":{"code":64,"codeName":"WriteConcernFailed","errmsg":"waiting for replication timed out"}})");
    const auto result = bank.accounts.insert({.owner = "bob"});
    REQUIRE(!result.has_value());
    CHECK(result.error().server.code == 64);
    CHECK(result.error().outcome == Outcome::unknown);
    CHECK(good(bank.accounts.count(field<&Account::owner> == "bob")) == 1);
}
