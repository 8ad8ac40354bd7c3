#pragma once
// The indexes a Model declares: constants of keys and options, made into createIndexes' form at run time.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/query/filter.hpp>
#include <tenon/query/sort.hpp>

namespace tenon::query {

/// An index in MongoDB's form.
struct IndexDefinition {
    bson::Document              keys{};  ///< path -> 1, -1 or "text"
    std::string                 name{};  ///< empty: derived from the keys
    bool                        unique = false;
    bool                        sparse = false;
    bool                        hidden = false;
    bson::Document              partial_filter{};  ///< empty: all documents
    std::optional<std::int64_t> expire_after_seconds{};

    /// One element of createIndexes' `indexes`: {key, name?, unique?, sparse?, hidden?, partialFilterExpression?, expireAfterSeconds?}.
    [[nodiscard]] bson::Document to_document() const;
};

namespace detail {
// Called once per program and index. Paths are looked up in the body, when the Model that holds the index is complete.
template <auto... Keys>
void append_keys(SortBase& keys) {
    (keys.add(Keys.path(), Keys.direction()), ...);
}
void append_text_key(SortBase& keys, const PathRef& path);
template <auto First, auto... Rest>
void append_text_keys(SortBase& keys) {
    append_text_key(keys, StaticPath<First>::ref());
    (append_text_key(keys, StaticPath<Rest>::ref()), ...);
}
[[nodiscard]] Result<IndexDefinition> define(void (*keys)(SortBase&), IndexDefinition options, const Clause& partial);

template <class Root, class... Keys>
[[nodiscard]] consteval bool of_one_entity() {
    if constexpr (!(std::is_same_v<Root, typename Keys::Root> && ...)) {
        (void)sizeof(typename mistake::entity<Root>::template has_a_clause_of_another_entity<void(typename Keys::Root...)>);
    }
    return true;
}
}  // namespace detail

/// An index of an entity as a constant. Each option returns the index with that option.
template <class T>
class Index {
public:
    using Entity = T;

    constexpr explicit Index(void (*keys)(SortBase&)) noexcept : keys_(keys) {}

    /// No two documents have the same key; on a soft-deleting model no two live ones (unless it is partial).
    /// @errors duplicate_key of the write that would.
    [[nodiscard]] constexpr Index unique() const { return with([](Index& i) { i.unique_ = true; }); }
    /// Documents that have none of the fields have no entry.
    [[nodiscard]] constexpr Index sparse() const { return with([](Index& i) { i.sparse_ = true; }); }
    /// Kept up to date and not used by the planner.
    [[nodiscard]] constexpr Index hidden() const { return with([](Index& i) { i.hidden_ = true; }); }
    /// Its name, which must outlive the program's use of it. By default it is derived from the keys: "sender_1_created_at_-1".
    [[nodiscard]] constexpr Index named(const char* name) const {
        Index out = *this;
        out.name_ = name;
        return out;
    }
    /// Only documents that match have an entry: `.partial([] { return field<&T::state> == "open"; })`.
    [[nodiscard]] constexpr Index partial(Filter<T> (*filter)()) const {
        Index out    = *this;
        out.partial_ = filter;
        return out;
    }
    /// Documents are removed this long after the date in the field.
    [[nodiscard]] constexpr Index expire_after(std::chrono::seconds after) const {
        Index out         = *this;
        out.expire_after_ = after.count();
        return out;
    }

    /// @errors invalid_argument or encode: a key twice, a partial filter that holds a mistake.
    [[nodiscard]] Result<IndexDefinition> definition() const {
        IndexDefinition options;
        if (name_ != nullptr) options.name = name_;
        options.unique = unique_;
        options.sparse = sparse_;
        options.hidden = hidden_;
        if (expire_after_ >= 0) options.expire_after_seconds = expire_after_;
        return detail::define(keys_, std::move(options), partial_ != nullptr ? Clause(partial_()) : Clause());
    }

private:
    template <class Change>
    [[nodiscard]] constexpr Index with(Change change) const {
        Index out = *this;
        change(out);
        return out;
    }

    void (*keys_)(SortBase&);
    Filter<T> (*partial_)()    = nullptr;
    const char*  name_         = nullptr;
    std::int64_t expire_after_ = -1;
    bool         unique_       = false;
    bool         sparse_       = false;
    bool         hidden_       = false;
};

/// All of them in MongoDB's form. @errors as Index::definition, of the first that has one.
template <class T, std::size_t N>
[[nodiscard]] Result<std::vector<IndexDefinition>> definitions(const std::array<Index<T>, N>& indexes) {
    std::vector<IndexDefinition> out;
    out.reserve(N);
    for (const Index<T>& index : indexes) {
        auto one = index.definition();
        if (!one) return fail(std::move(one.error()));
        out.push_back(std::move(*one));
    }
    return out;
}

}  // namespace tenon::query

namespace tenon {

/// An index over sort keys: `index<asc<&Message::sender>, desc<&Message::created_at>>().unique()`.
template <auto First, auto... More>
[[nodiscard]] constexpr auto index() {
    using Root = typename decltype(First)::Root;
    static_assert(query::detail::of_one_entity<Root, std::remove_const_t<decltype(More)>...>());
    return query::Index<Root>(&query::detail::append_keys<First, More...>);
}
/// A text index over string members.
template <auto First, auto... More>
[[nodiscard]] constexpr auto text_index() {
    return query::Index<reflect::member_class<First>>(&query::detail::append_text_keys<First, More...>);
}
/// What a Model's `indexes` holds.
template <class T, class... More>
[[nodiscard]] constexpr std::array<query::Index<T>, 1 + sizeof...(More)> indexes(query::Index<T> first, More... more) {
    return {first, more...};
}

}  // namespace tenon
