// A call's collation on a collection of byte order: ids that differ are equal to it, and none of them may be lost.
#include <algorithm>
#include <string>
#include <vector>

#include "server.hpp"

using namespace mongo_test;  // NOLINT(google-build-using-namespace)
using tenon::bson::doc;
using tenon::field;

namespace {

struct Named {
    std::string id{};
    int         rank = 0;
};
struct Numbered {
    tenon::ObjectId id{};
    std::string     name{};
};

const tenon::ServerOptions any_case{.collation = doc("locale", "en", "strength", 2)};
const tenon::ServerOptions by_bytes{.collation = doc("locale", "simple")};

}  // namespace

template <>
struct tenon::Model<Named> : tenon::Defaults<Named> {
    static constexpr auto soft_delete = true;
};
template <>
struct tenon::Model<Numbered> : tenon::Defaults<Numbered> {};

TEST_CASE("a read by an id finds every document whose id the collation holds equal") {
    const Server server;
    const auto   db = server.open();
    const auto   c  = db.collection("named");
    good(c.insert_many({doc("_id", "ANN"), doc("_id", "ann"), doc("_id", "bob")}));
    struct Row {
        const char*                 name;
        const tenon::ServerOptions& asked;
        std::size_t                 found;
    };
    for (const auto& row : {Row{"none", {}, 1}, Row{"strength 2", any_case, 2}, Row{"simple", by_bytes, 1}}) {
        CAPTURE(row.name);
        auto cursor = good(c.with(row.asked).find(doc("_id", "ann")));
        std::size_t found = 0;
        while (good(cursor.next())) ++found;
        CHECK(found == row.found);
    }
}

TEST_CASE("a deleted document does not hide a live one whose id the collation holds equal") {
    const Server server;
    const auto   db = server.open();
    const Repository<Named> named(db);
    good(named.insert_many({{"ANN", 1}, {"ann", 1}}));
    good(named.remove("ANN"));
    CHECK(good(named.with(any_case).get("ann")).id == "ann");
    CHECK(good(named.with(any_case).get("ANN")).id == "ann");
    CHECK(bad(named.get("ANN")).code == Errc::not_found);
    CHECK(good(named.with(any_case).find(field<&Named::id> == "Ann").with_deleted().all()).size() == 2);
    CHECK(good(named.with(any_case).find(field<&Named::id> == "Ann").only_deleted().all()).at(0).id == "ANN");
}

TEST_CASE("a keyset page refuses a collation that may hold ids equal") {
    const Server server;
    const auto   db = server.open();
    const Repository<Named> named(db);
    good(named.insert_many({{"ANN", 1}, {"ann", 1}, {"bob", 2}}));
    const auto refused = bad(named.with(any_case).find().page({.size = 1}));
    CHECK(refused.code == Errc::unsupported);
    CHECK(refused.path == "collation");
    CHECK(bad(named.with(any_case).find().sort(tenon::asc<&Named::rank>).page({.size = 2})).path == "collation");
    // Of the last document too, behind which no page may begin.
    CHECK(bad(named.find().server(any_case).page({.size = 3})).path == "collation");
    CHECK(good(named.with(by_bytes).find().page({.size = 1})).items.at(0).id == "ANN");
    CHECK(good(named.with(any_case).find().page({.size = 1, .number = 1})).total == 3);
}

TEST_CASE("keyset pages in the order of a collation meet every document whose id has no text") {
    const Server server;
    const auto   db = server.open();
    const Repository<Numbered> numbered(db);
    for (const char* name : {"b", "ann", "B", "ANN", "Ann", "c"}) good(numbered.insert({.name = name}));
    for (const bool backwards : {false, true}) {
        CAPTURE(backwards);
        std::vector<std::string> met;
        tenon::PageOptions       page{.size = 1};
        for (int i = 0; i < 10; ++i) {
            auto query = numbered.with(any_case).find();
            if (backwards) query.sort(tenon::desc<&Numbered::name>);
            else query.sort(tenon::asc<&Numbered::name>);
            const auto read = good(query.page(page));
            for (const auto& one : read.items) met.push_back(one.name);
            if (!read.next) break;
            page.after = read.next;
        }
        if (backwards) std::reverse(met.begin(), met.end());
        CHECK(met == std::vector<std::string>{"ann", "ANN", "Ann", "b", "B", "c"});
    }
}
