#include <tenon/testing/fixtures.hpp>
#include <tenon/testing/generator.hpp>

#include "fixture.hpp"

#include <filesystem>
#include <fstream>

#include <chrono>
#include <map>
#include <variant>

using namespace conformance;  // NOLINT(google-build-using-namespace)

namespace {

struct Point {
    std::int32_t x = 0;
    bool operator==(const Point&) const = default;
};
/// Members of every kind that is no plain number or text.
struct Rich {
    tenon::ObjectId                           id{};
    std::variant<Point, std::string>          either{};
    std::chrono::sys_seconds                  at{};
    std::chrono::milliseconds                 length{};
    tenon::bson::Document                     document{};
    tenon::bson::Value                        value{};
    std::map<std::string, tenon::bson::Array> lists{};
    tenon::Binary                             binary{};
    tenon::bson::Timestamp                    stamp{};
    tenon::Extra                              extra{};
    bool operator==(const Rich&) const = default;
};

/// A file of the test's own, gone at its end.
struct FixtureFile {
    std::string path = (std::filesystem::temp_directory_path() / ("fixtures-" + tenon::ObjectId::generate().to_string() + ".json")).string();
    FixtureFile()    = default;
    ~FixtureFile() { std::filesystem::remove(path); }
    FixtureFile(const FixtureFile&)            = delete;
    FixtureFile& operator=(const FixtureFile&) = delete;
    void write(const std::string& text) const { std::ofstream(path, std::ios::trunc) << text; }
};

}  // namespace

template <>
struct tenon::Model<Rich> : tenon::Defaults<Rich> {};

TEST_CASE("a throw-away database has a file of its own, gone at the end") {
    std::string file;
    {
        auto one = good(tenon::testing::ThrowAwayDatabase::open("sqlite:"));
        auto two = good(tenon::testing::ThrowAwayDatabase::open("sqlite:"));
        CHECK(one.uri() != two.uri());
        file = one.uri().substr(7);
        CHECK(std::filesystem::exists(file));
        good(one->collection("a").insert(json(R"({"a":1})")));
        CHECK(good(two->list_collections()).empty());
        // The same store, opened a second time.
        auto again = good(tenon::open(one.uri()));
        CHECK(good(again.collection("a").count()) == 1);
    }
    CHECK(!std::filesystem::exists(file));
    CHECK(!std::filesystem::exists(file + "-wal"));
    CHECK(bad(tenon::testing::ThrowAwayDatabase::open("nothing")).code == Errc::invalid_argument);
}

CONFORMANCE("fixtures are stored once by their natural key, however often they are loaded", Plain, SoftDeleted, Versioned, Both) {
    const auto path  = (std::filesystem::temp_directory_path() / ("fixtures-" + tenon::ObjectId::generate().to_string() + ".json")).string();
    const auto write = [&](const char* text) { std::ofstream(path, std::ios::trunc) << text; };
    Repository<M> things(db);
    const char*   dates = is_versioned<M> ? "" : R"(,"created_at":{"$date":"2026-01-01T00:00:00Z"},"updated_at":{"$date":"2026-01-01T00:00:00Z"},"version":0)";
    const auto    list  = [&](int n) {
        return std::string(R"([{"key":"a","n":1,"tags":[])") + dates + R"(},{"key":"b","n":)" + std::to_string(n) + R"(,"tags":["x"])" + dates + "}]";
    };
    write(list(2).c_str());
    auto report = good(tenon::testing::load_fixtures<&M::key>(things, path));
    CHECK(report.inserted == 2);
    const auto before = stored(db, things.untyped().name());
    report            = good(tenon::testing::load_fixtures<&M::key>(things, path));
    CHECK(report.unchanged == 2);
    CHECK(stored(db, things.untyped().name()) == before);
    write(list(3).c_str());
    report = good(tenon::testing::load_fixtures(things.untyped(), path, {"key"}));
    CHECK(report.replaced == 1);
    CHECK(report.unchanged == 1);
    CHECK(good(things.find(field<&M::key> == "b").first())->n == 3);
    CHECK(good(things.count()) == 2);

    write(R"([{"key":"a"},{"n":1}])");
    const auto lacks = bad(tenon::testing::load_fixtures(things.untyped(), path, {"key"}));
    CHECK(lacks.path == "[1].key");
    write(R"({"key":"a"})");
    CHECK(bad(tenon::testing::load_fixtures(things.untyped(), path, {"key"})).code == Errc::invalid_argument);
    write(R"([{"key":"c","n":"text"}])");
    CHECK(bad(tenon::testing::load_fixtures<&M::key>(things, path)).path.starts_with("[0]."));
    std::filesystem::remove(path);
    CHECK(bad(tenon::testing::load_fixtures(things.untyped(), path, {"key"})).code == Errc::io);
}

TEST_CASE("a fixture file that is a directory is an error of its path") {
    const auto folder = std::filesystem::temp_directory_path().string();
    auto       db     = good(tenon::open("sqlite::memory:"));
    const auto error  = bad(tenon::testing::load_fixtures(db.collection("a"), folder, {"key"}));
    CHECK(error.code == Errc::io);
    CHECK(error.path == folder);
}

CONFORMANCE("a fixture that is no entity is not written", Plain, SoftDeleted, Versioned, Both) {
    const FixtureFile file;
    Repository<M>     things(db);
    // Twice: where one is stored already, and where none is.
    for (const int stored : {0, 1}) {
        file.write(R"([{"key":"a","n":"text","tags":[]}])");
        CHECK(bad(tenon::testing::load_fixtures<&M::key>(things, file.path)).code == Errc::decode);
        CHECK(good(things.find().all()).size() == static_cast<std::size_t>(stored));
        if (stored == 0) good(things.insert(thing<M>("a", 1)));
    }
    CHECK(good(things.find(field<&M::key> == "a").first())->n == 1);
}

CONFORMANCE("a field taken out of the fixtures is taken out of the store", Plain, SoftDeleted, Versioned, Both) {
    const FixtureFile file;
    Repository<M>     things(db);
    const std::string dates = is_versioned<M> ? "" : R"(,"created_at":{"$date":"2026-01-01T00:00:00Z"},"updated_at":{"$date":"2026-01-01T00:00:00Z"},"version":0)";
    file.write(R"([{"key":"a","n":1,"note":"gone soon","tags":[])" + dates + "}]");
    good(tenon::testing::load_fixtures<&M::key>(things, file.path));
    file.write(R"([{"key":"a","n":1,"tags":[])" + dates + "}]");
    CHECK(good(tenon::testing::load_fixtures<&M::key>(things, file.path)).replaced == 1);
    CHECK(!good(things.find(field<&M::key> == "a").first())->note);
    CHECK(good(tenon::testing::load_fixtures<&M::key>(things, file.path)).unchanged == 1);
}

CONFORMANCE("fields that the library keeps are its own in fixtures that state them, too", Plain, SoftDeleted, Versioned, Both) {
    const FixtureFile file;
    Repository<M>     things(db);
    const auto        fixture = [](const char* created) {
        return std::string(R"([{"key":"a","n":1,"tags":[],"deleted_at":{"$date":"2026-01-02T00:00:00Z"},"created_at":{"$date":")") + created +
               R"("},"updated_at":{"$date":"2026-01-03T00:00:00Z"},"version":7}])";
    };
    file.write(fixture("2026-01-01T00:00:00Z"));
    CHECK(good(tenon::testing::load_fixtures<&M::key>(things, file.path)).inserted == 1);
    const auto before = stored(db, things.untyped().name());
    CHECK(good(tenon::testing::load_fixtures<&M::key>(things, file.path)).unchanged == 1);
    CHECK(stored(db, things.untyped().name()) == before);
    // created_at is the caller's where it is given.
    file.write(fixture("2026-01-02T00:00:00Z"));
    CHECK(good(tenon::testing::load_fixtures<&M::key>(things, file.path)).replaced == 1);
}

CONFORMANCE("what a restore left beside the struct's fields does not make a fixture a new one", Plain) {
    static const tenon::ModelInfo model = [] {
        tenon::ModelInfo made;
        made.collection  = "restored";
        made.fields      = {"_id", "key"};
        made.soft_delete = tenon::SoftDeleteInfo{};
        made.soft_delete->set_on_restore = json(R"({"by":"hand"})");
        return made;
    }();
    const FixtureFile       file;
    const tenon::Collection things(db, model);
    file.write(R"([{"key":"a"}])");
    good(tenon::testing::load_fixtures(things, file.path, {"key"}));
    good(things.remove_many(json(R"({"key":"a"})")));
    CHECK(good(things.restore_many(json(R"({"key":"a"})"))) == 1);
    CHECK(good(tenon::testing::load_fixtures(things, file.path, {"key"})).unchanged == 1);
}

CONFORMANCE("generated members of every kind survive the round trip through the store", Rich) {
    Repository<M>             things(db);
    tenon::testing::Generator generator(5);
    for (int i = 0; i < 50; ++i) {
        const auto made = generator.make<M>();
        good(things.insert(made));
        CHECK(good(things.get(made.id)) == made);
    }
}

CONFORMANCE("generated entities survive the round trip through the store", Plain, SoftDeleted) {
    Repository<M>             things(db);
    tenon::testing::Generator one(42);
    tenon::testing::Generator same(42);
    for (int i = 0; i < 50; ++i) {
        const auto made = one.make<M>();
        CHECK(made.key == same.make<M>().key);
        good(things.insert(made));
        const auto read = good(things.get(made.id));
        CHECK(read.key == made.key);
        CHECK(read.n == made.n);
        CHECK(read.note == made.note);
        CHECK(read.tags == made.tags);
        CHECK(read.created_at == made.created_at);
        CHECK(read.version == made.version);
    }
}
