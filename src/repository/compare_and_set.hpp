#pragma once
// What a write that reads first and then compares and sets needs: what it replaces, and how often it tries again.

#include <variant>

#include <tenon/result.hpp>
#include <tenon/store/context.hpp>
#include <tenon/store/operation.hpp>

namespace tenon::repository {

/// What a Replace and a FindAndModify that replaces have in common.
struct Replacing {
    bson::Document& filter;
    bson::Document& document;
    bool&           upsert;
    bson::Document  sort{};   ///< which one, when several match
    Reply           nothing;  ///< when no document was met
};
/// Of an operation that is one of the two.
[[nodiscard]] inline Replacing replacing(Operation& operation) {
    if (auto* whole = std::get_if<Replace>(&operation)) return {whole->filter, whole->replacement, whole->upsert, {}, UpdateReply{}};
    auto& found = std::get<FindAndModify>(operation);
    return {found.filter, found.change, found.upsert, found.sort, FindAndModifyReply{}};
}

/// Whether a write met no document and inserted none.
[[nodiscard]] inline bool matched_nothing(const Reply& reply) noexcept {
    if (const auto* update = std::get_if<UpdateReply>(&reply)) return update->matched == 0 && !update->upserted_id;
    if (const auto* deleted = std::get_if<DeleteReply>(&reply)) return deleted->deleted == 0;
    if (const auto* changed = std::get_if<FindAndModifyReply>(&reply)) {
        return !changed->value && !changed->updated_existing && !changed->upserted_id;
    }
    return false;
}

/// Counts the attempts of one call.
class Attempts {
public:
    /// @errors transient after 100 attempts, timeout, cancelled.
    [[nodiscard]] Result<void> next(const Context& context) {
        if (context.stop.stop_requested()) return fail(Errc::cancelled, "the caller asked to stop");
        if (context.deadline.passed()) return fail(Errc::timeout, "the deadline passed while others changed the document");
        if (++count_ > 100) return fail(Errc::transient, "others changed the document at every attempt; try again");
        return {};
    }

private:
    int count_ = 0;
};

}  // namespace tenon::repository
