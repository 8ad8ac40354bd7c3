// Stores a Git history and works with it. See README.md; `commit_log --help` lists the options.

#include <cstdio>
#include <cstring>
#include <string>

#include "model.hpp"
#include "steps.hpp"

namespace {

struct Options {
    std::string git = ".";
    std::string store{};
};

int usage(int status) {
    std::puts("usage: commit_log [--git DIR] [--store URI]\n"
              "  --git DIR    the Git repository to read (default: this folder)\n"
              "  --store URI  where to keep it: sqlite:FILE, sqlite::memory:, mongodb://HOST/DATABASE (default: TENON_STORE, else sqlite:commit_log.db)");
    return status;
}

int failed(const tenon::Error& error) {
    std::fprintf(stderr, "commit_log: %s\n", error.to_string().c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const bool more = i + 1 < argc;
        if (std::strcmp(argv[i], "--help") == 0) return usage(0);
        if (std::strcmp(argv[i], "--git") == 0 && more) {
            options.git = argv[++i];
        } else if (std::strcmp(argv[i], "--store") == 0 && more) {
            options.store = argv[++i];
        } else {
            return usage(2);
        }
    }

    tenon::Config config{.uri = options.store.empty() ? "sqlite:commit_log.db" : options.store};
    if (options.store.empty() && tenon::Environment::process().get("TENON_STORE")) {
        const auto from_env = tenon::Config::from_env();
        if (!from_env) return failed(from_env.error());
        config = *from_env;
    }

    const auto db = tenon::open(config, tenon::models<User, Conversation, Message>());
    if (!db) return failed(db.error());
    if (const auto imported = import_history(*db, options.git); !imported) return failed(imported.error());
    if (const auto toured = tour(*db); !toured) return failed(toured.error());
    return 0;
}
