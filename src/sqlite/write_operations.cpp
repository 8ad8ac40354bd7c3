#include "sqlite/operations.hpp"

#include "sqlite/modify.hpp"
#include "sqlite/storable.hpp"
#include "sqlite/writing.hpp"

namespace tenon::sqlite {

namespace {

ItemError item_error(std::size_t index, const Error& error) {
    ItemError item;
    item.index       = index;
    item.code        = error.code;
    item.server_code = error.server.code;
    item.message     = error.message;
    return item;
}

/// The Error of a write of many: the first refusal's code, all refusals by index, what was inserted.
Error many_error(Error first, std::vector<ItemError> items, std::vector<InsertedId> inserted, std::size_t total, bool wrote) {
    if (total > 1) {
        first.message = std::to_string(items.size()) + " of " + std::to_string(total) + " items were refused, the first at index " +
                        std::to_string(items.front().index) + ": " + first.message;
    }
    first.items    = std::move(items);
    first.inserted = std::move(inserted);
    first.outcome  = wrote ? Outcome::partial : Outcome::none;
    return first;
}

}  // namespace

Result<Reply> run_insert(const Call& call, Insert& op) {
    return write(call, [&](WriteAccess& access) -> Result<Reply> {
        Writing                writing(access);
        InsertReply            reply;
        std::optional<Error>   first;
        std::vector<ItemError> items;
        std::vector<bool>      refused(op.documents.size(), false);
        for (std::size_t i = 0; i < op.documents.size(); ++i) {
            auto& document = op.documents[i];
            auto  done     = complete(document);
            if (done) done = writing.insert(document);
            if (done) continue;
            if (ends_transaction(done.error())) return fail(std::move(done.error()));
            refused[i] = true;
            items.push_back(item_error(i, done.error()));
            if (!first) {
                first              = std::move(done.error());
                first->document_id = shown_id(document);
            }
            if (op.ordered) {
                for (std::size_t rest = i + 1; rest < op.documents.size(); ++rest) refused[rest] = true;
                break;
            }
        }
        if (!first) {
            reply.stored = std::move(op.documents);
            return finished(writing, Result<InsertReply>(std::move(reply)));
        }
        std::vector<InsertedId> inserted;
        for (std::size_t i = 0; i < op.documents.size(); ++i) {
            if (!refused[i]) inserted.push_back({i, shown_id(op.documents[i])});
        }
        const bool wrote = !inserted.empty();
        return finished(writing, Result<InsertReply>(fail(many_error(std::move(*first), std::move(items), std::move(inserted), op.documents.size(), wrote))));
    });
}

Result<Reply> run_update(const Call& call, const Update& op) {
    return write(call, [&](WriteAccess& access) {
        Writing writing(access);
        return finished(writing, update_documents(writing, op));
    });
}

Result<Reply> run_replace(const Call& call, const Replace& op) {
    return write(call, [&](WriteAccess& access) {
        Writing writing(access);
        return finished(writing, replace_document(writing, op));
    });
}

Result<Reply> run_delete(const Call& call, const Delete& op) {
    return write(call, [&](WriteAccess& access) {
        Writing writing(access);
        return finished(writing, delete_documents(writing, op));
    });
}

Result<Reply> run_find_and_modify(const Call& call, const FindAndModify& op) {
    return write(call, [&](WriteAccess& access) {
        Writing writing(access);
        return finished(writing, find_and_modify(writing, op));
    });
}

Result<Reply> run_bulk_write(const Call& call, BulkWrite& op) {
    return write(call, [&](WriteAccess& access) -> Result<Reply> {
        Writing                 writing(access);
        BulkReply               reply;
        std::optional<Error>    first;
        std::vector<ItemError>  items;
        std::vector<std::size_t> stored;
        bool                    half_done = false;
        for (std::size_t i = 0; i < op.items.size(); ++i) {
            const auto updated = [&](Result<UpdateReply> done) -> Result<void> {
                if (!done) return fail(std::move(done.error()));
                reply.matched += done->matched;
                reply.modified += done->modified;
                if (done->upserted_id) reply.upserted.push_back({i, std::move(*done->upserted_id)});
                return {};
            };
            auto done = std::visit(overloaded{
                [&](BulkWrite::InsertOne& item) -> Result<void> {
                    auto put = complete(item.document);
                    if (put) put = writing.insert(item.document);
                    if (!put) {
                        if (!ends_transaction(put.error())) put.error().document_id = shown_id(item.document);
                        return put;
                    }
                    ++reply.inserted;
                    stored.push_back(i);
                    return {};
                },
                [&](Update& item) -> Result<void> { return updated(update_documents(writing, item)); },
                [&](Replace& item) -> Result<void> { return updated(replace_document(writing, item)); },
                [&](Delete& item) -> Result<void> {
                    auto removed = delete_documents(writing, item);
                    if (!removed) return fail(std::move(removed.error()));
                    reply.deleted += removed->deleted;
                    return {};
                },
            }, op.items[i]);
            if (!done && ends_transaction(done.error())) return fail(std::move(done.error()));
            // The next item's plan must know of arrays that this one stored.
            if (auto flushed = writing.flush(); !flushed) return fail(std::move(flushed.error()));
            if (done) continue;
            half_done = half_done || done.error().outcome == Outcome::partial;
            items.push_back(item_error(i, done.error()));
            if (!first) first = std::move(done.error());
            if (op.ordered) break;
        }
        if (!first) return finished(writing, Result<BulkReply>(std::move(reply)));
        std::vector<InsertedId> inserted;
        inserted.reserve(stored.size());
        for (const auto i : stored) inserted.push_back({i, shown_id(std::get<BulkWrite::InsertOne>(op.items[i]).document)});
        const bool wrote = half_done || reply.inserted + reply.modified + reply.deleted > 0 || !reply.upserted.empty();
        return finished(writing, Result<BulkReply>(fail(many_error(std::move(*first), std::move(items), std::move(inserted), op.items.size(), wrote))));
    });
}

}  // namespace tenon::sqlite
