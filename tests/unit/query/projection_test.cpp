#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using namespace tenon;

namespace {
struct Head {
    OrderId     id{};
    std::string buyer{};
};
struct Amount {
    std::int64_t               qty{};
    std::optional<std::int64_t> total{};
    std::optional<std::string> note{};
};
struct ShortLine {
    std::string sku{};
};
struct ShortAddress {
    std::string city{};
};
struct Nested {
    OrderId                     id{};
    std::vector<ShortLine>      lines{};
    std::optional<ShortAddress> address{};
    double                      qty{};
    int                         sold_out{};
};
struct Whole {
    OrderId           id{};
    std::vector<Line> lines{};
    bson::Value       state{};
};
struct None {};
}  // namespace

template <>
struct tenon::Mapping<Nested> : tenon::MappingDefaults {
    static constexpr auto ignore = tenon::members<&Nested::sold_out>;
    static constexpr auto rename = tenon::renames(tenon::rename<&Nested::id>("_id"));
};

TEST_CASE("a projection asks for the fields of the struct that is read") {
    const std::pair<query::ProjectionBase, const char*> rows[] = {
        // A struct that is no entity stores `id` as id and `buyer` by its own name.
        {projection_of<Order, Head>(), R"({"id":"$_id","buyer":"$by","_id":0})"},
        {projection_of<Order, Amount>(), R"({"qty":1,"total":1,"note":1,"_id":0})"},
        {projection_of<Order, Nested>(), R"({"_id":1,"lines.sku":1,"address.city":1,"qty":1})"},
        {projection_of<Order, Whole>(), R"({"id":"$_id","lines":1,"state":1,"_id":0})"},
        {Projection<Order, Head>::raw(bson::doc("x", 1)), R"({"x":1})"},
        {Projection<Order, Head>::from_json(R"({"x": 1})").value(), R"({"x":1})"},
    };
    for (const auto& [projection, want] : rows) CHECK(canonical(projection) == json(want));
    CHECK(canonical(projection_of<Order, None>()).find("at least one field") != std::string::npos);
    CHECK(!Projection<Order, Head>::from_json("").has_value());
}
