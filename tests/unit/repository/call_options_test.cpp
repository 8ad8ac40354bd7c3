// What every call hands to the store: its options, told by a store that remembers the last Request.

#include <chrono>
#include <functional>

#include <doctest/doctest.h>

#include <tenon/store/operation.hpp>
#include <tenon/store/store.hpp>
#include <tenon/tenon.hpp>

#include "bare_store.hpp"

using namespace tenon;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

namespace {

template <int Kind>
struct Thing {
    ObjectId                 id{};
    std::int32_t             n = 0;
    std::vector<std::string> tags{};
};
using Plain = Thing<0>;
using Soft  = Thing<1>;

struct Versioned {
    ObjectId     id{};
    std::int32_t n = 0;
    std::int64_t version{};
};

struct Change {
    std::optional<std::int32_t> n{};
};

std::string hint_of(const auto& op) {
    if constexpr (requires { op.hint; }) return op.hint;
    else if constexpr (requires { op.operation; }) return std::visit([](const auto& of) { return of.hint; }, op.operation);
    else if constexpr (requires { op.items; }) return std::visit([](const auto& item) { return hint_of(item); }, op.items.front());
    else return {};
}

/// Answers every verb as if it found nothing.
class Recorder final : public BareStore {
public:
    struct Nothing final : Cursor {
        Result<std::optional<bson::View>> next() override { return std::optional<bson::View>{}; }
    };
    Result<Reply> run(Request request, Session&) override {
        ++runs;
        last = request.context;
        if (std::holds_alternative<Find>(request.operation)) looked_up.push_back(request.context);
        hint = std::visit([](const auto& op) { return hint_of(op); }, static_cast<const Operation::variant&>(request.operation));
        while (std::chrono::steady_clock::now() < busy_until) {}
        return std::visit(overloaded{
                              [](Find&) { return Reply(FindReply{std::make_unique<Nothing>()}); },
                              [](Aggregate&) { return Reply(FindReply{std::make_unique<Nothing>()}); },
                              [](Insert& op) { return Reply(InsertReply{std::move(op.documents)}); },
                              [](auto& op) { return Reply(typename std::remove_cvref_t<decltype(op)>::Reply{}); },
                          },
                          static_cast<Operation::variant&>(request.operation));
    }

    int                                   runs = 0;
    Context                               last{};
    std::vector<Context>                  looked_up{};  // of each find
    std::string                           hint{};
    std::chrono::steady_clock::time_point busy_until{};
};

}  // namespace

template <>
struct tenon::Model<Plain> : tenon::Defaults<Plain> {
    static constexpr auto collection = "plain";
};
template <>
struct tenon::Model<Soft> : tenon::Defaults<Soft> {
    static constexpr auto collection  = "soft";
    static constexpr auto soft_delete = true;
};

template <>
struct tenon::Model<Versioned> : tenon::Defaults<Versioned> {
    static constexpr auto versioned = &Versioned::version;
};

namespace {

/// Every call of a repository, with these options; what it returns is none of the test's business.
template <class M>
struct Row {
    const char* name;
    bool        hinted;  // takes a hint, and the call below gives it "h"
    std::function<void(const Repository<M>&, const CallOptions&)> call;
};

template <class M>
std::vector<Row<M>> every_call() {
    const auto id     = ObjectId::generate();
    const auto update = set<&M::n>(1);
    const auto filter = field<&M::n> == 1;
    const M    entity{.id = id};
    using R = const Repository<M>&;
    using C = const CallOptions&;
    std::vector<Row<M>> rows{
        {"insert", false, [](R r, C c) { (void)r.insert(M{}, c); }},
        {"insert_many", false, [](R r, C c) { (void)r.insert_many({M{}, M{}}, {.call = c}); }},
        {"save", false, [](R r, C c) { (void)r.save(M{}, c); }},
        {"save again", false, [=](R r, C c) { (void)r.save(entity, c); }},
        {"upsert", false, [=](R r, C c) { (void)r.upsert(entity, c); }},
        {"replace", true, [=](R r, C c) { (void)r.replace(entity, {.hint = "h", .call = c}); }},
        {"replace_one", true, [=](R r, C c) { (void)r.replace_one(filter, M{}, {.hint = "h", .call = c}); }},
        {"update", true, [=](R r, C c) { (void)r.update(id, update, {.hint = "h", .call = c}); }},
        {"update_one", true, [=](R r, C c) { (void)r.update_one(filter, update, {.hint = "h", .call = c}); }},
        {"update_many", true, [=](R r, C c) { (void)r.update_many(filter, update, {.hint = "h", .call = c}); }},
        {"patch", true, [=](R r, C c) { (void)r.patch(id, Change{.n = 1}, {.hint = "h", .call = c}); }},
        {"find_and_update", true, [=](R r, C c) { (void)r.find_and_update(filter, update, {.hint = "h", .call = c}); }},
        {"find_and_replace", true, [=](R r, C c) { (void)r.find_and_replace(filter, M{}, {.hint = "h", .call = c}); }},
        {"find_and_remove", true, [=](R r, C c) { (void)r.find_and_remove(filter, {.hint = "h", .call = c}); }},
        {"remove", true, [=](R r, C c) { (void)r.remove(id, {.hint = "h", .call = c}); }},
        {"remove_one", true, [=](R r, C c) { (void)r.remove_one(filter, {.hint = "h", .call = c}); }},
        {"remove_many", true, [=](R r, C c) { (void)r.remove_many(filter, {.hint = "h", .call = c}); }},
        {"purge", true, [=](R r, C c) { (void)r.purge(id, {.hint = "h", .call = c}); }},
        {"purge_many", true, [=](R r, C c) { (void)r.purge_many(filter, {.hint = "h", .call = c}); }},
        {"bulk insert", false, [](R r, C c) { (void)r.bulk().insert(M{}).run({.call = c}); }},
        {"bulk update", true, [=](R r, C c) { (void)r.bulk().update(id, update, {.hint = "h"}).run({.call = c}); }},
        {"bulk update_one", true, [=](R r, C c) { (void)r.bulk().update_one(filter, update, {.hint = "h"}).run({.call = c}); }},
        {"bulk update_many", true, [=](R r, C c) { (void)r.bulk().update_many(filter, update, {.hint = "h"}).run({.call = c}); }},
        {"bulk replace", true, [=](R r, C c) { (void)r.bulk().replace(entity, {.hint = "h"}).run({.call = c}); }},
        {"bulk remove", true, [=](R r, C c) { (void)r.bulk().remove(id, {.hint = "h"}).run({.call = c}); }},
        {"bulk remove_one", true, [=](R r, C c) { (void)r.bulk().remove_one(filter, {.hint = "h"}).run({.call = c}); }},
        {"bulk remove_many", true, [=](R r, C c) { (void)r.bulk().remove_many(filter, {.hint = "h"}).run({.call = c}); }},
        {"get", false, [=](R r, C c) { (void)r.get(id, c); }},
        {"exists", false, [=](R r, C c) { (void)r.exists(filter, c); }},
        {"count", true, [=](R r, C c) { (void)r.count(filter, {.hint = "h", .call = c}); }},
        {"estimated_count", false, [](R r, C c) { (void)r.estimated_count(c); }},
        {"aggregate", true, [](R r, C c) { (void)r.aggregate(pipeline<M>(), {.hint = "h", .call = c}); }},
        {"untyped find", true, [](R r, C c) { (void)r.untyped().find({}, {.hint = "h", .call = c}); }},
        {"untyped first", true, [](R r, C c) { (void)r.untyped().first({}, {.hint = "h", .call = c}); }},
        {"untyped explain", true, [](R r, C c) { (void)r.untyped().explain({}, {.hint = "h", .call = c}); }},
        {"untyped explain_count", true, [](R r, C c) { (void)r.untyped().explain_count({}, {.hint = "h", .call = c}); }},
        {"untyped distinct", false, [](R r, C c) { (void)r.untyped().distinct("n", {}, c); }},
        {"create_indexes", false, [](R r, C c) { (void)r.untyped().create_indexes({IndexSpec{.keys = bson::doc("n", 1)}}, c); }},
        {"list_indexes", false, [](R r, C c) { (void)r.list_indexes(c); }},
        {"drop_index", false, [](R r, C c) { (void)r.drop_index("n_1", c); }},
        {"drop_indexes", false, [](R r, C c) { (void)r.drop_indexes(c); }},
        {"hide_index", false, [](R r, C c) { (void)r.hide_index("n_1", true, c); }},
        {"create", false, [](R r, C c) { (void)r.untyped().create(c); }},
        {"drop", false, [](R r, C c) { (void)r.untyped().drop(c); }},
    };
    if (std::is_same_v<M, Soft>) {
        rows.push_back({"restore", true, [=](R r, C c) { (void)r.restore(id, {.hint = "h", .call = c}); }});
        rows.push_back({"restore_many", true, [=](R r, C c) { (void)r.restore_many(filter, {.hint = "h", .call = c}); }});
    }
    // A query takes them one by one.
    const auto query = [=](R r, C c) {
        auto q = r.find(filter).hint("h").deadline(c.deadline).stop(c.stop).actor(c.actor).server(*c.server);
        return c.visibility == Visibility::with_deleted ? q.with_deleted() : q;
    };
    rows.push_back({"find", true, [=](R r, C c) { (void)query(r, c).all(); }});
    rows.push_back({"find first", true, [=](R r, C c) { (void)query(r, c).first(); }});
    rows.push_back({"find stream", true, [=](R r, C c) { (void)query(r, c).stream(); }});
    rows.push_back({"find page", true, [=](R r, C c) { (void)query(r, c).page(); }});
    rows.push_back({"find count", true, [=](R r, C c) { (void)query(r, c).count(); }});
    rows.push_back({"find exists", false, [=](R r, C c) { (void)query(r, c).exists(); }});
    rows.push_back({"find distinct", false, [=](R r, C c) { (void)query(r, c).template distinct<&M::n>(); }});
    rows.push_back({"find explain", true, [=](R r, C c) { (void)query(r, c).explain(); }});
    rows.push_back({"find explain_count", true, [=](R r, C c) { (void)query(r, c).explain_count(); }});
    return rows;
}

template <class M>
void check_every_call(Visibility visibility) {
    auto                engine = std::make_shared<Recorder>();
    const auto          db     = Database::over(engine);
    const Repository<M> things(db);
    std::stop_source    source;
    const CallOptions   options{.deadline   = Deadline::after(1h),
                                .stop       = source.get_token(),
                                .visibility = visibility,
                                .actor      = "ann",
                                .server     = ServerOptions{.comment = "nightly"}};
    for (const auto& row : every_call<M>()) {
        CAPTURE(row.name);
        engine->last = {};
        engine->runs = 0;
        row.call(things, options);
        REQUIRE(engine->runs > 0);
        CHECK(engine->last.deadline.at == options.deadline.at);
        CHECK(engine->last.stop == options.stop);
        CHECK(engine->last.visibility == visibility);
        CHECK(engine->last.actor == "ann");
        REQUIRE(engine->last.server);
        CHECK(engine->last.server->comment == "nightly");
        CHECK(engine->hint == (row.hinted ? "h" : ""));
    }
}

}  // namespace

TEST_CASE("every call hands all its options to the store") {
    check_every_call<Plain>(Visibility::with_deleted);
    check_every_call<Soft>(Visibility::live);
}

TEST_CASE("what a write looks up first is read from the primary as it stands, whatever the reads of the call prefer") {
    const auto        filter = field<&Versioned::n> == 1;
    const Versioned   entity{.id = ObjectId::generate(), .version = 3};
    const ServerOptions reads{.read_preference = ReadPreference{.mode = ReadMode::secondary}, .read_concern = ReadConcern::majority, .comment = "nightly"};
    struct Row {
        const char* name;
        std::function<void(const Repository<Versioned>&)> call;
    };
    const Row rows[] = {
        {"save at a version", [&](const auto& r) { (void)r.save(entity); }},
        {"replace_one", [&](const auto& r) { (void)r.replace_one(filter, Versioned{}); }},
        {"replace_one with upsert", [&](const auto& r) { (void)r.replace_one(filter, Versioned{}, {.upsert = true}); }},
        {"upsert", [&](const auto& r) { (void)r.upsert(entity); }},
        {"find_and_replace", [&](const auto& r) { (void)r.find_and_replace(filter, Versioned{}); }},
        {"update at a version", [&](const auto& r) { (void)r.update(entity.id, set<&Versioned::n>(1), {.expected_version = 3}); }},
        {"remove at a version", [&](const auto& r) { (void)r.remove(entity.id, {.expected_version = 3}); }},
        {"bulk replace", [&](const auto& r) { (void)r.bulk().replace(entity).run(); }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto       engine = std::make_shared<Recorder>();
        const auto db     = Database::over(engine);
        row.call(Repository<Versioned>(db).with(reads));
        REQUIRE(!engine->looked_up.empty());
        for (const auto& context : engine->looked_up) {
            REQUIRE(context.server);
            REQUIRE(context.server->read_preference);  // none would be the URI's
            CHECK(context.server->read_preference->mode == ReadMode::primary);
            CHECK(context.server->read_concern == ReadConcern::local);
            CHECK(context.server->comment == "nightly");
        }
    }
}

TEST_CASE("a slow call is logged with who asked for it") {
    struct Line {
        std::string where;
        std::string actor;
    };
    std::vector<Line> lines;
    auto              engine = std::make_shared<Recorder>();
    const auto        db     = Database::over(engine, {.log = log_to([&](const LogEntry& entry) { lines.push_back({std::string(entry.where), std::string(entry.actor)}); }),
                                                       .slow_ms = 1ms});
    engine->busy_until = std::chrono::steady_clock::now() + 5ms;
    (void)Repository<Plain>(db).count({}, {.call = {.actor = "ann"}});
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].where == "plain.count");
    CHECK(lines[0].actor == "ann");
}

TEST_CASE("an item of a bulk write with an option that it cannot have fails the call before anything is sent") {
    struct Row {
        const char* path;
        void (*add)(BulkItems&);
    };
    const Row rows[] = {
        {"upsert", [](BulkItems& items) { items.remove_one({}, {.upsert = true}); }},
        {"upsert", [](BulkItems& items) { items.remove_many({}, {.upsert = true}); }},
        {"array_filters", [](BulkItems& items) { items.remove_one({}, {.array_filters = {bson::doc("x", 1)}}); }},
        {"array_filters", [](BulkItems& items) { items.replace_one({}, {}, {.array_filters = {bson::doc("x", 1)}}); }},
        {"expected_version", [](BulkItems& items) { items.remove_many({}, {.expected_version = 1}); }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        auto      engine = std::make_shared<Recorder>();
        BulkItems items;
        items.insert(bson::doc("n", 1));
        row.add(items);
        const auto done = Database::over(engine).collection("plain").bulk(std::move(items));
        REQUIRE(!done.has_value());
        CHECK(done.error().code == Errc::invalid_argument);
        CHECK(done.error().path == row.path);
        CHECK(engine->runs == 0);
    }
}
