// Tenon's half of the exchange with MongoDB's driver for Node (interop.mjs): the same cases and the same typed document,
// written by the one and read by the other.
//   interop write URI CASES     fills the collections "tenon_cases" and "tenon_typed"
//   interop read URI CASES      compares "node_cases" and "node_typed" byte for byte, and prints "N passed, N failed"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include <tenon/bson/json.hpp>
#include <tenon/tenon.hpp>

struct Inner {
    std::string  name{};
    std::int32_t qty = 0;
};

/// One member of every type that the mapping has a C++ type for.
struct Everything {
    std::string                         id{};
    tenon::ObjectId                     oid{};
    tenon::DateTime                     when{};
    tenon::Decimal128                   price{};
    tenon::Uuid                         uuid{};
    tenon::Binary                       own{};
    std::vector<std::uint8_t>           blob{};
    std::int32_t                        small = 0;
    std::int64_t                        large = 0;
    double                              real  = 0;
    bool                                yes   = false;
    std::string                         text{};
    tenon::bson::Regex                  pattern{};
    tenon::bson::Code                   code{};
    tenon::bson::Timestamp              stamp{};
    tenon::bson::MinKey                 least{};
    tenon::bson::MaxKey                 most{};
    tenon::bson::Null                   nothing{};
    std::vector<std::int32_t>           list{};
    std::map<std::string, std::int64_t> counts{};
    Inner                               inner{};
    std::optional<std::string>          absent{};
};

template <>
struct tenon::Model<Everything> : tenon::Defaults<Everything> {
    static constexpr auto collection = "tenon_typed";
};

namespace {

using tenon::Result;

/// The typed document, as interop.mjs spells it in its own types.
Everything everything() {
    return {.id      = "typed",
            .oid     = *tenon::ObjectId::parse("56e1fc72e0c917e9c4714161"),
            .when    = tenon::DateTime(1356351330501),
            .price   = *tenon::Decimal128::parse("1.500"),
            .uuid    = *tenon::Uuid::parse("73ffd264-44b3-4c69-90e8-e7d1dfc035d4"),
            .own     = {{0xFF, 0x00, 0x7F}, 0x80},
            .blob    = {0, 1, 2, 254, 255},
            .small   = -7,
            .large   = 9007199254740993,
            .real    = -0.0,
            .yes     = true,
            .text    = "h\xC3\xA9llo \xF0\x9F\x98\x80",
            .pattern = {"^a/b", "im"},
            .code    = {"return 1"},
            .stamp   = {123456789, 42},
            .list    = {3, 1, 2},
            .counts  = {{"a", 1}, {"b", 4294967296}},
            .inner   = {"tea", 2}};
}

struct Case {
    std::string           name;
    tenon::bson::Document stored;  // {_id: name, value: ...}
    bool                  deprecated = false;  // a type that Node's driver does not write
};

Result<std::vector<Case>> read_cases(const char* path) {
    std::ifstream     file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto              parsed = tenon::bson::from_json("{\"cases\":" + text + "}");
    if (!parsed) return tenon::fail(std::move(parsed).error());
    std::vector<Case> out;
    for (const auto& element : (*parsed)["cases"].as_view()) {
        const auto        one = element.value.as_view();
        const std::string name(one["name"].as_string());
        out.push_back({name, tenon::bson::doc("_id", name, "value", one["value"]), static_cast<bool>(one["hex"])});
    }
    return out;
}

Result<void> write(const tenon::Database& db, const std::vector<Case>& cases) {
    for (const auto& one : cases) {
        if (auto done = db.collection("tenon_cases").insert(one.stored); !done) return tenon::fail(std::move(done).error());
    }
    if (auto done = tenon::Repository<Everything>(db).insert(everything()); !done) return tenon::fail(std::move(done).error());
    return {};
}

int failures = 0;
int passes   = 0;

void check(bool holds, const std::string& what) {
    ++(holds ? passes : failures);
    if (!holds) std::cout << "FAILED: " << what << '\n';
}

Result<void> read(const tenon::Database& db, const std::vector<Case>& cases) {
    for (const auto& one : cases) {
        if (one.deprecated) continue;
        auto found = db.collection("node_cases").get(tenon::DocumentId(one.name));
        if (!found) return tenon::fail(std::move(found).error());
        check(found->view() == one.stored.view(), "what Node wrote of \"" + one.name + "\" is " + tenon::bson::to_json(found->view()));
    }
    // The model's own collection holds what Tenon wrote; Node's document is read into the struct from beside it.
    auto found = db.collection("node_typed").get(tenon::DocumentId(std::string("typed")));
    if (!found) return tenon::fail(std::move(found).error());
    auto ours = db.collection("tenon_typed").get(tenon::DocumentId(std::string("typed")));
    if (!ours) return tenon::fail(std::move(ours).error());
    check(found->view() == ours->view(), "Node's typed document is " + tenon::bson::to_json(found->view()));
    auto decoded = tenon::decode<Everything>(found->view());
    if (!decoded) return tenon::fail(std::move(decoded).error());
    const auto want = everything();
    check(decoded->oid == want.oid, "the id");
    check(decoded->when == want.when, "the date");
    check(decoded->price == want.price, "the decimal");
    check(decoded->uuid == want.uuid, "the UUID");
    check(decoded->own == want.own && decoded->blob == want.blob, "the binaries");
    check(decoded->large == want.large && decoded->small == want.small, "the integers");
    check(decoded->text == want.text, "the text");
    check(decoded->list == want.list && decoded->counts == want.counts && decoded->inner.qty == 2, "what is nested");
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const std::string command = argc == 4 ? argv[1] : "";
    if (command != "write" && command != "read") {
        std::cerr << "usage: interop write|read URI CASES\n";
        return 2;
    }
    const auto cases = read_cases(argv[3]);
    const auto db    = tenon::open(argv[2]);
    if (!cases || !db) {
        std::cerr << "interop: " << (cases ? db.error() : cases.error()).to_string() << '\n';
        return 1;
    }
    const auto done = command == "write" ? write(*db, *cases) : read(*db, *cases);
    if (!done) {
        std::cerr << "interop: " << done.error().to_string() << ' ' << done.error().server.message << '\n';
        return 1;
    }
    if (command == "read") std::cout << passes << " passed, " << failures << " failed\n";
    return failures == 0 ? 0 : 1;
}
