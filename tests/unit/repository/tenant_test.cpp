#include "repository/middleware/tenant.hpp"

#include <doctest/doctest.h>

#include "bare_store.hpp"

using namespace tenon;  // NOLINT(google-build-using-namespace)

namespace {

// Never reached by a request with a tenant: the tests say so by its answer.
class Reached final : public BareStore {
public:
    Result<Reply> run(Request, Session&) override { return Reply(DoneReply{}); }
};

}  // namespace

TEST_CASE("a request with a tenant is refused on every verb, one without passes") {
    repository::Tenant layer(std::make_shared<Reached>());
    ModelInfo          model;
    class None final : public Session {} session;
    Operation operations[] = {Find{},      Insert{},        Update{},        Replace{},     Delete{},           Restore{},         FindAndModify{},
                              Count{},     EstimatedCount{}, Distinct{},     Aggregate{},   BulkWrite{},        Explain{},         CreateIndexes{},
                              ListIndexes{}, DropIndexes{}, HideIndex{},     CreateCollection{}, DropCollection{}, ListCollections{},
                              Watch{}, Command{}, ShardCollection{}};
    CHECK(std::size(operations) == std::variant_size_v<Operation::variant>);
    for (auto& operation : operations) {
        const std::string name(verb(operation));
        CAPTURE(name);
        Context acme;
        acme.tenant  = "acme";
        auto refused = layer.run(Request{"things", operation, &model, acme}, session);
        REQUIRE(!refused.has_value());
        CHECK(refused.error().code == Errc::unsupported);
        CHECK(refused.error().message.starts_with(name + " "));
        CHECK(layer.run(Request{"things", std::move(operation), &model, {}}, session).has_value());
    }
}
