// What a network error, a stepped-down primary or a failed write concern does to each verb: retried once where that cannot do harm,
// else an error that says whether the write may have happened.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tenon/store/monitor.hpp>

#include "faults/server.hpp"
#include "support/done.hpp"

using namespace faults;  // NOLINT(google-build-using-namespace)
using support::done;
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
        {"replace", "findAndModify", true, [](const auto& accounts, const Account& one) { return done(accounts.replace(Account{.id = one.id, .owner = "ann", .balance = 5})); }},
        {"save", "findAndModify", true, [](const auto& accounts, const Account& one) { return done(accounts.save(Account{.id = one.id, .owner = "ann", .balance = 5})); }},
        {"find_and_update", "findAndModify", true,
         [](const auto& accounts, const Account& one) { return done(accounts.find_and_update(field<&Account::id> == one.id, tenon::inc<&Account::balance>(1))); }},
        {"remove", "delete", true, [](const auto& accounts, const Account& one) { return done(accounts.remove(one.id)); }},
        {"update_many", "update", false,
         [](const auto& accounts, const Account&) { return done(accounts.update_many(field<&Account::owner> == "ann", tenon::inc<&Account::balance>(1))); }},
        {"remove_many", "delete", false, [](const auto& accounts, const Account&) { return done(accounts.remove_many(field<&Account::owner> == "ann")); }},
        // The driver tries a command of a bulk again when none of its items is for many.
        {"bulk", "insert", true, [](const auto& accounts, const Account&) { return done(accounts.bulk().insert({.owner = "x"}).run()); }},
        {"bulk", "update", true,
         [](const auto& accounts, const Account& one) {
             return done(accounts.bulk().update(one.id, tenon::inc<&Account::balance>(1)).update_one(field<&Account::owner> == "ann", tenon::inc<&Account::balance>(1)).run());
         }},
        {"bulk", "delete", true, [](const auto& accounts, const Account& one) { return done(accounts.bulk().remove(one.id).run({.ordered = false})); }},
        {"bulk", "update", false,
         [](const auto& accounts, const Account& one) {
             return done(accounts.bulk().update(one.id, tenon::inc<&Account::balance>(1)).update_many(field<&Account::owner> == "ann", tenon::inc<&Account::balance>(1)).run());
         }},
        {"bulk", "delete", false,
         [](const auto& accounts, const Account&) { return done(accounts.bulk().remove_many(field<&Account::owner> == "ann").run({.ordered = false})); }},
    };
    return all;
}

bool is_write(const Verb& verb) {
    const std::string command = verb.command;
    return command == "insert" || command == "update" || command == "delete" || command == "findAndModify";
}

std::string fault(const char* command, const char* what) {
    return std::string(R"({"failCommands":[")") + command + R"("],)" + what + "}";
}

/// A database with one account, gone at the end.
struct Bank {
    explicit Bank(const std::string& server)
        : name(fresh_name("faults")), db(opened(with_database(server, name))), accounts(db), one(good(accounts.insert({.owner = "ann", .balance = 10}))) {}
    Bank(const Bank&)            = delete;
    Bank& operator=(const Bank&) = delete;
    ~Bank() { (void)db.collection("accounts").drop(); }

    std::string         name;
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
        CHECK((result.error().outcome == Outcome::unknown) == is_write(verb));
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

TEST_CASE("two refusals of members that are not the primary: nothing was applied") {
    const auto server = server_uri();
    for (const int code : {10107, 13435}) {  // NotWritablePrimary, NotPrimaryNoSecondaryOk
        for (const auto& verb : verbs()) {
            CAPTURE(code);
            INFO(std::string(verb.name));
            const Bank      bank(server);
            const FailPoint broken(server, 20, fault(verb.command, (R"("errorCode":)" + std::to_string(code)).c_str()));
            const auto      result = verb.run(bank.accounts, bank.one);
            REQUIRE(!result.has_value());
            CHECK(result.error().code == Errc::transient);
            CHECK(result.error().outcome == Outcome::none);
        }
    }
}

TEST_CASE("two refusals of a primary that steps down: it may have written before") {
    const auto server = server_uri();
    for (const int code : {189, 11602}) {  // PrimarySteppedDown, InterruptedDueToReplStateChange
        for (const auto& verb : verbs()) {
            CAPTURE(code);
            INFO(std::string(verb.name));
            const Bank      bank(server);
            const FailPoint broken(server, 20, fault(verb.command, (R"("errorCode":)" + std::to_string(code)).c_str()));
            const auto      result = verb.run(bank.accounts, bank.one);
            REQUIRE(!result.has_value());
            CHECK(result.error().code == Errc::transient);
            CHECK((result.error().outcome == Outcome::unknown) == is_write(verb));
        }
    }
}

TEST_CASE("a refusal of the second attempt says nothing of a first one that was lost, or that a stepped-down primary had") {
    const auto server = server_uri();
    /// Refuses the second attempt as a secondary does.
    struct Refuse final : tenon::Monitor {
        Refuse(std::string uri, const char* what) : server(std::move(uri)), command(what) {}
        void command_failed(const tenon::CommandEvent& event) noexcept override {
            if (event.name == command && !second) second.emplace(server, 20, fault(command, R"("errorCode":10107)"));
        }
        std::string              server;
        const char*              command;
        std::optional<FailPoint> second{};
    };
    for (const char* first : {R"("closeConnection":true)", R"("errorCode":189)"}) {
        for (const auto& verb : verbs()) {
            if (!verb.retried || !is_write(verb)) continue;
            INFO(std::string(verb.name), " ", std::string(first));
            const Bank      bank(server);
            const auto      refuse = std::make_shared<Refuse>(server, verb.command);
            tenon::Config   config{.uri = with_database(server, bank.name)};
            config.monitor  = refuse;
            const auto      db = good(tenon::open(config));
            const FailPoint broken(server, 1, fault(verb.command, first));
            const auto      result = verb.run(Repository<Account>(db), bank.one);
            REQUIRE(refuse->second);
            REQUIRE(!result.has_value());
            CHECK(result.error().server.code == 10107);
            CHECK(result.error().code == Errc::transient);
            CHECK(result.error().outcome == Outcome::unknown);
        }
    }
}

TEST_CASE("a write concern that failed says that the write is there, but not how safely") {
    const auto server = server_uri();
    const auto stored = [](const Bank& bank) {
        std::vector<std::string> all;
        for (const auto& one : good(bank.accounts.find().all())) all.push_back(one.owner + "=" + std::to_string(one.balance));
        return all;
    };
    for (const auto& verb : verbs()) {
        if (!is_write(verb)) continue;
        INFO(std::string(verb.name), " ", std::string(verb.command));
        const Bank      bank(server);
        const auto      before = stored(bank);
        const FailPoint broken(
            server, 1, fault(verb.command, R"("writeConcernError":{"code":64,"codeName":"WriteConcernFailed","errmsg":"waiting for replication timed out"})"));
        const auto result = verb.run(bank.accounts, bank.one);
        REQUIRE(!result.has_value());
        CHECK(result.error().code == Errc::timeout);
        CHECK(result.error().server.code == 64);
        CHECK(result.error().outcome == Outcome::unknown);
        CHECK(result.error().message.find("the write was applied, but its write concern was not met: not enough members") != std::string::npos);
        CHECK(stored(bank) != before);
    }
}
