#include "repository/middleware/stamps.hpp"

#include <limits>

#include "repository/compare_and_set.hpp"
#include "repository/copy_filter.hpp"
#include "repository/document_edit.hpp"
#include "repository/middleware/soft_delete.hpp"
#include "repository/update_edit.hpp"

namespace tenon::repository {

namespace {

bool keeps_stamps(const ModelInfo& model) noexcept {
    return !model.version.empty() || !model.created_at.empty() || !model.updated_at.empty();
}

/// The fields of a document that is new: as an insert or the insert of an upsert stores it.
void stamp_new(const ModelInfo& model, bson::Document& document, bson::DateTime now) {
    const auto at = Scalar::date(now);
    if (!model.created_at.empty() && is_empty_date(document[model.created_at])) set_field(document, model.created_at, at.ref());
    if (!model.updated_at.empty()) set_field(document, model.updated_at, at.ref());
    if (!model.version.empty()) set_field(document, model.version, Scalar::integer(1, model.version_is_int32).ref());
}

Result<void> stamp_next(const ModelInfo& model, bson::Document& document, std::int64_t version, bson::DateTime now) {
    const auto most = model.version_is_int32 ? std::int64_t{std::numeric_limits<std::int32_t>::max()}
                                             : std::numeric_limits<std::int64_t>::max();
    if (version >= most) return fail(Errc::invalid_argument, "the version is at its type's end and cannot be raised", model.version);
    if (!model.updated_at.empty()) set_field(document, model.updated_at, Scalar::date(now).ref());
    if (!model.version.empty()) set_field(document, model.version, Scalar::integer(version + 1, model.version_is_int32).ref());
    return {};
}

Error stale(const ModelInfo& model, std::int64_t expected, bson::View stored) {
    Error error;
    error.code       = Errc::version_conflict;
    error.path       = model.version;
    const auto value = stored[model.version].to_int64();
    error.message    = "version " + std::to_string(expected) + " is stale, the stored one is " +
                    (value ? std::to_string(*value) : std::string("missing")) + "; read again and re-apply";
    return error;
}

/// Whether a replace must see the stored document first: its version is not known, or the time of its making is to be kept.
bool reads_before_replacing(const ModelInfo& model, bson::View replacement, bool version_expected) {
    const bool version_known = model.version.empty() || version_expected;
    const bool created_known = model.created_at.empty() || !is_empty_date(replacement[model.created_at]);
    return !version_known || !created_known;
}

bool purges(const Operation& operation) noexcept {
    if (const auto* remove = std::get_if<Delete>(&operation)) return remove->purge;
    const auto* found = std::get_if<FindAndModify>(&operation);
    return found != nullptr && found->kind == FindAndModify::Kind::remove && found->purge;
}

Result<Reply> no_version_expected(Request& request) {
    return fail(Errc::invalid_argument, std::string(verb(request.operation)) + " takes no expected version", "expected_version");
}

Result<void> refused_version(std::string_view why) { return fail(Errc::invalid_argument, std::string(why), "expected_version"); }

// What makes no sense together with an expected version, of one call and of an item of a bulk write alike.
Result<void> check_expected(const Update& op) {
    if (op.many) return refused_version("an update of many takes no expected version");
    if (op.upsert) return refused_version("an upsert takes no expected version: nothing is stored yet");
    return {};
}
Result<void> check_expected(const Replace& op) {
    return op.upsert ? refused_version("an upsert takes no expected version: nothing is stored yet") : Result<void>{};
}
Result<void> check_expected(const Delete& op) {
    return op.many ? refused_version("a delete of many takes no expected version") : Result<void>{};
}
Result<void> check_expected(const BulkWrite::InsertOne&) { return refused_version("an insert takes no expected version"); }

/// Whether an item of a bulk write makes sense, before any is sent.
Result<void> check_item(const Request& request, const BulkWrite::Item& item, const std::optional<std::int64_t>& expected) {
    const ModelInfo& model = *request.model;
    if (const auto* update = std::get_if<Update>(&item)) {
        if (auto fine = check_update(update->update, model); !fine) return fine;
    }
    if (expected) {
        if (auto fine = std::visit([](const auto& op) { return check_expected(op); }, item); !fine) return fine;
        bson::Document scratch;
        if (std::holds_alternative<Replace>(item)) {
            if (auto fine = stamp_next(model, scratch, *expected, {}); !fine) return fine;
        }
    }
    return check_soft_delete(request, item);
}

}  // namespace

Result<Reply> Stamps::run(Request request, Session& session) {
    const ModelInfo& model = *request.model;
    if (request.context.expected_version && model.version.empty()) {
        return fail(Errc::invalid_argument, "the model of \"" + model.collection + "\" has no version to compare with", "expected_version");
    }
    if (!keeps_stamps(model)) {
        const auto* bulk = std::get_if<BulkWrite>(&request.operation);
        if (bulk == nullptr || bulk->expected_versions.empty()) return pass(request, session);
    }
    return std::visit(overloaded{
                          [&](Find&) { return read(request, session); },
                          [&](Insert& op) { return insert(request, op, session); },
                          [&](Update& op) { return update(request, op, session); },
                          [&](Replace& op) { return replace(request, op, session); },
                          [&](Delete& op) { return remove(request, op, session); },
                          [&](Restore& op) { return restore(request, op, session); },
                          [&](FindAndModify& op) { return find_and_modify(request, op, session); },
                          [&](Count&) { return read(request, session); },
                          [&](EstimatedCount&) { return read(request, session); },
                          [&](Distinct&) { return read(request, session); },
                          [&](Aggregate& op) { return aggregate(request, op, session); },
                          [&](BulkWrite& op) { return bulk_write(request, op, session); },
                          [&](Explain&) { return read(request, session); },
                          [&](CreateIndexes&) { return read(request, session); },
                          [&](ListIndexes&) { return read(request, session); },
                          [&](DropIndexes&) { return read(request, session); },
                          [&](HideIndex&) { return read(request, session); },
                          [&](CreateCollection&) { return read(request, session); },
                          [&](DropCollection&) { return read(request, session); },
                          [&](ListCollections&) { return read(request, session); },
                          [&](Watch&) { return read(request, session); },
                          [&](Command&) { return read(request, session); },
                          [&](ShardCollection&) { return read(request, session); },
                      },
                      request.operation);
}

Result<Reply> Stamps::read(Request& request, Session& session) {
    if (request.context.expected_version) return no_version_expected(request);
    return pass(request, session);
}

Result<Reply> Stamps::aggregate(Request& request, Aggregate& op, Session& session) {
    if (is_write(request.operation)) {
        const std::string stage(op.pipeline.back().begin()->key);
        return fail(Errc::unsupported, stage + " would write past the fields that the library keeps on this model", stage);
    }
    return read(request, session);
}

Result<Reply> Stamps::insert(Request& request, Insert& op, Session& session) {
    if (request.context.expected_version) return no_version_expected(request);
    const auto now = bson::DateTime::now();
    for (auto& document : op.documents) stamp_new(*request.model, document, now);
    return pass(request, session);
}

Result<Reply> Stamps::update(Request& request, Update& op, Session& session) {
    if (auto fine = check_update(op.update, *request.model); !fine) return fail(std::move(fine).error());
    auto stamped = stamped_update(*request.model, op.update, op.upsert, bson::DateTime::now());
    if (!stamped) return fail(std::move(stamped).error());
    op.update = std::move(*stamped);
    const auto expected = request.context.expected_version;
    if (!expected) return pass(request, session);
    if (auto fine = check_expected(op); !fine) return fail(std::move(fine).error());
    return at_version(request, *expected, op.filter, session);
}

Result<Reply> Stamps::remove(Request& request, Delete& op, Session& session) {
    const auto expected = request.context.expected_version;
    if (!expected) return pass(request, session);
    if (auto fine = check_expected(op); !fine) return fail(std::move(fine).error());
    return at_version(request, *expected, op.filter, session);
}

Result<Reply> Stamps::restore(Request& request, Restore& op, Session& session) {
    const auto expected = request.context.expected_version;
    if (!expected) return pass(request, session);
    if (op.many) return fail(Errc::invalid_argument, "a restore of many takes no expected version", "expected_version");
    request.context.visibility = Visibility::only_deleted;
    return at_version(request, *expected, op.filter, session);
}

Result<Reply> Stamps::replace(Request& request, Replace& op, Session& session) {
    const ModelInfo& model    = *request.model;
    const auto       expected = request.context.expected_version;
    if (expected) {
        if (auto fine = check_expected(op); !fine) return fail(std::move(fine).error());
    }
    if (reads_before_replacing(model, op.replacement, expected.has_value())) return replace_after_reading(request, session);
    if (auto fine = stamp_next(model, op.replacement, expected.value_or(0), bson::DateTime::now()); !fine) {
        return fail(std::move(fine).error());
    }
    return expected ? at_version(request, *expected, op.filter, session) : pass(request, session);
}

Result<Reply> Stamps::find_and_modify(Request& request, FindAndModify& op, Session& session) {
    const ModelInfo& model    = *request.model;
    const auto       expected = request.context.expected_version;
    if (expected && op.upsert) {
        return fail(Errc::invalid_argument, "an upsert takes no expected version: nothing is stored yet", "expected_version");
    }
    switch (op.kind) {
        case FindAndModify::Kind::remove: break;
        case FindAndModify::Kind::update: {
            if (auto fine = check_update(op.change, model); !fine) return fail(std::move(fine).error());
            auto stamped = stamped_update(model, op.change, op.upsert, bson::DateTime::now());
            if (!stamped) return fail(std::move(stamped).error());
            op.change = std::move(*stamped);
            break;
        }
        case FindAndModify::Kind::replace: {
            if (reads_before_replacing(model, op.change, expected.has_value())) return replace_after_reading(request, session);
            if (auto fine = stamp_next(model, op.change, expected.value_or(0), bson::DateTime::now()); !fine) {
                return fail(std::move(fine).error());
            }
            break;
        }
    }
    return expected ? at_version(request, *expected, op.filter, session) : pass(request, session);
}

Result<Reply> Stamps::at_version(Request& request, std::int64_t expected, bson::Document& filter, Session& session) {
    const ModelInfo& model   = *request.model;
    bson::Document   without = filter;
    Request          like{request.collection, Find{}, &model, request.context};
    // A purge takes live and deleted documents, so the one with another version may be either.
    if (purges(request.operation) && like.context.visibility == Visibility::live) like.context.visibility = Visibility::with_deleted;
    add_condition(filter, model.version, Scalar::int64(expected).ref());

    auto reply = pass(request, session);
    if (!reply || !matched_nothing(*reply)) return reply;
    auto stored = read_one(*inner_, like, std::move(without), {}, session);
    if (!stored) return fail(std::move(stored).error());
    if (!*stored) return reply;  // gone: the caller's to say
    // It had another version, or another state, when the write looked for it: not_found would be as wrong as a conflict.
    if ((**stored)[model.version].to_int64() == expected) {
        return fail(Errc::transient, "the document was changed while it was written; try again", model.version);
    }
    return fail(stale(model, expected, **stored));
}

Result<Reply> Stamps::replace_after_reading(Request& request, Session& session) {
    const ModelInfo& model = *request.model;
    auto             asked = replacing(request.operation);
    const auto       now   = bson::DateTime::now();

    Attempts             attempts;
    std::optional<Error> duplicate;
    for (;;) {
        if (auto more = attempts.next(request.context); !more) return fail(std::move(more).error());
        auto current = read_one(*inner_, request, asked.filter, asked.sort, session);
        if (!current) return fail(std::move(current).error());
        // An insert that met a document which this call cannot see (a deleted one, or another unique key) will meet it again.
        if (!*current && duplicate) return fail(std::move(*duplicate));

        Request    next = request;
        const auto to   = replacing(next.operation);
        to.upsert       = !*current;
        next.context.expected_version.reset();
        if (*current) {
            const bson::View stored  = (*current)->view();
            const auto       version = model.version.empty() ? bson::ValueRef{} : stored[model.version];
            const auto&      expected = request.context.expected_version;
            if (expected && version.to_int64() != *expected) return fail(stale(model, *expected, stored));
            if (auto fine = stamp_next(model, to.document, version.to_int64().value_or(0), now); !fine) return fail(std::move(fine).error());
            if (!model.created_at.empty() && is_empty_date(to.document[model.created_at])) {
                const auto created = stored[model.created_at];
                if (created) set_field(to.document, model.created_at, created);
            }
            if (id_of(to.filter).missing()) add_condition(to.filter, "_id", "$eq", stored["_id"]);
            if (!model.version.empty()) {
                const auto null = Scalar::null();  // also met by a document that lacks the field
                add_condition(to.filter, model.version, "$eq", version ? version : null.ref());
            }
        } else {
            if (!asked.upsert) return std::move(asked.nothing);
            // No stored document lacks these fields: this matches none, and so inserts, or fails on the _id of one that came meanwhile.
            const std::string& kept = model.version.empty() ? model.created_at : model.version;
            bson::Builder no;
            no.open_document("c").append("$exists", false).close();
            add_condition(to.filter, kept, no.take()["c"]);
            stamp_new(model, to.document, now);
        }
        auto reply = inner_->run(std::move(next), session);
        if (reply && !matched_nothing(*reply)) return reply;
        if (reply) continue;
        // In a transaction it cannot be asked for again: the failed write ended it.
        if (*current || reply.error().code != Errc::duplicate_key || session.in_transaction()) return reply;
        duplicate = std::move(reply).error();
    }
}

Result<Reply> Stamps::bulk_write(Request& request, BulkWrite& op, Session& session) {
    const ModelInfo& model = *request.model;
    if (request.context.expected_version) return no_version_expected(request);
    if (!op.expected_versions.empty() && op.expected_versions.size() != op.items.size()) {
        return fail(Errc::invalid_argument, "expected_versions has one entry for each item, or none", "expected_versions");
    }
    for (const auto& version : op.expected_versions) {
        if (version && model.version.empty()) {
            return fail(Errc::invalid_argument, "the model of \"" + model.collection + "\" has no version to compare with", "expected_version");
        }
    }
    if (!keeps_stamps(model)) {
        op.expected_versions.clear();
        return pass(request, session);
    }
    // Nothing is sent before every item is looked at: nothing is written when one makes no sense.
    const auto expected = [&](std::size_t i) { return op.expected_versions.empty() ? std::nullopt : op.expected_versions[i]; };
    for (std::size_t i = 0; i < op.items.size(); ++i) {
        if (auto fine = check_item(request, op.items[i], expected(i)); !fine) return fail(std::move(fine).error());
    }
    const auto now   = bson::DateTime::now();
    bool       alone = false;
    for (std::size_t i = 0; i < op.items.size(); ++i) {
        auto*      update    = std::get_if<Update>(&op.items[i]);
        const bool versioned = expected(i).has_value();
        if (kind(request, op.items[i], versioned) == ItemKind::alone) {
            alone = true;
        } else if (update != nullptr) {
            auto stamped = stamped_update(model, update->update, update->upsert, now);
            if (!stamped) return fail(std::move(stamped).error());
            update->update = std::move(*stamped);
        } else if (auto* insert = std::get_if<BulkWrite::InsertOne>(&op.items[i])) {
            stamp_new(model, insert->document, now);
        } else if (auto* replace = std::get_if<Replace>(&op.items[i])) {
            if (auto fine = stamp_next(model, replace->replacement, 0, now); !fine) return fail(std::move(fine).error());
        }
    }
    if (!alone) {
        op.expected_versions.clear();
        return pass(request, session);
    }
    return run_segments(std::move(request), session, *this);
}

ItemKind Stamps::kind(const Request& request, const BulkWrite::Item& item, bool versioned) const {
    if (versioned) return ItemKind::alone;  // its count says whether its version was stale
    const auto* replace = std::get_if<Replace>(&item);
    return replace != nullptr && reads_before_replacing(*request.model, replace->replacement, false) ? ItemKind::alone : ItemKind::together;
}

Result<BulkReply> Stamps::send(Request request, Session& session) {
    std::get<BulkWrite>(request.operation).expected_versions.clear();
    return reply_as<BulkReply>(inner_->run(std::move(request), session));
}

Result<BulkReply> Stamps::run_alone(Request request, Session& session) {
    const bool versioned = request.context.expected_version.has_value();
    auto       reply     = run(std::move(request), session);
    if (reply && versioned && matched_nothing(*reply)) {
        return fail(Errc::not_found, "no document has this id; it was removed after it was read");
    }
    return as_bulk_reply(std::move(reply));
}

}  // namespace tenon::repository
