#pragma once
// The message of benchmarks/codec as four entities: what the library keeps on them differs.

#include <tenon/mapping/model.hpp>
#include <tenon/query/query.hpp>

#include "message.hpp"

namespace bench {

enum class Rules {
    plain,      // nothing is kept
    soft,       // removed softly: stored with deleted_at, which every read looks at
    versioned,  // version, created_at and updated_at are kept
    listed,     // plain, with the index that a page is read by, its last key included: nothing is sorted in memory
};

template <Rules R>
struct MessageOf {
    tenon::ObjectId            id{};
    tenon::ObjectId            conversation_id{};
    std::string                sender{};
    std::string                recipient{};
    std::string                subject{};
    std::string                content{};
    std::vector<std::string>   tags{};
    std::vector<Reaction>      reactions{};
    std::optional<std::string> reply_to{};
    Meta                       meta{};
    tenon::DateTime            created_at{};
    tenon::DateTime            updated_at{};
    std::int64_t               version{};
};

/// The sample, without an id and with the place of message number n.
template <Rules R>
MessageOf<R> message(int n) {
    auto         of = sample(true);
    MessageOf<R> m{{},
                   of.conversation_id,
                   std::move(of.sender),
                   std::move(of.recipient),
                   std::move(of.subject),
                   std::move(of.content),
                   std::move(of.tags),
                   std::move(of.reactions),
                   std::move(of.reply_to),
                   std::move(of.meta),
                   tenon::DateTime(of.created_at.ms + n),
                   of.updated_at,
                   of.version};
    m.sender += std::to_string(n % 1000);
    if constexpr (R == Rules::versioned) m.created_at = {};
    return m;
}

}  // namespace bench

template <>
struct tenon::Model<bench::MessageOf<bench::Rules::plain>> : tenon::Defaults<bench::MessageOf<bench::Rules::plain>> {
    static constexpr auto collection = "plain";
};

template <>
struct tenon::Model<bench::MessageOf<bench::Rules::soft>> : tenon::Defaults<bench::MessageOf<bench::Rules::soft>> {
    static constexpr auto collection  = "soft";
    static constexpr auto soft_delete = true;
};

template <>
struct tenon::Model<bench::MessageOf<bench::Rules::versioned>> : tenon::Defaults<bench::MessageOf<bench::Rules::versioned>> {
    using T                          = bench::MessageOf<bench::Rules::versioned>;
    static constexpr auto collection = "versioned";
    static constexpr auto versioned  = &T::version;
    static constexpr auto created_at = &T::created_at;
    static constexpr auto updated_at = &T::updated_at;
};

template <>
struct tenon::Model<bench::MessageOf<bench::Rules::listed>> : tenon::Defaults<bench::MessageOf<bench::Rules::listed>> {
    using T                          = bench::MessageOf<bench::Rules::listed>;
    static constexpr auto collection = "listed";
    static constexpr auto indexes = tenon::indexes(tenon::index<tenon::asc<&T::conversation_id>, tenon::desc<&T::created_at>, tenon::desc<&T::id>>());
};
