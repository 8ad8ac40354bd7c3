#pragma once
// CONFORMANCE: a test that runs on every store and every model that it names.

#include <cstdlib>
#include <future>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/json.hpp>
#include <tenon/repository/run.hpp>
#include <tenon/tenon.hpp>
#include <tenon/testing/database.hpp>

namespace conformance {

using tenon::asc;
using tenon::Database;
using tenon::desc;
using tenon::Errc;
using tenon::field;
using tenon::Repository;
using tenon::Result;
using tenon::Visibility;

/// The same members under four sets of rules.
template <int Kind>
struct Thing {
    tenon::ObjectId            id{};
    std::string                key{};
    std::int32_t               n = 0;
    std::optional<std::string> note{};
    std::vector<std::string>   tags{};
    tenon::DateTime            created_at{};
    tenon::DateTime            updated_at{};
    std::int64_t               version = 0;
};
using Plain       = Thing<0>;
using SoftDeleted = Thing<1>;
using Versioned   = Thing<2>;
using Both        = Thing<3>;

}  // namespace conformance

template <>
struct tenon::Model<conformance::Plain> : tenon::Defaults<conformance::Plain> {
    static constexpr auto collection = "plain";
    static constexpr auto indexes    = tenon::indexes(tenon::index<tenon::asc<&conformance::Plain::n>>());
};
template <>
struct tenon::Model<conformance::SoftDeleted> : tenon::Defaults<conformance::SoftDeleted> {
    static constexpr auto collection  = "soft";
    static constexpr auto soft_delete = true;
    static constexpr auto indexes     = tenon::indexes(tenon::index<tenon::asc<&conformance::SoftDeleted::n>>());
};
template <>
struct tenon::Model<conformance::Versioned> : tenon::Defaults<conformance::Versioned> {
    static constexpr auto collection = "versioned";
    static constexpr auto created_at = &conformance::Versioned::created_at;
    static constexpr auto updated_at = &conformance::Versioned::updated_at;
    static constexpr auto versioned  = &conformance::Versioned::version;
    static constexpr auto indexes    = tenon::indexes(tenon::index<tenon::asc<&conformance::Versioned::n>>());
};
template <>
struct tenon::Model<conformance::Both> : tenon::Defaults<conformance::Both> {
    static constexpr auto collection  = "both";
    static constexpr auto soft_delete = true;
    static constexpr auto created_at  = &conformance::Both::created_at;
    static constexpr auto updated_at  = &conformance::Both::updated_at;
    static constexpr auto versioned   = &conformance::Both::version;
    static constexpr auto indexes     = tenon::indexes(tenon::index<tenon::asc<&conformance::Both::n>>());
};

namespace conformance {

template <class M>
inline constexpr bool is_soft = std::is_same_v<M, SoftDeleted> || std::is_same_v<M, Both>;
template <class M>
inline constexpr bool is_versioned = std::is_same_v<M, Versioned> || std::is_same_v<M, Both>;

inline std::vector<std::string> stores() {
    const char* named = std::getenv("TENON_CONFORMANCE_STORES");
    if (named == nullptr) return {"sqlite::memory:", "sqlite:"};
    std::istringstream       words(named);
    std::vector<std::string> out;
    for (std::string uri; words >> uri;) out.push_back(uri);
    return out;
}

/// Runs `test.template operator()<M>(database)` on an empty database of every store for every model. Those of one store are emptied and used again: a
/// driver's pool takes half a second to end.
template <class... Models, class Test>
void on_every_store(Test test) {
    for (const auto& uri : stores()) {
        std::optional<tenon::testing::ThrowAwayDatabase> place;
        const auto one = [&]<class M>() {
            if (place && !tenon::testing::detail::drop_all(**place)) place.reset();  // the test before closed it
            if (!place) {
                auto database = tenon::testing::ThrowAwayDatabase::open(uri);
                INFO(uri);
                REQUIRE_MESSAGE(database.has_value(), (database ? std::string() : database.error().to_string()));
                place.emplace(std::move(*database));
            }
            INFO(uri, " ", tenon::model_info<M>().collection);
            test.template operator()<M>(**place);
        };
        (one.template operator()<Models>(), ...);
    }
}

/// The value, or the test ends with the error's own words.
template <class T>
T good(Result<T> result) {
    const std::string said = result ? std::string() : result.error().to_string() + " " + result.error().server.message;
    REQUIRE_MESSAGE(result.has_value(), said);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}
template <class T>
tenon::Error bad(Result<T> result) {
    REQUIRE(!result.has_value());
    return std::move(result).error();
}

/// Runs `f` on another thread, which no transaction of this one binds, and waits for it; what it requires ends the test here.
template <class F>
void beside(F f) {
    std::async(std::launch::async, std::move(f)).get();
}

inline tenon::bson::Document json(std::string_view text) { return good(tenon::bson::from_json(text)); }
inline std::string           text(tenon::bson::View document) { return tenon::bson::to_json(document); }

/// The documents of a collection as they are stored, past every middleware but the outermost: those of a model without rules.
inline std::vector<tenon::bson::Document> stored(const Database& database, const std::string& collection) {
    tenon::ModelInfo plain;
    plain.collection = collection;
    tenon::Find find;
    find.sort  = tenon::bson::doc("_id", 1);
    auto reply = good(tenon::run(database, tenon::Request{collection, std::move(find), &plain, {}}));
    std::vector<tenon::bson::Document> out;
    auto& cursor = *std::get<tenon::FindReply>(reply).cursor;
    for (;;) {
        auto document = good(cursor.next());
        if (!document) return out;
        out.emplace_back(*document);
    }
}

template <class M>
M thing(std::string key, std::int32_t n) {
    M made{};
    made.key = std::move(key);
    made.n   = n;
    return made;
}

/// Inserts things with keys "k0", "k1", ... and n = 0, 1, ...
template <class M>
std::vector<M> insert_some(const Repository<M>& repository, int count) {
    std::vector<M> out;
    for (int i = 0; i < count; ++i) out.push_back(good(repository.insert(thing<M>("k" + std::to_string(i), i))));
    return out;
}

template <class M>
std::string keys(const std::vector<M>& things) {
    std::string out;
    for (const auto& one : things) out += (out.empty() ? "" : " ") + one.key;
    return out;
}

}  // namespace conformance

#define CONFORMANCE_NAMED(function, name, ...)                                                                     \
    template <class M>                                                                                             \
    static void function([[maybe_unused]] const conformance::Database& db);                                        \
    TEST_CASE(name) {                                                                                              \
        conformance::on_every_store<__VA_ARGS__>([]<class M>(const conformance::Database& each) { function<M>(each); }); \
    }                                                                                                              \
    template <class M>                                                                                             \
    static void function([[maybe_unused]] const conformance::Database& db)
#define CONFORMANCE(name, ...) CONFORMANCE_NAMED(DOCTEST_ANONYMOUS(conformance_), name, __VA_ARGS__)
