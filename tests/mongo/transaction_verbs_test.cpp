// Each verb inside of a transaction, its command broken by the real server: the body runs again, and what it did is there once.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "server.hpp"
#include "support/done.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using support::done;
using tenon::field;
using tenon::Transaction;

namespace {

struct Item {
    tenon::ObjectId id{};
    std::string     name{};
    std::int64_t    n = 0;
};

}  // namespace

template <>
struct tenon::Model<Item> : tenon::Defaults<Item> {
    static constexpr auto collection = "items";
};

namespace {

using Items = Repository<Item>;
using State = std::multimap<std::string, std::int64_t>;

struct Row {
    const char* name;
    const char* command;  ///< the server's, as failCommand names it
    State       after;
    std::function<Result<void>(const Items&, const Item& a)> run;
};

const auto raise = tenon::inc<&Item::n>(1);
const auto is_b  = field<&Item::name> == "b";

const std::vector<Row>& rows() {
    static const std::vector<Row> all{
        {"count", "aggregate", {{"a", 1}, {"b", 1}}, [](const Items& items, const Item&) { return done(items.count()); }},
        {"distinct", "distinct", {{"a", 1}, {"b", 1}}, [](const Items& items, const Item&) { return done(items.distinct<&Item::name>()); }},
        {"insert_many", "insert", {{"a", 1}, {"b", 1}, {"x", 0}, {"y", 0}},
         [](const Items& items, const Item&) { return done(items.insert_many({{.name = "x"}, {.name = "y"}})); }},
        {"update", "update", {{"a", 2}, {"b", 1}}, [](const Items& items, const Item& a) { return done(items.update(a.id, raise)); }},
        {"update_many", "update", {{"a", 2}, {"b", 2}}, [](const Items& items, const Item&) { return done(items.update_many(field<&Item::name> < "c", raise)); }},
        {"replace", "findAndModify", {{"a", 9}, {"b", 1}},
         [](const Items& items, const Item& a) { return done(items.replace(Item{.id = a.id, .name = "a", .n = 9})); }},
        {"save", "findAndModify", {{"a", 9}, {"b", 1}},
         [](const Items& items, const Item& a) { return done(items.save(Item{.id = a.id, .name = "a", .n = 9})); }},
        {"find_and_update", "findAndModify", {{"a", 1}, {"b", 2}}, [](const Items& items, const Item&) { return done(items.find_and_update(is_b, raise)); }},
        {"remove", "delete", {{"b", 1}}, [](const Items& items, const Item& a) { return done(items.remove(a.id)); }},
        {"remove_many", "delete", {{"a", 1}}, [](const Items& items, const Item&) { return done(items.remove_many(is_b)); }},
        {"bulk, at its second command", "update", {{"a", 2}, {"x", 0}},
         [](const Items& items, const Item& a) { return done(items.bulk().insert({.name = "x"}).update(a.id, raise).remove_many(is_b).run()); }},
        {"bulk, at its last command", "delete", {{"a", 2}, {"x", 0}},
         [](const Items& items, const Item& a) { return done(items.bulk().insert({.name = "x"}).update(a.id, raise).remove_many(is_b).run()); }},
        {"bulk, unordered", "insert", {{"a", 2}, {"x", 0}},
         [](const Items& items, const Item& a) {
             return done(items.bulk().update(a.id, raise).insert({.name = "x"}).remove_many(is_b).run({.ordered = false}));
         }},
    };
    return all;
}

/// What a transaction does before the verb under test: so that this is not its start, and that it holds a document which nobody may touch
/// until it has ended. Not by the command that is to fail.
Result<void> hold(const Items& items, const Row& row) {
    const auto held = field<&Item::name> == "held";
    return std::string_view(row.command) == "update" ? done(items.find_and_update(held, raise)) : done(items.update_one(held, raise));
}

State stored(const Items& items) {
    State all;
    for (const auto& one : good(items.find(field<&Item::name> != "held").all())) all.emplace(one.name, one.n);
    return all;
}
std::int64_t held(const Items& items) { return good(items.find(field<&Item::name> == "held").all()).at(0).n; }

/// Documents a and b and the one that is held; returns a.
Item filled(const Server& server, const Items& items) {
    (void)server.command(server.name(), R"({"delete":"items","deletes":[{"q":{},"limit":0}]})");
    good(items.insert_many({{.name = "b", .n = 1}, {.name = "held"}}));
    return good(items.insert({.name = "a", .n = 1}));
}

}  // namespace

TEST_CASE("each verb in a transaction bears a failure of its command: the body runs again and is there once") {
    const char* const effects[] = {
        R"("closeConnection":true)",
        R"("errorCode":112,"errorLabels":["TransientTransactionError"])",  // WriteConflict
        R"("errorCode":189)",                                             // PrimarySteppedDown
    };
    const Server server;
    const auto   db = server.open();
    const Items  items(db);
    for (const auto& row : rows()) {
        for (const char* const effect : effects) {
            INFO(std::string(row.name), " ", std::string(effect));
            const auto a = filled(server, items);
            server.fail((std::string(R"([")") + row.command + R"("])").c_str(), effect, 1);
            int runs = 0;
            good(db.transaction([&](Transaction& tx) -> Result<void> {
                ++runs;
                if (auto first = hold(items.in(tx), row); !first) return first;
                return row.run(items.in(tx), a);
            }));
            CHECK(server.stop_failing() == 1);
            CHECK_MESSAGE(runs == 2, "a transaction that lost its connection holds its documents still");
            CHECK(held(items) == 1);
            CHECK(stored(items) == row.after);
        }
    }
}

TEST_CASE("a body whose verb broke and that answers with an error of its own leaves nothing") {
    const Server server;
    const auto   db = server.open();
    const Items  items(db);
    for (const auto& row : rows()) {
        INFO(std::string(row.name));
        const auto a = filled(server, items);
        server.fail((std::string(R"([")") + row.command + R"("])").c_str(), R"("closeConnection":true)", 1);
        const auto failed = bad(db.transaction([&](Transaction& tx) -> Result<void> {
            if (auto first = hold(items.in(tx), row); !first) return first;
            CHECK(bad(row.run(items.in(tx), a)).code == Errc::network);
            return tenon::fail(Errc::validation, "mine");
        }));
        CHECK(failed.code == Errc::validation);
        CHECK(failed.message == "mine");
        CHECK(server.stop_failing() == 1);
        CHECK(stored(items) == State{{"a", 1}, {"b", 1}});
        CHECK(held(items) == 0);
        good(items.update_one(field<&Item::name> == "held", raise, {.call = {.deadline = tenon::Deadline::after(std::chrono::seconds(2))}}));
    }
}
