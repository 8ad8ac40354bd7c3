// How often a body and a commit run, told by a store that answers as it was told to. Real servers say the same in tests/mongo.
#include <deque>
#include <stdexcept>

#include <doctest/doctest.h>

#include <tenon/repository/database.hpp>
#include <tenon/store/store.hpp>

using namespace tenon;  // NOLINT(google-build-using-namespace)

namespace {

class Scripted final : public Store {
public:
    struct Open final : Session {
        [[nodiscard]] bool in_transaction() const noexcept override { return true; }
    };
    Result<Reply> run(Request, Session&) override { return Reply(DoneReply{}); }
    Result<std::unique_ptr<Session>> begin(const TransactionOptions&, const Context&) override {
        ++begins;
        return std::unique_ptr<Session>(std::make_unique<Open>());
    }
    Result<void> commit(Session&, const Context&) override {
        ++commits;
        if (answers.empty()) return {};
        Error next = std::move(answers.front());
        answers.pop_front();
        return fail(std::move(next));
    }
    void abort(Session&) noexcept override { ++aborts; }
    [[nodiscard]] Capabilities capabilities() const override { return {}; }
    [[nodiscard]] Health health(const Deadline&) noexcept override { return {}; }
    Result<void> wait_until_ready(const Deadline&, const std::stop_token&) override { return {}; }
    Result<void> close(const Deadline&) override { return {}; }

    std::deque<Error> answers{};  // of commit; then it succeeds
    int               begins  = 0;
    int               commits = 0;
    int               aborts  = 0;
};

Error with_label(Errc code, const char* label) {
    Error error{code};
    error.server.labels.emplace_back(label);
    return error;
}
const auto unknown   = [](Errc code = Errc::network) { return with_label(code, "UnknownTransactionCommitResult"); };
const auto out_of_time = [] {
    auto error        = unknown(Errc::timeout);
    error.server.code = 50;  // MaxTimeMSExpired
    return error;
};
const auto transient = [](Errc code = Errc::transient) { return with_label(code, "TransientTransactionError"); };

}  // namespace

TEST_CASE("a commit whose end is not known is asked for again, and the body is not run again") {
    struct Row {
        const char*        name;
        std::deque<Error>  answers;
        int                bodies;
        int                commits;
        std::optional<Errc> ends;
        Outcome            outcome = Outcome::none;
    };
    const Row rows[] = {
        {"at once", {}, 1, 1, {}},
        {"unknown twice", {unknown(), unknown()}, 1, 3, {}},
        {"unknown, then the server knows it not: nothing was written", {unknown(), transient()}, 2, 3, {}},
        {"a conflict", {transient(Errc::network)}, 2, 2, {}},
        {"the server's time for it ran out", {out_of_time()}, 1, 1, Errc::timeout, Outcome::unknown},
        {"the other members did not confirm in time", {unknown(Errc::timeout)}, 1, 2, {}},
        {"refused", {Error{Errc::validation}}, 1, 1, Errc::validation},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto store     = std::make_shared<Scripted>();
        store->answers = row.answers;
        int  bodies    = 0;
        auto done      = Database::over(store).transaction([&](Transaction&) -> Result<void> { ++bodies; return {}; });
        CHECK(bodies == row.bodies);
        CHECK(store->begins == row.bodies);
        CHECK(store->commits == row.commits);
        CHECK(done.has_value() == !row.ends.has_value());
        if (!done && row.ends) {
            CHECK(done.error().code == *row.ends);
            CHECK(done.error().outcome == row.outcome);
        }
    }
}

TEST_CASE("a commit that stays unknown until the deadline says so") {
    auto store = std::make_shared<Scripted>();
    store->answers.assign(1000, unknown());
    int  bodies = 0;
    auto done   = Database::over(store).transaction([&](Transaction&) -> Result<void> { ++bodies; return {}; },
                                                    {.deadline = Deadline::after(std::chrono::milliseconds(20))});
    REQUIRE(!done.has_value());
    CHECK(bodies == 1);
    CHECK(store->commits > 1);
    CHECK(done.error().code == Errc::network);
    CHECK(done.error().outcome == Outcome::unknown);
}

TEST_CASE("a body that meets conflicts until the deadline ends with a timeout that keeps the server's words") {
    auto store  = std::make_shared<Scripted>();
    int  bodies = 0;
    auto done   = Database::over(store).transaction([&](Transaction&) -> Result<void> {
        ++bodies;
        return fail(transient(Errc::network));
    }, {.deadline = Deadline::after(std::chrono::milliseconds(20))});
    REQUIRE(!done.has_value());
    CHECK(bodies > 1);
    CHECK(store->aborts == bodies);
    CHECK(store->commits == 0);
    CHECK(done.error().code == Errc::timeout);
    CHECK(done.error().server.labels.size() == 1);
}
