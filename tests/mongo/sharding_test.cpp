// A model with a shard key on a replica set: it is not sharded there, and writes already say what a mongos will need.

#include "proxy.hpp"
#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using tenon::bson::Document;

namespace {

struct Visit {
    tenon::ObjectId            id{};
    std::string                tenant{};
    std::optional<std::string> region{};
    std::int64_t               count{};
};

}  // namespace

template <>
struct tenon::Model<Visit> : tenon::Defaults<Visit> {
    static constexpr auto collection = "visits";
    static constexpr auto shard_key  = tenon::shard_key<asc<&Visit::tenant>, asc<&Visit::region>, hashed<&Visit::id>>();
};

namespace {

std::string filter_of(const Document& command) {
    auto filter = command["query"];
    if (filter.missing()) filter = command.at_path("updates.0.q");
    REQUIRE(filter.type() == tenon::bson::Type::document);
    return tenon::bson::to_json(filter.as_view());
}

}  // namespace

TEST_CASE("a replica set shards nothing: that is said before anything is sent") {
    const Server server;
    Proxy        proxy(server.uri());
    const auto   db = good(tenon::open(proxy.uri(server.name()), tenon::models<Visit>()));
    good(Repository<Visit>(db).insert({.tenant = "a"}));
    (void)proxy.commands();
    const auto error = bad(db.shard({.shards = {{"rs0", "eu"}}}));
    CHECK(error.code == Errc::unsupported);
    CHECK(error.where == "visits.shard");
    CHECK(error.message.find("mongos") != std::string::npos);
    CHECK(error.outcome == tenon::Outcome::none);
    CHECK(proxy.commands().empty());
}

TEST_CASE("a copy is looked for by its id and its shard key, which a mongos needs to find its shard") {
    const Server            server;
    Proxy                   proxy(server.uri());
    const auto              db = good(tenon::open(proxy.uri(server.name()), tenon::models<Visit>()));
    const Repository<Visit> visits(db);
    auto                    one  = good(visits.insert({.tenant = "a", .region = "eu"}));
    const auto              id   = R"({"_id":{"$oid":")" + one.id.to_string() + R"("},)";
    const auto              whole = id + R"("tenant":{"$eq":"a"},"region":{"$eq":"eu"}})";
    (void)proxy.commands();

    const auto sent = [&] {
        const auto commands = proxy.commands();
        REQUIRE(commands.size() == 1);
        return filter_of(commands[0]);
    };
    good(visits.save(one));
    CHECK(sent() == whole);
    good(visits.replace(one));
    CHECK(sent() == whole);
    good(visits.upsert(one));
    CHECK(sent() == whole);
    good(visits.bulk().replace(one).run());
    CHECK(sent() == whole);
    one.region.reset();
    CHECK(bad(visits.replace(one)).code == Errc::not_found);
    CHECK(sent() == id + R"("tenant":{"$eq":"a"},"region":{"$eq":null}})");
    // By the id alone all shards are asked, which is fine for what changes one document and inserts none.
    good(visits.update(one.id, tenon::inc<&Visit::count>(1)));
    CHECK(sent() == id.substr(0, id.size() - 1) + "}");
}
