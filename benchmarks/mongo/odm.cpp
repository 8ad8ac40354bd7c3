// The tasks of MongoDB's ODM benchmark (specifications/source/benchmarking/odm-benchmarking.md) in megabytes a second, ours and the bare
// driver's. A round here is 200 operations where the specification's iteration is 10,000: the score is a rate, and rounds alternate.

#include <string>

#include <tenon/bson/json.hpp>
#include <tenon/mapping/codec.hpp>
#include <tenon/tenon.hpp>

#include "odm_models.hpp"
#include "odm_peer.hpp"
#include "rounds.hpp"

namespace bench::odm {

namespace {

constexpr int operations = 200;
// Bytes of a task's operation, as the specification counts them: of the model's JSON, or of "updated_value".
constexpr double small = 250, large = 8000, value = 13;

std::string letters(int n, std::size_t size) {
    static constexpr char set[] = "kj9$mxz#p2qw8r*vn4@h7c&u1sbdefgilot0356y";
    std::string           made(size, ' ');
    auto                  state = static_cast<std::uint32_t>(n) * 2654435761U + 12345U;
    for (auto& c : made) {
        state = state * 1664525U + 1013904223U;
        c     = set[(state >> 24U) % (sizeof set - 1)];
    }
    return made;
}
int number(int n) { return 100 + (n * 7919) % 900; }

Strings strings(int n) {
    Strings made;
#define BENCH_FILL(i) made.field##i = letters(n * 100 + (i), 36);
    BENCH_NESTED(BENCH_FILL)
#undef BENCH_FILL
    made.unique_id = unique_id();
    return made;
}

Integers integers(int n) {
    Integers made;
#define BENCH_FILL(i) made.field##i = number(n * 100 + (i));
    BENCH_NESTED(BENCH_FILL)
#undef BENCH_FILL
    return made;
}

void score(const char* name, double bytes, const Pair& pair) {
    const auto mb = [&](const Times& times) { return bytes * operations / median(times.wall) / 1e6; };
    const auto us = [&](const Times& times) { return median(times.cpu) / operations * 1e6; };
    std::printf("%-32s %8.2f MB/s %7.2f MB/s %6.3f  %-13s  cpu %.1f / %.1f us\n", name, mb(pair.ours), mb(pair.peer), mb(pair.ours) / mb(pair.peer), "-",
                us(pair.ours), us(pair.peer));
    std::fflush(stdout);
}

template <class T>
void json_size(const char* name, const T& entity) {
    std::printf("# %s model: %zu bytes of JSON\n", name, tenon::bson::to_json(must(tenon::encode(entity), "encode"), tenon::bson::JsonMode::relaxed).size());
}

template <class T>
class Task {
public:
    Task(const Plan& plan, const tenon::Database& database, Pool& pool) : rounds_(plan.rounds), ours_(database), peer_(pool) {}

    void create(const char* name, double bytes, T (*make)()) {
        const T model = make();
        score(name, bytes, interleave(rounds_, [&] { for (int i = 0; i < operations; ++i) (void)must(ours_.insert(T(model)), "insert"); },
                                      [&] { for (int i = 0; i < operations; ++i) peer_.create(T(model)); }));
    }

    /// Entities to change and to find; returns them as stored.
    std::vector<T> seed(T (*make)()) {
        (void)must(ours_.create_indexes(), "create_indexes");
        std::vector<T> made;
        made.reserve(operations);
        for (int i = 0; i < operations; ++i) made.push_back(must(ours_.insert(make()), "insert"));
        return made;
    }

    template <class Set>
    void update(const char* name, const std::vector<T>& stored, const char* path, const Set& set) {
        // Each pass writes another value, so that none is left out as unchanged.
        int        pass = 0;
        const auto next = [&] { return "updated_value" + std::to_string(pass++); };
        score(name, value,
              interleave(rounds_,
                         [&] {
                             const auto to = next();
                             for (const auto& one : stored) (void)must(ours_.update(one.id, set(to)), "update");
                         },
                         [&] {
                             const auto to = next();
                             for (const auto& one : stored) peer_.update(one.id, path, to);
                         }));
    }

    template <class Ours, class Theirs>
    void find(const char* name, double bytes, const std::vector<T>& stored, const Ours& ours, const Theirs& theirs) {
        const auto one = [](const std::vector<T>& found) {
            if (found.size() != 1) stop("find did not meet one entity");
        };
        score(name, bytes, interleave(rounds_, [&] { for (const auto& of : stored) one(must(ours(ours_, of), "find")); },
                                      [&] { for (const auto& of : stored) one(theirs(peer_, of)); }));
    }

private:
    int                  rounds_;
    tenon::Repository<T> ours_;
    Peer<T>              peer_;
};

}  // namespace

std::string unique_id() { return tenon::ObjectId::generate().to_string(); }

SmallFlat small_flat() {
    SmallFlat made;
#define BENCH_FILL(i) made.field##i = letters(i, 6);
    BENCH_SMALL_STRINGS(BENCH_FILL)
#undef BENCH_FILL
#define BENCH_FILL(i) made.field##i = number(i);
    BENCH_SMALL_INTEGERS(BENCH_FILL)
#undef BENCH_FILL
    return made;
}

LargeFlat large_flat() {
    LargeFlat made;
#define BENCH_FILL(i) made.field##i = letters(i, 42);
    BENCH_LARGE_STRINGS(BENCH_FILL)
#undef BENCH_FILL
#define BENCH_FILL(i) made.field##i = number(i);
    BENCH_LARGE_INTEGERS(BENCH_FILL)
#undef BENCH_FILL
    return made;
}

LargeNested large_nested() {
    LargeNested made{{}, strings(1), strings(2), strings(3), strings(4), strings(5), {strings(6), strings(7), strings(8)},
                     integers(8), integers(9), integers(10), integers(11), integers(12), integers(13), integers(14)};
    return made;
}

}  // namespace bench::odm

namespace bench {

bool run_odm(const Plan& plan) {
    using namespace odm;
    using tenon::field;
    Pool pool(plan.uri, plan.database);
    pool.drop_database();
    const auto database = must(tenon::open(tenon::Config{.uri = plan.uri, .database = plan.database}), "open");
    json_size("small flat", small_flat());
    json_size("large flat", large_flat());
    json_size("large nested", large_nested());

    Task<SmallFlat> flat(plan, database, pool);
    flat.create("odm.flat.small.create", small, small_flat);
    const auto flats = flat.seed(small_flat);
    flat.update("odm.flat.small.update", flats, "field1", [](const std::string& to) { return tenon::set<&SmallFlat::field1>(to); });
    flat.find("odm.flat.small.find", small, flats,
              [](const auto& ours, const SmallFlat& of) { return ours.find(field<&SmallFlat::id> == of.id).all(); },
              [](auto& peer, const SmallFlat& of) { return peer.find(of.id); });

    Task<LargeFlat> wide(plan, database, pool);
    wide.create("odm.flat.large.create", large, large_flat);
    const auto wides = wide.seed(large_flat);
    wide.update("odm.flat.large.update", wides, "field1", [](const std::string& to) { return tenon::set<&LargeFlat::field1>(to); });

    Task<LargeNested> deep(plan, database, pool);
    deep.create("odm.nested.large.create", large, large_nested);
    const auto deeps = deep.seed(large_nested);
    deep.update("odm.nested.large.update", deeps, "embedded_str_doc_1.field1",
                [](const std::string& to) { return tenon::set<&LargeNested::embedded_str_doc_1, &Strings::field1>(to); });
    deep.find("odm.nested.large.find", large, deeps,
              [](const auto& ours, const LargeNested& of) {
                  return ours.find(field<&LargeNested::embedded_str_doc_1, &Strings::unique_id> == of.embedded_str_doc_1.unique_id).all();
              },
              [](auto& peer, const LargeNested& of) { return peer.find("embedded_str_doc_1.unique_id", of.embedded_str_doc_1.unique_id); });
    deep.find("odm.nested.large.find_array", large, deeps,
              [](const auto& ours, const LargeNested& of) {
                  return ours.find(field<&LargeNested::embedded_str_doc_array, &Strings::unique_id> == of.embedded_str_doc_array[0].unique_id).all();
              },
              [](auto& peer, const LargeNested& of) {
                  return peer.find("embedded_str_doc_array.unique_id", of.embedded_str_doc_array[0].unique_id);
              });
    pool.drop_database();
    return true;
}

}  // namespace bench
