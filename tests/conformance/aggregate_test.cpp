#include "fixture.hpp"

#include <algorithm>

using namespace conformance;  // NOLINT(google-build-using-namespace)
namespace acc = tenon::acc;
using tenon::pipeline;

namespace {

struct ByTag {
    std::string  tag{};
    std::int64_t n{};
    std::int64_t sum{};
    std::int32_t most{};
};
struct Tagged {
    std::string  tags{};
    std::int32_t n{};
};
struct Short {
    std::string  key{};
    std::int32_t n{};
};

template <class M>
std::vector<M> insert_tagged(const Repository<M>& things) {
    std::vector<M> out;
    for (int i = 0; i < 10; ++i) {
        auto one = thing<M>("k" + std::to_string(i), i);
        one.tags = i % 2 == 0 ? std::vector<std::string>{"even", "all"} : std::vector<std::string>{"all"};
        out.push_back(good(things.insert(one)));
    }
    return out;
}

}  // namespace

CONFORMANCE("a pipeline's documents are decoded, and a store without aggregation says so by name", Plain, SoftDeleted, Versioned, Both) {
    Repository<M> things(db);
    const auto    made   = insert_tagged(things);
    const auto    by_tag = pipeline<M>()
                            .match(field<&M::n> < 9)
                            .template unwind<&M::tags>()
                            .template group<ByTag>(acc::by<&ByTag::tag>(tenon::unwound<&M::tags>), acc::count<&ByTag::n>(),
                                                   acc::sum<&ByTag::sum>(field<&M::n>), acc::max<&ByTag::most>(field<&M::n>))
                            .sort(asc<&ByTag::tag>);
    auto groups = things.aggregate(by_tag);
    if (!db.capabilities().aggregation) {
        const auto error = bad(std::move(groups));
        CHECK(error.code == Errc::unsupported);
        CHECK(error.where == things.untyped().name() + ".aggregate");
        CHECK(error.message.find("aggregation") != std::string::npos);
        return;
    }
    const auto read = good(good(std::move(groups)).all());
    REQUIRE(read.size() == 2);
    CHECK(read[0].tag == "all");
    CHECK(read[0].n == 9);
    CHECK(read[0].sum == 36);
    CHECK(read[1].tag == "even");
    CHECK(read[1].n == 5);
    CHECK(read[1].most == 8);

    CHECK(good(good(things.aggregate(pipeline<M>().sort(desc<&M::n>).limit(3))).all()).at(2).id == made[7].id);
    CHECK(good(good(things.aggregate(pipeline<M>().template project<Short>().sort(asc<&Short::n>).skip(4))).next())->key == "k4");
    CHECK(good(good(things.aggregate(pipeline<M>().count())).next())->n == 10);
    CHECK(good(good(things.aggregate(pipeline<M>().template unwind<&M::tags>().template as<Tagged>())).all()).size() == 15);
    CHECK(good(good(things.template aggregate<Short>({json(R"({"$match":{"n":{"$gte":8}}})"), json(R"({"$sort":{"n":1}})")})).all()).at(0).key == "k8");
    // In batches smaller than the answer, with options of the server's.
    tenon::ServerOptions server{.comment = "conformance", .batch_size = 2, .allow_disk_use = true};
    CHECK(good(good(things.aggregate(pipeline<M>(), {.hint = "_id_", .call = {.server = server}})).all()).size() == 10);
    // A mistake fails the call, and what does not fit its struct names the field.
    CHECK(bad(things.aggregate(pipeline<M>().limit(0))).code == Errc::invalid_argument);
    const auto unread = bad(good(things.template aggregate<Tagged>({json(R"({"$match":{"n":1}})")})).all());
    CHECK(unread.code == Errc::decode);
    CHECK(unread.path == "tags");
    CHECK(unread.where == things.untyped().name() + ".aggregate");
}

CONFORMANCE("a pipeline sees the documents that the call's visibility sees", SoftDeleted, Both) {
    if (!db.capabilities().aggregation) return;
    Repository<M> things(db);
    const auto    made = insert_tagged(things);
    good(things.remove(made[3].id));
    const auto count = [&](Visibility visibility) {
        return good(good(things.aggregate(pipeline<M>().count(), {.call = {.visibility = visibility}})).next())->n;
    };
    CHECK(count(Visibility::live) == 9);
    CHECK(count(Visibility::with_deleted) == 10);
    CHECK(count(Visibility::only_deleted) == 1);
    CHECK(bad(things.template aggregate<Short>({json(R"({"$unionWith":"plain"})")})).code == Errc::unsupported);
}

CONFORMANCE("a pipeline inside a transaction sees its writes", Plain) {
    if (!db.capabilities().aggregation) return;
    Repository<M> things(db);
    insert_some(things, 2);
    good(db.transaction([&](tenon::Transaction& tx) -> Result<void> {
        auto bound = things.in(tx);
        if (auto done = bound.insert(thing<M>("new", 7)); !done) return tenon::fail(done.error());
        auto counted = bound.aggregate(pipeline<M>().count());
        if (!counted) return tenon::fail(counted.error());
        CHECK(good(counted->next())->n == 3);
        return {};
    }));
}

CONFORMANCE("a command goes to the server as it stands, or is refused by name where there is none", Plain) {
    Repository<M> things(db);
    insert_some(things, 2);
    auto reply = db.command(tenon::bson::doc("count", "plain"));
    if (!reply && reply.error().code == Errc::unsupported) {
        CHECK(reply.error().where == "command");
        CHECK(reply.error().message.find("command") != std::string::npos);
        CHECK(db.capabilities().topology == "embedded");
        return;
    }
    CHECK(good(std::move(reply))["n"].to_int64() == 2);
    CHECK(good(db.command(tenon::bson::doc("ping", 1), {.admin = true, .call = {.deadline = tenon::Deadline::after(std::chrono::seconds(20))}}))["ok"].to_int64() == 1);
    CHECK(bad(db.command({})).code == Errc::invalid_argument);
    CHECK(bad(db.command(tenon::bson::doc("no_such_command", 1))).server.name == "CommandNotFound");
    tenon::CausalSession session;
    CHECK(good(db.command(session, tenon::bson::doc("count", "plain")))["n"].to_int64() == 2);
    good(db.transaction([&](tenon::Transaction& tx) -> Result<void> {
        CHECK(bad(db.command(tenon::bson::doc("ping", 1))).code == Errc::invalid_argument);
        auto found = db.command(tx, json(R"({"find":"plain","filter":{"n":1}})"));
        if (!found) return tenon::fail(found.error());
        CHECK((*found)["cursor"].as_view()["firstBatch"].as_view().count() == 1);
        return {};
    }));
}
