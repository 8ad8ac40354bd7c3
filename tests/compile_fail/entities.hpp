#pragma once
// What the mistakes are made with.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tenon/query/query.hpp>

enum class State { open, paid };
enum class Color { red };

struct Line {
    std::string sku{};
    int         pieces{};

    std::optional<int> grade{};
};
struct Order {
    tenon::ObjectId            id{};
    int                        qty{};
    int                        sold{};
    double                     weight{};
    std::string                buyer{};
    std::optional<std::string> note{};
    State                      state{};
    std::vector<Line>          lines{};
};
struct User {
    tenon::ObjectId id{};
    std::string     mail{};
};
template <>
struct tenon::Model<Order> : tenon::Defaults<Order> {};
template <>
struct tenon::Model<User> : tenon::Defaults<User> {};

using namespace tenon;
