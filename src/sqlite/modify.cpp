#include "sqlite/modify.hpp"

#include <optional>
#include <string>

#include "mql/mql_error.hpp"
#include "mql/projection.hpp"
#include "mql/update.hpp"
#include "mql/upsert.hpp"
#include "sqlite/cursor.hpp"
#include "sqlite/storable.hpp"

namespace tenon::sqlite {

namespace {

mql::ApplyContext apply_context() {
    mql::ApplyContext context;
    context.now       = bson::DateTime::now();
    context.timestamp = next_timestamp(context.now);
    return context;
}

Result<void> check_same_id(bson::View before, bson::View after) {
    if (before["_id"].identical(after["_id"])) return {};
    return mql::mql_error(mql::code::immutable_field, "an update may not change the _id", "_id");
}

/// Applies an update to a stored row; true when it changed. `after` receives the new document, `before` the old.
Result<bool> apply_to_row(Writing& writing, std::int64_t row, const mql::Update& update, const mql::Filter& filter,
                          bson::Document& before, bson::Document& after) {
    auto stored = writing.read(row);
    if (!stored) return fail(std::move(stored.error()));
    before       = std::move(*stored);
    auto context = apply_context();
    mql::MatchDetails details;
    if (update.needs_positional()) {
        auto matched = filter.matches(before, &details);
        if (!matched) return matched;
        context.positional = &details;
    }
    auto changed = update.apply(before, context, after);
    if (!changed || !*changed) return changed;
    if (auto same = check_same_id(before, after); !same) return fail(std::move(same.error()));
    if (auto done = writing.replace(row, before, after); !done) return fail(std::move(done.error()));
    return true;
}

// Whether or not something matches.
Result<void> check_upsert(const bson::Document& filter, bool upserts) { return upserts ? mql::check_upsert_filter(filter) : Result<void>(); }

Result<UpdateReply> upsert(Writing& writing, Result<bson::Document> document, bson::Document* stored = nullptr) {
    if (!document) return fail(std::move(document.error()));
    if (auto done = writing.insert_checked(*document); !done) {
        if (!ends_transaction(done.error())) done.error().document_id = shown_id(*document);
        return fail(std::move(done.error()));
    }
    UpdateReply reply;
    reply.upserted_id = bson::Value((*document)["_id"]);
    if (stored != nullptr) *stored = std::move(*document);
    return reply;
}

/// The fault of a write of many that came upon it after `written` documents.
Error half_done(Error fault, std::int64_t written, const char* how) {
    if (written == 0) return fault;
    fault.outcome = Outcome::partial;
    fault.message += "; " + std::to_string(written) + " documents had been " + how + " before and stay so";
    return fault;
}

/// Replaces a stored row; false when there was nothing to do.
Result<bool> replace_row(Writing& writing, std::int64_t row, bson::View with, bson::Document& before, bson::Document& after) {
    auto stored = writing.read(row);
    if (!stored) return fail(std::move(stored.error()));
    before           = std::move(*stored);
    auto replacement = mql::replacement(before, with, next_timestamp(bson::DateTime::now()));
    if (!replacement) return fail(std::move(replacement.error()));
    // MongoDB calls a replace without effect only when it was given the very bytes that are stored, the _id among them.
    if (with == before.view()) return false;
    after = std::move(*replacement);
    if (auto done = writing.replace(row, before, after); !done) return fail(std::move(done.error()));
    return true;
}

// To a server such a document is an update.
Result<void> check_replacement(bson::View replacement) {
    if (replacement.empty() || !replacement.begin()->key.starts_with('$')) return {};
    const std::string key(replacement.begin()->key);
    return mql::mql_error(mql::code::dollar_prefixed_field_name, "the dollar ($) prefixed field '" + key + "' is not allowed at the top of a document", key);
}

}  // namespace

Result<UpdateReply> update_documents(Writing& writing, const Update& op) {
    auto update = mql::Update::parse(op.update, op.array_filters);
    if (!update) return fail(std::move(update.error()));
    if (auto checked = check_upsert(op.filter, op.upsert); !checked) return fail(std::move(checked.error()));
    QuerySpec spec;
    spec.filter = op.filter;
    spec.limit  = op.many ? 0 : 1;
    spec.hint   = op.hint;
    auto found = writing.matching(spec);
    if (!found) return fail(std::move(found.error()));
    if (found->rows.empty() && op.upsert) return upsert(writing, mql::upserted(op.filter, *update, apply_context()));
    UpdateReply    reply;
    bson::Document before;
    bson::Document after;
    for (const auto row : found->rows) {
        auto changed = apply_to_row(writing, row, *update, found->filter, before, after);
        if (!changed) return fail(half_done(std::move(changed.error()), reply.modified, "updated"));
        ++reply.matched;
        if (*changed) ++reply.modified;
    }
    if (found->fault) return fail(half_done(std::move(*found->fault), reply.modified, "updated"));
    return reply;
}

Result<UpdateReply> replace_document(Writing& writing, const Replace& op) {
    if (auto checked = check_replacement(op.replacement); !checked) return fail(std::move(checked.error()));
    if (auto checked = check_upsert(op.filter, op.upsert); !checked) return fail(std::move(checked.error()));
    QuerySpec spec;
    spec.filter = op.filter;
    spec.limit  = 1;
    spec.hint   = op.hint;
    auto found = writing.matching(spec);
    if (!found) return fail(std::move(found.error()));
    if (found->rows.empty()) {
        if (op.upsert) return upsert(writing, mql::upserted_replacement(op.filter, op.replacement, next_timestamp(bson::DateTime::now())));
        // What would be refused is refused whether or not something matched.
        // Its _id is looked at only when it is to be stored.
        bson::Builder without_id;
        for (const auto& [key, value] : op.replacement) {
            if (key != "_id") without_id.append(key, value);
        }
        auto checked = mql::replacement(bson::View(), without_id.take());
        if (!checked) return fail(std::move(checked.error()));
        return UpdateReply{};
    }
    bson::Document before;
    bson::Document after;
    auto           changed = replace_row(writing, found->rows.front(), op.replacement, before, after);
    if (!changed) return fail(std::move(changed.error()));
    UpdateReply reply;
    reply.matched  = 1;
    reply.modified = *changed ? 1 : 0;
    return reply;
}

Result<DeleteReply> delete_documents(Writing& writing, const Delete& op) {
    QuerySpec spec;
    spec.filter = op.filter;
    spec.limit  = op.many ? 0 : 1;
    spec.hint   = op.hint;
    auto found = writing.matching(spec);
    if (!found) return fail(std::move(found.error()));
    DeleteReply reply;
    for (const auto row : found->rows) {
        auto stored = writing.read(row);
        if (!stored) return fail(std::move(stored.error()));
        if (auto done = writing.remove(row, *stored); !done) return fail(std::move(done.error()));
        ++reply.deleted;
    }
    if (found->fault) return fail(half_done(std::move(*found->fault), reply.deleted, "deleted"));
    return reply;
}

Result<FindAndModifyReply> find_and_modify(Writing& writing, const FindAndModify& op) {
    using Kind = FindAndModify::Kind;
    // In MongoDB's order: of several faults the first is named.
    std::optional<mql::Update> update;
    if (op.kind == Kind::update) {
        auto parsed = mql::Update::parse(op.change, op.array_filters);
        if (!parsed) return fail(std::move(parsed.error()));
        update = std::move(*parsed);
    } else if (op.kind == Kind::replace) {
        if (auto checked = check_replacement(op.change); !checked) return fail(std::move(checked.error()));
    }
    if (auto checked = check_upsert(op.filter, op.upsert); !checked) return fail(std::move(checked.error()));
    // One document at most: MongoDB does not look at the sort then, be it wrong.
    const bool       by_id = op.hint.empty() && op.projection.empty() && is_one_id(op.filter) && !(update && update->needs_positional());
    const bson::View sort  = by_id ? bson::View() : op.sort.view();

    auto projection = checked_projection_of_modify(op, sort);
    if (!projection) return fail(std::move(projection.error()));
    if (op.kind == Kind::remove && op.upsert) return mql::mql_error(mql::code::failed_to_parse, "a remove cannot upsert", "upsert");
    QuerySpec spec;
    spec.filter = op.filter;
    spec.sort   = sort;
    spec.limit  = 1;
    spec.hint   = op.hint;
    auto found = writing.matching(spec);
    if (!found) return fail(std::move(found.error()));

    FindAndModifyReply reply;
    bson::Document     before;
    bson::Document     after;
    bool written = true;
    if (found->rows.empty()) {
        if (!op.upsert) return reply;
        auto made = upsert(writing, op.kind == Kind::update ? mql::upserted(op.filter, *update, apply_context())
                                                            : mql::upserted_replacement(op.filter, op.change, next_timestamp(bson::DateTime::now())), &after);
        if (!made) return fail(std::move(made.error()));
        reply.upserted_id = std::move(made->upserted_id);
        if (!op.return_after) return reply;
    } else if (op.kind == Kind::remove) {
        auto stored = writing.read(found->rows.front());
        if (!stored) return fail(std::move(stored.error()));
        before = std::move(*stored);
        if (auto done = writing.remove(found->rows.front(), before); !done) return fail(std::move(done.error()));
    } else {
        auto changed = op.kind == Kind::update ? apply_to_row(writing, found->rows.front(), *update, found->filter, before, after)
                                               : replace_row(writing, found->rows.front(), op.change, before, after);
        if (!changed) return fail(std::move(changed.error()));
        if (!*changed) after = before;
        written                = *changed;
        reply.updated_existing = true;
    }
    auto& value = op.kind == Kind::remove || !op.return_after ? before : after;
    if (op.projection.empty()) {
        reply.value = std::move(value);
        return reply;
    }
    auto projected = project(*projection, found->filter, value);
    // The projection comes behind the write, which stays, as on a server.
    if (!projected) return fail(half_done(std::move(projected.error()), written ? 1 : 0, "written"));
    reply.value = std::move(*projected);
    return reply;
}

}  // namespace tenon::sqlite
