#include <tenon/repository/pager.hpp>

#include <limits>

#include "repository/caller.hpp"
#include "repository/document_edit.hpp"
#include "repository/keyset.hpp"
#include "repository/page_projection.hpp"
#include "repository/page_token.hpp"
#include "store/collated.hpp"

namespace tenon {

namespace detail {

using repository::PageOrder;
using repository::Step;

struct PagerState {
    Collection            collection;
    bson::Document        filter{};
    FindOptions           options{};
    PageOrder             order{};
    std::uint32_t         size = 0;
    bool                  keyset   = true;
    bool                  reversed = false;
    std::optional<bson::Document> key{};  // of the document that the page begins behind

    // Where the reading is: `equal` parts of the key are fixed, and the part behind them moves on from type to type. All of them fixed: at
    // the document of the key itself.
    std::size_t       equal = 0;
    std::vector<Step> steps{};
    std::size_t       step     = 0;
    bool              probed   = false;
    bool              finished = false;

    std::optional<DocumentCursor> cursor{};
    std::uint32_t                 taken = 0;
    bool                          more  = false;
    bson::Document                first_key{};
    bson::Document                last_key{};
    std::optional<std::uint64_t>  total{};

    [[nodiscard]] Collection::Caller caller() const { return {collection, "page"}; }

    Result<void>                      start(const PageOptions& page);
    Result<void>                      start_offset(std::uint64_t number);
    Result<std::optional<bson::View>> read();
    Result<bool>                      open_next();
    Result<bool>                      probe(const bson::Document& from);
    Result<DocumentCursor>            find(bson::Document where, bool backwards, std::int64_t skip, std::int64_t limit) const;
    [[nodiscard]] std::string         token(const bson::Document& of, bool inclusive = false) const;
    [[nodiscard]] static bson::ValueRef key_part(const bson::Document& from, std::size_t part) noexcept;
    [[nodiscard]] bool descending(std::size_t part) const noexcept { return order.parts()[part].descending != reversed; }
};

Result<void> PagerState::start(const PageOptions& page) {
    const auto invalid = [](std::string message, const char* option) { return fail(Errc::invalid_argument, std::move(message), option); };
    if (page.size < 1 || page.size > 1000) return invalid("a page has 1 to 1000 documents", "size");
    if (options.skip != 0) return invalid("a page starts where its cursor or number says; skip is for lists", "skip");
    if (options.limit != 0) return invalid("a page ends at its size; limit is for lists", "limit");
    if (int{page.after.has_value()} + int{page.before.has_value()} + int{page.number.has_value()} > 1) {
        return invalid("a page is asked for by one of after, before and number", page.number ? "number" : "before");
    }
    size     = page.size;
    auto ord = PageOrder::of(options.sort, collated(caller().server_options(options.call.server).get()));
    if (!ord) return fail(std::move(ord).error());
    order        = std::move(*ord);
    options.sort = order.sort(false);
    auto kept    = repository::with_sort_keys(options.projection, order);
    if (!kept) return fail(std::move(kept).error());
    options.projection = std::move(*kept);
    if (page.number) return start_offset(*page.number);

    reversed = page.before.has_value();
    if (const auto& cursor_text = reversed ? page.before : page.after) {
        const repository::PageScope scope{collection.name(), {}, options.sort};
        auto values = repository::read_page_token(scope, *cursor_text, order.parts().size(), reversed ? "before" : "after");
        if (!values) return fail(std::move(values).error());
        key   = std::move(values->values);
        equal = order.parts().size() - (values->inclusive ? 0 : 1);
    }
    return {};
}

Result<void> PagerState::start_offset(std::uint64_t number) {
    keyset = false;
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / size) {
        return fail(Errc::invalid_argument, "the page's number times its size passes the range of a skip", "number");
    }
    auto counted = caller()(Count{filter, 0, 0, options.hint}, options.call);
    if (!counted) return fail(std::move(counted).error());
    total        = static_cast<std::uint64_t>(counted->count);
    auto opened  = find(filter, false, static_cast<std::int64_t>(number * size), size);
    if (!opened) return fail(std::move(opened).error());
    cursor   = std::move(*opened);
    finished = true;
    return {};
}

Result<DocumentCursor> PagerState::find(bson::Document where, bool backwards, std::int64_t skip, std::int64_t limit) const {
    Find op;
    op.filter     = std::move(where);
    op.sort       = order.sort(backwards);
    op.projection = options.projection;
    op.skip       = skip;
    op.limit      = limit;
    op.hint       = options.hint;
    auto reply    = caller()(std::move(op), options.call);
    if (!reply) return fail(std::move(reply).error());
    return DocumentCursor(std::move(reply->cursor), caller().where(), nullptr);
}

bson::ValueRef PagerState::key_part(const bson::Document& from, std::size_t part) noexcept {
    auto value = from.begin();
    for (; part > 0; --part) ++value;
    return value->value;
}

/// Opens the next of the finds that the page is read by. False: there is none left.
Result<bool> PagerState::open_next() {
    while (!finished) {
        bson::Document where = filter;
        if (!key) {
            finished = true;
        } else if (equal == order.parts().size()) {
            repository::add_equalities(where, order, *key, equal--);
        } else if (!probed && steps.empty()) {
            // The rest of the value's own type.
            steps.push_back(repository::step_of(key_part(*key, equal)));
            step = 1;
            const auto& path = order.parts()[equal].path;
            if (path == "_id" && equal > 0) {
                // Mostly nothing else holds the sort keys of this document, and the far end says so: no more is asked for then.
                auto behind = probe(*key);
                if (!behind) return fail(std::move(behind).error());
                probed = true;
                if (!*behind) continue;
            }
            repository::add_equalities(where, order, *key, equal);
            if (!repository::add_behind(where, path, key_part(*key, equal), descending(equal))) continue;
        } else if (!probed) {
            if (auto done = probe(*key); !done) return fail(std::move(done).error());
            probed = true;
            continue;
        } else if (step < steps.size()) {
            repository::add_equalities(where, order, *key, equal);
            repository::add_step(where, order.parts()[equal].path, steps[step++]);
        } else {
            finished = equal == 0;
            if (finished) break;
            --equal;
            steps.clear();
            probed = false;
            continue;
        }
        auto opened = find(std::move(where), reversed, 0, std::int64_t{size} + 1 - taken);
        if (!opened) return fail(std::move(opened).error());
        cursor = std::move(*opened);
        return true;
    }
    return false;
}

/// Which types follow the key's own: looks at the far end of the order, so that types nobody uses are not asked for. An _id is no
/// exception: a model's are of one type, but a file may hold what was written before the model was. False: nothing lies behind the key.
Result<bool> PagerState::probe(const bson::Document& from) {
    bson::Document where = filter;
    repository::add_equalities(where, order, from, equal);
    auto end = find(std::move(where), !reversed, 0, 1);
    if (!end) return fail(std::move(end).error());
    auto document = end->read(end->running());
    if (!document) return fail(std::move(document).error());
    if (!*document) return false;
    auto last = order.key(**document);
    if (!last) return fail(std::move(last).error());
    auto value = last->begin();
    for (std::size_t i = 0; i < equal; ++i) ++value;
    if (value->value.identical(key_part(from, equal))) return false;
    const int to = static_cast<int>(repository::step_of(value->value));
    int       at = static_cast<int>(steps.front());
    if (descending(equal)) {
        while (--at >= to) steps.push_back(static_cast<Step>(at));
    } else {
        while (++at <= to) steps.push_back(static_cast<Step>(at));
    }
    return true;
}

/// The next document in reading order, whatever find it comes from.
Result<std::optional<bson::View>> PagerState::read() {
    for (;;) {
        if (cursor) {
            auto document = cursor->read(cursor->running());  // of the page that is being read
            if (!document || *document) return document;
            cursor.reset();
        }
        auto opened = open_next();
        if (!opened) return fail(std::move(opened).error());
        if (!*opened) return std::optional<bson::View>{};
    }
}

std::string PagerState::token(const bson::Document& of, bool inclusive) const {
    return repository::page_token({collection.name(), {}, options.sort}, {of, inclusive});
}

Pager::Pager(std::unique_ptr<PagerState> state) noexcept : state_(std::move(state)) {}
Pager::Pager(Pager&&) noexcept = default;
Pager::~Pager()                = default;

bool Pager::reversed() const noexcept { return state_->reversed; }

Result<std::optional<bson::View>> Pager::next() {
    auto& state = *state_;
    const auto failed = [&](Error error) { return state.caller().failed(std::move(error)); };
    auto       document = state.read();
    if (!document) return failed(std::move(document).error());
    if (!*document) return document;
    if (state.taken == state.size) {
        state.more = true;
        state.cursor.reset();
        state.finished = true;
        return std::optional<bson::View>{};
    }
    ++state.taken;
    if (!state.keyset) return document;
    if (state.taken == 1 || state.taken == state.size) {
        auto key = state.order.key(**document);
        if (!key) return failed(state.collection.located(std::move(key).error(), "page", **document));
        if (state.taken == 1) state.first_key = *key;
        if (state.taken == state.size) state.last_key = std::move(*key);
    } else if (auto fine = state.order.check(**document); !fine) {
        return failed(state.collection.located(std::move(fine).error(), "page", **document));
    }
    return document;
}

Result<PageEnds> Pager::finish() {
    auto&    state = *state_;
    PageEnds ends;
    ends.total = state.total;
    if (!state.keyset) return ends;
    // A page reached by a cursor has a neighbour on the side it came from; on the other side only when a document was left.
    const bool came = state.key.has_value();
    auto&      near = state.reversed ? ends.next : ends.prev;
    auto&      far  = state.reversed ? ends.prev : ends.next;
    if (came && state.taken == 0) near = state.token(*state.key, true);  // back to where the page came from, that document included
    else if (came) near = state.token(state.first_key);
    if (state.more) far = state.token(state.last_key);
    return ends;
}

}  // namespace detail

Result<detail::Pager> Collection::pager(bson::Document filter, FindOptions options, const PageOptions& page) const {
    auto state     = std::make_unique<detail::PagerState>(detail::PagerState{.collection = *this});
    state->filter  = std::move(filter);
    state->options = std::move(options);
    if (auto started = state->start(page); !started) return Caller{*this, "page"}.failed(std::move(started).error());
    return detail::Pager(std::move(state));
}

Result<Page<bson::Document>> Collection::page(bson::Document filter, FindOptions options, const PageOptions& page) const {
    const auto at_work = running();
    auto       reader  = pager(std::move(filter), std::move(options), page);
    if (!reader) return fail(std::move(reader).error());
    Page<bson::Document> out;
    for (;;) {
        auto document = reader->next();
        if (!document) return fail(std::move(document).error());
        if (!*document) break;
        out.items.emplace_back(**document);
    }
    if (reader->reversed()) std::reverse(out.items.begin(), out.items.end());
    auto ends = reader->finish();
    if (!ends) return fail(std::move(ends).error());
    out.next  = std::move(ends->next);
    out.prev  = std::move(ends->prev);
    out.total = ends->total;
    return out;
}

}  // namespace tenon
