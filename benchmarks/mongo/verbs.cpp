// find_one by id, insert_one, insert_many and find of many, for entities whose rules differ.

#include <string>

#include <tenon/tenon.hpp>

#include "models.hpp"
#include "peer.hpp"
#include "rounds.hpp"

namespace bench {

namespace {

constexpr int stored = 10'000;
constexpr int calls  = 200;   // a round's, of one document each
constexpr int batch  = 1000;

template <Rules R>
std::vector<MessageOf<R>> messages(int first, int count) {
    std::vector<MessageOf<R>> made;
    made.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) made.push_back(message<R>(first + i));
    return made;
}

template <Rules R>
class Verbs {
public:
    Verbs(const Plan& plan, const tenon::Database& database, Pool& pool, std::string suffix)
        : plan_(plan), ours_(database), pool_(pool), peer_(pool), suffix_(std::move(suffix)) {
        for (int first = 0; first < stored; first += batch) {
            auto result = must(ours_.insert_many(messages<R>(first, batch)), "insert_many");
            ids_.insert(ids_.end(), result.ids.begin(), result.ids.end());
        }
    }

    bool find_one() {
        same();
        std::size_t at = 0;
        const auto  next = [&]() -> const tenon::ObjectId& { return ids_[at = (at + 7919) % ids_.size()]; };
        const auto  pair = interleave(
            plan_.rounds,
            [&] { for (int i = 0; i < calls; ++i) (void)must(ours_.get(next()), "get"); },
            [&] { for (int i = 0; i < calls; ++i) (void)peer_.get(next()); });
        return line(("mongo.find_one." + suffix_).c_str(), pair, calls, 1.05);
    }

    bool insert_one() {
        auto      given = messages<R>(0, calls);
        auto      hers  = given;
        const auto us   = [&] { for (const auto& one : given) (void)must(ours_.insert(one), "insert"); };
        bool       ok   = line(("mongo.insert_one." + suffix_).c_str(),
                               interleave(plan_.rounds, us, [&] { for (auto& one : hers) peer_.insert_one(one); }), calls, 1.05);
        if constexpr (R == Rules::plain) {
            Peer<R> validating(pool_, true);
            line("  with the peer's default", interleave(plan_.rounds, us, [&] { for (auto& one : hers) validating.insert_one(one); }), calls, 0);
        }
        return ok;
    }

    bool insert_many() {
        const auto given = messages<R>(0, batch);
        auto       hers  = given;
        const auto us    = [&] { (void)must(ours_.insert_many(given), "insert_many"); };
        const bool ok    = line("mongo.insert_many_1000", interleave(plan_.rounds, us, [&] { peer_.insert_many(hers); }), 1, 1.0);
        Peer<R>    validating(pool_, true);
        line("  with the peer's default", interleave(plan_.rounds, us, [&] { validating.insert_many(hers); }), 1, 0);
        return ok;
    }

    bool find_many() {
        const auto full = [](const std::vector<MessageOf<R>>& found) {
            if (found.size() != stored) stop("find lost documents");
        };
        const auto pair = interleave(plan_.rounds, [&] { full(must(ours_.find().all(), "find")); }, [&] { full(peer_.all()); });
        return line("mongo.find_10000", pair, 1, 0.9);
    }

private:
    /// Both sides read the same.
    void same() {
        const auto a = must(ours_.get(ids_.front()), "get");
        const auto b = peer_.get(ids_.front());
        const bool equal = a.id == b.id && a.conversation_id == b.conversation_id && a.sender == b.sender && a.content == b.content &&
                           a.tags == b.tags && a.reactions.size() == b.reactions.size() && a.reply_to == b.reply_to &&
                           a.meta.client == b.meta.client && a.created_at == b.created_at && a.version == b.version;
        if (!equal) stop("the two sides read different messages");
    }

    const Plan&                     plan_;
    tenon::Repository<MessageOf<R>> ours_;
    Pool&                           pool_;
    Peer<R>                         peer_;
    std::string                     suffix_;
    std::vector<tenon::ObjectId>    ids_{};
};

}  // namespace

bool run_verbs(const Plan& plan) {
    Pool pool(plan.uri, plan.database);
    pool.drop_database();
    const auto database = must(tenon::open(tenon::Config{.uri = plan.uri, .database = plan.database}), "open");

    Verbs<Rules::plain>     plain(plan, database, pool, "plain");
    Verbs<Rules::soft>      soft(plan, database, pool, "soft_delete");
    Verbs<Rules::versioned> versioned(plan, database, pool, "versioned");
    bool ok = plain.find_one();
    ok &= soft.find_one();
    ok &= versioned.find_one();
    ok &= plain.find_many();
    ok &= plain.insert_one();
    ok &= soft.insert_one();
    ok &= versioned.insert_one();
    ok &= plain.insert_many();
    pool.drop_database();
    return ok;
}

}  // namespace bench
