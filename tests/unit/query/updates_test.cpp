#include <doctest/doctest.h>

#include "unit/query/entities.hpp"

using namespace shop;
using namespace tenon;
using tenon::query::Update;
using tenon::query::UpdateBase;

namespace {
struct Change {
    UpdateBase  update;
    const char* want;
};

enum class Kind : int { small = 1, big = 2 };
struct Part {
    Kind                       kind{};
    std::optional<std::string> label{};
    std::optional<Kind>        before{};
};
struct Shelf {
    ObjectId                                  id{};
    std::vector<Part>                         parts{};
    std::map<std::string, Part>               named{};
    std::map<std::string, std::optional<int>> counts{};
    std::vector<std::optional<int>>           holes{};
    std::variant<Part, std::monostate>        either{};
    std::variant<std::monostate, int>         maybe{};
    bson::Null                                nothing{};
    bson::Value                               any{};
};
}  // namespace
template <>
struct tenon::Mapping<Part> : tenon::MappingDefaults {
    static constexpr bool null_when_empty = true;
    static constexpr auto enum_by_value   = tenon::members<&Part::kind, &Part::before>;
};
template <>
struct tenon::Model<Shelf> : tenon::Defaults<Shelf> {};

TEST_CASE("a path extended at run time keeps the rules of the member that it ends in") {
    const auto   third = field<&Shelf::parts>.at(3);
    const auto   under = field<&Shelf::named>.key("k");
    const auto   part  = field<&Shelf::either>.as<Part>();
    const Change rows[] = {
        {set(third.then<&Part::kind>(), Kind::big), R"({"$set":{"parts.3.kind":2}})"},
        {set(field<&Shelf::parts>.each().then<&Part::kind>(), Kind::big), R"({"$set":{"parts.$[].kind":2}})"},
        {set(under.then<&Part::kind>(), Kind::big), R"({"$set":{"named.k.kind":2}})"},
        {set(part.then<&Part::kind>(), Kind::big), R"({"$set":{"either.kind":2}})"},
        {set(third.then<&Part::before>(), Kind::small), R"({"$set":{"parts.3.before":1}})"},
        {set(third.then<&Part::before>(), std::nullopt), R"({"$set":{"parts.3.before":null}})"},
        {set(third.then<&Part::label>(), std::nullopt), R"({"$set":{"parts.3.label":null}})"},
        {set(under.then<&Part::label>(), std::optional<std::string>()), R"({"$set":{"named.k.label":null}})"},
        {unset(third.then<&Part::label>()), R"({"$unset":{"parts.3.label":""}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.update) == json(row.want));
    CHECK(canonical(third.then<&Part::kind>() == Kind::big) == json(R"({"parts.3.kind":{"$eq":2}})"));
    CHECK(canonical(part.then<&Part::kind>().in({Kind::big})) == json(R"({"either.kind":{"$in":[2]}})"));
}

TEST_CASE("null is set where the mapping stores null, and only nothing removes a field") {
    const Change rows[] = {
        {set<&Shelf::maybe>(std::monostate{}), R"({"$set":{"maybe":null}})"},
        {set_on_insert<&Shelf::maybe>(std::monostate{}), R"({"$setOnInsert":{"maybe":null}})"},
        {set<&Shelf::nothing>(bson::Null{}), R"({"$set":{"nothing":null}})"},
        {set<&Shelf::any>(bson::Null{}), R"({"$set":{"any":null}})"},
        {set<&Shelf::any>(std::nullopt), R"({"$set":{"any":null}})"},
        {set(field<&Shelf::counts>.key("k"), std::nullopt), R"({"$set":{"counts.k":null}})"},
        {unset(field<&Shelf::counts>.key("k")), R"({"$unset":{"counts.k":""}})"},
        {set(field<&Shelf::holes>.at(1), std::nullopt), R"({"$set":{"holes.1":null}})"},
        {unset(field<&Shelf::holes>.at(1)), R"({"$unset":{"holes.1":""}})"},
        {push<&Shelf::holes>(std::nullopt), R"({"$push":{"holes":{"$each":[null]}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.update) == json(row.want));
}

TEST_CASE("each update operator is the one of MongoDB's") {
    const Change rows[] = {
        {set<&Order::qty>(5), R"({"$set":{"qty":5}})"},
        {set<&Order::total>(5), R"({"$set":{"total":{"$numberLong":"5"}}})"},
        {set<&Order::tiny>(255), R"({"$set":{"tiny":255}})"},
        {set<&Order::wide>(5), R"({"$set":{"wide":{"$numberLong":"5"}}})"},
        {set<&Order::ratio>(5), R"({"$set":{"ratio":5.0}})"},
        {set<&Order::buyer>("x"), R"({"$set":{"by":"x"}})"},
        {set<&Order::state>(State::sent), R"({"$set":{"state":"sent"}})"},
        {set<&Order::level>(Level::low), R"({"$set":{"level":1}})"},
        {set<&Order::address, &Address::city>("x"), R"({"$set":{"address.city":"x"}})"},
        {set<&Order::tags>(std::vector<std::string>{"a"}), R"({"$set":{"tags":["a"]}})"},
        {set<&Order::address>(Address{"x", {}}), R"({"$set":{"address":{"city":"x"}}})"},
        {set<&Order::note>(std::optional<std::string>("x")), R"({"$set":{"note":"x"}})"},
        {set(field<&Order::lines>.at(2).then<&Line::qty>(), 5), R"({"$set":{"lines.2.qty":5}})"},
        {set(field<&Order::counts>.key("k"), 5), R"({"$set":{"counts.k":5}})"},
        {set(field<&Order::lines>.each().then<&Line::qty>(), 5), R"({"$set":{"lines.$[].qty":5}})"},
        {set(field<&Order::scores>.each(), 0), R"({"$set":{"scores.$[]":0}})"},
        {set(field<&Order::lines>.matched().then<&Line::qty>(), 5), R"({"$set":{"lines.$.qty":5}})"},
        {set(field<&Order::lines>.each("big").then<&Line::qty>(), 5), R"({"$set":{"lines.$[big].qty":5}})"},
        {set_on_insert<&Order::qty>(5), R"({"$setOnInsert":{"qty":5}})"},
        {unset<&Order::note>(), R"({"$unset":{"note":""}})"},
        {unset(field<&Order::counts>.key("k")), R"({"$unset":{"counts.k":""}})"},
        {inc<&Order::qty>(5), R"({"$inc":{"qty":5}})"},
        {inc<&Order::total>(-1), R"({"$inc":{"total":{"$numberLong":"-1"}}})"},
        {inc<&Order::wide>(-1), R"({"$inc":{"wide":{"$numberLong":"-1"}}})"},
        {inc<&Order::weight>(1), R"({"$inc":{"weight":1.0}})"},
        {inc<&Order::fee>(1), R"({"$inc":{"fee":{"$numberDecimal":"1"}}})"},
        {inc<&Order::rank>(1), R"({"$inc":{"rank":1}})"},
        {inc(field<&Order::counts>.key("k"), 1), R"({"$inc":{"counts.k":1}})"},
        {mul<&Order::weight>(1.5), R"({"$mul":{"weight":1.5}})"},
        {min<&Order::qty>(5), R"({"$min":{"qty":5}})"},
        {max<&Order::at>(DateTime(7)), R"({"$max":{"at":{"$date":{"$numberLong":"7"}}}})"},
        {current_date<&Order::at>(), R"({"$currentDate":{"at":true}})"},
        {current_date<&Order::due>(), R"({"$currentDate":{"due":true}})"},
        {current_date<&Order::stamp>(), R"({"$currentDate":{"stamp":{"$type":"timestamp"}}})"},
        {rename_field<&Order::sold, &Order::stock>(), R"({"$rename":{"sold":"stock"}})"},
        {rename_field(field<&Order::note>, field<&Order::address, &Address::zip>), R"({"$rename":{"note":"address.zip"}})"},
        {bit_and<&Order::qty>(6), R"({"$bit":{"qty":{"and":6}}})"},
        {bit_or<&Order::total>(6), R"({"$bit":{"total":{"or":{"$numberLong":"6"}}}})"},
        {bit_xor<&Order::qty>(6), R"({"$bit":{"qty":{"xor":6}}})"},
    };
    for (const auto& row : rows) CHECK(canonical(row.update) == json(row.want));
}

TEST_CASE("setting a field to nothing removes it, as the mapping stores it") {
    CHECK(canonical(set<&Order::note>(std::nullopt)) == json(R"({"$unset":{"note":""}})"));
    CHECK(canonical(set<&Order::note>(std::optional<std::string>())) == json(R"({"$unset":{"note":""}})"));
    CHECK(set_on_insert<&Order::note>(std::nullopt).empty());
    CHECK(canonical(min<&Order::note>(std::nullopt)) == json(R"({"$min":{"note":null}})"));
}

TEST_CASE("updates join, operator by operator, in the order they are written") {
    const auto want = json(R"({"$set":{"qty":5,"by":"x"},"$inc":{"total":{"$numberLong":"1"}}})");
    CHECK(canonical(set<&Order::qty>(5) | inc<&Order::total>(1) | set<&Order::buyer>("x")) == want);
    CHECK(canonical(update(set<&Order::qty>(5), inc<&Order::total>(1), set<&Order::buyer>("x"))) == want);
    auto grown = set<&Order::qty>(5);
    grown |= inc<&Order::total>(1);
    grown |= set<&Order::buyer>("x");
    CHECK(canonical(grown) == want);
    CHECK(canonical(Update<Order>() | set<&Order::qty>(5)) == json(R"({"$set":{"qty":5}})"));
    CHECK(canonical(Update<Order>::raw(bson::doc("$set", bson::doc("a", 1))) | set<&Order::qty>(5)) ==
          json(R"({"$set":{"a":1,"qty":5}})"));
}

TEST_CASE("one path is changed once") {
    const Update<Order> rows[] = {
        set<&Order::qty>(5) | set<&Order::qty>(6),
        set<&Order::qty>(5) | inc<&Order::qty>(6),
        update(set<&Order::qty>(5), set<&Order::total>(1), unset(field<&Order::free>.key("x")), mul<&Order::qty>(2)),
        set<&Order::address>(Address{}) | set<&Order::address, &Address::city>("x"),
        set<&Order::address, &Address::city>("x") | set<&Order::address>(Address{}),
        set<&Order::qty>(5) | rename_field(field<&Order::rank>, field<&Order::qty>),
        rename_field<&Order::sold, &Order::stock>() | inc<&Order::stock>(1),
    };
    for (const auto& row : rows) {
        REQUIRE(row.error() != nullptr);
        CHECK(row.error()->code == Errc::invalid_argument);
        CHECK(row.error()->message.find("one change to a path") != std::string::npos);
    }
    CHECK((set<&Order::sold>(1) | set<&Order::stock>(1) | set<&Order::at>(DateTime())).error() == nullptr);
    CHECK((set(field<&Order::counts>.key("a"), 1) | set(field<&Order::counts>.key("ab"), 1)).error() == nullptr);
    CHECK((set(field<&Order::lines>.each("a").then<&Line::qty>(), 1) | inc(field<&Order::lines>.each("b").then<&Line::qty>(), 1)).error() ==
          nullptr);
}

TEST_CASE("a value that the member cannot hold is refused when the update is used") {
    struct Bad {
        UpdateBase  update;
        const char* path;
    };
    const Bad rows[] = {
        {set<&Order::tiny>(256), "tiny"},
        {set<&Order::tiny>(-1), "tiny"},
        {set<&Order::wide>(-1), "wide"},
        {set<&Order::wide>(std::int64_t{1} << 32U), "wide"},
        {set<&Order::widest>(-1), "widest"},
        {set<&Order::ratio>(16'777'217), "ratio"},
        {set<&Order::total>(std::uint64_t{1} << 63U), "total"},
        {push<&Order::tags>("\xff"), "tags"},
        {set<&Order::buyer>("\xff"), "by"},
        {set<&Order::address>(Address{"\xff", {}}), "address.city"},
        {rename_field<&Order::sold, &Order::sold>(), "sold"},
        {Update<Order>::raw(bson::doc("a", 1)) | set<&Order::qty>(1), ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.path);
        REQUIRE(row.update.error() != nullptr);
        CHECK(row.update.error()->path == row.path);
        CHECK((Update<Order>(row.update) | set<&Order::gift>(true)).error() != nullptr);
        CHECK((set<&Order::gift>(true) | Update<Order>(row.update)).error() != nullptr);
    }
}

TEST_CASE("MongoDB's own form of an update goes through as it is") {
    CHECK(canonical(Update<Order>::from_json(R"({"$set": {"a": 1}})").value()) == json(R"({"$set":{"a":1}})"));
    CHECK(!Update<Order>::from_json("[").has_value());
}
