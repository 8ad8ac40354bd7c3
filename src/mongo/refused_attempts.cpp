#include "mongo/refused_attempts.hpp"

#include <utility>

#include "mongo/error.hpp"

namespace tenon::mongo {

namespace {

thread_local RefusedAttempts* counting = nullptr;

}  // namespace

RefusedAttempts::RefusedAttempts() noexcept : before_(std::exchange(counting, this)) {}

RefusedAttempts::~RefusedAttempts() { counting = before_; }

void RefusedAttempts::note(const mongoc_apm_command_failed_t& event) {
    if (counting == nullptr) return;
    bson_error_t why{};
    mongoc_apm_command_failed_get_error(&event, &why);
    const bson_t* reply = mongoc_apm_command_failed_get_reply(&event);
    auto          error = to_error(why, reply, Effect::write, {});
    bson_iter_t   concern;
    const bool    waited = reply != nullptr && bson_iter_init_find(&concern, reply, "writeConcernError");
    if (error.code == Errc::transient && error.server.code != 0 && error.outcome == Outcome::none && !waited) ++counting->count_;
    counting->last_ = std::move(error);
}

const Error* RefusedAttempts::last_failure() noexcept { return counting != nullptr && counting->last_ ? &*counting->last_ : nullptr; }

}  // namespace tenon::mongo
