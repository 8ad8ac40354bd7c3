// How many commands a bulk write is: what goes together, and what has to go alone. docs/mongodb.md, "Bulk writes", says the same.
#include <functional>
#include <memory>

#include "recorder.hpp"
#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using tenon::set;

namespace {

struct Timed {
    tenon::ObjectId id{};
    int             n{};
    tenon::DateTime created_at{};
    tenon::DateTime updated_at{};
};
struct Touched {
    tenon::ObjectId id{};
    int             n{};
    tenon::DateTime updated_at{};
};
struct Versioned {
    tenon::ObjectId id{};
    int             n{};
    std::int64_t    version{};
};

}  // namespace

template <>
struct tenon::Model<Timed> : tenon::Defaults<Timed> {
    static constexpr auto created_at = &Timed::created_at;
    static constexpr auto updated_at = &Timed::updated_at;
};
template <>
struct tenon::Model<Touched> : tenon::Defaults<Touched> {
    static constexpr auto updated_at = &Touched::updated_at;
};
template <>
struct tenon::Model<Versioned> : tenon::Defaults<Versioned> {
    static constexpr auto versioned = &Versioned::version;
};

namespace {

/// The update commands of a bulk write over three stored entities.
template <class T>
int updates_of(const std::function<void(tenon::Bulk<T>&, T&)>& add) {
    const Server  server;
    tenon::Config config;
    const auto    monitor = std::make_shared<Recorder>();
    config.uri            = server.uri();
    config.monitor        = monitor;
    const auto          db = good(tenon::open(config));
    const Repository<T> all(db);
    auto                bulk = all.bulk();
    std::vector<T>      given;
    for (int n = 0; n < 3; ++n) {
        given.push_back(good(all.insert({.n = n})));
        add(bulk, given.back());
    }
    const auto before = monitor->seen().count("started", "update");
    CHECK(good(bulk.run()).matched == 3);
    for (const auto& one : given) {
        const auto stored = good(all.get(one.id));
        CHECK(stored.n == one.n + 10);
        if constexpr (requires { one.created_at; }) CHECK(stored.created_at.ms > 0);
        if constexpr (requires { one.updated_at; }) CHECK(stored.updated_at.ms > 0);
        if constexpr (requires { one.version; }) CHECK(stored.version == 2);
    }
    return monitor->seen().count("started", "update") - before;
}

/// The entity with another n, its updated_at emptied.
template <class T>
T changed(T entity) {
    entity.n += 10;
    if constexpr (requires { entity.updated_at; }) entity.updated_at = {};
    return entity;
}

}  // namespace

TEST_CASE("replaces go together but where the stored document has to be read first, or a version is expected") {
    CHECK(updates_of<Touched>([](auto& bulk, auto& one) { bulk.replace(changed(one)); }) == 1);
    CHECK(updates_of<Timed>([](auto& bulk, auto& one) { bulk.replace(changed(one)); }) == 1);
    CHECK(updates_of<Timed>([](auto& bulk, auto& one) {
              auto fresh       = changed(one);
              fresh.created_at = {};
              bulk.replace(fresh);
          }) == 3);
    CHECK(updates_of<Versioned>([](auto& bulk, auto& one) { bulk.replace(changed(one)); }) == 3);
    CHECK(updates_of<Versioned>([](auto& bulk, auto& one) { bulk.replace(changed(one), {.upsert = true}); }) == 3);
    CHECK(updates_of<Versioned>([](auto& bulk, auto& one) { bulk.update(one.id, set<&Versioned::n>(one.n + 10)); }) == 1);
    CHECK(updates_of<Versioned>([](auto& bulk, auto& one) { bulk.update(one.id, set<&Versioned::n>(one.n + 10), {.expected_version = 1}); }) == 3);
}
