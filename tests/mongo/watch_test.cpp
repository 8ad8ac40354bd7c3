// Typed change streams on a real server: what each change says, what a filter lets through, and that none is lost in a failover.
#include <semaphore>
#include <thread>
#include <vector>

#include "faults/server.hpp"
#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;
using tenon::Change;
using tenon::ChangeKind;
using tenon::ChangeStream;
using tenon::Deadline;
using tenon::field;
using tenon::FullDocument;
using tenon::Transaction;
using tenon::bson::doc;

namespace {

using TicketId = tenon::Id<struct Ticket, std::int64_t>;
struct Ticket {
    TicketId                        id{};
    std::string                     title{};
    std::optional<std::string>      owner{};
    std::int32_t                    points = 0;
    std::int32_t                    spent  = 0;
    std::vector<std::string>        tags{};
};
struct Note {
    tenon::ObjectId id{};
    std::string     text{};
};

}  // namespace

template <>
struct tenon::Model<Ticket> : tenon::Defaults<Ticket> {
    static constexpr auto collection = "tickets";
};
template <>
struct tenon::Model<Note> : tenon::Defaults<Note> {
    static constexpr auto collection  = "notes";
    static constexpr auto soft_delete = true;
};

namespace {

Ticket ticket(std::int64_t id, std::string title, std::int32_t points = 0) {
    Ticket made;
    made.id.value = id;
    made.title    = std::move(title);
    made.points   = points;
    return made;
}

template <class T>
Change<T> next(ChangeStream<T>& changes, std::chrono::milliseconds within = 5s) {
    auto change = good(changes.next(Deadline::after(within)));
    REQUIRE_MESSAGE(change.has_value(), "no change came");
    return std::move(*change);
}
template <class T>
bool quiet(ChangeStream<T>& changes) {
    return !good(changes.next(Deadline::after(50ms))).has_value();
}

std::string text(tenon::bson::View document) { return tenon::bson::to_json(document); }

void keep_images(const Server& server, const char* collection) {
    REQUIRE(server.command(server.name(), std::string(R"({"collMod":")") + collection + R"(","changeStreamPreAndPostImages":{"enabled":true}})"));
}

}  // namespace

TEST_CASE("each kind of change says what happened") {
    const Server             server;
    const auto               db = server.open();
    const Repository<Ticket> tickets(db);
    auto                     changes = good(tickets.watch());

    auto one = ticket(1, "one");
    one.tags = {"a", "b", "c", "d"};
    good(tickets.insert(one));
    auto change = next(changes);
    CHECK(change.kind() == ChangeKind::insert);
    CHECK(change.id->value == 1);
    REQUIRE(change.document.has_value());
    CHECK(change.document->tags.size() == 4);
    CHECK(!change.before.has_value());
    CHECK(change.collection() == "tickets");
    CHECK(change.cluster_time().seconds > 0);
    CHECK(!change.resume_token().empty());

    good(tickets.update(one.id, tenon::set<&Ticket::owner>("ann") | tenon::inc<&Ticket::points>(3)));
    change = next(changes);
    CHECK(change.kind() == ChangeKind::update);
    CHECK(!change.document.has_value());
    CHECK(change.updated_fields()["owner"].as_string() == "ann");
    CHECK(change.updated_fields()["points"].as_int32() == 3);
    CHECK(change.updated_fields().count() == 2);

    good(db.collection("tickets").update(tenon::DocumentId(std::int64_t{1}), json(R"({"$unset":{"owner":1}})")));
    change = next(changes);
    CHECK(change.removed_fields() == std::vector<std::string_view>{"owner"});

    REQUIRE(server.command(server.name(), R"({"update":"tickets","updates":[{"q":{"_id":1},"u":[{"$set":{"tags":{"$slice":["$tags",2]}}}]}]})"));
    change = next(changes);
    const auto cut = change.truncated_arrays();
    REQUIRE(cut.size() == 1);
    CHECK(cut[0].field == "tags");
    CHECK(cut[0].size == 2);

    good(tickets.replace(ticket(1, "new")));
    change = next(changes);
    CHECK(change.kind() == ChangeKind::replace);
    CHECK(change.document->title == "new");

    good(tickets.remove(one.id));
    change = next(changes);
    CHECK(change.kind() == ChangeKind::remove);
    CHECK(change.id->value == 1);
    CHECK(!change.document.has_value());

    good(db.collection("tickets").drop());
    change = next(changes);
    CHECK(change.kind() == ChangeKind::other);
    CHECK(change.operation() == "drop");
    CHECK(!change.id.has_value());
    CHECK(next(changes).kind() == ChangeKind::invalidate);
    CHECK(bad(changes.next(Deadline::after(1s))).where == "tickets.watch");
}

TEST_CASE("documents from behind and before a change come as they are asked for") {
    const Server             server;
    const auto               db = server.open();
    const Repository<Ticket> tickets(db);
    good(tickets.insert(ticket(1, "one", 1)));
    keep_images(server, "tickets");
    auto looked_up = good(tickets.watch({}, {.full_document = FullDocument::update_lookup}));
    auto images    = good(tickets.watch({}, {.full_document = FullDocument::required, .before_change = FullDocument::required}));
    good(tickets.update(TicketId(1), tenon::set<&Ticket::points>(2)));
    good(tickets.update(TicketId(1), tenon::set<&Ticket::points>(3)));
    good(tickets.remove(TicketId(1)));

    auto change = next(images);
    CHECK(change.before->points == 1);
    CHECK(change.document->points == 2);
    change = next(images);
    CHECK(change.before->points == 2);
    CHECK(change.document->points == 3);
    change = next(images);
    CHECK(change.kind() == ChangeKind::remove);
    CHECK(change.before->points == 3);
    // Looked up when it is read: the document is gone by now.
    CHECK(!next(looked_up).document.has_value());

    // What is not kept: nothing, or the end of the stream.
    const Repository<Note> notes(db);
    const auto             note     = good(notes.insert({.text = "a"}));
    auto                   lenient  = good(notes.watch({}, {.before_change = FullDocument::when_available}));
    auto                   strict   = good(notes.watch({}, {.before_change = FullDocument::required}));
    good(notes.update(note.id, tenon::set<&Note::text>("b")));
    CHECK(!next(lenient).before.has_value());
    CHECK(bad(strict.next(Deadline::after(5s))).code == Errc::not_found);
}

TEST_CASE("a filter tells the events that bring a document which matches, or none at all") {
    const Server             server;
    const auto               db = server.open();
    const Repository<Ticket> tickets(db);
    good(tickets.insert(ticket(1, "big", 10)));
    good(tickets.insert(ticket(2, "small", 1)));
    keep_images(server, "tickets");
    const auto big       = field<&Ticket::points> >= 5;
    auto       after     = good(tickets.watch(big, {.full_document = FullDocument::required}));
    auto       both      = good(tickets.watch(big, {.full_document = FullDocument::required, .before_change = FullDocument::required}));
    auto       before    = good(tickets.watch(big, {.before_change = FullDocument::required}));
    auto       over_time = good(tickets.watch(tenon::expr(field<&Ticket::spent> > field<&Ticket::points>), {.full_document = FullDocument::required}));
    auto       by_id     = good(tickets.watch(field<&Ticket::id> == TicketId(2)));

    good(tickets.update(TicketId(1), tenon::set<&Ticket::title>("b")));    // matches before and after
    good(tickets.update(TicketId(1), tenon::set<&Ticket::points>(2)));     // before alone
    good(tickets.update(TicketId(2), tenon::set<&Ticket::spent>(7)));      // neither, but over its time
    good(tickets.update(TicketId(2), tenon::set<&Ticket::points>(8)));     // after alone
    good(tickets.insert(ticket(3, "c", 6)));                       // after alone
    good(tickets.insert(ticket(4, "d", 1)));                       // neither
    good(tickets.remove(TicketId(4)));                                     // before it did not match
    good(tickets.remove(TicketId(3)));                                     // before it did
    good(tickets.remove(TicketId(2)));

    const auto told = [](ChangeStream<Ticket>& changes) {
        std::string out;
        while (auto change = good(changes.next(Deadline::after(300ms)))) {
            out += std::string(change->operation().substr(0, 1)) + std::to_string(change->id->value) + " ";
        }
        return out;
    };
    CHECK(told(after) == "u1 u2 i3 d4 d3 d2 ");
    CHECK(told(both) == "u1 u1 u2 i3 d3 d2 ");
    CHECK(told(before) == "u1 u1 i3 d3 d2 ");
    CHECK(told(over_time) == "u2 d4 d3 d2 ");
    CHECK(told(by_id) == "u2 u2 d2 ");

    CHECK(bad(tickets.watch(big)).path == "full_document");
    CHECK(bad(tickets.watch(big)).where == "tickets.watch");
}

TEST_CASE("a soft delete and a restore are updates that say so") {
    const Server           server;
    const auto             db = server.open();
    const Repository<Note> notes(db);
    auto                   changes = good(notes.watch());
    const auto             note    = good(notes.insert({.text = "a"}));
    CHECK(next(changes).kind() == ChangeKind::insert);
    good(notes.remove(note.id));
    auto change = next(changes);
    CHECK(change.kind() == ChangeKind::update);
    CHECK(change.soft_deleted);
    CHECK(!change.restored);
    good(notes.restore(note.id));
    change = next(changes);
    CHECK(change.restored);
    CHECK(!change.soft_deleted);
    good(notes.update(note.id, tenon::set<&Note::text>("b")));
    change = next(changes);
    CHECK(!change.soft_deleted);
    CHECK(!change.restored);
    good(notes.purge(note.id));
    CHECK(next(changes).kind() == ChangeKind::remove);
}

TEST_CASE("a document that is no entity is one error, and the stream goes on behind it") {
    const Server             server;
    const auto               db = server.open();
    const Repository<Ticket> tickets(db);
    auto                     changes = good(tickets.watch());
    REQUIRE(server.command(server.name(), R"({"insert":"tickets","documents":[{"_id":1,"title":5},{"_id":"text"}]})"));
    good(tickets.insert(ticket(2, "fine")));
    auto error = bad(changes.next(Deadline::after(5s)));
    CHECK(error.code == Errc::decode);
    CHECK(error.where == "tickets.watch");
    CHECK(error.document_id == R"({"$numberInt":"1"})");
    error = bad(changes.next(Deadline::after(5s)));
    CHECK(error.code == Errc::decode);
    CHECK(error.path == "_id");
    CHECK(next(changes).id->value == 2);
}

TEST_CASE("for_each goes on until the visitor has enough, or the stream ends") {
    const Server             server;
    const auto               db = server.open();
    const Repository<Ticket> tickets(db);
    auto                     changes = good(tickets.watch({}, {.max_await = 20ms}));
    for (int i = 1; i <= 4; ++i) good(tickets.insert(ticket(i, "t")));
    std::vector<std::int64_t> seen;
    good(changes.for_each([&](const Change<Ticket>& change) {
        seen.push_back(change.id->value);
        return seen.size() < 2;
    }));
    CHECK(seen == std::vector<std::int64_t>{1, 2});
    good(db.collection("tickets").drop());
    int rest = 0;
    good(changes.for_each([&](const Change<Ticket>&) { ++rest; }));
    CHECK(rest == 4);  // two inserts, the drop, the invalidate
}

TEST_CASE("the untyped streams of a collection and of a database bring events as they are") {
    const Server server;
    const auto   db     = server.open();
    auto         things = good(db.collection("things").watch(json(R"({"n":{"$gt":1}})"), {.full_document = FullDocument::update_lookup}));
    auto         all    = good(db.watch({.pipeline = {json(R"({"$match":{"operationType":"insert"}})")}}));
    good(db.collection("things").insert(doc("_id", 1, "n", 1)));
    good(db.collection("things").insert(doc("_id", 2, "n", 2)));
    good(db.collection("things").remove(tenon::DocumentId(std::int64_t{1})));
    good(db.collection("others").insert(doc("_id", 3)));
    const auto second = good(things.next(Deadline::after(5s)));
    REQUIRE(second.has_value());
    CHECK(second->document_id().to_int64() == 2);
    CHECK(text(*second->document_after()) == R"({"_id":2,"n":2})");
    CHECK(good(things.next(Deadline::after(5s)))->kind() == ChangeKind::remove);
    for (const auto* from : {"things", "things", "others"}) CHECK(good(all.next(Deadline::after(5s)))->collection() == from);
    CHECK(!all.resume_token().empty());
}

TEST_CASE("a watch inside a transaction is refused, and so is one that is not bound to it") {
    const Server             server;
    const auto               db = server.open();
    const Repository<Ticket> tickets(db);
    good(tickets.insert(ticket(1, "one")));
    good(db.transaction([&](Transaction& tx) -> Result<void> {
        CHECK(bad(tickets.in(tx).watch()).code == Errc::unsupported);
        CHECK(bad(tickets.watch()).code == Errc::invalid_argument);
        return {};
    }));
}

TEST_CASE("in a causal session, and with options of the repository, a stream opens like others") {
    const Server               server;
    const auto                 db = server.open();
    const tenon::CausalSession session;
    const Repository<Ticket>   tickets = Repository<Ticket>(db).in(session);
    good(tickets.insert(ticket(1, "one")));
    auto changes = good(tickets.with({.read_preference = tenon::ReadPreference{tenon::ReadMode::nearest}, .batch_size = 1}).watch());
    good(tickets.insert(ticket(2, "two")));
    CHECK(next(changes).id->value == 2);
}

TEST_CASE("a stream that fell behind the oplog says that its history is lost") {
    const Server             server;
    const auto               db = server.open();
    const Repository<Ticket> tickets(db);
    server.fail(R"(["aggregate"])", R"("errorCode":286)");  // ChangeStreamHistoryLost
    const auto error = bad(tickets.watch());
    CHECK(error.code == Errc::unsupported);
    CHECK(error.where == "tickets.watch");
    CHECK(error.message.find("oplog") != std::string::npos);
}

TEST_CASE("no change is lost or told twice when the primary steps down") {
    const faults::ReplicaSet set("changes-step");
    const auto               db = good(tenon::open(set.uri_of("changes", "w=majority&heartbeatFrequencyMS=500")));
    const Repository<Ticket> tickets(db);
    auto                     changes = good(tickets.watch());
    std::counting_semaphore<> ahead(3);  // of the reader, so that the steps fall between two inserts
    std::jthread              writer([&] {
        for (std::int64_t i = 1; i <= 60; ++i) {
            ahead.acquire();
            CHECK(tickets.insert(ticket(i, "t"), {.deadline = Deadline::after(30s)}).has_value());
        }
    });
    for (std::int64_t i = 1; i <= 60; ++i) {
        if (i == 10 || i == 30) {
            const int old = set.wait_for_primary();
            (void)faults::Admin(faults::ReplicaSet::direct(old)).run(R"({"replSetStepDown":5,"secondaryCatchUpPeriodSecs":5})");
        }
        CHECK(next(changes, 30s).id->value == i);
        ahead.release();
    }
    CHECK(quiet(changes));
}
