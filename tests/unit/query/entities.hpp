#pragma once
// The entities these tests ask about: one member of every kind.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <tenon/bson/json.hpp>
#include <tenon/query/query.hpp>

namespace shop {

enum class State : std::uint8_t { open, paid, sent };
enum class Level : int { low = 1, high = 7 };

struct Money {
    std::int64_t cents = 0;
};

struct Line {
    std::string              sku{};
    int                      qty{};
    double                   price{};
    std::vector<std::string> marks{};
};
struct Address {
    std::string                city{};
    std::optional<std::string> zip{};
};
struct Cash {
    int coins{};
};
struct Card {
    std::string number{};
};
using OrderId = tenon::Id<struct Order>;

struct Order {
    OrderId                                    id{};
    int                                        qty{};
    std::int64_t                               total{};
    std::uint8_t                               tiny{};
    std::uint32_t                              wide{};
    std::uint64_t                              widest{};
    double                                     weight{};
    float                                      ratio{};
    bool                                       gift{};
    std::string                                buyer{};
    std::optional<std::string>                 note{};
    std::optional<int>                         rank{};
    State                                      state{};
    Level                                      level{};
    tenon::DateTime                            at{};
    std::chrono::sys_time<std::chrono::seconds> due{};
    std::chrono::milliseconds                  took{};
    tenon::Decimal128                          fee{};
    tenon::ObjectId                            ref{};
    tenon::Uuid                                key{};
    tenon::Binary                              blob{};
    std::vector<std::uint8_t>                  bytes{};
    tenon::bson::Timestamp                     stamp{};
    Money                                      paid{};
    std::vector<std::string>                   tags{};
    std::vector<int>                           scores{};
    std::set<std::string>                      flags{};
    std::array<int, 3>                         dims{};
    std::vector<Line>                          lines{};
    std::vector<std::vector<int>>              grid{};
    std::optional<Address>                     address{};
    std::unique_ptr<Address>                   second{};
    std::map<std::string, int>                 counts{};
    std::map<std::string, Line>                by_sku{};
    std::variant<Cash, Card>                   payment{};
    tenon::bson::Document                      free{};
    std::int64_t                               sold{};
    std::int64_t                               stock{};
    std::chrono::sys_time<std::chrono::nanoseconds> fine{};
    std::vector<std::chrono::sys_time<std::chrono::nanoseconds>> fine_ones{};
    std::vector<std::optional<int>>            holes{};
    tenon::bson::Value                         any{};
};

}  // namespace shop

template <>
struct tenon::Mapper<shop::Money> {
    static std::int64_t          to_bson(const shop::Money& m) { return m.cents; }
    static Result<shop::Money>   from_bson(std::int64_t cents) { return shop::Money{cents}; }
};

template <>
struct tenon::Model<shop::Order> : tenon::Defaults<shop::Order> {
    static constexpr auto rename        = tenon::renames(tenon::rename<&shop::Order::buyer>("by"));
    static constexpr auto enum_by_value = tenon::members<&shop::Order::level>;
    static constexpr auto indexes =
        tenon::indexes(tenon::index<asc<&shop::Order::buyer>, desc<&shop::Order::at>>(),
                       tenon::index<asc<&shop::Order::lines, &shop::Line::sku>>().unique().sparse().named("skus"),
                       tenon::index<desc<&shop::Order::total>>().hidden().partial([] { return field<&shop::Order::qty> > 5; }),
                       tenon::index<asc<&shop::Order::at>>().expire_after(std::chrono::hours(1)),
                       tenon::text_index<&shop::Order::note, &shop::Order::buyer>());
};

namespace shop {
/// The clause as canonical Extended JSON, or what is wrong with it.
[[nodiscard]] inline std::string canonical(const tenon::query::Clause& clause) {
    if (clause.error() != nullptr) return "error at " + clause.error()->path + ": " + clause.error()->message;
    return tenon::bson::to_json(clause.document().view(), tenon::bson::JsonMode::canonical);
}
/// Extended JSON as canonical Extended JSON: expectations are written in the short form where it says all.
[[nodiscard]] inline std::string json(std::string_view text) {
    auto document = tenon::bson::from_json(text);
    if (!document) return "bad expectation: " + document.error().message;
    return tenon::bson::to_json(document->view(), tenon::bson::JsonMode::canonical);
}

/// One row of a table: a typed form and the document it must be. In the short form a whole number is an int32.
struct Row {
    tenon::query::FilterBase filter;
    const char*              want;
};
}  // namespace shop
