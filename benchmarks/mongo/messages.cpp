// The workload of a messenger: 16 threads, four inserts to one page of 50, w:1. Messages a second and how long a read and a write take.

#include <thread>

#include <tenon/tenon.hpp>

#include "models.hpp"
#include "peer.hpp"
#include "rounds.hpp"

namespace bench {

namespace {

using T = MessageOf<Rules::listed>;

constexpr int threads       = 16;
constexpr int calls         = 200;  // of each thread in a round
constexpr int conversations = 64;
constexpr int seeded        = 100;  // messages of each before the first round

struct Latencies {
    std::vector<double> reads{};
    std::vector<double> writes{};

    void take(Latencies& other) {
        reads.insert(reads.end(), other.reads.begin(), other.reads.end());
        writes.insert(writes.end(), other.writes.begin(), other.writes.end());
    }
};

double percentile(std::vector<double> values, double part) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(values.size() - 1) * part);
    std::nth_element(values.begin(), at, values.end());
    return *at * 1e3;
}

class Workload {
public:
    Workload() {
        for (auto& id : conversations_) id = tenon::ObjectId::generate();
    }
    [[nodiscard]] T make(int n) const {
        auto made            = message<Rules::listed>(n);
        made.conversation_id = conversations_[static_cast<std::size_t>(n % conversations)];
        return made;
    }

    /// One round: its messages a second. `write` stores a message, `read` gives the size of a page.
    template <class Write, class Read>
    double round(Latencies& into, const Write& write, const Read& read) {
        std::vector<Latencies>   taken(threads);
        std::vector<std::thread> running;
        running.reserve(threads);
        const auto               begun = std::chrono::steady_clock::now();
        for (int t = 0; t < threads; ++t) {
            running.emplace_back([&, t, first = at_ + t * calls] {
                auto& mine = taken[static_cast<std::size_t>(t)];
                for (int i = 0; i < calls; ++i) {
                    const bool writes = i % 5 != 4;
                    auto       one    = make(first + i);
                    const auto from   = std::chrono::steady_clock::now();
                    if (writes) write(one);
                    else if (read(one.conversation_id) != 50) stop("a page is not full");
                    (writes ? mine.writes : mine.reads).push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count());
                }
            });
        }
        for (auto& thread : running) thread.join();
        const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        for (auto& one : taken) into.take(one);
        at_ += threads * calls;
        return threads * calls / spent;
    }

private:
    tenon::ObjectId conversations_[conversations];
    int             at_ = conversations * seeded;
};

void latencies(const char* whose, const Latencies& of) {
    std::printf("#   %-5s read p50 %.2f ms, p99 %.2f ms; write p50 %.2f ms, p99 %.2f ms\n", whose, percentile(of.reads, 0.5),
                percentile(of.reads, 0.99), percentile(of.writes, 0.5), percentile(of.writes, 0.99));
}

}  // namespace

bool run_messages(const Plan& plan) {
    Pool pool(plan.uri, plan.database);
    pool.drop_database();
    const auto database = must(tenon::open(tenon::Config{.uri = plan.uri, .database = plan.database}), "open");
    const tenon::Repository<T> ours(database);
    Peer<Rules::listed>        peer(pool);
    Workload                   workload;
    (void)must(ours.create_indexes(), "create_indexes");
    std::vector<T> seed;
    seed.reserve(std::size_t{conversations} * seeded);
    for (int n = 0; n < conversations * seeded; ++n) seed.push_back(workload.make(n));
    (void)must(ours.insert_many(seed), "insert_many");

    using tenon::field;
    Latencies  of_ours, of_peer, warm;
    const auto us = [&](Latencies& into) {
        return workload.round(
            into, [&](T& one) { (void)must(ours.insert(one), "insert"); },
            [&](const tenon::ObjectId& conversation) {
                return must(ours.find(field<&T::conversation_id> == conversation).sort(tenon::desc<&T::created_at>).page({.size = 50}), "page")
                    .items.size();
            });
    };
    const auto them = [&](Latencies& into) {
        return workload.round(into, [&](T& one) { peer.insert_one(one); },
                              [&](const tenon::ObjectId& conversation) { return peer.page(conversation).size(); });
    };
    us(warm);
    them(warm);
    std::vector<double> a, b;
    for (int round = 0; round < plan.rounds; ++round) {
        if (round % 2 == 0) a.push_back(us(of_ours)), b.push_back(them(of_peer));
        else b.push_back(them(of_peer)), a.push_back(us(of_ours));
    }
    const double ratio = median(a) / median(b);
    const bool   ok    = ratio >= 0.9;
    std::printf("%-32s %9.0f /s %9.0f /s %6.3f  >=0.90  %s\n", "mongo.messages", median(a), median(b), ratio, ok ? "ok" : "short");
    latencies("ours", of_ours);
    latencies("peer", of_peer);
    const double read  = percentile(of_ours.reads, 0.99);
    const double write = percentile(of_ours.writes, 0.99);
    std::printf("#   of the product's targets on a full-size deployment this machine, client and server on %u processors, reaches: "
                "%.0f %% of 10,000 messages/s; read p99 %.1f of 50 ms %s; write p99 %.1f of 100 ms %s\n",
                std::thread::hardware_concurrency(), median(a) / 100, read, read < 50 ? "(met)" : "(missed)", write,
                write < 100 ? "(met)" : "(missed)");
    std::fflush(stdout);
    pool.drop_database();
    return ok;
}

}  // namespace bench
