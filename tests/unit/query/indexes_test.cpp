#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using namespace tenon;

namespace {
struct Twice {
    ObjectId    id{};
    int         a{};
};
}  // namespace
template <>
struct tenon::Model<Twice> : tenon::Defaults<Twice> {
    static constexpr auto indexes = tenon::indexes(index<asc<&Twice::a>, desc<&Twice::a>>());
};

TEST_CASE("a model's indexes in createIndexes' form") {
    const auto all = query::definitions(Model<Order>::indexes);
    REQUIRE(all.has_value());
    const char* want[] = {
        R"({"key":{"by":1,"at":-1}})",
        R"({"key":{"lines.sku":1},"name":"skus","unique":true,"sparse":true})",
        R"({"key":{"total":-1},"hidden":true,"partialFilterExpression":{"qty":{"$gt":5}}})",
        R"({"key":{"at":1},"expireAfterSeconds":{"$numberLong":"3600"}})",
        R"({"key":{"note":"text","by":"text"}})",
    };
    REQUIRE(all->size() == std::size(want));
    for (std::size_t i = 0; i < all->size(); ++i) {
        CHECK(bson::to_json((*all)[i].to_document().view(), bson::JsonMode::canonical) == json(want[i]));
    }
}

TEST_CASE("an index that makes no sense says so when it is defined") {
    const auto twice = query::definitions(Model<Twice>::indexes);
    REQUIRE(!twice.has_value());
    CHECK(twice.error().path == "a");
    const auto partial = index<asc<&Order::qty>>().partial([] { return field<&Order::qty>.mod(0, 0); }).definition();
    REQUIRE(!partial.has_value());
    CHECK(partial.error().message.find("divisor") != std::string::npos);
}
