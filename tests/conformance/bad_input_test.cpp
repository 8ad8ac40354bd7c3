// Bad input, row by row: each gets its code and a message that names the field path or the option, nothing is written, and the store stays
// usable. The rows about files are in tests/unit/sqlite/bad_files_test.cpp: no other store has one.

#include "fixture.hpp"

#include <cctype>
#include <functional>
#include <limits>
#include <map>
#include <thread>

#include <tenon/mapping/json.hpp>

using namespace conformance;  // NOLINT(google-build-using-namespace)
using tenon::set;

namespace {

struct Nest {
    std::vector<Nest> in{};
};
struct Wide {
    tenon::ObjectId            id{};
    std::uint64_t              u = 0;
    std::int32_t               n = 0;
    std::string                s{};
    std::map<std::string, int> m{};
    std::vector<Nest>          nest{};
};

Nest nested(int levels) {
    Nest out;
    for (; levels > 0; --levels) {
        Nest outer;
        outer.in.push_back(std::move(out));
        out = std::move(outer);
    }
    return out;
}

Result<tenon::bson::Document> deep(int levels) {
    tenon::bson::Builder builder;
    for (int i = 1; i < levels; ++i) builder.open_document("d");
    for (int i = 1; i < levels; ++i) builder.close();
    return builder.finish();
}

std::vector<std::uint8_t> bytes_of(std::string_view hex) {
    std::vector<std::uint8_t> out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) out.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return out;
}

Wide wide(std::function<void(Wide&)> change) {
    Wide out;
    change(out);
    return out;
}

const std::string huge(17U * 1024U * 1024U, 'x');

struct Row {
    const char*                   what;
    Errc                          code;
    const char*                   named;  // the path or a word of the message; of a path that goes on, its beginning
    std::function<tenon::Error()> call;
};

bool names(const tenon::Error& error, std::string_view named) {
    std::string words = error.message;
    if (!words.empty()) words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    if (error.path.starts_with(named)) {
        const auto rest = std::string_view(error.path).substr(named.size());
        if (rest.empty() || rest.front() == '.') return true;
    }
    const auto within = [&](std::size_t at) { return at < words.size() && std::isalnum(static_cast<unsigned char>(words[at])) != 0; };
    for (auto at = words.find(named); at != std::string::npos; at = words.find(named, at + 1)) {
        if ((at == 0 || !within(at - 1)) && !within(at + named.size())) return true;
    }
    return false;
}

/// A row of bytes that are no BSON: they do not get as far as the store.
Row bytes(const char* what, const char* named, const char* hex, tenon::bson::ValidateOptions options = {}) {
    return {what, Errc::decode, named, [=] {
                const auto bytes = bytes_of(hex);
                return bad(tenon::bson::View::validate(bytes, options));
            }};
}

}  // namespace

template <>
struct tenon::Model<Wide> : tenon::Defaults<Wide> {
    static constexpr auto collection = "wide";
};

CONFORMANCE("bad input is refused, named, and not written", Plain) {
    Repository<M>    things(db);
    Repository<Wide> wides(db);
    const auto       raw  = things.untyped();
    const auto       kept = good(things.insert(thing<M>("kept", 1)));

    // Documents that are BSON, and that others may have stored: no member of the struct can hold them.
    const auto misfit = [&](const char* field, const char* value) {
        return [&raw, &things, field, value] {
            auto       document = json(R"({"key":"k","n":1,"tags":[],"created_at":{"$date":"2026-01-01T00:00:00Z"},"updated_at":{"$date":"2026-01-01T00:00:00Z"},"version":0})");
            const auto id       = tenon::ObjectId::generate();
            tenon::bson::Builder builder;
            builder.append("_id", id);
            for (const auto& [key, held] : document) {
                if (key != field) builder.append(key, held);
            }
            if (std::string_view(value).empty()) builder.append(field, document[field]).append(field, document[field]);  // twice
            else builder.append(field, good(tenon::bson::value_from_json(value)).ref());
            good(raw.insert(builder.take()));
            const auto error = bad(things.get(id));
            good(raw.remove(id));
            return error;
        };
    };
    const auto updated = [&](const char* update) { return [&raw, update] { return bad(raw.update_many({}, json(update))); }; };
    const std::string nul_key("a\0b", 3);
    const auto where   = json(R"({"$where":"1"})");
    const auto change  = json(R"({"$set":{"n":2}})");
    const auto counted = [&](const char* filter) { return [&raw, filter] { return bad(raw.count(json(filter))); }; };

    const std::vector<Row> rows{
        // truncated, overlong, mistyped, duplicate-key, too deep and non-UTF-8 BSON
        bytes("truncated", "own length", "10000000106100"),
        bytes("truncated within a value", "a", "0a000000106100010000"),
        bytes("overlong", "behind", "0c0000001061000100000000ff"),
        bytes("an inner length that is overlong", "a", "0d000000036100ff0000000000"),
        bytes("a type that is none", "a", "0800000020610000"),
        bytes("a length below the shortest", "length", "0400000000"),
        bytes("a string without its end", "a", "0e000000026100020000006161" "00"),
        bytes("not UTF-8", "a", "0e00000002610002000000ff0000"),
        bytes("a key twice", "a", "0f0000000a610010610001000000" "00", {.duplicate_keys = false}),
        {"bytes too deep", Errc::decode, "deep",
         [] {
             std::string hex = "0500000000";
             for (int i = 0; i < 101; ++i) {
                 auto       bytes  = bytes_of(hex);
                 const auto length = static_cast<std::uint32_t>(bytes.size() + 8);
                 std::vector<std::uint8_t> outer;
                 for (int shift = 0; shift < 32; shift += 8) outer.push_back(static_cast<std::uint8_t>(length >> static_cast<unsigned>(shift)));
                 outer.insert(outer.end(), {0x03, 'd', 0});
                 outer.insert(outer.end(), bytes.begin(), bytes.end());
                 outer.push_back(0);
                 hex.clear();
                 for (const auto byte : outer) hex += "0123456789abcdef"[byte >> 4U], hex += "0123456789abcdef"[byte & 15U];
             }
             return bad(tenon::bson::Document::from_bytes(bytes_of(hex)));
         }},
        {"built too deep", Errc::encode, "d.d", [] { return bad(deep(101)); }},
        {"an entity too deep", Errc::encode, "nest.0.in.0", [&] { return bad(wides.insert(wide([](Wide& w) { w.nest.push_back(nested(120)); }))); }},
        {"mistyped", Errc::decode, "n", misfit("n", R"("text")")},
        {"mistyped in an array", Errc::decode, "tags.1", misfit("tags", R"(["a",1])")},
        {"a mapped key twice", Errc::decode, "key", misfit("key", "")},
        {"not UTF-8", Errc::encode, "s", [&] { return bad(wides.insert(wide([](Wide& w) { w.s = "\xff"; }))); }},
        {"not UTF-8, one of many", Errc::encode, "s", [&] { return bad(wides.insert_many({Wide{}, wide([](Wide& w) { w.s = "\xff"; })})); }},
        {"not UTF-8, in bulk", Errc::encode, "s", [&] { return bad(wides.bulk().insert(Wide{}).insert(wide([](Wide& w) { w.s = "\xff"; })).run()); }},
        {"not UTF-8, in a filter", Errc::encode, "key", [&] { return bad(things.count(field<&M::key> == "\xff")); }},
        {"not UTF-8, in an update", Errc::encode, "key", [&] { return bad(things.update_many({}, set<&M::key>("\xff"))); }},
        // a document over 16 MiB
        {"over 16 MiB", Errc::encode, "16", [&] { return bad(wides.insert(wide([](Wide& w) { w.s = huge; }))); }},
        {"over 16 MiB, one of many", Errc::encode, "16", [&] { return bad(wides.insert_many({Wide{}, wide([](Wide& w) { w.s = huge; })})); }},
        {"over 16 MiB, replacing", Errc::encode, "16", [&] {
             auto one = kept;
             one.key  = huge;
             return bad(things.replace(one));
         }},
        {"over 16 MiB, in an update", Errc::encode, "16", [&] { return bad(things.update(kept.id, set<&M::key>(huge))); }},
        // NUL in a key
        {"NUL in a key", Errc::encode, "m", [&] { return bad(wides.insert(wide([](Wide& w) { w.m[std::string("a\0b", 3)] = 1; }))); }},
        {"NUL in a key of a filter", Errc::invalid_argument, "m", [&] { return bad(wides.count(field<&Wide::m>.key(nul_key) == 1)); }},
        {"NUL in a key of an update", Errc::invalid_argument, "m", [&] { return bad(wides.update_many({}, set(field<&Wide::m>.key(nul_key), 1))); }},
        {"NUL in a key of a sort", Errc::invalid_argument, "m", [&] { return bad(wides.find().sort(field<&Wide::m>.key(nul_key).asc()).all()); }},
        {"NUL in a path of distinct", Errc::invalid_argument, "path", [&] { return bad(raw.distinct(nul_key)); }},
        {"NUL in a key of a document", Errc::encode, "key", [&] { return bad(tenon::bson::Builder().append(nul_key, 1).finish()); }},
        {"NUL in a key of a sort document", Errc::invalid_argument, "key", [&] { return bad(tenon::bson::from_json(R"({"a\u0000b":1})")); }},
        {"NUL in the name of an index", Errc::invalid_argument, "name",
         [&] { return bad(raw.create_indexes({tenon::IndexSpec{.keys = json(R"({"n":1})"), .name = nul_key}})); }},
        {"NUL in a hint", Errc::invalid_argument, "hint", [&] { return bad(raw.count({}, {.hint = nul_key})); }},
        {"NUL in the name of a dropped index", Errc::invalid_argument, "index", [&] { return bad(raw.drop_index(nul_key)); }},
        {"NUL in the name of a hidden index", Errc::invalid_argument, "index", [&] { return bad(raw.hide_index(nul_key)); }},
        {"NUL in a collection's name", Errc::invalid_argument, "name", [&] { return bad(db.collection(nul_key).insert(json(R"({"a":1})"))); }},
        // int64 into int32, NaN into an int
        {"int64 into int32", Errc::decode, "n", misfit("n", R"({"$numberLong":"2147483648"})")},
        {"NaN into an int", Errc::decode, "n", misfit("n", R"({"$numberDouble":"NaN"})")},
        {"a fraction into an int", Errc::decode, "n", misfit("n", R"({"$numberDouble":"1.5"})")},
        {"infinity into an int", Errc::decode, "n", misfit("n", R"({"$numberDouble":"Infinity"})")},
        {"int64 into int32, of an API", Errc::validation, "n", [] { return bad(tenon::from_json<M>(R"({"n":2147483648})")); }},
        // uint64 above 2^63-1
        {"uint64 above int64", Errc::encode, "u", [&] { return bad(wides.insert(wide([](Wide& w) { w.u = std::numeric_limits<std::uint64_t>::max(); }))); }},
        {"uint64 above int64, in a filter", Errc::invalid_argument, "u", [&] { return bad(wides.count(field<&Wide::u> == std::uint64_t{1} << 63U)); }},
        // an id text that is none
        {"an id text that is none", Errc::invalid_argument, "24", [] { return bad(tenon::ObjectId::parse("12")); }},
        {"an id text that is none, of an API", Errc::validation, "id", [] { return bad(tenon::from_json<M>(R"({"id":"12"})")); }},
        {"an id of another type", Errc::invalid_argument, "_id", [&] { return bad(raw.insert(json(R"({"_id":"text"})"))); }},
        // a filter document holding $where or an unknown operator
        {"$where", Errc::unsupported, "$where", counted(R"({"$where":"1"})")},
        {"$where of an update", Errc::unsupported, "$where", [&] { return bad(raw.update_one(where, change)); }},
        {"$where of an update of many", Errc::unsupported, "$where", [&] { return bad(raw.update_many(where, change)); }},
        {"$where of an upsert", Errc::unsupported, "$where", [&] { return bad(raw.update_one(where, change, {.upsert = true})); }},
        {"$where of a replace", Errc::unsupported, "$where", [&] { return bad(raw.replace_one(where, json(R"({"n":2})"))); }},
        {"$where of a remove", Errc::unsupported, "$where", [&] { return bad(raw.remove_one(where)); }},
        {"$where of a remove of many", Errc::unsupported, "$where", [&] { return bad(raw.remove_many(where)); }},
        {"$where of a purge of many", Errc::unsupported, "$where", [&] { return bad(raw.purge_many(where)); }},
        {"$where of a find_and_update", Errc::unsupported, "$where", [&] { return bad(raw.find_and_update(where, change)); }},
        {"$where of a find_and_replace", Errc::unsupported, "$where", [&] { return bad(raw.find_and_replace(where, json(R"({"n":2})"))); }},
        {"$where of a find_and_remove", Errc::unsupported, "$where", [&] { return bad(raw.find_and_remove(where)); }},
        {"$where of a restore of many", Errc::unsupported, "$where",
         [&] { return bad(tenon::Collection(db, tenon::model_info<SoftDeleted>()).restore_many(where)); }},
        {"$where in bulk", Errc::unsupported, "$where", [&] { return bad(raw.bulk(std::move(tenon::BulkItems().remove_one(where)))); }},
        {"$where of a find", Errc::unsupported, "$where", [&] { return bad(raw.first(where)); }},
        {"$where of a page", Errc::unsupported, "$where", [&] { return bad(raw.page(where, {}, {})); }},
        {"$where of a distinct", Errc::unsupported, "$where", [&] { return bad(raw.distinct("n", where)); }},
        {"$where of an explain", Errc::unsupported, "$where", [&] { return bad(raw.explain(where)); }},
        {"$where within another", Errc::unsupported, "$where", counted(R"({"$or":[{"n":1},{"$and":[{"$where":"1"}]}]})")},
        {"$function in an expression", Errc::unsupported, "$function",
         counted(R"({"$and":[{"$expr":{"$eq":[1,{"$function":{"body":"function() { return 1 }","args":[],"lang":"js"}}]}}]})")},
        {"$function of a remove of many", Errc::unsupported, "$function",
         [&] { return bad(raw.remove_many(json(R"({"$expr":{"$function":{"body":"function() { return true }","args":[],"lang":"js"}}})"))); }},
        {"$where of a pipeline's filter", Errc::unsupported, "$where", [&] { return bad(raw.aggregate({json(R"({"$match":{"$where":"1"}})")})); }},
        {"$where of an array filter", Errc::invalid_argument, "$where",
         [&] { return bad(raw.update_many({}, json(R"({"$set":{"tags.$[t]":"x"}})"), {.array_filters = {json(R"({"t":{"$where":"1"}})")}})); }},
        {"an unknown operator", Errc::invalid_argument, "$unknown", counted(R"({"n":{"$unknown":1}})")},
        {"an unknown operator at the top", Errc::invalid_argument, "$unknown", counted(R"({"$unknown":1})")},
        {"an unknown operator of a remove", Errc::invalid_argument, "$unknown", [&] { return bad(raw.remove_many(json(R"({"n":{"$unknown":1}})"))); }},
        {"an unknown operator of an update", Errc::invalid_argument, "$unknown", updated(R"({"$unknown":{"n":1}})")},
        {"a regular expression that is none", Errc::invalid_argument, "regular expression", counted(R"({"key":{"$regex":"("}})")},
        {"an update without operators", Errc::invalid_argument, "update", updated(R"({"n":1})")},
        {"an update of the _id", Errc::invalid_argument, "_id", updated(R"({"$set":{"_id":1}})")},
        {"an update of one field twice", Errc::invalid_argument, "n", updated(R"({"$set":{"n":1},"$inc":{"n":1}})")},
        {"a sort that is none", Errc::invalid_argument, "sort", [&] { return bad(raw.first({}, {.sort = json(R"({"n":2})")})); }},
        {"a hint that names no index", Errc::invalid_argument, "hint", [&] { return bad(raw.count({}, {.hint = "nope"})); }},
        {"a limit below zero", Errc::invalid_argument, "limit", [&] { return bad(things.find().limit(-1).all()); }},
        {"a page of no size", Errc::invalid_argument, "size", [&] { return bad(things.find().page({.size = 0})); }},
        {"a collection without a name", Errc::invalid_argument, "name", [&] { return bad(db.collection("").insert(json(R"({"a":1})"))); }},
        // a cursor string that was tampered with
        {"a cursor that was tampered with", Errc::invalid_argument, "after", [&] {
             good(things.insert(thing<M>("second", 2)));
             auto cursor = *good(things.find().sort(asc<&M::n>).page({.size = 1})).next;
             cursor[cursor.size() / 2] = cursor[cursor.size() / 2] == 'A' ? 'B' : 'A';
             const auto error = bad(things.find().sort(asc<&M::n>).page({.size = 1, .after = cursor}));
             good(things.purge_many(field<&M::key> == "second"));
             return error;
         }},
        {"a cursor that is none", Errc::invalid_argument, "before", [&] { return bad(things.find().page({.before = "AQ"})); }},
        // a second writer past its deadline
        {"a second writer past its deadline", Errc::timeout, "deadline", [&] {
             std::optional<tenon::Error> late;
             auto done = db.transaction([&](tenon::Transaction& tx) -> Result<void> {
                 good(things.in(tx).update(kept.id, set<&M::n>(2)));
                 std::thread([&] {
                     auto second = things.update(kept.id, set<&M::n>(3), {.call = {.deadline = tenon::Deadline::after(std::chrono::milliseconds(100))}});
                     if (!second) late = second.error();
                 }).join();
                 return tenon::fail(Errc::validation, "undone");
             });
             CHECK(bad(std::move(done)).code == Errc::validation);
             return late.value_or(tenon::Error{});
         }},
        // a call on a repository not bound to the open transaction
        {"a call that is not bound to the open transaction", Errc::invalid_argument, "in(tx)", [&] {
             tenon::Error unbound;
             good(db.transaction([&](tenon::Transaction&) -> Result<void> {
                 unbound = bad(things.insert(thing<M>("unbound", 1)));
                 return {};
             }));
             return unbound;
         }},
        {"a tenant, which no store has yet", Errc::unsupported, "tenant", [&] {
             tenon::Context context;
             context.tenant = "acme";
             return bad(tenon::run(db, tenon::Request{raw.name(), tenon::Count{}, nullptr, context}));
         }},
    };
    const auto before = stored(db, raw.name());
    for (const auto& row : rows) {
        CAPTURE(std::string(row.what));
        const auto error = row.call();
        CAPTURE(error.path);
        CAPTURE(error.message);
        CHECK(tenon::to_string(error.code) == tenon::to_string(row.code));
        CHECK(names(error, row.named));
        CHECK(error.message.size() < 500);  // never a value of the document
        // A server does not say of every write that it did nothing.
        CHECK(error.outcome != tenon::Outcome::partial);
        CHECK(stored(db, raw.name()) == before);
        CHECK(good(wides.count()) == 0);
        CHECK(good(things.get(kept.id)).n == 1);  // usable
    }
    good(things.insert(thing<M>("still works", 2)));
    good(wides.insert(wide([](Wide& w) { w.nest.push_back(nested(45)); })));
    good(raw.insert(good(deep(90))));
}

TEST_CASE("a URI with an unknown scheme or option is refused by name, and shows no password") {
    struct Case {
        const char* uri;
        const char* named;
    };
    const Case rows[] = {
        {"", "uri"},
        {"app.db", "scheme"},
        {"redis:x", "redis"},
        {"mongodb://app:secret@db", "database"},
        {"mongodb://app:secret@db:port/x", "uri"},
        {"sqlite:", "path"},
        {"sqlite::memory:?nonsense=1", "nonsense"},
        {"sqlite::memory:?nonsense=1&nonsense=2", "nonsense"},
        {"sqlite::memory:?synchronous=sometimes", "synchronous"},
        {"sqlite:x.db?mode=x", "mode"},
        {"sqlite::memory:?busy_timeout_ms=-1", "busy_timeout_ms"},
        {"sqlite::memory:?cache_mb=0", "cache_mb"},
        {"sqlite::memory:?readers=1000", "readers"},
        {"sqlite::memory:?max_size_mb=x", "max_size_mb"},
        {"sqlite::memory:?cursor_age_ms=0", "cursor_age_ms"},
    };
    for (const auto& row : rows) {
        CAPTURE(std::string(row.uri));
        const auto error = bad(tenon::open(row.uri));
        CAPTURE(error.message);
        CHECK(tenon::to_string(error.code) == tenon::to_string(Errc::invalid_argument));
        CHECK((error.message + " " + error.path).find(row.named) != std::string::npos);
        CHECK(error.to_string().find("secret") == std::string::npos);
        CHECK(error.where.starts_with("open("));
    }
}
