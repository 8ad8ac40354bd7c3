#include "repository/middleware/segments.hpp"

#include <tenon/bson/json.hpp>

namespace tenon::repository {

namespace {

/// Failures that end even an unordered bulk write: the next item would meet the same.
bool ends_everything(Errc code) noexcept {
    switch (code) {
        case Errc::transient:
        case Errc::timeout:
        case Errc::network:
        case Errc::auth:
        case Errc::io:
        case Errc::corrupt:
        case Errc::cancelled:
        case Errc::unsupported: return true;
        default: return false;
    }
}

struct Progress {
    BulkReply             reply{};
    std::optional<Error>  error{};
    std::vector<InsertedId> inserted{};
    bool                  wrote = false;

    void add(BulkReply&& part, std::size_t offset) {
        wrote = wrote || part.inserted + part.modified + part.deleted > 0 || !part.upserted.empty();
        reply.inserted += part.inserted;
        reply.matched += part.matched;
        reply.modified += part.modified;
        reply.deleted += part.deleted;
        for (auto& upserted : part.upserted) reply.upserted.push_back({upserted.index + offset, std::move(upserted.id)});
    }

    void add(Error&& part, std::size_t offset) {
        if (part.items.empty()) part.items.push_back({0, part.code, part.server.code, part.message});
        for (auto& item : part.items) item.index += offset;
        for (auto& id : part.inserted) inserted.push_back({id.index + offset, std::move(id.id)});
        part.inserted.clear();
        wrote = wrote || part.outcome != Outcome::none;
        if (!error) {
            error = std::move(part);
        } else {
            for (auto& item : part.items) error->items.push_back(std::move(item));
            if (part.outcome == Outcome::unknown) error->outcome = Outcome::unknown;
        }
    }
};

void note_inserted(const std::vector<BulkWrite::Item>& items, std::size_t offset, std::vector<InsertedId>& out) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto* insert = std::get_if<BulkWrite::InsertOne>(&items[i]);
        if (insert == nullptr) continue;
        const auto id = insert->document["_id"];
        if (id) out.push_back({offset + i, bson::to_json(id, bson::JsonMode::canonical)});
    }
}

}  // namespace

Request single_item(const Request& like, BulkWrite::Item item, std::optional<std::int64_t> expected_version) {
    Request request{like.collection, Find{}, like.model, like.context};
    request.context.expected_version = expected_version;
    std::visit(overloaded{
                   [&](BulkWrite::InsertOne& one) { request.operation = Insert{{std::move(one.document)}}; },
                   [&](Update& one) { request.operation = std::move(one); },
                   [&](Replace& one) { request.operation = std::move(one); },
                   [&](Delete& one) { request.operation = std::move(one); },
               },
               item);
    return request;
}

Result<BulkReply> as_bulk_reply(Result<Reply> reply) {
    if (!reply) return fail(std::move(reply).error());
    BulkReply out;
    if (auto* insert = std::get_if<InsertReply>(&*reply)) out.inserted = static_cast<std::int64_t>(insert->stored.size());
    if (auto* deleted = std::get_if<DeleteReply>(&*reply)) out.deleted = deleted->deleted;
    if (auto* update = std::get_if<UpdateReply>(&*reply)) {
        out.matched  = update->matched;
        out.modified = update->modified;
        if (update->upserted_id) out.upserted.push_back({0, std::move(*update->upserted_id)});
    }
    return out;
}

Result<Reply> run_segments(Request request, Session& session, SegmentRunner& runner) {
    auto  bulk     = std::get<BulkWrite>(std::move(request.operation));
    auto& versions = bulk.expected_versions;
    const auto version_of = [&](std::size_t i) { return versions.empty() ? std::optional<std::int64_t>{} : versions[i]; };

    std::vector<ItemKind> kinds(bulk.items.size());
    for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = runner.kind(request, bulk.items[i], version_of(i).has_value());

    Progress progress;
    for (std::size_t from = 0; from < kinds.size();) {
        std::size_t to = from + 1;
        while (kinds[from] != ItemKind::alone && to < kinds.size() && kinds[to] == kinds[from]) ++to;

        Result<BulkReply>       part;
        std::vector<InsertedId> inserted;
        if (kinds[from] == ItemKind::alone) {
            part = runner.run_alone(single_item(request, std::move(bulk.items[from]), version_of(from)), session);
        } else {
            BulkWrite segment;
            segment.ordered = bulk.ordered;
            segment.items.assign(std::make_move_iterator(bulk.items.begin() + static_cast<std::ptrdiff_t>(from)),
                                 std::make_move_iterator(bulk.items.begin() + static_cast<std::ptrdiff_t>(to)));
            if (!versions.empty()) {
                segment.expected_versions.assign(versions.begin() + static_cast<std::ptrdiff_t>(from),
                                                 versions.begin() + static_cast<std::ptrdiff_t>(to));
            }
            // An error names what the other parts inserted; a bulk write in one part needs none of it.
            if (to < kinds.size() || progress.error) note_inserted(segment.items, from, inserted);
            part = runner.send(Request{request.collection, std::move(segment), request.model, request.context}, session);
        }
        if (part) {
            progress.add(std::move(*part), from);
            for (auto& id : inserted) progress.inserted.push_back(std::move(id));
        } else {
            const bool last = bulk.ordered || ends_everything(part.error().code);
            progress.add(std::move(part).error(), from);
            if (last) break;
        }
        from = to;
    }
    if (!progress.error) return Reply(std::move(progress.reply));
    if (progress.wrote && progress.error->outcome == Outcome::none) progress.error->outcome = Outcome::partial;
    progress.error->inserted = std::move(progress.inserted);
    return fail(std::move(*progress.error));
}

}  // namespace tenon::repository
