#pragma once
// Entities of the mapping's tests.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>
#include <tenon/mapping/codec.hpp>

namespace mapping_test {

struct Reaction {
    std::string     emoji{};
    std::string     user{};
    tenon::DateTime at{};
    bool operator==(const Reaction&) const = default;
};
struct Message {
    tenon::ObjectId            id{};
    std::string                sender{};
    std::vector<Reaction>      reactions{};
    std::optional<std::string> reply_to{};
    tenon::DateTime            created_at{};
    std::int64_t               version{};
    bool operator==(const Message&) const = default;
};

enum class Color { red, green = 5, blue = -3 };
enum class Level : unsigned { low = 1, high = 200 };
enum class Wide { far = 4000 };

struct Circle {
    double radius{};
    bool operator==(const Circle&) const = default;
};
struct Square {
    std::int32_t side{};
    bool operator==(const Square&) const = default;
};
struct Node {
    std::int32_t          value{};
    std::unique_ptr<Node> next{};
    std::vector<Node>     children{};
};
struct Money {
    std::int64_t cents = 0;
    bool operator==(const Money&) const = default;
};
using UserId = tenon::Id<struct User, std::string>;

/// One of each.
struct Everything {
    tenon::ObjectId                                   id{};
    std::map<std::string, std::int32_t>               counts{};
    std::unordered_map<std::string, Reaction>         by_name{};
    std::set<std::string>                             names{};
    std::array<std::int32_t, 3>                       triple{};
    std::vector<bool>                                 flags{};
    std::vector<std::optional<std::int32_t>>          gaps{};
    std::vector<std::vector<double>>                  table{};
    std::variant<Circle, Square>                      shape{};
    std::variant<std::monostate, std::int32_t, std::string> loose{};
    Color                                             color{};
    Level                                             level{};
    std::optional<Color>                              maybe{};
    Money                                             money{};
    UserId                                            user{};
    std::chrono::seconds                              length{};
    std::chrono::sys_seconds                          when{};
    tenon::Decimal128                                 price{};
    tenon::Uuid                                       uuid{};
    tenon::Binary                                     binary{};
    std::vector<std::uint8_t>                         bytes{};
    std::vector<std::byte>                            raw{};
    std::array<std::uint8_t, 4>                       four{};
    tenon::bson::Document                             free{};
    tenon::bson::Array                                list{};
    tenon::bson::Value                                value{};
    tenon::bson::Regex                                regex{};
    tenon::bson::Timestamp                            stamp{};
    float                                             ratio{};
    std::uint8_t                                      small{};
    std::uint32_t                                     medium{};
    std::uint64_t                                     large{};
    bool                                              flag{};
};

template <class T>
std::string json_of(const T& value) {
    const auto document = tenon::encode(value);
    REQUIRE_MESSAGE(document.has_value(), (document ? "" : document.error().to_string()));
    return tenon::bson::to_json(document->view(), tenon::bson::JsonMode::relaxed);
}
template <class T>
tenon::Result<T> read(const char* json) {
    const auto document = tenon::bson::from_json(json);
    REQUIRE_MESSAGE(document.has_value(), json);
    return tenon::decode<T>(*document);
}

}  // namespace mapping_test

template <>
struct tenon::Model<mapping_test::Message> : tenon::Defaults<mapping_test::Message> {};
template <>
inline constexpr bool tenon::enum_by_value<mapping_test::Level> = true;
template <>
inline constexpr auto tenon::enum_names<mapping_test::Wide> = std::array{tenon::EnumName<mapping_test::Wide>{mapping_test::Wide::far, "FAR"}};
template <>
struct tenon::Mapper<mapping_test::Money> {
    static std::int64_t to_bson(const mapping_test::Money& money) { return money.cents; }
    static tenon::Result<mapping_test::Money> from_bson(std::int64_t cents) {
        if (cents < 0) return tenon::fail(tenon::Errc::validation, "money is never negative");
        return mapping_test::Money{cents};
    }
};
