#include "mongo/write_errors.hpp"

#include <algorithm>

#include <tenon/bson/json.hpp>

#include "mongo/write_attempts.hpp"
#include "mql/mql_error.hpp"
#include "mql/upsert.hpp"

namespace tenon::mongo {

namespace {

Error refusal_error(bson::View said) {
    Error error;
    error.server.code = static_cast<std::int32_t>(said["code"].to_int64().value_or(0));
    error.server.name = code_name(error.server.code);
    if (const auto words = said["errmsg"]; words.type() == bson::Type::string) error.server.message = words.as_string();
    error.code    = meaning(error.server.code);
    error.message = advice(error.code, error.server.code);
    if (error.code == Errc::duplicate_key) describe_duplicate(error, said);
    return error;
}

std::vector<Refusal> read_refusals(bson::View reply) {
    std::vector<Refusal> refusals;
    const auto           errors = reply["writeErrors"];
    if (errors.type() != bson::Type::array) return refusals;
    for (const auto& [key, value] : errors.as_view()) {
        if (value.type() != bson::Type::document) continue;
        const auto index = value.as_view()["index"].to_int64().value_or(0);
        refusals.push_back({static_cast<std::size_t>(std::max<std::int64_t>(0, index)), refusal_error(value.as_view())});
    }
    sort_by_index(refusals);
    return refusals;
}

/// The write concern's error of a reply: a command's own has one, the driver's sums up several.
bson::ValueRef concern_error(bson::View reply) {
    if (const auto one = reply["writeConcernError"]; one.type() == bson::Type::document) return one;
    const auto many = reply["writeConcernErrors"];
    if (many.type() != bson::Type::array || many.as_view().empty()) return {};
    const auto first = many.as_view().begin()->value;
    return first.type() == bson::Type::document ? first : bson::ValueRef{};
}

}  // namespace

void sort_by_index(std::vector<Refusal>& refusals) {
    std::sort(refusals.begin(), refusals.end(), [](const Refusal& a, const Refusal& b) { return a.index < b.index; });
}

void describe_duplicate(Error& error, bson::View write_error) {
    // "E11000 duplicate key error collection: shop.orders index: number_1 dup key: { ... }": the values begin behind the name.
    const std::string_view words = error.server.message;
    const auto             from  = words.find(" index: ");
    const auto             to    = words.find(" dup key:");
    error.message                = "another document has this key in ";
    if (from != std::string_view::npos && to != std::string_view::npos && from + 8 < to) {
        error.message += "the unique index \"" + std::string(words.substr(from + 8, to - from - 8)) + "\"";
    } else {
        error.message += "a unique index";
    }
    const auto pattern = write_error["keyPattern"];
    if (pattern.type() == bson::Type::document && !pattern.as_view().empty()) error.path = pattern.as_view().begin()->key;
}

WriteFailure write_failure(const bson_error_t& said, const bson_t& reply, const Context& context) {
    WriteFailure failure;
    failure.error = to_error(said, &reply, Effect::write, context);
    const auto view = received(reply);
    if (!view) return failure;
    failure.refusals        = read_refusals(*view);
    const auto concern      = concern_error(*view);
    const bool connection   = said.domain != MONGOC_ERROR_SERVER && said.domain != MONGOC_ERROR_WRITE_CONCERN;
    const bool item_refused = !failure.refusals.empty() && !connection;
    if (item_refused) {
        auto labels         = std::move(failure.error.server.labels);
        failure.error       = failure.refusals.front().error;
        failure.error.server.labels = std::move(labels);
        failure.applied     = true;
        if (has_label(failure.error, "TransientTransactionError")) failure.error.code = Errc::transient;
    } else if (!concern.missing() && said.domain == MONGOC_ERROR_WRITE_CONCERN) {
        auto& error       = failure.error;
        error.server.code = static_cast<std::int32_t>(concern.as_view()["code"].to_int64().value_or(0));
        error.server.name = code_name(error.server.code);
        if (const auto name = concern.as_view()["codeName"]; name.type() == bson::Type::string) error.server.name = name.as_string();
        if (const auto words = concern.as_view()["errmsg"]; words.type() == bson::Type::string) error.server.message = words.as_string();
        error.code = meaning(error.server.code);
        error.message = "the write was applied, but its write concern was not met: ";
        error.message += error.code == Errc::timeout ? "not enough members confirmed it in time"
                         : error.code == Errc::transient ? "the primary changed meanwhile, and may undo it"
                                                         : "the deployment cannot meet it (" + error.server.name + ")";
        failure.applied = true;
    }
    // Applied where it was sent to, but a new primary may never have heard of it.
    if (!concern.missing()) failure.error.outcome = Outcome::unknown;
    return failure;
}

void count_lost_command(WriteFailure& failure, const bson_error_t& said) {
    auto lost = WriteAttempts::lost();
    if (lost.empty()) return;
    const auto in_doubt = [](const Error& error) { return error.outcome == Outcome::unknown; };
    const bool unknown  = in_doubt(failure.error) || std::any_of(lost.begin(), lost.end(), in_doubt);
    if (said.domain == 0 || !failure.refusals.empty()) {
        const auto worst = std::find_if(lost.begin(), lost.end(), in_doubt);
        failure.error    = std::move(worst == lost.end() ? lost.back() : *worst);
        failure.applied  = false;
    }
    if (unknown) failure.error.outcome = Outcome::unknown;
}

Error many_error(Error first, bool of_item, const std::vector<Refusal>& refusals, std::size_t total) {
    if (refusals.empty()) return first;
    if (of_item && total > 1) {
        first.message = std::to_string(refusals.size()) + " of " + std::to_string(total) + " items were refused, the first at index " +
                        std::to_string(refusals.front().index) + ": " + first.message;
    }
    for (const auto& refusal : refusals) {
        ItemError item;
        item.index       = refusal.index;
        item.code        = refusal.error.code;
        item.server_code = refusal.error.server.code;
        item.message     = refusal.error.message;
        first.items.push_back(std::move(item));
    }
    return first;
}

Result<void> prepare_insert(bson::Document& document) {
    const auto first = document.begin();
    if (first == document.end() || first->key != "_id") {
        // An ObjectId with its key and type takes 17 bytes.
        const bool made = document["_id"].missing();
        if (document.size() + (made ? 17U : 0U) > bson::max_document_size) return too_large();
        document = mql::with_id_first(document);
    }
    if (document.size() > bson::max_document_size) return too_large();
    return {};
}

Result<void> check_update(bson::View update) {
    if (update.empty() || !update.begin()->key.starts_with('$')) {
        return mql::mql_error(mql::code::failed_to_parse, "an update needs operators such as $set; to store a whole document use replace");
    }
    if (update.size() > bson::max_document_size) return too_large();
    return {};
}

Result<void> check_replacement(bson::View replacement) {
    if (!replacement.empty() && replacement.begin()->key.starts_with('$')) {
        const std::string key(replacement.begin()->key);
        return mql::mql_error(mql::code::dollar_prefixed_field_name, "the dollar ($) prefixed field '" + key + "' is not allowed at the top of a document", key);
    }
    if (replacement.size() > bson::max_document_size) return too_large();
    return {};
}

Outcome outcome_of_many(const Error& error) noexcept {
    const std::string_view words = error.server.message;
    const auto             says  = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
    switch (error.server.code) {
        case mql::code::failed_to_parse:
        case mql::code::conflicting_update_operators: return Outcome::none;
        case mql::code::bad_value: return says("unknown operator") || says("hint") || says("unknown top level operator") ? Outcome::none : Outcome::unknown;
        default: return Outcome::unknown;
    }
}

tl::unexpected<Error> too_large() { return mql::mql_error(mql::code::bson_object_too_large, "the document is larger than 16 MiB"); }

std::string shown_id(bson::View document) {
    const auto id = document["_id"];
    return id.missing() ? std::string() : bson::to_json(id, bson::JsonMode::canonical);
}

}  // namespace tenon::mongo
