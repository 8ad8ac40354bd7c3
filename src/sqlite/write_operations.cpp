#include "sqlite/operations.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>

#include <tenon/bson/json.hpp>

#include "mql/mql_error.hpp"
#include "mql/projection.hpp"
#include "mql/update.hpp"
#include "mql/upsert.hpp"
#include "sqlite/access.hpp"
#include "sqlite/cursor.hpp"
#include "sqlite/query.hpp"
#include "sqlite/rows.hpp"

namespace tenon::sqlite {

namespace {

bool has_id_first(bson::View document) noexcept {
    const auto first = document.begin();
    return first != document.end() && first->key == "_id";
}

/// The time, with a counter in it that no two calls of this process share.
bson::Timestamp next_timestamp(bson::DateTime now) noexcept {
    static std::atomic<std::uint64_t> last{0};
    const auto    second = static_cast<std::uint64_t>(now.ms / 1000) << 32U;
    std::uint64_t before = last.load(std::memory_order_relaxed);
    std::uint64_t mine   = 0;
    do {
        mine = std::max(before + 1, second + 1);
    } while (!last.compare_exchange_weak(before, mine, std::memory_order_relaxed));
    return {static_cast<std::uint32_t>(mine >> 32U), static_cast<std::uint32_t>(mine)};
}

/// MongoDB stores the time for a Timestamp(0, 0) at the top of a document, but for one in _id.
void stamp(bson::Document& document) {
    std::vector<std::size_t> places;
    for (const auto& [key, value] : document) {
        if (value.type() != bson::Type::timestamp || key == "_id" || value.as_timestamp() != bson::Timestamp{}) continue;
        places.push_back(static_cast<std::size_t>(value.bytes().data() - document.view().data()));
    }
    if (places.empty()) return;
    auto bytes = document.release();
    for (const auto at : places) {
        const auto stamp = next_timestamp(bson::DateTime::now());
        std::memcpy(&bytes[at], &stamp.increment, 4);
        std::memcpy(&bytes[at + 4], &stamp.seconds, 4);
    }
    document = bson::Document::trusted(std::move(bytes));
}

/// The document as an insert stores it: its _id in front, made when there is none, and its empty timestamps filled in.
Result<void> complete(bson::Document& document) {
    stamp(document);
    if (has_id_first(document)) return {};
    // An ObjectId with its key and type takes 17 bytes.
    const bool made = document["_id"].missing();
    if (document.size() + (made ? 17U : 0U) > bson::max_document_size) {
        return mql::mql_error(mql::code::bson_object_too_large, "the document is larger than 16 MiB");
    }
    document = mql::with_id_first(document);
    return {};
}

std::string shown_id(bson::View document) {
    const auto id = document["_id"];
    return id.missing() ? std::string() : bson::to_json(id, bson::JsonMode::canonical);
}

/// The rows of a write's filter.
struct Found {
    std::vector<std::int64_t> rows{};
    std::optional<Error>      fault{};  ///< the filter failed at a document behind these (an $expr): they are written first, as on a server
};

/// The state of one call: its access, and the collection's rows, made when the first write needs them.
class Writing {
public:
    explicit Writing(WriteAccess& access) : access_(access) {}

    [[nodiscard]] Result<Rows*> rows(bool create) {
        if (rows_) return &*rows_;
        if (create) {
            if (auto made = access_.ensure_collection(); !made) return fail(std::move(made.error()));
        }
        keep_                  = access_.keep();
        const auto* collection = access_.collection();
        if (collection == nullptr) return nullptr;
        rows_.emplace(access_.connection(), *collection, access_.watches());
        return &*rows_;
    }
    /// Stores the counters and marks, so that the next query plans with them.
    [[nodiscard]] Result<void> flush() {
        if (!rows_) return {};
        auto done = rows_->finish();
        // The marks may have moved the catalogue.
        if (access_.keep() != keep_) rows_.reset();
        return done;
    }
    [[nodiscard]] WriteAccess& access() const noexcept { return access_; }

    /// Stores a document that has its _id first.
    [[nodiscard]] Result<void> insert(bson::View document) {
        if (auto ok = mql::check_id(document["_id"]); !ok) return ok;
        return insert_checked(document);
    }
    [[nodiscard]] Result<void> insert_checked(bson::View document) {
        auto target = rows(true);
        if (!target) return fail(std::move(target.error()));
        return (*target)->insert(document);
    }

    /// The rows that match, all taken before the first is changed: a row that moves in an index is not met again.
    [[nodiscard]] Result<Found> matching(const QuerySpec& spec, std::optional<mql::Filter>& filter) {
        auto query = Query::prepare(access_.connection(), access_.collection(), spec);
        if (!query) return fail(std::move(query.error()));
        Found found;
        for (;;) {
            auto match = query->next();
            if (!match) {
                if (ends_transaction(match.error()) || found.rows.empty()) return fail(std::move(match.error()));
                found.fault = std::move(match.error());
                break;
            }
            if (!*match) break;
            found.rows.push_back((*match)->row);
        }
        filter = query->filter();
        return found;
    }

private:
    WriteAccess&                     access_;
    std::shared_ptr<const Catalogue> keep_{};
    std::optional<Rows>              rows_{};
};

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
    auto rows = writing.rows(false);
    if (!rows) return fail(std::move(rows.error()));
    auto stored = (*rows)->read(row);
    if (!stored) return fail(std::move(stored.error()));
    if (!*stored) return fail(Errc::corrupt, "a row that an index names is not there");
    before       = std::move(**stored);
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
    if (auto done = (*rows)->replace(row, before, after); !done) {
        if (!ends_transaction(done.error())) done.error().document_id = shown_id(before);
        return fail(std::move(done.error()));
    }
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

Result<UpdateReply> update_documents(Writing& writing, const Update& op) {
    auto update = mql::Update::parse(op.update, op.array_filters);
    if (!update) return fail(std::move(update.error()));
    if (auto checked = check_upsert(op.filter, op.upsert); !checked) return fail(std::move(checked.error()));
    QuerySpec spec;
    spec.filter = op.filter;
    spec.limit  = op.many ? 0 : 1;
    spec.hint   = op.hint;
    std::optional<mql::Filter> filter;
    auto                       found = writing.matching(spec, filter);
    if (!found) return fail(std::move(found.error()));
    if (found->rows.empty() && op.upsert) return upsert(writing, mql::upserted(op.filter, *update, apply_context()));
    UpdateReply    reply;
    bson::Document before;
    bson::Document after;
    for (const auto row : found->rows) {
        auto changed = apply_to_row(writing, row, *update, *filter, before, after);
        if (!changed) return fail(half_done(std::move(changed.error()), reply.modified, "updated"));
        ++reply.matched;
        if (*changed) ++reply.modified;
    }
    if (found->fault) return fail(half_done(std::move(*found->fault), reply.modified, "updated"));
    return reply;
}

/// Replaces a stored row; false when there was nothing to do.
Result<bool> replace_row(Writing& writing, std::int64_t row, bson::View with, bson::Document& before, bson::Document& after) {
    auto rows = writing.rows(false);
    if (!rows) return fail(std::move(rows.error()));
    auto stored = (*rows)->read(row);
    if (!stored) return fail(std::move(stored.error()));
    if (!*stored) return fail(Errc::corrupt, "a row that an index names is not there");
    before           = std::move(**stored);
    auto replacement = mql::replacement(before, with, next_timestamp(bson::DateTime::now()));
    if (!replacement) return fail(std::move(replacement.error()));
    // MongoDB calls a replace without effect only when it was given the very bytes that are stored, the _id among them.
    if (with == before.view()) return false;
    after = std::move(*replacement);
    if (auto done = (*rows)->replace(row, before, after); !done) {
        if (!ends_transaction(done.error())) done.error().document_id = shown_id(before);
        return fail(std::move(done.error()));
    }
    return true;
}

// To a server such a document is an update.
Result<void> check_replacement(bson::View replacement) {
    if (replacement.empty() || !replacement.begin()->key.starts_with('$')) return {};
    const std::string key(replacement.begin()->key);
    return mql::mql_error(mql::code::dollar_prefixed_field_name, "the dollar ($) prefixed field '" + key + "' is not allowed at the top of a document", key);
}

Result<UpdateReply> replace_document(Writing& writing, const Replace& op) {
    if (auto checked = check_replacement(op.replacement); !checked) return fail(std::move(checked.error()));
    if (auto checked = check_upsert(op.filter, op.upsert); !checked) return fail(std::move(checked.error()));
    QuerySpec spec;
    spec.filter = op.filter;
    spec.limit  = 1;
    spec.hint   = op.hint;
    std::optional<mql::Filter> filter;
    auto                       found = writing.matching(spec, filter);
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
    std::optional<mql::Filter> filter;
    auto                       found = writing.matching(spec, filter);
    if (!found) return fail(std::move(found.error()));
    DeleteReply reply;
    if (found->rows.empty()) return reply;
    auto rows = writing.rows(false);
    if (!rows) return fail(std::move(rows.error()));
    for (const auto row : found->rows) {
        auto stored = (*rows)->read(row);
        if (!stored) return fail(std::move(stored.error()));
        if (!*stored) return fail(Errc::corrupt, "a row that an index names is not there");
        if (auto done = (*rows)->remove(row, **stored); !done) return fail(std::move(done.error()));
        ++reply.deleted;
    }
    if (found->fault) return fail(half_done(std::move(*found->fault), reply.deleted, "deleted"));
    return reply;
}

/// Ends a body: flushes, and makes sure that an Error of a half-done write says so.
template <class T>
Result<Reply> finished(Writing& writing, Result<T> reply) {
    if (!reply && (ends_transaction(reply.error()) || reply.error().outcome == Outcome::none)) return fail(std::move(reply.error()));
    if (auto done = writing.flush(); !done) return fail(std::move(done.error()));
    if (!reply) return fail(std::move(reply.error()));
    return Reply(std::move(*reply));
}

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

namespace {

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

    auto projection = checked_projection(op.projection, op.filter, sort);
    if (!projection) return fail(std::move(projection.error()));
    if (op.return_after && projection->needs_match_details()) {
        return mql::mql_error(mql::code::bad_value, "a positional projection cannot be of the document after its change", "projection");
    }
    if (op.kind == Kind::remove && op.upsert) return mql::mql_error(mql::code::failed_to_parse, "a remove cannot upsert", "upsert");
    QuerySpec spec;
    spec.filter = op.filter;
    spec.sort   = sort;
    spec.limit  = 1;
    spec.hint   = op.hint;
    std::optional<mql::Filter> filter;
    auto                       found = writing.matching(spec, filter);
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
        auto rows = writing.rows(false);
        if (!rows) return fail(std::move(rows.error()));
        auto stored = (*rows)->read(found->rows.front());
        if (!stored) return fail(std::move(stored.error()));
        if (!*stored) return fail(Errc::corrupt, "a row that an index names is not there");
        before = std::move(**stored);
        if (auto done = (*rows)->remove(found->rows.front(), before); !done) return fail(std::move(done.error()));
    } else {
        auto changed = op.kind == Kind::update ? apply_to_row(writing, found->rows.front(), *update, *filter, before, after)
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
    auto projected = project(*projection, *filter, value);
    // The projection comes behind the write, which stays, as on a server.
    if (!projected) return fail(half_done(std::move(projected.error()), written ? 1 : 0, "written"));
    reply.value = std::move(*projected);
    return reply;
}

}  // namespace

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
        for (const auto i : stored) inserted.push_back({i, shown_id(std::get<BulkWrite::InsertOne>(op.items[i]).document)});
        const bool wrote = half_done || reply.inserted + reply.modified + reply.deleted > 0 || !reply.upserted.empty();
        return finished(writing, Result<BulkReply>(fail(many_error(std::move(*first), std::move(items), std::move(inserted), op.items.size(), wrote))));
    });
}

}  // namespace tenon::sqlite
