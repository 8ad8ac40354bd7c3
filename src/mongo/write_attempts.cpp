#include "mongo/write_attempts.hpp"

#include <algorithm>
#include <utility>

#include "mongo/error.hpp"
#include "mongo/stream.hpp"

namespace tenon::mongo {

namespace {

thread_local WriteAttempts* noting = nullptr;

}  // namespace

WriteAttempts::WriteAttempts() noexcept : before_(std::exchange(noting, this)) {}

WriteAttempts::~WriteAttempts() { noting = before_; }

void WriteAttempts::sent(std::int64_t txn_number) noexcept {
    if (noting == nullptr) return;
    ++noting->sent_;
    noting->txn_number_ = txn_number;
    auto& failures      = noting->failures_;
    // The second attempt follows the first with no other command between.
    if (txn_number != 0 && !failures.empty() && failures.back().txn_number == txn_number) failures.back().repeated = true;
}

void WriteAttempts::failed(const mongoc_apm_command_failed_t& event) {
    if (noting == nullptr) return;
    bson_error_t why{};
    mongoc_apm_command_failed_get_error(&event, &why);
    const bson_t* reply = mongoc_apm_command_failed_get_reply(&event);
    auto          error = to_error(why, reply, Effect::write, {});
    bson_iter_t   concern;
    const bool    waited = reply != nullptr && bson_iter_init_find(&concern, reply, "writeConcernError");
    if (error.code == Errc::transient && error.server.code != 0 && error.outcome == Outcome::none && !waited) ++noting->refused_;
    noting->add(std::move(error));
}

void WriteAttempts::add(Error error) {
    if (!failures_.empty() && failures_.back().repeated && failures_.back().txn_number == txn_number_) {
        auto& first = failures_.back();
        if (first.error.outcome == Outcome::unknown) error.outcome = Outcome::unknown;
        first.error    = std::move(error);
        first.repeated = false;
        return;
    }
    failures_.push_back({txn_number_, false, std::move(error)});
}

bool WriteAttempts::in_doubt() const noexcept {
    return std::any_of(failures_.begin(), failures_.end(), [](const Failure& failure) { return !failure.repeated && failure.error.outcome == Outcome::unknown; });
}

bool WriteAttempts::any_sent() noexcept { return noting == nullptr || !streams_can_be_bound() || noting->sent_ > 0; }

std::vector<Error> WriteAttempts::lost() {
    std::vector<Error> all;
    if (noting == nullptr) return all;
    for (const auto& failure : noting->failures_) {
        if (!failure.repeated) all.push_back(failure.error);
    }
    return all;
}

}  // namespace tenon::mongo
