// The embedded store through Repository against the same work by hand on bare SQLite: one process, interleaved rounds, medians.
// bench_embedded [documents of the streaming figure, default 1000000]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tenon/tenon.hpp>

#include "message_model.hpp"
#include "peer.hpp"

namespace {

using bench::Message;
using Clock = std::chrono::steady_clock;

constexpr int         batch         = 1000;
constexpr int         insert_rounds = 21;
constexpr int         read_rounds   = 41;
constexpr int         conversations = 20;
constexpr std::int64_t start_ms     = 1'700'000'000'000;

[[noreturn]] void stop(const char* what, const tenon::Error* error = nullptr) {
    std::fprintf(stderr, "bench_embedded: %s%s%s\n", what, error != nullptr ? ": " : "", error != nullptr ? error->to_string().c_str() : "");
    std::fflush(stdout);
    std::_Exit(2);
}

template <class T>
T must(tenon::Result<T> result, const char* what) {
    if (!result) stop(what, &result.error());
    return std::move(*result);
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

template <class Work>
double seconds(Work&& work) {
    const auto begun = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

bool line(const char* name, double ours, double peer, const char* unit, double ratio, double bar, bool at_least) {
    const bool ok = at_least ? ratio >= bar : ratio <= bar;
    std::printf("%-28s %9.1f %-5s %9.1f %-5s %6.2f  %s%.2f  %s\n", name, ours, unit, peer, unit, ratio, at_least ? ">=" : "<=", bar, ok ? "ok" : "short");
    std::fflush(stdout);
    return ok;
}

class Folder {
public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "tenon-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) stop("no folder");
        path_ = name;
    }
    Folder(const Folder&)            = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

private:
    std::string path_{};
};

/// Message number n: its conversation, its time and so its place are known from n.
class Source {
public:
    Source() {
        for (auto& id : conversation_) id = tenon::ObjectId::generate();
    }
    [[nodiscard]] const tenon::ObjectId& conversation(int n) const { return conversation_[static_cast<std::size_t>(n % conversations)]; }
    [[nodiscard]] static tenon::DateTime at(int n) { return tenon::DateTime(start_ms + std::int64_t{n} * 250); }
    [[nodiscard]] std::vector<Message> make(int first, int count) const {
        const auto           model = bench::sample(true);
        std::vector<Message> messages(static_cast<std::size_t>(count), model);
        for (int i = 0; i < count; ++i) {
            auto& message           = messages[static_cast<std::size_t>(i)];
            const int n             = first + i;
            message.id              = tenon::ObjectId::generate();
            message.conversation_id = conversation(n);
            message.sender          = "user-" + std::to_string((n * 7919) % 1000);
            message.created_at      = at(n);
            message.updated_at      = at(n);
        }
        return messages;
    }

private:
    tenon::ObjectId conversation_[conversations];
};

long resident_peak_kib() {
    std::ifstream status("/proc/self/status");
    std::string   word;
    while (status >> word) {
        if (word == "VmHWM:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    }
    return 0;
}

// In a child of its own, so that its peak is that of the streaming and of nothing else.
bool stream_figure(const std::string& path, int documents) {
    const pid_t writer = ::fork();
    if (writer == 0) {
        auto       db       = must(tenon::open("sqlite:" + path + "?synchronous=off"), "open");
        const auto messages = tenon::Repository<Message>(db);
        const auto ids      = Source();
        for (int n = 0; n < documents; n += 10 * batch) (void)must(messages.insert_many(ids.make(n, std::min(10 * batch, documents - n))), "insert_many");
        std::_Exit(0);
    }
    int status = 0;
    if (::waitpid(writer, &status, 0) != writer || status != 0) stop("the streaming figure's documents were not written");
    int pipe[2];
    if (::pipe(pipe) != 0) stop("pipe");
    const pid_t reader = ::fork();
    if (reader == 0) {
        auto        db       = must(tenon::open("sqlite:" + path), "open");
        const auto  messages = tenon::Repository<Message>(db);
        std::size_t seen     = 0;
        const double spent   = seconds([&] {
            auto done = messages.find().for_each([&](const Message& message) { seen += message.sender.empty() ? 0 : 1; });
            if (!done) stop("stream", &done.error());
        });
        if (seen != static_cast<std::size_t>(documents)) stop("the stream lost documents");
        const double answer[2] = {static_cast<double>(resident_peak_kib()) / 1024, spent};
        if (::write(pipe[1], answer, sizeof answer) != static_cast<ssize_t>(sizeof answer)) std::_Exit(2);
        std::_Exit(0);
    }
    double answer[2] = {0, 0};
    if (::read(pipe[0], answer, sizeof answer) != static_cast<ssize_t>(sizeof answer)) stop("the streaming child failed");
    ::waitpid(reader, &status, 0);
    ::close(pipe[0]);
    ::close(pipe[1]);
    const bool ok = answer[0] < 64;
    std::printf("%-28s %9.1f MiB   %8d docs  %5.1f s  <64.00  %s\n", "sqlite.stream_peak", answer[0], documents, answer[1], ok ? "ok" : "short");
    return ok;
}

}  // namespace

int main(int argc, char** argv) {
    const int  streamed = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
    const Folder folder;
    std::printf("%-28s %15s %15s %6s   bar\n", "figure", "ours", "peer", "ratio");
    // Before anything is open here: a fork with open stores is another story (docs/embedded.md).
    bool ok = streamed <= 0 || stream_figure(folder.file("stream.db"), streamed);

    auto db = must(tenon::open("sqlite:" + folder.file("ours.db") + "?synchronous=normal&cache_mb=16"), "open");
    const auto  messages = tenon::Repository<Message>(db);
    bench::Peer peer(folder.file("peer.db"));
    (void)must(messages.create_indexes(), "create_indexes");
    const Source                 source;
    std::vector<tenon::ObjectId> ids;
    std::vector<double>          ours;
    std::vector<double>          theirs;
    int                          n = 0;

    const auto clear = [&] {
        ours.clear();
        theirs.clear();
    };
    for (int round = 0; round < insert_rounds; ++round) {
        // Ten batches a round even out the checkpoints, which come every thousand pages.
        std::vector<std::vector<Message>> batches;
        for (int i = 0; i < 10; ++i, n += batch) {
            batches.push_back(source.make(n, batch));
            for (const auto& message : batches.back()) ids.push_back(message.id);
        }
        const auto us   = [&] { ours.push_back(seconds([&] { for (const auto& one : batches) (void)must(messages.insert_many(one), "insert_many"); })); };
        const auto them = [&] { theirs.push_back(seconds([&] { for (const auto& one : batches) peer.insert_many(one); })); };
        if (round % 2 == 0) us(), them();
        else them(), us();
    }
    ok &= line("sqlite.insert_many", 10 * batch / median(ours) / 1000, 10 * batch / median(theirs) / 1000, "k/s", median(theirs) / median(ours), 0.75, true);

    clear();
    std::size_t at = 0;
    const auto  next_id = [&]() -> const tenon::ObjectId& {
        at = (at + 7919) % ids.size();
        return ids[at];
    };
    constexpr int gets = 2000;
    for (int round = 0; round < read_rounds; ++round) {
        const auto from = at;
        ours.push_back(seconds([&] { for (int i = 0; i < gets; ++i) (void)must(messages.get(next_id()), "get"); }));
        at = from;
        theirs.push_back(seconds([&] { for (int i = 0; i < gets; ++i) (void)peer.get(next_id()); }));
    }
    ok &= line("sqlite.get", gets / median(ours) / 1000, gets / median(theirs) / 1000, "k/s", median(theirs) / median(ours), 0.5, true);

    using tenon::field;
    const auto query = [&](int conversation) {
        return messages.find(field<&Message::conversation_id> == source.conversation(conversation)).sort(tenon::desc<&Message::created_at>);
    };
    clear();
    constexpr int pages = 100;
    for (int round = 0; round < read_rounds; ++round) {
        std::vector<std::optional<std::string>> after(conversations);
        std::vector<tenon::DateTime>            before(conversations, tenon::DateTime(start_ms * 2));
        ours.push_back(seconds([&] {
            for (int i = 0; i < pages; ++i) {
                auto page = must(query(i % conversations).page({.size = 50, .after = after[static_cast<std::size_t>(i % conversations)]}), "page");
                if (page.items.size() != 50) stop("a page is not full");
                after[static_cast<std::size_t>(i % conversations)] = std::move(page.next);
            }
        }));
        theirs.push_back(seconds([&] {
            for (int i = 0; i < pages; ++i) {
                auto& mark = before[static_cast<std::size_t>(i % conversations)];
                const auto page = peer.page(source.conversation(i), mark);
                if (page.size() != 50) stop("the peer's page is not full");
                mark = page.back().created_at;
            }
        }));
    }
    ok &= line("sqlite.page50", pages / median(ours) / 1000, pages / median(theirs) / 1000, "k/s", median(theirs) / median(ours), 0.5, true);

    // One conversation that is 10,000 pages of 20 deep: the first pages against the last ones.
    {
        auto deep_db = must(tenon::open("sqlite:" + folder.file("deep.db") + "?synchronous=off"), "open");
        const auto deep = tenon::Repository<Message>(deep_db);
        (void)must(deep.create_indexes(), "create_indexes");
        constexpr int size = 20, depth = 10'000;
        for (int first = 0; first < size * (depth + 60); first += 10 * batch) {
            auto some = source.make(first, 10 * batch);
            for (auto& message : some) message.conversation_id = source.conversation(0);
            (void)must(deep.insert_many(some), "insert_many");
        }
        const auto one_page = [&](const std::optional<std::string>& after) {
            return must(deep.find(field<&Message::conversation_id> == source.conversation(0))
                            .sort(tenon::desc<&Message::created_at>).page({.size = size, .after = after}), "page");
        };
        std::vector<std::optional<std::string>> cursors{std::nullopt};
        for (int i = 0; i < depth + 40; ++i) cursors.push_back(one_page(cursors.back()).next);
        clear();
        for (int round = 0; round < read_rounds; ++round) {
            const auto time = [&](std::size_t first) {
                return seconds([&] { for (std::size_t i = 0; i < 40; ++i) (void)one_page(cursors[first + i]); }) / 40 * 1e6;
            };
            // Both after their first touch, so that the page cache holds neither or both.
            theirs.push_back(time(1));
            ours.push_back(time(depth));
        }
        ok &= line("sqlite.page10000_vs_first", median(ours), median(theirs), "us", median(ours) / median(theirs), 1.2, false);
    }
    return ok ? 0 : 1;
}
