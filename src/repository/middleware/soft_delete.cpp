#include "repository/middleware/soft_delete.hpp"

#include <algorithm>
#include <array>

#include "repository/compare_and_set.hpp"
#include "repository/document_edit.hpp"
#include "repository/update_edit.hpp"
#include "store/collated.hpp"

namespace tenon::repository {

namespace {

/// The rules of a model that deletes softly; nothing here is asked of another.
const SoftDeleteInfo& info_of(const ModelInfo& model) noexcept {
    static const SoftDeleteInfo none;
    return model.soft_delete ? *model.soft_delete : none;
}
const SoftDeleteInfo& info_of(const Request& request) noexcept { return info_of(*request.model); }

/// {$ne: null}, kept as its bytes.
const bson::Document& not_null() {
    static const bson::Document condition = bson::doc("c", bson::doc("$ne", nullptr));
    return condition;
}

/// The filter of the documents that this visibility sees.
void scope(bson::Document& filter, const SoftDeleteInfo& info, Visibility visibility) {
    switch (visibility) {
        case Visibility::live: add_condition(filter, info.field, Scalar::null().ref()); break;
        case Visibility::with_deleted: break;
        case Visibility::only_deleted: add_condition(filter, info.field, not_null()["c"]); break;
    }
}

bool is_live(bson::View document, const SoftDeleteInfo& info) noexcept {
    const auto mark = document[info.field];
    return mark.missing() || mark.type() == bson::Type::null || mark.type() == bson::Type::undefined;
}

bool sees(Visibility visibility, bson::View document, const SoftDeleteInfo& info) noexcept {
    return visibility == Visibility::with_deleted || is_live(document, info) == (visibility == Visibility::live);
}

/// Passes on what the visibility sees of a read by id.
class VisibleCursor final : public Cursor {
public:
    VisibleCursor(std::unique_ptr<Cursor> inner, const SoftDeleteInfo& info, Visibility visibility) noexcept
        : inner_(std::move(inner)), info_(info), visibility_(visibility) {}

    Result<std::optional<bson::View>> next() override {
        for (;;) {
            auto document = inner_->next();
            if (!document || !*document || sees(visibility_, **document, info_)) return document;
        }
    }

    [[nodiscard]] std::size_t at_hand() const noexcept override { return inner_->at_hand(); }

private:
    std::unique_ptr<Cursor> inner_;
    const SoftDeleteInfo&   info_;
    Visibility              visibility_;
};

void add_set(const bson::Document& fields, std::vector<Addition>& additions) {
    for (const auto& [key, value] : fields) additions.push_back({"$set", key, value});
}

/// The update that a remove is: the mark, what is set with it, and the stamps of any write.
Result<bson::Document> mark_deleted(const ModelInfo& model) {
    const auto            now = bson::DateTime::now();
    const auto            at  = Scalar::date(now);
    std::vector<Addition> additions{{"$set", info_of(model).field, at.ref()}};
    add_set(info_of(model).set_on_delete, additions);
    auto mark = with_additions(bson::View(), additions);
    if (!mark) return mark;
    return stamped_update(model, *mark, false, now);
}

Result<bson::Document> mark_live(const ModelInfo& model) {
    const auto            null = Scalar::null();
    std::vector<Addition> additions{{"$set", info_of(model).field, null.ref()}};
    add_set(info_of(model).set_on_restore, additions);
    auto mark = with_additions(bson::View(), additions);
    if (!mark) return mark;
    return stamped_update(model, *mark, false, bson::DateTime::now());
}

Result<Update> as_mark(Delete& op, const ModelInfo& model) {
    auto update = mark_deleted(model);
    if (!update) return fail(std::move(update).error());
    Update mark;
    mark.filter = std::move(op.filter);
    mark.update = std::move(*update);
    mark.many   = op.many;
    mark.hint   = std::move(op.hint);
    scope(mark.filter, info_of(model), Visibility::live);
    return mark;
}

/// What a purge sees: everything, unless the caller asks for deleted documents alone.
Visibility purge_sees(Visibility asked) noexcept {
    return asked == Visibility::only_deleted ? asked : Visibility::with_deleted;
}

Result<void> check_upsert(bool upsert, Visibility visibility) {
    if (!upsert || visibility != Visibility::only_deleted) return {};
    return fail(Errc::invalid_argument, "an upsert cannot look for deleted documents alone: what it inserts is live", "visibility");
}

Result<void> check_remove(bool purge, Visibility visibility) {
    if (purge || visibility != Visibility::only_deleted) return {};
    return fail(Errc::invalid_argument, "a remove cannot look for deleted documents alone: they are removed already; purge takes their bytes",
                "visibility");
}

Result<void> check_update(bson::View update, bool upsert, const SoftDeleteInfo& info, Visibility visibility) {
    if (auto fine = check_operators(update); !fine) return fine;
    if (touches(update, info.field)) {
        return fail(Errc::invalid_argument, "field \"" + info.field + "\" is kept by the library; use remove and restore", info.field);
    }
    return check_upsert(upsert, visibility);
}

/// Scopes an update; an upsert of it inserts a live document.
Result<void> scope_update(bson::Document& filter, bson::Document& update, bool upsert, const SoftDeleteInfo& info, Visibility visibility) {
    if (auto fine = check_update(update, upsert, info, visibility); !fine) return fine;
    scope(filter, info, visibility);
    if (upsert && visibility == Visibility::with_deleted) {
        const auto null   = Scalar::null();
        auto       seeded = with_additions(update, {{"$setOnInsert", info.field, null.ref()}});
        if (!seeded) return fail(std::move(seeded).error());
        update = std::move(*seeded);
    }
    return {};
}

/// Fields that are set with the mark and that the model's struct does not have: a replacement by the struct would lose them.
bool keeps_more_than_the_mark(const ModelInfo& model) {
    if (model.fields.empty()) return false;
    const auto unknown = [&](const bson::Document& fields) {
        for (const auto& field : fields) {
            if (std::find(model.fields.begin(), model.fields.end(), field.key) == model.fields.end()) return true;
        }
        return false;
    };
    return unknown(info_of(model).set_on_delete) || unknown(info_of(model).set_on_restore);
}

void keep_more_than_the_mark(const ModelInfo& model, bson::View stored, bson::Document& replacement) {
    for (const auto* fields : {&info_of(model).set_on_delete, &info_of(model).set_on_restore}) {
        for (const auto& field : *fields) {
            if (std::find(model.fields.begin(), model.fields.end(), field.key) != model.fields.end()) continue;
            if (const auto value = stored[field.key]) set_field(replacement, field.key, value);
        }
    }
}

/// Whether a replace must see the stored document first: its mark is not known from the visibility, or more is kept.
bool reads_before_replacing(const Request& request) {
    return request.context.visibility != Visibility::live || keeps_more_than_the_mark(*request.model);
}

/// Stages that read this collection's documents alone and cannot name another one.
constexpr std::array<std::string_view, 17> own_stages{
    "$match", "$project", "$group",     "$sort",       "$limit",       "$skip",        "$unwind", "$addFields", "$set",
    "$unset", "$count",   "$sortByCount", "$replaceRoot", "$replaceWith", "$bucket", "$bucketAuto", "$sample"};

}  // namespace

Result<void> check_soft_delete(const Request& request, const BulkWrite::Item& item) {
    const ModelInfo& model = *request.model;
    if (!model.soft_delete) return {};
    const auto visibility = request.context.visibility;
    if (const auto* op = std::get_if<Update>(&item)) return check_update(op->update, op->upsert, *model.soft_delete, visibility);
    if (const auto* op = std::get_if<Replace>(&item)) return check_upsert(op->upsert, visibility);
    if (const auto* op = std::get_if<Delete>(&item)) return check_remove(op->purge, visibility);
    return {};
}

/// A model that does not delete softly: there is nothing to restore, and no document that only_deleted could mean. An insert looks for none.
Result<Reply> SoftDelete::run_plain(Request& request, Session& session) {
    if (std::holds_alternative<Restore>(request.operation)) {
        return fail(Errc::invalid_argument, "the model of \"" + request.collection + "\" does not delete softly; there is nothing to restore");
    }
    if (request.context.visibility == Visibility::only_deleted && !std::holds_alternative<Insert>(request.operation)) {
        return fail(Errc::invalid_argument, "the model of \"" + request.collection + "\" does not delete softly; it has no deleted documents",
                    "visibility");
    }
    return pass(request, session);
}

Result<Reply> SoftDelete::run(Request request, Session& session) {
    if (!request.model->soft_delete) return run_plain(request, session);
    return std::visit(overloaded{
                          [&](Find& op) { return find(request, op, session); },
                          [&](Insert& op) { return insert(request, op, session); },
                          [&](Update& op) { return update(request, op, session); },
                          [&](Replace& op) { return replace(request, op, session); },
                          [&](Delete& op) { return remove(request, op, session); },
                          [&](Restore& op) { return restore(request, op, session); },
                          [&](FindAndModify& op) { return find_and_modify(request, op, session); },
                          [&](Count& op) { return count(request, op, session); },
                          [&](EstimatedCount&) { return estimated_count(request, session); },
                          [&](Distinct& op) { return distinct(request, op, session); },
                          [&](Aggregate& op) { return aggregate(request, op, session); },
                          [&](BulkWrite&) { return bulk_write(request, session); },
                          [&](Explain& op) { return explain(request, op, session); },
                          [&](CreateIndexes& op) { return create_indexes(request, op, session); },
                          [&](ListIndexes&) { return unchanged(request, session); },
                          [&](DropIndexes&) { return unchanged(request, session); },
                          [&](HideIndex&) { return unchanged(request, session); },
                          [&](CreateCollection&) { return unchanged(request, session); },
                          [&](DropCollection&) { return unchanged(request, session); },
                          [&](ListCollections&) { return unchanged(request, session); },
                          // Events are of what happens to a document, and a soft delete is one of them.
                          [&](Watch&) { return unchanged(request, session); },
                          [&](Command&) { return unchanged(request, session); },
                          [&](ShardCollection&) { return unchanged(request, session); },
                      },
                      request.operation);
}

Result<Reply> SoftDelete::unchanged(Request& request, Session& session) { return pass(request, session); }

Result<Reply> SoftDelete::find(Request& request, Find& op, Session& session) {
    const auto& info       = info_of(request);
    const auto  visibility = request.context.visibility;
    // By id the engine gets the id alone and the mark is read from the reply: a second predicate costs the by-id path. Under a collation a
    // deleted document may stand before a live one.
    if (op.projection.empty() && op.skip == 0 && !only_id(op.filter).missing() && !collated(request.context.server.get())) {
        auto reply = reply_as<FindReply>(pass(request, session));
        if (!reply) return fail(std::move(reply).error());
        if (visibility == Visibility::with_deleted) return Reply(std::move(*reply));
        return Reply(FindReply{std::make_unique<VisibleCursor>(std::move(reply->cursor), info, visibility)});
    }
    scope(op.filter, info, visibility);
    return pass(request, session);
}

Result<Reply> SoftDelete::insert(Request& request, Insert& op, Session& session) {
    const auto& field = info_of(request).field;
    const auto  null  = Scalar::null();
    for (auto& document : op.documents) set_field(document, field, null.ref());  // what is inserted is live, whatever the caller's mark
    return pass(request, session);
}

Result<Reply> SoftDelete::update(Request& request, Update& op, Session& session) {
    if (auto fine = scope_update(op.filter, op.update, op.upsert, info_of(request), request.context.visibility); !fine) {
        return fail(std::move(fine).error());
    }
    return pass(request, session);
}

Result<Reply> SoftDelete::replace(Request& request, Replace& op, Session& session) {
    const auto& info       = info_of(request);
    const auto  visibility = request.context.visibility;
    if (auto fine = check_upsert(op.upsert, visibility); !fine) return fail(std::move(fine).error());
    if (reads_before_replacing(request)) return replace_after_reading(request, session);
    set_field(op.replacement, info.field, Scalar::null().ref());
    scope(op.filter, info, visibility);
    return pass(request, session);
}

Result<Reply> SoftDelete::remove(Request& request, Delete& op, Session& session) {
    const auto& info       = info_of(request);
    const auto  visibility = request.context.visibility;
    if (op.purge) {
        scope(op.filter, info, purge_sees(visibility));
        return pass(request, session);
    }
    if (auto fine = check_remove(op.purge, visibility); !fine) return fail(std::move(fine).error());
    auto mark = as_mark(op, *request.model);
    if (!mark) return fail(std::move(mark).error());
    request.operation = std::move(*mark);
    auto marked       = reply_as<UpdateReply>(pass(request, session));
    if (!marked) return fail(std::move(marked).error());
    return Reply(DeleteReply{marked->matched});
}

Result<Reply> SoftDelete::restore(Request& request, Restore& op, Session& session) {
    auto update = mark_live(*request.model);
    if (!update) return fail(std::move(update).error());
    Update back;
    back.filter = std::move(op.filter);
    back.many   = op.many;
    back.update = std::move(*update);
    back.hint   = std::move(op.hint);
    scope(back.filter, info_of(request), Visibility::only_deleted);
    request.operation = std::move(back);
    return pass(request, session);
}

Result<Reply> SoftDelete::find_and_modify(Request& request, FindAndModify& op, Session& session) {
    const auto& info       = info_of(request);
    const auto  visibility = request.context.visibility;
    switch (op.kind) {
        case FindAndModify::Kind::update:
            if (auto fine = scope_update(op.filter, op.change, op.upsert, info, visibility); !fine) return fail(std::move(fine).error());
            break;
        case FindAndModify::Kind::replace:
            if (auto fine = check_upsert(op.upsert, visibility); !fine) return fail(std::move(fine).error());
            if (reads_before_replacing(request)) {
                return replace_after_reading(request, session);
            }
            set_field(op.change, info.field, Scalar::null().ref());
            scope(op.filter, info, visibility);
            break;
        case FindAndModify::Kind::remove: {
            if (op.purge) {
                scope(op.filter, info, purge_sees(visibility));
                break;
            }
            if (auto fine = check_remove(op.purge, visibility); !fine) return fail(std::move(fine).error());
            op.kind         = FindAndModify::Kind::update;
            auto mark       = mark_deleted(*request.model);
            if (!mark) return fail(std::move(mark).error());
            op.change       = std::move(*mark);
            op.return_after = false;  // a remove returns what it removed, as it was
            op.upsert       = false;
            scope(op.filter, info, Visibility::live);
            break;
        }
    }
    return pass(request, session);
}

Result<Reply> SoftDelete::replace_after_reading(Request& request, Session& session) {
    const ModelInfo& model  = *request.model;
    const auto&      info   = info_of(model);
    auto             asked  = replacing(request.operation);
    bson::Document   filter = asked.filter;
    scope(filter, info, request.context.visibility);

    Attempts attempts;
    for (;;) {
        if (auto more = attempts.next(request.context); !more) return fail(std::move(more).error());
        auto current = read_one(*inner_, request, filter, asked.sort, session);
        if (!current) return fail(std::move(current).error());
        if (!*current && !asked.upsert) return std::move(asked.nothing);
        Request    next = request;
        const auto to   = replacing(next.operation);
        to.filter       = filter;
        to.upsert       = !*current;
        const auto null = Scalar::null();
        if (*current) {
            const auto mark = (**current)[info.field];
            set_field(to.document, info.field, mark ? mark : null.ref());
            keep_more_than_the_mark(model, **current, to.document);
            add_condition(to.filter, "_id", "$eq", (**current)["_id"]);
            add_condition(to.filter, info.field, "$eq", mark ? mark : null.ref());
        } else {
            set_field(to.document, info.field, null.ref());
        }
        auto reply = inner_->run(std::move(next), session);
        if (!reply || !*current || !matched_nothing(*reply)) return reply;
    }
}

Result<Reply> SoftDelete::count(Request& request, Count& op, Session& session) {
    scope(op.filter, info_of(request), request.context.visibility);
    return pass(request, session);
}

Result<Reply> SoftDelete::estimated_count(Request& request, Session& session) {
    if (request.context.visibility == Visibility::with_deleted) return pass(request, session);
    Count exact;
    scope(exact.filter, info_of(request), request.context.visibility);
    request.operation = std::move(exact);
    return pass(request, session);
}

Result<Reply> SoftDelete::distinct(Request& request, Distinct& op, Session& session) {
    scope(op.filter, info_of(request), request.context.visibility);
    return pass(request, session);
}

Result<Reply> SoftDelete::aggregate(Request& request, Aggregate& op, Session& session) {
    for (const auto& stage : op.pipeline) {
        const auto name = stage.empty() ? std::string_view("{}") : stage.begin()->key;
        if (std::find(own_stages.begin(), own_stages.end(), name) == own_stages.end()) {
            return fail(Errc::unsupported, "stage " + std::string(name) + " cannot be kept to live documents", std::string(name));
        }
    }
    bson::Document match;
    scope(match, info_of(request), request.context.visibility);
    if (!match.empty()) op.pipeline.insert(op.pipeline.begin(), bson::doc("$match", match));
    return pass(request, session);
}

Result<Reply> SoftDelete::explain(Request& request, Explain& op, Session& session) {
    const auto& info       = info_of(request);
    const auto  visibility = request.context.visibility;
    // A find by id reads the mark from the reply, and an explain has no documents in its own: there the engine has to look at the mark.
    std::visit([&](auto& of) { scope(of.filter, info, visibility); }, op.operation);
    return pass(request, session);
}

Result<Reply> SoftDelete::create_indexes(Request& request, CreateIndexes& op, Session& session) {
    for (auto& index : op.indexes) {
        if (!index.unique || !index.partial_filter.empty()) continue;
        if (index.sparse) {  // MongoDB's sparse and partial exclude each other
            return fail(Errc::invalid_argument,
                        "a unique sparse index of a soft-deleting model must say by a partial filter which documents it holds",
                        index.effective_name());
        }
        index.partial_filter = bson::doc(info_of(request).field, nullptr);
    }
    return pass(request, session);
}

Result<Reply> SoftDelete::bulk_write(Request& request, Session& session) {
    const auto&      info       = info_of(request);
    const auto       visibility = request.context.visibility;
    auto&            bulk       = std::get<BulkWrite>(request.operation);
    // Nothing is written when an item makes no sense.
    for (const auto& item : bulk.items) {
        if (auto fine = check_soft_delete(request, item); !fine) return fail(std::move(fine).error());
    }
    for (auto& item : bulk.items) {
        if (auto* op = std::get_if<Update>(&item)) {
            if (auto fine = scope_update(op->filter, op->update, op->upsert, info, visibility); !fine) return fail(std::move(fine).error());
        } else if (auto* insert = std::get_if<BulkWrite::InsertOne>(&item)) {
            set_field(insert->document, info.field, Scalar::null().ref());
        } else if (auto* purge = std::get_if<Delete>(&item); purge != nullptr && purge->purge) {
            scope(purge->filter, info, purge_sees(visibility));
        } else if (auto* replace = std::get_if<Replace>(&item)) {
            if (reads_before_replacing(request)) continue;
            set_field(replace->replacement, info.field, Scalar::null().ref());
            scope(replace->filter, info, visibility);
        }
    }
    return run_segments(std::move(request), session, *this);
}

ItemKind SoftDelete::kind(const Request& request, const BulkWrite::Item& item, bool) const {
    if (std::holds_alternative<Replace>(item)) return reads_before_replacing(request) ? ItemKind::alone : ItemKind::together;
    const auto* op = std::get_if<Delete>(&item);
    return op != nullptr && !op->purge ? ItemKind::marking : ItemKind::together;
}

Result<BulkReply> SoftDelete::send(Request request, Session& session) {
    auto& bulk = std::get<BulkWrite>(request.operation);
    const auto* first = std::get_if<Delete>(&bulk.items.front());
    const bool  marks = first != nullptr && !first->purge;
    if (marks) {
        for (auto& item : bulk.items) {
            auto mark = as_mark(std::get<Delete>(item), *request.model);
            if (!mark) return fail(std::move(mark).error());
            item = std::move(*mark);
        }
    }
    auto reply = reply_as<BulkReply>(inner_->run(std::move(request), session));
    if (!reply || !marks) return reply;
    BulkReply deleted;
    deleted.deleted = reply->matched;
    return deleted;
}

Result<BulkReply> SoftDelete::run_alone(Request request, Session& session) { return as_bulk_reply(run(std::move(request), session)); }

}  // namespace tenon::repository
