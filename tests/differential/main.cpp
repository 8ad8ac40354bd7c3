// differential: the same random operations on the embedded store and on MongoDB, until they disagree. scripts/differential runs it.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

#include <unistd.h>

#include "differential/kept.hpp"
#include "differential/play.hpp"
#include "differential/shrink.hpp"

namespace {

using namespace tenon;
using namespace tenon::differential;
using Verdict = Step::Verdict;

struct Options {
    std::uint64_t seed     = 1;
    std::uint64_t ops      = 20'000;
    std::uint64_t session  = 0;  // 0: all; else this one alone
    std::string   uri{};
    std::string   kept{};        // a folder of cases to replay first
    std::string   save{};        // a file that minimal cases are appended to
    bool          self_test = false;
};

struct Totals {
    std::uint64_t operations = 0;
    std::uint64_t divergent  = 0;
    std::uint64_t refused    = 0;
    std::uint64_t undefined  = 0;
};

constexpr std::size_t operations_of_session = 60;

void usage() {
    std::cerr << "differential [--seed S] [--ops N] [--uri URI] [--session I] [--kept FOLDER] [--save FILE]\n"
                 "  --uri      of the MongoDB deployment; without it MONGODB_URI\n"
                 "  --session  plays this session of the seed alone, as a divergence names it\n"
                 "  --kept     replays the cases of this folder first\n"
                 "  --save     appends the minimal case of each divergence to this file\n"
                 "differential --self-test: an engine with a planted fault has to be caught; needs no server\n";
}

bool parse(int argc, char** argv, Options& options) {
    if (const char* uri = std::getenv("MONGODB_URI")) options.uri = uri;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        if (name == "--self-test") {
            options.self_test = true;
            continue;
        }
        if (i + 1 == argc) return false;
        const std::string value = argv[++i];
        if (name == "--seed") options.seed = std::strtoull(value.c_str(), nullptr, 10);
        else if (name == "--ops") options.ops = std::strtoull(value.c_str(), nullptr, 10);
        else if (name == "--session") options.session = std::strtoull(value.c_str(), nullptr, 10);
        else if (name == "--uri") options.uri = value;
        else if (name == "--kept") options.kept = value;
        else if (name == "--save") options.save = value;
        else return false;
    }
    return options.self_test || !options.uri.empty();
}

/// The URI with a database of ours where it names none, and writes that wait for no journal: nothing here outlives the process.
std::string with_database(std::string uri) {
    const auto scheme = uri.find("://");
    if (scheme == std::string::npos || !uri.starts_with("mongodb")) return uri;
    if (uri.find("?w=") == uri.npos && uri.find("&w=") == uri.npos) uri += (uri.find('?') == std::string::npos ? "?" : "&") + std::string("w=1&journal=false");
    const auto query = uri.find('?');
    const auto slash = uri.find('/', scheme + 3);
    const auto end   = std::min(query, uri.size());
    if (slash != std::string::npos && slash < end) {
        return slash + 1 < end ? uri : uri.substr(0, slash + 1) + "tenon_differential" + uri.substr(end);
    }
    return uri.substr(0, end) + "/tenon_differential" + uri.substr(end);
}

bool inserts_ids(const bson::Document& operation) {
    const auto insert = operation["insert"];
    if (insert.type() != bson::Type::document) return true;
    const auto documents = insert.as_view()["documents"];
    if (documents.type() != bson::Type::array) return true;
    for (const auto& [key, value] : documents.as_view()) {
        if (value.type() != bson::Type::document || value.as_view()["_id"].missing()) return false;
    }
    return true;
}

class Run {
public:
    Run(Players& players, const Options& options) : players_(players), options_(options) {}

    /// False: an engine could not be asked.
    bool session(std::uint64_t number) {
        RandomBson random = of_session(number);
        Scene      scene;
        if (auto begun = players_.begin(); !begun) return broken(begun.error().to_string());
        std::vector<bson::Document> played{first_insert(random, 4 + random.below(20))};
        scene.plain = options_.self_test || random.below(100) < 55;
        for (auto step = players_.play(played.back());; step = players_.play(played.back())) {
            ++totals.operations;
            if (step.verdict == Verdict::broken) return broken(step.what);
            if (step.verdict == Verdict::refused) {
                ++totals.refused;
                ++refusals[step.what];
            }
            if (step.verdict == Verdict::undefined) ++totals.undefined;
            if (step.verdict == Verdict::divergent) report(number, played, step.what);
            if (step.verdict != Verdict::same || played.size() > operations_of_session) return true;
            played.push_back(players_.definite(random_operation(random, scene)));
        }
    }

    bool all() {
        if (options_.session != 0) return session(options_.session);
        for (std::uint64_t number = 1; totals.operations < options_.ops && !(options_.self_test && totals.divergent > 0); ++number) {
            if (!session(number)) return false;
        }
        return true;
    }

    Totals                      totals{};
    std::map<std::string, int>  refusals{};  ///< by what was said
    std::vector<bson::Document> last_minimal{};

private:
    // Mixed, since RandomBson steps by a constant: a seed that is a multiple of it would be the next seed's stream, one step later.
    [[nodiscard]] RandomBson of_session(std::uint64_t number) const { return RandomBson(RandomBson(RandomBson(options_.seed).next() + number).next()); }

    void report(std::uint64_t number, std::vector<bson::Document> played, const std::string& what) {
        ++totals.divergent;
        std::cout << "DIVERGENT seed " << options_.seed << " session " << number << " operation " << played.size() << "\n    " << what << '\n';
        // Of the same verb, and without inserts that leave the _id to the engines: their order would be another one in each.
        const auto verb  = what.substr(0, what.find(':'));
        const auto fails = [&](const std::vector<bson::Document>& candidate) {
            if (!std::all_of(candidate.begin(), candidate.end(), inserts_ids)) return false;
            const auto step = players_.play_all(candidate);
            return step.verdict == Verdict::divergent && step.what.starts_with(verb + ":");
        };
        last_minimal     = shrink(std::move(played), fails);
        const auto least = players_.play_all(last_minimal);
        const auto line  = kept_line(least.what.substr(0, least.what.find('\n')), last_minimal);
        std::cout << "  minimal: " << line << "\n    " << least.what << std::endl;
        if (!options_.save.empty()) std::ofstream(options_.save, std::ios::app) << line << '\n';
    }
    static bool broken(const std::string& what) {
        std::cout << "BROKEN " << what << '\n';
        return false;
    }

    Players&       players_;
    const Options& options_;
};

/// The number that diverge, or -1.
int replay_kept(Players& players, const std::string& folder) {
    auto cases = read_kept(folder);
    if (!cases) {
        std::cout << cases.error().to_string() << '\n';
        return -1;
    }
    int divergent = 0;
    for (const auto& one : *cases) {
        const auto step = players.play_all(one.operations);
        if (step.verdict == Verdict::same) continue;
        ++divergent;
        std::cout << "DIVERGENT " << one.place << ": " << one.why << "\n    " << step.what << '\n';
    }
    std::cout << cases->size() << " kept cases, " << divergent << " divergent\n";
    return divergent;
}

Result<Players> open_both(const std::string& right, Fault fault) {
    const auto collection = "d" + std::to_string(::getpid());
    const bool misses     = fault == Fault::no_update;  // what is tested, not what it is held against
    auto       embedded   = Engine::open("sqlite::memory:", collection, misses ? fault : Fault::none);
    if (!embedded) return fail(std::move(embedded).error());
    auto oracle = Engine::open(right, collection, misses ? Fault::none : fault);
    if (!oracle) return fail(std::move(oracle).error());
    return Players(std::move(*embedded), std::move(*oracle));
}

/// Two embedded engines agree; one that has a fault is caught, and the failure comes down to one insert of one document and one call.
int self_test(const Options& options) {
    for (const auto fault : {Fault::none, Fault::gte_is_gt, Fault::inc_is_set, Fault::no_update}) {
        auto players = open_both("sqlite::memory:", fault);
        if (!players) {
            std::cout << players.error().to_string() << '\n';
            return 1;
        }
        Run        run(*players, options);
        const bool asked = run.all();
        std::cout << run.totals.operations << " operations, " << run.totals.divergent << " divergent\n";
        const bool caught = run.totals.divergent > 0;
        const bool least  = run.last_minimal.size() <= 2;
        if (!asked || caught != (fault != Fault::none) || !least) {
            std::cout << "the harness failed its own test\n";
            return 1;
        }
    }
    return 0;
}

int compare(const Options& options) {
    auto players = open_both(with_database(options.uri), Fault::none);
    if (!players) {
        std::cout << players.error().to_string() << '\n';
        return 2;
    }
    const int  kept  = options.kept.empty() ? 0 : replay_kept(*players, options.kept);
    Run        run(*players, options);
    const bool asked = run.all();
    players->drop();
    if (run.totals.refused + run.totals.undefined > 0) {
        for (const auto& [what, times] : run.refusals) std::cout << "  refused " << times << " times: " << what << '\n';
        std::cout << run.totals.refused << " refused by name, " << run.totals.undefined << " failed midway of many documents\n";
    }
    std::cout << run.totals.operations << " operations, " << run.totals.divergent << " divergent" << std::endl;
    return asked && kept == 0 && run.totals.divergent == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        usage();
        return 2;
    }
    return options.self_test ? self_test(options) : compare(options);
}
