// The issue's list of bad input: each gets its code, a message that names the field or option, nothing written, and the store stays usable.

#include "fixture.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <limits>

using namespace conformance;  // NOLINT(google-build-using-namespace)

namespace {

struct Wide {
    tenon::ObjectId              id{};
    std::uint64_t                u = 0;
    std::string                  s{};
    std::map<std::string, int>   m{};
};

tenon::bson::Document deep(int levels) {
    tenon::bson::Builder builder;
    for (int i = 0; i < levels; ++i) builder.open_document("d");
    for (int i = 0; i < levels; ++i) builder.close();
    auto made = builder.finish();
    return made ? std::move(*made) : tenon::bson::Document();
}

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
    std::vector<std::uint8_t> out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) out.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return out;
}

}  // namespace

template <>
struct tenon::Model<Wide> : tenon::Defaults<Wide> {
    static constexpr auto collection = "wide";
};

TEST_CASE("bytes that are no BSON are refused before they reach the store") {
    struct Row {
        const char* what;
        const char* hex;
    };
    const Row rows[] = {
        {"truncated", "10000000106100"},
        {"overlong", "0c0000001061000100000000ff"},
        {"unknown type", "080000002061000000"},
        {"length below 5", "04000000"},
        {"string without its end", "0e0000000261000200000061620000"},
        {"not UTF-8", "0e00000002610002000000ff0000"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        CHECK(bad(tenon::bson::Document::from_bytes(bytes_of(row.hex))).code == Errc::decode);
    }
}

CONFORMANCE("bad input is refused, named, and not written", Plain) {
    Repository<M>    things(db);
    Repository<Wide> wides(db);
    const auto       raw = things.untyped();
    good(things.insert(thing<M>("kept", 1)));
    const auto before = stored(db, raw.name());

    struct Row {
        const char*                   what;
        Errc                          code;
        std::string                   named;  // in the path or the message
        std::function<tenon::Error()> call;
    };
    const std::string huge(17U * 1024U * 1024U, 'x');
    std::vector<Row>  rows{
        {"a document over 16 MiB", Errc::encode, "", [&] { Wide w; w.s = huge; return bad(wides.insert(w)); }},
        {"uint64 above int64", Errc::encode, "u", [&] { Wide w; w.u = std::numeric_limits<std::uint64_t>::max(); return bad(wides.insert(w)); }},
        {"NUL in a key", Errc::encode, "m", [&] { Wide w; w.m[std::string("a\0b", 3)] = 1; return bad(wides.insert(w)); }},
        {"not UTF-8", Errc::encode, "s", [&] { Wide w; w.s = "\xff"; return bad(wides.insert(w)); }},
        {"not UTF-8 of many", Errc::encode, "s", [&] { Wide w; w.s = "\xff"; return bad(wides.insert_many({Wide{}, w})); }},
        {"not UTF-8 in bulk", Errc::encode, "s", [&] { Wide w; w.s = "\xff"; return bad(wides.bulk().insert(w).run()); }},
        {"$where", Errc::unsupported, "$where", [&] { return bad(raw.count(json(R"({"$where":"1"})"))); }},
        {"unknown operator", Errc::invalid_argument, "$unknown", [&] { return bad(raw.count(json(R"({"n":{"$unknown":1}})"))); }},
        {"unknown operator of a write", Errc::invalid_argument, "$unknown", [&] { return bad(raw.remove_many(json(R"({"n":{"$unknown":1}})"))); }},
        {"unknown operator of an update", Errc::invalid_argument, "$unknown", [&] { return bad(raw.update_many({}, json(R"({"$unknown":{"n":1}})"))); }},
        {"bare update", Errc::invalid_argument, "", [&] { return bad(raw.update_many({}, json(R"({"n":1})"))); }},
        {"changing _id", Errc::invalid_argument, "_id", [&] { return bad(raw.update_many({}, json(R"({"$set":{"_id":1}})"))); }},
        {"a bad regular expression", Errc::invalid_argument, "", [&] { return bad(raw.count(json(R"({"key":{"$regex":"("}})"))); }},
        {"a bad sort", Errc::invalid_argument, "", [&] { return bad(raw.first({}, {.sort = json(R"({"n":2})")})); }},
        {"an unknown hint", Errc::invalid_argument, "hint", [&] { return bad(raw.count({}, {.hint = "nope"})); }},
        {"an id text that is none", Errc::invalid_argument, "", [&] { return bad(tenon::ObjectId::parse("12")); }},
        {"a cursor that was tampered with", Errc::invalid_argument, "after", [&] { return bad(things.find().page({.after = "AQ"})); }},
        {"a clause that went wrong", Errc::encode, "key", [&] { return bad(things.count(field<&M::key> == "\xff")); }},
        {"another's collection option", Errc::invalid_argument, "", [&] { return bad(db.collection("").insert(json(R"({"a":1})"))); }},
        {"a tenant", Errc::unsupported, "tenant",
         [&] {
             tenon::Context context;
             context.tenant = "acme";
             return bad(tenon::run(db, tenon::Request{raw.name(), tenon::Count{}, nullptr, context}));
         }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.what);
        const auto error = row.call();
        CAPTURE(error.message);
        CHECK(tenon::to_string(error.code) == tenon::to_string(row.code));
        CHECK((error.path + " " + error.message).find(row.named) != std::string::npos);
        CHECK(error.message.find(huge.substr(0, 100)) == std::string::npos);
    }
    CHECK(stored(db, raw.name()) == before);
    CHECK(stored(db, "wide").empty());
    good(things.insert(thing<M>("still works", 2)));
}

CONFORMANCE("a number that does not fit the member is a decode error", Plain) {
    Repository<M> things(db);
    for (const char* n : {R"({"$numberLong":"2147483648"})", R"({"$numberDouble":"NaN"})", R"({"$numberDouble":"1.5"})", R"("1")"}) {
        CAPTURE(n);
        const auto id = tenon::ObjectId::generate();
        good(things.untyped().insert(tenon::bson::doc("_id", id, "key", "k", "n", good(tenon::bson::value_from_json(n)).ref(), "tags", tenon::bson::array())));
        const auto error = bad(things.get(id));
        CHECK(error.code == Errc::decode);
        CHECK(error.path == "n");
    }
}

CONFORMANCE("a document too deep is refused", Plain) {
    const auto raw = Repository<M>(db).untyped();
    CHECK(deep(99).empty() == false);
    CHECK(deep(101).empty());
    good(raw.insert(deep(90)));
}

TEST_CASE("a URI or file that cannot be opened says why, and shows no password") {
    namespace fs      = std::filesystem;
    const auto folder = fs::temp_directory_path() / ("tenon-" + tenon::ObjectId::generate().to_string());
    fs::create_directories(folder);
    const auto garbage = (folder / "garbage.db").string();
    std::ofstream(garbage) << std::string(5000, 'x');

    struct Row {
        std::string uri;
        Errc        code;
        const char* named;
    };
    const Row rows[] = {
        {"", Errc::invalid_argument, "uri"},
        {"app.db", Errc::invalid_argument, "scheme"},
        {"redis:x", Errc::invalid_argument, "redis"},
        {"mongodb://app:secret@db", Errc::invalid_argument, "database"},
        {"mongodb://app:secret@db:port/x", Errc::invalid_argument, "uri"},
        {"sqlite::memory:?nonsense=1", Errc::invalid_argument, "nonsense"},
        {"sqlite::memory:?nonsense=1&nonsense=2", Errc::invalid_argument, "nonsense"},
        {"sqlite:" + garbage, Errc::corrupt, ""},
        {"sqlite:" + (folder / "none" / "app.db").string(), Errc::io, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.uri);
        const auto error = bad(tenon::open(row.uri));
        CHECK(tenon::to_string(error.code) == tenon::to_string(row.code));
        CHECK((error.message + error.path).find(row.named) != std::string::npos);
        CHECK(error.to_string().find("secret") == std::string::npos);
        CHECK(error.where.starts_with("open("));
    }
    fs::remove_all(folder);
}
