#pragma once
// Filter<T>: which documents of an entity. Conditions come from field<...>, combinations from && || ! and nor.

#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <tenon/query/clause.hpp>
#include <tenon/query/mistakes.hpp>

namespace tenon::query {

/// A filter with its entity erased: all that is compiled once.
class FilterBase : public Clause {
public:
    using Clause::Clause;

    [[nodiscard]] static FilterBase parse(std::string_view json);  ///< a syntax error is kept
    [[nodiscard]] static FilterBase both(FilterBase a, const FilterBase& b);
    [[nodiscard]] static FilterBase either(const FilterBase& a, const FilterBase& b);
    /// `{op: [each]}` for $and, $or, $nor. None at all: an error, as MongoDB refuses an empty list.
    [[nodiscard]] static FilterBase list(std::string_view op, std::span<const FilterBase> each);
    /// The single condition of the filter under $not.
    [[nodiscard]] static FilterBase negated_condition(const FilterBase& condition);
    [[nodiscard]] static FilterBase expression(const bson::Document& expression);
    [[nodiscard]] static FilterBase expression_json(std::string_view json);
};

/// Which documents of T. The empty filter is all of them. A regular value type, owns its BSON.
///
/// `a && b` is one document when their fields differ, else `{$and: [a, b]}`; `a || b` is `{$or: [a, b]}`; `!a` is `{$nor: [a]}`.
template <class T>
class Filter : public FilterBase {
public:
    using Entity = T;

    Filter() = default;
    explicit Filter(FilterBase base) : FilterBase(std::move(base)) {}

    /// MongoDB's own form, for what has no typed one. It is sent as it is.
    [[nodiscard]] static Filter raw(bson::Document document) { return Filter(FilterBase(std::move(document))); }
    /// The same from Extended JSON. @errors invalid_argument with the position.
    [[nodiscard]] static Result<Filter> from_json(std::string_view json) {
        Filter filter(FilterBase::parse(json));
        if (filter.error() != nullptr) return fail(*filter.error());
        return filter;
    }
};

/// Both match. A mistake in either is the result's.
template <class A, class B>
[[nodiscard]] Filter<A> operator&&(const Filter<A>& a, const Filter<B>& b) {
    if constexpr (!std::is_same_v<A, B>) (void)sizeof(typename mistake::entity<A>::template has_a_clause_of_another_entity<B>);
    return Filter<A>(FilterBase::both(a, b));
}
/// One of them matches, or both.
template <class A, class B>
[[nodiscard]] Filter<A> operator||(const Filter<A>& a, const Filter<B>& b) {
    if constexpr (!std::is_same_v<A, B>) (void)sizeof(typename mistake::entity<A>::template has_a_clause_of_another_entity<B>);
    return Filter<A>(FilterBase::either(a, b));
}
/// It does not match; so a condition on a missing field holds.
template <class T>
[[nodiscard]] Filter<T> operator!(const Filter<T>& filter) {
    const FilterBase one[] = {filter};
    return Filter<T>(FilterBase::list("$nor", one));
}

namespace detail {
template <class T, class... More>
[[nodiscard]] Filter<T> listed(std::string_view op, const Filter<T>& first, const Filter<More>&... more) {
    if constexpr (!(std::is_same_v<T, More> && ...)) {
        ((void)sizeof(std::conditional_t<std::is_same_v<T, More>, char, mistake::entity<T>>), ...);
        (void)sizeof(typename mistake::entity<T>::template has_a_clause_of_another_entity<void(More...)>);
    }
    const FilterBase each[] = {first, more...};
    return Filter<T>(FilterBase::list(op, each));
}
template <class T>
[[nodiscard]] Filter<T> listed(std::string_view op, std::span<const Filter<T>> filters) {
    return Filter<T>(FilterBase::list(op, std::vector<FilterBase>(filters.begin(), filters.end())));
}
}  // namespace detail

/// `{$and: [...]}`, as written. Of none at all (an empty vector) it is invalid_argument, and so are or_ and nor.
template <class T, class... More>
[[nodiscard]] Filter<T> and_(const Filter<T>& first, const Filter<More>&... more) {
    return detail::listed("$and", first, more...);
}
template <class T>
[[nodiscard]] Filter<T> and_(const std::vector<Filter<T>>& filters) {
    return detail::listed<T>("$and", filters);
}
/// `{$or: [...]}`.
template <class T, class... More>
[[nodiscard]] Filter<T> or_(const Filter<T>& first, const Filter<More>&... more) {
    return detail::listed("$or", first, more...);
}
template <class T>
[[nodiscard]] Filter<T> or_(const std::vector<Filter<T>>& filters) {
    return detail::listed<T>("$or", filters);
}
/// `{$nor: [...]}`: none of them matches.
template <class T, class... More>
[[nodiscard]] Filter<T> nor(const Filter<T>& first, const Filter<More>&... more) {
    return detail::listed("$nor", first, more...);
}
template <class T>
[[nodiscard]] Filter<T> nor(const std::vector<Filter<T>>& filters) {
    return detail::listed<T>("$nor", filters);
}
/// `not_(field<&T::qty> > 5)` is `{qty: {$not: {$gt: 5}}}`. Of one condition only; `!` negates any filter.
template <class T>
[[nodiscard]] Filter<T> not_(const Filter<T>& condition) {
    return Filter<T>(FilterBase::negated_condition(condition));
}

/// `{$expr: expression}`: MongoDB's aggregation expressions, by document or by Extended JSON.
template <class T>
[[nodiscard]] Filter<T> expr(const bson::Document& expression) {
    return Filter<T>(FilterBase::expression(expression));
}
template <class T>
[[nodiscard]] Filter<T> expr(std::string_view json) {
    return Filter<T>(FilterBase::expression_json(json));
}

/// A field of T compared with another one; only expr() takes it.
template <class T>
class FieldComparison {
public:
    explicit FieldComparison(FilterBase filter) : filter_(std::move(filter)) {}

    /// There only to say what to write instead.
    template <class U>
    operator Filter<U>() const {  // NOLINT(google-explicit-constructor)
        static_assert(mistake::never<U>, "a field against a field goes through expr(field<&T::a> < field<&T::b>)");
        return {};
    }

private:
    template <class U>
    friend Filter<U> expr(const FieldComparison<U>& comparison);

    FilterBase filter_;
};

/// `expr(field<&T::sold> > field<&T::stock>)` is `{$expr: {$gt: ["$sold", "$stock"]}}`.
/// Expressions compare values of all types by the sort order; a missing field is below every value.
template <class T>
[[nodiscard]] Filter<T> expr(const FieldComparison<T>& comparison) {
    return Filter<T>(comparison.filter_);
}

}  // namespace tenon::query

namespace tenon {
using query::and_;
using query::expr;
using query::Filter;
using query::nor;
using query::not_;
using query::or_;
}  // namespace tenon
