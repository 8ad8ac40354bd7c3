#pragma once
// Query<T>: a find that has not run yet, and Stream<T>: one that runs in constant memory.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tenon/mapping/codec.hpp>
#include <tenon/mapping/model.hpp>
#include <tenon/query/projection.hpp>
#include <tenon/query/sort.hpp>
#include <tenon/reflect/path.hpp>
#include <tenon/repository/typed_calls.hpp>

namespace tenon {

namespace detail {

/// A value on its own, to be decoded by the rules of its type.
template <class V>
struct Lone {
    V v{};
};
/// What a value of a path is stored as: an enum may be declared to be stored by its value.
template <class P, class V, bool ByValue = P::by_value() && std::is_enum_v<V>>
struct StoredAs {
    using type = V;
};
template <class P, class V>
struct StoredAs<P, V, true> {
    using type = std::underlying_type_t<V>;
};
template <class P, class V>
using Stored = typename StoredAs<P, V>::type;

}  // namespace detail

/// The documents of a query one by one, in constant memory. Movable; used by one thread at a time; one made inside a transaction may not
/// outlive it.
template <class T>
class Stream {
public:
    /// `call`: the call's name in errors, a constant of the program.
    Stream(DocumentCursor cursor, Collection collection, const char* call = "find") noexcept
        : cursor_(std::move(cursor)), collection_(std::move(collection)), call_(call) {}

    /// The next entity, empty at the end. @errors decode (with the document's _id; the stream may go on behind it), cancelled, timeout, io, network.
    Result<std::optional<T>> next() {
        std::optional<T> entity(std::in_place);
        auto             more = next_into(*entity);
        if (!more) return fail(std::move(more).error());
        if (!*more) entity.reset();
        return entity;
    }

    /// Reads the next one into an object that is used again (its strings and vectors keep their capacity); false at the end.
    Result<bool> next_into(T& entity) {
        const auto at_work  = cursor_.running();
        auto       document = cursor_.read(at_work);
        if (!document) return fail(std::move(document).error());
        if (!*document) return false;
        if (auto read = decode_into(**document, entity); !read) {
            return fail(collection_.located(std::move(read).error(), call_, **document));
        }
        return true;
    }

    /// All that are left.
    Result<std::vector<T>> all() {
        const auto     at_work = cursor_.running();
        std::vector<T> out;
        for (;;) {
            if (out.size() == out.capacity()) {
                const auto here = cursor_.at_hand() + cursor_.at_hand() / 8;  // a little more: it is a guess
                out.reserve(out.size() + 1 + (here > out.size() ? here : out.size()));
            }
            auto more = next_into(out.emplace_back());
            if (!more) return fail(std::move(more).error());
            if (*more) continue;
            out.pop_back();
            return out;
        }
    }

private:
    DocumentCursor cursor_;
    Collection     collection_;
    const char*    call_;
};

/// A lazy query: nothing runs until one of the calls at its end. Its setters change it and return it, so that they chain;
/// `auto q = repository.find(...).limit(5)` keeps a copy. T is the entity, U what its documents are read into.
/// @threads the calls at the end are const and may run at once, unless bound to a transaction.
template <class T, class U = T>
class Query {
public:
    explicit Query(detail::QueryState state) noexcept : state_(std::move(state)) {}

    /// The order: `sort(desc<&T::a>, asc<&T::b>)` or a Sort<T>. Replaces an earlier one.
    template <class... Keys>
    Query& sort(const Keys&... keys) {
        state_.take(query::Sort<T>(keys...), state_.options.sort);
        return *this;
    }
    /// How many of the first are passed over: 0 or more. They are read all the same; see page.
    Query& skip(std::int64_t documents) { state_.options.skip = documents; return *this; }
    /// How many at most: 0 or more, 0 is all.
    Query& limit(std::int64_t documents) { state_.options.limit = documents; return *this; }
    /// The index to use by name, "$natural" for none.
    Query& hint(std::string index) { state_.options.hint = std::move(index); return *this; }
    /// Sees what a soft-deleting model marked as deleted, too.
    Query& with_deleted() { state_.options.call.visibility = Visibility::with_deleted; return *this; }
    /// Sees that alone.
    Query& only_deleted() { state_.options.call.visibility = Visibility::only_deleted; return *this; }
    /// When to give up with Errc::timeout. None: Config::timeout.
    Query& deadline(Deadline at) { state_.options.call.deadline = at; return *this; }
    /// Ends the call, or the stream it gave, with Errc::cancelled.
    Query& stop(std::stop_token token) { state_.options.call.stop = std::move(token); return *this; }
    /// Who acts, for hooks and logs.
    Query& actor(std::string name) { state_.options.call.actor = std::move(name); return *this; }
    /// Concerns, comment, collation, batch size of this query.
    Query& server(ServerOptions options) { state_.options.call.server = std::move(options); return *this; }

    /// Reads a part of each document: the fields of Dto, which are fields of T by name and type.
    template <class Dto>
    [[nodiscard]] Query<T, Dto> project() const {
        return project(query::Projection<T, Dto>());
    }
    /// The same by a projection of one's own: Projection<T, Dto>::raw and from_json.
    template <class Dto>
    [[nodiscard]] Query<T, Dto> project(const query::Projection<T, Dto>& projection) const {
        auto state = state_;
        state.take(projection, state.options.projection);
        return Query<T, Dto>(std::move(state));
    }

    /// All of them. For long lists use stream. @errors decode (Error::path and document_id name the place), timeout, cancelled.
    Result<std::vector<U>> all() const {
        const auto at_work = state_.collection.running();
        auto documents = stream();
        if (!documents) return fail(std::move(documents).error());
        return documents->all();
    }

    /// The first of the order, or empty.
    Result<std::optional<U>> first() const {
        const auto at_work = state_.collection.running();
        auto cursor = state_.find("first", 1);
        if (!cursor) return fail(std::move(cursor).error());
        return Stream<U>(std::move(*cursor), state_.collection, "first").next();
    }

    /// Whether there is any. Skip, limit and order do not count.
    Result<bool> exists() const { return state_.exists(); }
    /// How many, of skip and limit where they are set.
    Result<std::int64_t> count() const { return state_.count(); }

    /// One page of the query, in its sort order with `_id` as the last key.
    ///
    /// Keyset paging (by `after` or `before`) reads size + 1 documents whatever the depth; offset paging reads all that it skips and counts.
    /// Documents inserted or removed between two pages are neither repeated nor lost on the far side of the cursor.
    /// A cursor holds the values of the sort keys at the page's edge, readable by who has it.
    /// @errors invalid_argument (size, skip or limit set, a cursor of another query or tampered with), unsupported (a document of the
    /// page holds an array at a sort key, or an id with text in it under a collation, to which several ids may be equal), decode, timeout, cancelled.
    /// MongoDB manual: "Use range queries instead of skip".
    Result<Page<U>> page(const PageOptions& options = {}) const {
        const auto at_work = state_.collection.running();
        auto pager = state_.page(options);
        if (!pager) return fail(std::move(pager).error());
        Page<U> out;
        for (;;) {
            auto document = pager->next();
            if (!document) return fail(std::move(document).error());
            if (!*document) break;
            if (auto read = decode_into(**document, out.items.emplace_back()); !read) {
                return fail(state_.collection.located(std::move(read).error(), "page", **document));
            }
        }
        if (pager->reversed()) {
            for (std::size_t i = 0, j = out.items.size(); i + 1 < j; ++i) std::swap(out.items[i], out.items[--j]);
        }
        auto ends = pager->finish();
        if (!ends) return fail(std::move(ends).error());
        out.next  = std::move(ends->next);
        out.prev  = std::move(ends->prev);
        out.total = ends->total;
        return out;
    }

    /// One by one, in constant memory.
    Result<Stream<U>> stream() const {
        auto cursor = state_.find("find", 0);
        if (!cursor) return fail(std::move(cursor).error());
        return Stream<U>(std::move(*cursor), state_.collection);
    }

    /// Calls `visit(const U&)` for each; one that returns false ends it. The object is used again for the next. It is one call with all that
    /// `visit` does on this thread: Database::close waits for it.
    template <class Visit>
    Result<void> for_each(Visit&& visit) const {
        const auto at_work = state_.collection.running();
        auto documents = stream();
        if (!documents) return fail(std::move(documents).error());
        U entity{};
        for (;;) {
            auto more = documents->next_into(entity);
            if (!more) return fail(std::move(more).error());
            if (!*more) return {};
            if constexpr (std::is_same_v<decltype(visit(std::as_const(entity))), bool>) {
                if (!visit(std::as_const(entity))) return {};
            } else {
                visit(std::as_const(entity));
            }
        }
    }

    /// The distinct values of a field in the comparison order; of an array its elements, of a path through an array the values in all elements.
    /// Nulls are left out. Sort and hint do not count.
    /// @errors invalid_argument: skip or limit is set.
    template <auto First, auto... Rest>
    auto distinct() const {
        using P = query::StaticPath<First, Rest...>;
        using V = reflect::pointee<typename P::Value>;
        if constexpr (reflect::Sequence<V>) return distinct_of<P, reflect::pointee<typename V::value_type>>();
        else return distinct_of<P, V>();
    }

    /// How it would run, after running it: {stage, index, keys_examined, documents_examined, returned, ...}.
    Result<bson::Document> explain() const { return state_.explain(); }
    /// How its count() would run, after running it. @errors as count.
    Result<bson::Document> explain_count() const { return state_.explain_count(); }

private:
    template <class P, class V>
    Result<std::vector<V>> distinct_of() const {
        const auto path   = P::ref().text;
        auto       values = state_.distinct(path);
        if (!values) return fail(std::move(values).error());
        std::vector<V> out;
        for (const auto& element : values->view()) {
            if (element.value.type() == bson::Type::null) continue;
            auto one = decode<detail::Lone<detail::Stored<P, V>>>(bson::doc("v", element.value));
            if (!one) {
                one.error().path = path;
                return fail(state_.collection.located(std::move(one).error(), "distinct"));
            }
            out.push_back(static_cast<V>(std::move(one->v)));
        }
        return out;
    }

    detail::QueryState state_;
};

}  // namespace tenon
