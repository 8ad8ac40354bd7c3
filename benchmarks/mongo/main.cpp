// Repository on MongoDB against the same work by hand on libmongoc: one process, one server, interleaved rounds, medians.
// bench_mongo URI [verbs|messages|odm|all, default all] [rounds, default 41]

#include <string>
#include <string_view>

#include "rounds.hpp"

namespace {

/// Both sides wait for one member, and neither for the journal.
std::string with_one_member(std::string uri) {
    if (uri.find('?') != std::string::npos) return uri + "&w=1";
    const auto hosts = uri.find("://");
    if (hosts != std::string::npos && uri.find('/', hosts + 3) == std::string::npos) uri += '/';
    return uri + "?w=1";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) bench::stop("give the URI of a MongoDB replica set that may be filled and emptied");
    const bench::Plan      plan{with_one_member(argv[1]), "tenon_bench", argc > 3 ? std::max(1, std::atoi(argv[3])) : 41};
    const std::string_view part = argc > 2 ? argv[2] : "all";
    std::printf("%-32s %12s %12s %6s  bar\n", "figure", "ours", "peer", "ratio");
    bool ok = true;
    if (part == "all" || part == "verbs") ok &= bench::run_verbs(plan);
    if (part == "all" || part == "messages") ok &= bench::run_messages(plan);
    if (part == "all" || part == "odm") ok &= bench::run_odm(plan);
    return ok ? 0 : 1;
}
