#pragma once
// Sort<T>: asc<&T::a>, desc<&T::b> and their like, in order of weight.

#include <initializer_list>
#include <string_view>
#include <type_traits>

#include <tenon/query/clause.hpp>
#include <tenon/query/mistakes.hpp>
#include <tenon/query/path.hpp>

namespace tenon::query {

/// A sort key made at run time, by Field::asc and Field::desc.
template <class R>
class SortTerm {
public:
    using Root = R;

    SortTerm(const PathRef& path, int direction) : path_(path.text), error_(path.error), direction_(direction) {}

    [[nodiscard]] PathRef path() const { return {path_, error_}; }
    [[nodiscard]] int direction() const noexcept { return direction_; }

private:
    std::string                  path_{};
    std::shared_ptr<const Error> error_{};
    int                          direction_;
};

/// A sort key of member pointers; a type of its own, so that index<...> can take it.
template <int Direction, auto First, auto... Rest>
struct SortKey {
    using Root = reflect::member_class<First>;
    using Path = StaticPath<First, Rest...>;

    [[nodiscard]] static PathRef path() { return Path::ref(); }
    [[nodiscard]] static constexpr int direction() noexcept { return Direction; }
};

/// A sort with its entity erased.
class SortBase : public Clause {
public:
    using Clause::Clause;

    void add(const PathRef& path, int direction);  ///< the same path twice is an error
    void add_text(const PathRef& path);                ///< of a text index
    void add_hashed(const PathRef& path);              ///< of a shard key
    [[nodiscard]] static SortBase parse(std::string_view json);

private:
    void add_value(const PathRef& path, const bson::Value& value);
};

/// In which order. The empty sort promises none.
template <class T>
class Sort : public SortBase {
public:
    using Entity = T;

    Sort() = default;
    explicit Sort(SortBase base) : SortBase(std::move(base)) {}
    /// `Sort<Order>(desc<&Order::at>, asc<&Order::lines, &Line::sku>, field<&Order::map>.key("k").asc())`.
    template <class Key, class... Keys>
        requires requires { typename Key::Root; }
    Sort(const Key& first, const Keys&... more) {  // NOLINT(google-explicit-constructor): a key is a sort of one key
        (one(first), ..., one(more));
    }

    /// MongoDB's own form. It is sent as it is.
    [[nodiscard]] static Sort raw(bson::Document document) { return Sort(SortBase(std::move(document))); }
    /// The same from Extended JSON. @errors invalid_argument with the position.
    [[nodiscard]] static Result<Sort> from_json(std::string_view json) {
        Sort sort(SortBase::parse(json));
        if (sort.error() != nullptr) return fail(*sort.error());
        return sort;
    }

private:
    template <class Key>
    void one(const Key& key) {
        if constexpr (!std::is_same_v<typename Key::Root, T>) {
            (void)sizeof(typename mistake::entity<T>::template has_a_clause_of_another_entity<typename Key::Root>);
        }
        add(key.path(), key.direction());
    }
};

}  // namespace tenon::query

namespace tenon {

/// Sort keys, lowest or highest value first: `.sort(desc<&Message::created_at>, asc<&Message::sender>)`.
template <auto First, auto... Rest>
inline constexpr query::SortKey<1, First, Rest...> asc{};
template <auto First, auto... Rest>
inline constexpr query::SortKey<-1, First, Rest...> desc{};

using query::Sort;

}  // namespace tenon
