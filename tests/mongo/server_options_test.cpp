// Each option of ServerOptions, and the hint, on each verb: where it stands in the command that the driver sent, or that the verb has no use for
// it and says nothing of it. Given with the call and with the repository. docs/mongodb.md, "Concerns and preferences", has the same table.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "proxy.hpp"
#include "server.hpp"
#include "support/done.hpp"
#include "support/mongod.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using support::done;
using tenon::BulkItems;
using tenon::CallOptions;
using tenon::Collection;
using tenon::ServerOptions;
using tenon::bson::doc;
using tenon::bson::Document;
using tenon::bson::ValueRef;

namespace {

/// Where the options of one verb stand in its command; null: nowhere.
struct Places {
    const char* read_preference = nullptr;
    const char* read_concern    = nullptr;
    const char* write_concern   = nullptr;
    const char* timeout         = "maxTimeMS";
    const char* comment         = "comment";
    const char* collation       = nullptr;
    const char* batch_size      = nullptr;
    const char* allow_disk_use  = nullptr;
    const char* hint            = nullptr;
};

constexpr const char* preference = "$readPreference.mode";
constexpr const char* level      = "readConcern.level";
constexpr const char* journal    = "writeConcern.j";

constexpr Places of_find{.read_preference = preference, .read_concern = level, .collation = "collation", .batch_size = "batchSize", .allow_disk_use = "allowDiskUse",
                         .hint = "hint"};
constexpr Places of_aggregate{.read_preference = preference, .read_concern = level, .collation = "collation", .batch_size = "cursor.batchSize",
                              .allow_disk_use = "allowDiskUse", .hint = "hint"};
// Its stages neither sort nor outgrow the memory, and its one document comes in one batch.
constexpr Places of_count{.read_preference = preference, .read_concern = level, .collation = "collation", .hint = "hint"};
constexpr Places of_distinct{.read_preference = preference, .read_concern = level, .collation = "collation"};
constexpr Places of_out{.read_preference = preference, .read_concern = level, .write_concern = journal, .collation = "collation", .batch_size = "cursor.batchSize", .allow_disk_use = "allowDiskUse",
                        .hint = "hint"};
constexpr Places of_explain{.read_preference = preference, .collation = "explain.collation", .allow_disk_use = "explain.allowDiskUse", .hint = "explain.hint"};
constexpr Places of_explain_count{.read_preference = preference, .collation = "explain.collation", .hint = "explain.hint"};
constexpr Places of_insert{.write_concern = journal};
constexpr Places of_update{.write_concern = journal, .collation = "updates.0.collation", .hint = "updates.0.hint"};
constexpr Places of_remove{.write_concern = journal, .collation = "deletes.0.collation", .hint = "deletes.0.hint"};
constexpr Places of_modify{.write_concern = journal, .collation = "collation", .hint = "hint"};
// Calls without a hint.
constexpr Places of_get{.read_preference = preference, .read_concern = level, .collation = "collation", .batch_size = "batchSize", .allow_disk_use = "allowDiskUse"};
constexpr Places of_exists{.read_preference = preference, .read_concern = level, .collation = "collation"};
constexpr Places of_save{.write_concern = journal, .collation = "collation"};
// The time is the opening's, and bound here: a server would hold the stream to it.
constexpr Places of_watch{.read_preference = preference, .read_concern = level, .timeout = nullptr, .collation = "collation", .batch_size = "cursor.batchSize"};
constexpr Places of_indexes{.write_concern = journal, .collation = "indexes.0.collation"};
constexpr Places of_ddl{.write_concern = journal};
constexpr Places of_create{.write_concern = journal, .collation = "collation"};
constexpr Places of_listing{.read_preference = preference};

struct Option {
    const char* name;
    const char* Places::* place;
    std::function<void(ServerOptions&, std::string& hint)> ask;
    std::function<bool(ValueRef)> fits;
    const char* word;  ///< the key that no command has anywhere whose verb has no use for the option
};

const std::vector<Option>& options() {
    using std::chrono::milliseconds;
    const auto is = [](const char* want) { return [want](ValueRef got) { return got.type() == tenon::bson::Type::string && got.as_string() == want; }; };
    const auto yes = [](ValueRef got) { return got.type() == tenon::bson::Type::boolean && got.truthy(); };
    static const std::vector<Option> all{
        {"read_preference", &Places::read_preference, [](auto& asked, auto&) { asked.read_preference = {.mode = tenon::ReadMode::nearest}; }, is("nearest"), "nearest"},
        {"read_concern", &Places::read_concern, [](auto& asked, auto&) { asked.read_concern = tenon::ReadConcern::majority; }, is("majority"), "readConcern"},
        {"write_concern", &Places::write_concern, [](auto& asked, auto&) { asked.write_concern = tenon::WriteConcern{.w = 1, .journal = true}; }, yes, "writeConcern"},
        {"timeout", &Places::timeout, [](auto& asked, auto&) { asked.timeout = milliseconds(50'000); },
         [](ValueRef got) { const auto left = got.to_int64().value_or(0); return left > 20'000 && left <= 50'000; }, "maxTimeMS"},
        {"comment", &Places::comment, [](auto& asked, auto&) { asked.comment = "nightly"; }, is("nightly"), "comment"},
        {"collation", &Places::collation, [](auto& asked, auto&) { asked.collation = doc("locale", "en", "strength", 2); },
         [](ValueRef got) { return got.type() == tenon::bson::Type::document && tenon::bson::to_json(got.as_view()).starts_with(R"({"locale":"en","strength":)"); }, "collation"},
        {"batch_size", &Places::batch_size, [](auto& asked, auto&) { asked.batch_size = 7; }, [](ValueRef got) { return got.to_int64() == 7; }, "batchSize"},
        {"allow_disk_use", &Places::allow_disk_use, [](auto& asked, auto&) { asked.allow_disk_use = true; }, yes, "allowDiskUse"},
        {"hint", &Places::hint, [](auto&, auto& hint) { hint = "_id_"; }, is("_id_"), "hint"},
    };
    return all;
}

struct Verb {
    const char* name;
    const char* command;  ///< the one that the call is about; it may send others before
    Places      places;
    std::function<Result<void>(const Collection&, const CallOptions&, const std::string& hint)> run;
};

Result<void> drained(Result<tenon::DocumentCursor> cursor) {
    if (!cursor) return tenon::fail(std::move(cursor).error());
    for (;;) {
        auto next = cursor->next();
        if (!next) return tenon::fail(std::move(next).error());
        if (!*next) return {};
    }
}

const std::vector<Verb>& verbs() {
    static const auto by_id = doc("_id", 1);
    static const auto set   = doc("$set", doc("a", 1));
    static const std::vector<Verb> all{
        {"get", "find", of_get, [](const auto& c, const auto& call, const auto&) { return done(c.get(1, call)); }},
        {"find", "find", of_find, [](const auto& c, const auto& call, const auto& hint) { return drained(c.find({}, {.hint = hint, .call = call})); }},
        {"first", "find", of_find, [](const auto& c, const auto& call, const auto& hint) { return done(c.first({}, {.hint = hint, .call = call})); }},
        {"exists", "aggregate", of_exists, [](const auto& c, const auto& call, const auto&) { return done(c.exists(by_id, call)); }},
        {"page", "find", of_find, [](const auto& c, const auto& call, const auto& hint) { return done(c.page({}, {.hint = hint, .call = call}, {.size = 2})); }},
        {"page by number", "aggregate", of_count,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.page({}, {.hint = hint, .call = call}, {.size = 2, .number = 0})); }},
        {"count", "aggregate", of_count, [](const auto& c, const auto& call, const auto& hint) { return done(c.count({}, {.hint = hint, .call = call})); }},
        {"estimated count", "count", of_distinct, [](const auto& c, const auto& call, const auto&) { return done(c.estimated_count(call)); }},
        {"distinct", "distinct", of_distinct, [](const auto& c, const auto& call, const auto&) { return done(c.distinct("n", {}, call)); }},
        {"aggregate", "aggregate", of_aggregate,
         [](const auto& c, const auto& call, const auto& hint) { return drained(c.aggregate({doc("$sort", doc("n", 1))}, {.hint = hint, .call = call})); }},
        {"aggregate with $out", "aggregate", of_out,
         [](const auto& c, const auto& call, const auto& hint) { return drained(c.aggregate({doc("$out", "copied")}, {.hint = hint, .call = call})); }},
        {"explain", "explain", of_explain, [](const auto& c, const auto& call, const auto& hint) { return done(c.explain({}, {.hint = hint, .call = call})); }},
        {"explain count", "explain", of_explain_count,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.explain_count({}, {.hint = hint, .call = call})); }},
        {"watch", "aggregate", of_watch,
         [](const auto& c, const auto& call, const auto&) { return done(c.watch({}, {.call = call})); }},
        {"insert", "insert", of_insert, [](const auto& c, const auto& call, const auto&) { return done(c.insert(doc("n", 1), call)); }},
        {"insert many", "insert", of_insert,
         [](const auto& c, const auto& call, const auto&) { return done(c.insert_many({doc("n", 1), doc("n", 2)}, {.call = call})); }},
        {"update", "update", of_update, [](const auto& c, const auto& call, const auto& hint) { return done(c.update(1, set, {.hint = hint, .call = call})); }},
        {"update one", "update", of_update, [](const auto& c, const auto& call, const auto& hint) { return done(c.update_one(by_id, set, {.hint = hint, .call = call})); }},
        {"update many", "update", of_update, [](const auto& c, const auto& call, const auto& hint) { return done(c.update_many(by_id, set, {.hint = hint, .call = call})); }},
        {"replace one", "update", of_update,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.replace_one(by_id, doc("n", 1), {.hint = hint, .call = call})); }},
        {"replace", "findAndModify", of_modify,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.replace(doc("_id", 1, "n", 1), {.hint = hint, .call = call})); }},
        {"save", "findAndModify", of_save, [](const auto& c, const auto& call, const auto&) { return done(c.save(doc("_id", 1, "n", 1), call)); }},
        {"find and update", "findAndModify", of_modify,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.find_and_update(by_id, set, {.hint = hint, .call = call})); }},
        {"find and replace", "findAndModify", of_modify,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.find_and_replace(by_id, doc("n", 1), {.hint = hint, .call = call})); }},
        {"find and remove", "findAndModify", of_modify,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.find_and_remove(doc("_id", 0), {.hint = hint, .call = call})); }},
        {"remove one", "delete", of_remove,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.remove_one(doc("_id", 0), {.hint = hint, .call = call})); }},
        {"remove many", "delete", of_remove,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.remove_many(doc("_id", 0), {.hint = hint, .call = call})); }},
        {"purge many", "delete", of_remove,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.purge_many(doc("_id", 0), {.hint = hint, .call = call})); }},
        {"bulk insert", "insert", of_insert,
         [](const auto& c, const auto& call, const auto&) { return done(c.bulk(std::move(BulkItems().insert(doc("n", 1))), {.call = call})); }},
        {"bulk update", "update", of_update,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.bulk(std::move(BulkItems().update_one(by_id, set, {.hint = hint})), {.call = call})); }},
        {"bulk remove", "delete", of_remove,
         [](const auto& c, const auto& call, const auto& hint) { return done(c.bulk(std::move(BulkItems().remove_one(doc("_id", 0), {.hint = hint})), {.call = call})); }},
        {"create indexes", "createIndexes", of_indexes,
         [](const auto& c, const auto& call, const auto&) { return done(c.create_indexes({{.keys = doc("n", 1), .name = call.server->collation.empty() ? "n" : "n_en"}}, call)); }},
        {"list indexes", "listIndexes", of_listing, [](const auto& c, const auto& call, const auto&) { return done(c.list_indexes(call)); }},
        {"hide index", "collMod", of_ddl, [](const auto& c, const auto& call, const auto&) { return done(c.hide_index("m", true, call)); }},
        {"drop index", "dropIndexes", of_ddl,
         [](const auto& c, const auto& call, const auto&) {
             good(c.create_indexes({{.keys = doc("gone", 1)}}));
             return done(c.drop_index("gone_1", call));
         }},
        {"drop and create", "create", of_create,
         [](const auto& c, const auto& call, const auto&) {
             good(c.drop());
             return done(c.create(call));
         }},
        {"drop", "drop", of_ddl, [](const auto& c, const auto& call, const auto&) { return done(c.drop(call)); }},
    };
    return all;
}

struct Note {
    tenon::ObjectId id{};
    std::string     text{};
    std::int64_t    version{};
};

/// A key, or a word as a value, anywhere in the command.
bool holds(tenon::bson::View command, std::string_view word) {
    for (const auto& [key, value] : command) {
        if (key == word || (value.type() == tenon::bson::Type::string && value.as_string() == word)) return true;
        const bool nested = value.type() == tenon::bson::Type::document || value.type() == tenon::bson::Type::array;
        if (nested && key != "lsid" && key != "$clusterTime" && holds(value.as_view(), word)) return true;
    }
    return false;
}

}  // namespace

template <>
struct tenon::Model<Note> : tenon::Defaults<Note> {
    static constexpr auto collection  = "notes";
    static constexpr auto soft_delete = true;
    static constexpr auto versioned   = &Note::version;
};

TEST_CASE("each option stands where the verb's command has it, given with the call or with the repository") {
    const Server server;
    Proxy        proxy(server.uri());
    const auto   db    = good(tenon::open(proxy.uri(server.name())));
    const auto   plain = db.collection("asked");
    for (const auto& verb : verbs()) {
        INFO(std::string(verb.name));
        for (const auto& option : options()) {
            INFO(std::string(option.name));
            const auto* place = verb.places.*option.place;
            for (const bool of_repository : {false, true}) {
                CAPTURE(of_repository);
                std::string   hint;
                ServerOptions asked;
                option.ask(asked, hint);
                (void)good(plain.drop());
                good(plain.insert_many({doc("_id", 0), doc("_id", 1, "n", 1)}));
                good(plain.create_indexes({{.keys = doc("m", 1), .name = "m"}}));
                (void)proxy.commands();

                CallOptions call;
                call.server.emplace();
                if (!of_repository) call.server = asked;
                good(verb.run(of_repository ? plain.with(asked) : plain, call, hint));

                int found = 0;
                for (const auto& command : proxy.commands()) {
                    if (command.begin()->key != verb.command || (command["indexes"].type() == tenon::bson::Type::array && holds(command, "gone"))) continue;
                    INFO(tenon::bson::to_json(command));
                    ++found;
                    if (place != nullptr) CHECK(option.fits(command.at_path(place)));
                    else CHECK_FALSE(holds(command, option.word));
                }
                CHECK(found >= 1);
            }
        }
    }
}

TEST_CASE("no middleware loses an option on its way") {
    const Server                  server;
    Proxy                         proxy(server.uri());
    const auto                    db    = good(tenon::open(proxy.uri(server.name())));
    const Repository<Note>        plain(db);
    const auto                    past_proxy = server.open();
    const Repository<Note>        aside(past_proxy);
    const auto                    one   = good(aside.insert({.text = "one"}));
    const auto                    two   = good(aside.insert({.text = "two"}));
    const auto                    fresh = [&] { return good(aside.insert({.text = "gone soon"})).id; };
    using tenon::field;
    const auto mine = field<&Note::text> == "one";
    struct Row {
        const char*                                                     name;
        bool                                                            writes;
        std::function<Result<void>(const Repository<Note>&, const CallOptions&)> run;
    };
    const Row rows[] = {
        {"get", false, [&](const auto& notes, const auto& call) { return done(notes.get(one.id, call)); }},
        {"query", false, [&](const auto& notes, const auto& call) { return done(call.server ? notes.find(mine).server(*call.server).all() : notes.find(mine).all()); }},
        {"query's count", false, [&](const auto& notes, const auto& call) { return done(call.server ? notes.find(mine).server(*call.server).count() : notes.find(mine).count()); }},
        {"page", false, [&](const auto& notes, const auto& call) { return done(call.server ? notes.find(mine).server(*call.server).page() : notes.find(mine).page()); }},
        {"count", false, [&](const auto& notes, const auto& call) { return done(notes.count(mine, {.call = call})); }},
        {"estimated count", false, [&](const auto& notes, const auto& call) { return done(notes.estimated_count(call)); }},
        {"insert", true, [&](const auto& notes, const auto& call) { return done(notes.insert({.text = "three"}, call)); }},
        {"update", true, [&](const auto& notes, const auto& call) { return done(notes.update(one.id, tenon::set<&Note::text>("one"), {.call = call})); }},
        {"save", true, [&](const auto& notes, const auto& call) { return done(notes.save(good(aside.get(one.id)), call)); }},
        {"remove", true, [&](const auto& notes, const auto& call) { return done(notes.remove(fresh(), {.call = call})); }},
        {"restore", true,
         [&](const auto& notes, const auto& call) {
             good(aside.remove(two.id));
             return done(notes.restore(two.id, {.call = call}));
         }},
        {"bulk", true, [&](const auto& notes, const auto& call) { return done(notes.bulk().insert({.text = "four"}).remove(fresh()).run({.call = call})); }},
    };
    ServerOptions asked;
    asked.comment         = "nightly";
    asked.timeout         = std::chrono::milliseconds(50'000);
    asked.read_preference = {.mode = tenon::ReadMode::nearest};
    asked.read_concern    = tenon::ReadConcern::majority;
    asked.write_concern   = tenon::WriteConcern{.w = 1, .journal = true};
    CallOptions call;
    call.server = asked;
    for (const auto& row : rows) {
        INFO(std::string(row.name));
        for (const bool of_repository : {false, true}) {
            CAPTURE(of_repository);
            (void)proxy.commands();
            good(of_repository ? row.run(plain.with(asked), {}) : row.run(plain, call));
            int found = 0;
            for (const auto& command : proxy.commands()) {
                INFO(tenon::bson::to_json(command));
                ++found;
                CHECK(holds(command, "nightly"));
                CHECK_FALSE(command["maxTimeMS"].missing());
                CHECK(command.at_path("writeConcern.j").missing() != row.writes);
                CHECK(command.at_path("readConcern.level").missing() == row.writes);
                CHECK(holds(command, "nearest") != row.writes);
            }
            CHECK(found >= 1);
        }
    }
}

TEST_CASE("a command and a database's change stream carry the options of their call") {
    const Server server;
    Proxy        proxy(server.uri());
    const auto   db = good(tenon::open(proxy.uri(server.name())));
    good(db.collection("asked").insert(doc("n", 1)));
    tenon::CommandOptions options;
    options.call.server.emplace();
    options.call.server->comment         = "nightly";
    options.call.server->read_concern    = tenon::ReadConcern::majority;
    options.call.server->read_preference = {.mode = tenon::ReadMode::nearest};
    options.call.server->collation       = doc("locale", "en");
    options.call.server->timeout         = std::chrono::milliseconds(50'000);
    (void)proxy.commands();
    good(db.command(doc("distinct", "asked", "key", "n"), options));
    auto sent = proxy.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["comment"].as_string() == "nightly");
    CHECK(sent[0].at_path("readConcern.level").as_string() == "majority");
    CHECK(sent[0].at_path("$readPreference.mode").as_string() == "nearest");
    CHECK(sent[0].at_path("collation.locale").as_string() == "en");
    CHECK_FALSE(sent[0]["maxTimeMS"].missing());
    // What the command says itself stays, and what no command has a use for the server refuses by name.
    options.call.server->batch_size = 5;
    good(db.command(doc("distinct", "asked", "key", "n", "comment", "own"), options));
    sent = proxy.commands();
    REQUIRE(sent.size() == 1);
    CHECK(sent[0]["comment"].as_string() == "own");
    CHECK(bad(db.command(doc("dbStats", 1), options)).code == Errc::invalid_argument);

    (void)proxy.commands();
    tenon::WatchOptions watched{.call = options.call};
    (void)good(db.watch(watched));
    sent = proxy.commands();
    REQUIRE(!sent.empty());
    CHECK(sent[0]["comment"].as_string() == "nightly");
    CHECK(sent[0].at_path("cursor.batchSize").to_int64() == 5);
    CHECK(sent[0].at_path("$readPreference.mode").as_string() == "nearest");
}

TEST_CASE("a set without a primary runs a command whose preference suits a secondary") {
    const support::Mongod mongod;
    const auto            db   = good(tenon::open(mongod.uri()));
    const auto            ping = [&](std::optional<tenon::ReadMode> mode, std::chrono::milliseconds within) {
        tenon::CallOptions call{.deadline = tenon::Deadline::after(within), .server = tenon::ServerOptions{}};
        if (mode) call.server->read_preference = tenon::ReadPreference{*mode};
        return db.command(doc("ping", 1), {.call = call});
    };
    (void)db.command(doc("replSetStepDown", 60, "force", true), {.admin = true});
    for (const auto mode : {tenon::ReadMode::nearest, tenon::ReadMode::secondary, tenon::ReadMode::primary_preferred}) {
        CAPTURE(static_cast<int>(mode));
        good(ping(mode, 20s));
    }
    CHECK(bad(ping(tenon::ReadMode::primary, 200ms)).code == Errc::network);
    CHECK(bad(ping(std::nullopt, 200ms)).code == Errc::network);
}

TEST_CASE("an option that cannot be is refused by its name, and nothing is sent") {
    const Server server;
    Proxy        proxy(server.uri());
    const auto   db = good(tenon::open(proxy.uri(server.name())));
    const auto   c  = db.collection("asked");
    good(c.insert(doc("n", 1)));
    struct Row {
        const char*                         path;
        bool                                of_reads;
        std::function<void(ServerOptions&)> ask;
    };
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    const Row rows[] = {
        {"read_preference", true, [](auto& asked) { asked.read_preference = {.mode = tenon::ReadMode::nearest, .max_staleness = seconds(5)}; }},
        {"read_preference", true, [](auto& asked) { asked.read_preference = {.mode = tenon::ReadMode::primary, .tags = {doc("dc", "ny")}}; }},
        {"write_concern.w", false, [](auto& asked) { asked.write_concern = tenon::WriteConcern{.w = 0}; }},
        {"write_concern", false, [](auto& asked) { asked.write_concern = tenon::WriteConcern{.w = 1, .tag = "majority"}; }},
        {"write_concern.timeout", false, [](auto& asked) { asked.write_concern = tenon::WriteConcern{.w = 1, .timeout = milliseconds(-1)}; }},
        {"batch_size", true, [](auto& asked) { asked.batch_size = -1; }},
    };
    (void)proxy.commands();
    for (const auto& row : rows) {
        INFO(std::string(row.path));
        ServerOptions asked;
        row.ask(asked);
        const auto with  = c.with(asked);
        const auto error = row.of_reads ? bad(with.find()) : bad(with.insert(doc("n", 2)));
        CHECK(tenon::to_string(error.code) == "invalid_argument");
        CHECK(error.path == row.path);
        CHECK(error.outcome == tenon::Outcome::none);
        for (const auto& command : proxy.commands()) CHECK(command.begin()->key == "endSessions");
    }
}

TEST_CASE("inside a transaction concerns and preferences are the transaction's, and the rest is the call's") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("asked");
    good(c.insert(doc("_id", 1)));
    for (const auto& option : options()) {
        INFO(std::string(option.name));
        std::string   hint;
        ServerOptions asked;
        option.ask(asked, hint);
        CallOptions call;
        call.server = asked;
        const std::string_view name    = option.name;
        const bool             refused = name == "read_preference" || name == "read_concern" || name == "write_concern";
        const auto             done    = db.transaction([&](tenon::Transaction& tx) -> Result<void> {
            const auto bound = c.in(tx);
            for (const auto& result : {support::done(bound.first({}, {.hint = hint, .call = call})), support::done(bound.insert(doc("n", 1), call)),
                                       support::done(bound.update_one(doc("_id", 1), doc("$set", doc("a", 1)), {.hint = hint, .call = call}))}) {
                if (!refused) {
                    good(result);
                    continue;
                }
                const auto error = bad(result);
                CHECK(error.code == Errc::invalid_argument);
                CHECK(error.path == option.name);
            }
            return {};
        });
        good(done);
    }
}
