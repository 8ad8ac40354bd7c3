#pragma once
// Update<T>: what to change. Operators are free functions, joined by |: `set<&Order::note>("x") | inc<&Order::qty>(1)`.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <tenon/query/field.hpp>
#include <tenon/query/sort.hpp>

namespace tenon::query {

/// An update with its entity erased: the operators' document and the array filters.
class UpdateBase : public Clause {
public:
    using Clause::Clause;

    [[nodiscard]] static UpdateBase parse(std::string_view json);
    /// `{op: {path: value}}`.
    [[nodiscard]] static UpdateBase one(std::string_view op, const PathRef& path, const Operand& value);
    /// $set and $setOnInsert. Of Operand::empty() `{$unset: {path: ""}}` or nothing, as the mapping stores no field for it.
    [[nodiscard]] static UpdateBase set(std::string_view op, const PathRef& path, const Operand& value, bool null_when_empty);
    [[nodiscard]] static UpdateBase rename(const PathRef& from, const PathRef& to);
    [[nodiscard]] static UpdateBase current_date(const PathRef& path, bool timestamp);
    /// $push and $addToSet, always with $each: no value is read as a modifier.
    [[nodiscard]] static UpdateBase each(std::string_view op, const PathRef& path, std::span<const Operand> values);
    [[nodiscard]] static UpdateBase pull_values(const PathRef& path, std::span<const Operand> values);
    [[nodiscard]] static UpdateBase pull_matching(const PathRef& path, const FilterBase& filter);
    [[nodiscard]] static UpdateBase bit(std::string_view op, const PathRef& path, const Operand& mask);
    [[nodiscard]] static UpdateBase array_filter(std::string_view name, const FilterBase& filter);
    /// Both; the same path twice, or one inside the other, is an error.
    [[nodiscard]] static UpdateBase both(UpdateBase a, const UpdateBase& b);

    /// Modifiers of a push's $each.
    [[nodiscard]] UpdateBase with_push(const PathRef& path, std::optional<std::int64_t> position, std::optional<std::int64_t> slice,
                                       const Clause* sort, int order) &&;

    /// As Clause::to_json, with the array filters behind.
    [[nodiscard]] std::string to_json() const;
    /// The filters that array_filter gave, in order.
    [[nodiscard]] const std::vector<bson::Document>& array_filters() const noexcept { return array_filters_; }

    friend bool operator==(const UpdateBase&, const UpdateBase&) = default;

private:
    std::vector<bson::Document> array_filters_{};
};

/// What to change in documents of T. A regular value type, owns its BSON. The empty update is refused by the call that uses it.
template <class T>
class Update : public UpdateBase {
public:
    using Entity = T;

    Update() = default;
    explicit Update(UpdateBase base) : UpdateBase(std::move(base)) {}

    /// MongoDB's own form, operators only. It is sent as it is.
    [[nodiscard]] static Update raw(bson::Document document) { return Update(UpdateBase(std::move(document))); }
    /// The same from Extended JSON. @errors invalid_argument with the position.
    [[nodiscard]] static Result<Update> from_json(std::string_view json) {
        Update update(UpdateBase::parse(json));
        if (update.error() != nullptr) return fail(*update.error());
        return update;
    }

    /// Adds operators. The same path twice, or one inside another, is a mistake of the whole.
    Update& operator|=(const Update& more) { return *this = Update(UpdateBase::both(std::move(*this), more)); }
};

/// Both. The same path twice, or one inside another, is a mistake of the whole: invalid_argument of the call that uses it.
template <class A, class B>
[[nodiscard]] Update<A> operator|(Update<A> a, const Update<B>& b) {
    if constexpr (!std::is_same_v<A, B>) (void)sizeof(typename mistake::entity<A>::template has_a_clause_of_another_entity<B>);
    return Update<A>(UpdateBase::both(std::move(a), b));
}

/// Modifiers of push_each.
template <class E>
struct PushOptions {
    std::optional<std::int64_t> position{};  ///< where the values go: from 0, negative from the end; empty: at the end
    std::optional<std::int64_t> slice{};     ///< how many elements stay: the first n, or the last -n; empty: all
    Sort<E>                     sort{};      ///< of elements that are structs, before the slice
    int                         order = 0;   ///< 1 or -1: of elements that are plain values
};

namespace detail {

// Names of operations, as the compiler prints them.
struct inc;
struct mul;
struct current_date;
struct push;
struct pop;
struct pull;
struct pull_all;
struct add_to_set;
struct bit;
struct unset;
struct update;
struct order;

template <class P>
using Root = typename P::Root;
template <class P>
using Pointee = reflect::pointee<typename P::Value>;
template <class P>
using ElementValue = reflect::pointee<reflect::element_of<typename P::Value>>;

/// What an update changes. A path through an array that does not say which elements is refused by a server, or changes nothing.
template <class P>
[[nodiscard]] PathRef target(const Field<P>& path) {
    if constexpr (P::through_array) {
        (void)sizeof(typename mistake::field<P::name(), typename P::Value>::template must_name_elements<update>);
    }
    return path.ref();
}

template <class P, class Operation>
constexpr void must_be_number() {
    if constexpr (!is_number<Pointee<P>> && !FreeForm<Pointee<P>>) {
        (void)sizeof(typename mistake::field<P::name(), typename P::Value>::template is_no_number<Operation>);
    }
}
template <class P, class Operation>
constexpr void must_be_sequence() {
    if constexpr (!reflect::Sequence<Pointee<P>> && !FreeForm<Pointee<P>>) {
        (void)sizeof(typename mistake::field<P::name(), typename P::Value>::template is_no_array<Operation>);
    }
}
/// The path whose values are elements of P's array.
template <class P>
using Elements = std::conditional_t<FreeForm<Pointee<P>>, P, ElementsOf<P>>;

template <class P, class Operation, class Range>
[[nodiscard]] std::vector<Operand> element_operands(const Range& values) {
    must_be_sequence<P, Operation>();
    if constexpr (reflect::Sequence<Pointee<P>> || FreeForm<Pointee<P>>) return operands<Elements<P>, Use::store>(values);
    return {};
}
template <class P, class Operation, class O>
[[nodiscard]] std::vector<Operand> element_operand(const O& value) {
    must_be_sequence<P, Operation>();
    if constexpr (reflect::Sequence<Pointee<P>> || FreeForm<Pointee<P>>) return {operand<Elements<P>, Use::store>(value)};
    return {};
}

}  // namespace detail

// Each operator has two forms: `set<&T::a, &A::b>(value)`, and `set(path, value)` for a path that was extended at run time.

/// $set. An empty optional is $unset, or null where the mapping stores null for it: by null_when_empty, under a map's key, in an array.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> set(const Field<P>& path, const O& value) {
    return Update<detail::Root<P>>(
        UpdateBase::set("$set", detail::target(path), detail::operand<P, Use::store>(value), P::null_when_empty()));
}
/// $setOnInsert: only when an upsert inserts.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> set_on_insert(const Field<P>& path, const O& value) {
    return Update<detail::Root<P>>(
        UpdateBase::set("$setOnInsert", detail::target(path), detail::operand<P, Use::store>(value), P::null_when_empty()));
}
/// $unset. The member must be optional (or its struct lenient), an element optional, for it becomes null; a key may always be taken out.
template <class P>
[[nodiscard]] Update<detail::Root<P>> unset(const Field<P>& path) {
    if constexpr (!P::may_be_absent()) {
        (void)sizeof(typename mistake::field<P::name(), typename P::Value>::template must_be_optional<detail::unset>);
    }
    return Update<detail::Root<P>>(UpdateBase::one("$unset", detail::target(path), Operand::string("")));
}
/// $inc: adds; a field that is not there begins at 0.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> inc(const Field<P>& path, const O& by) {
    detail::must_be_number<P, detail::inc>();
    return Update<detail::Root<P>>(UpdateBase::one("$inc", detail::target(path), detail::operand<P, Use::compare>(by)));
}
/// $mul: multiplies; a field that is not there becomes 0.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> mul(const Field<P>& path, const O& by) {
    detail::must_be_number<P, detail::mul>();
    return Update<detail::Root<P>>(UpdateBase::one("$mul", detail::target(path), detail::operand<P, Use::compare>(by)));
}
/// $min: sets when the value is less than what is stored.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> min(const Field<P>& path, const O& value) {
    return Update<detail::Root<P>>(UpdateBase::one("$min", detail::target(path), detail::operand<P, Use::store>(value)));
}
/// $max: sets when the value is greater than what is stored.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> max(const Field<P>& path, const O& value) {
    return Update<detail::Root<P>>(UpdateBase::one("$max", detail::target(path), detail::operand<P, Use::store>(value)));
}
/// $currentDate: the server's clock into a DateTime, a chrono time or a Timestamp.
template <class P>
[[nodiscard]] Update<detail::Root<P>> current_date(const Field<P>& path) {
    using U = detail::Pointee<P>;
    if constexpr (!std::is_same_v<U, bson::DateTime> && !std::is_same_v<U, bson::Timestamp> && !detail::FreeForm<U> &&
                  !requires { typename U::clock; }) {
        (void)sizeof(typename mistake::field<P::name(), typename P::Value>::template is_no_date<detail::current_date>);
    }
    return Update<detail::Root<P>>(UpdateBase::current_date(detail::target(path), std::is_same_v<U, bson::Timestamp>));
}
/// $rename, of two fields of one type.
template <class P, class Q>
[[nodiscard]] Update<detail::Root<P>> rename_field(const Field<P>& from, const Field<Q>& to) {
    if constexpr (!std::is_same_v<detail::Root<P>, detail::Root<Q>>) {
        (void)sizeof(typename mistake::entity<detail::Root<P>>::template has_a_clause_of_another_entity<detail::Root<Q>>);
    }
    if constexpr (!std::is_same_v<detail::Pointee<P>, detail::Pointee<Q>>) {
        (void)sizeof(typename mistake::field<Q::name(), typename Q::Value>::template cannot_be_set_to<typename P::Value>);
    }
    return Update<detail::Root<P>>(UpdateBase::rename(detail::target(from), detail::target(to)));
}
/// $push of one value.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> push(const Field<P>& path, const O& value) {
    return Update<detail::Root<P>>(UpdateBase::each("$push", detail::target(path), detail::element_operand<P, detail::push>(value)));
}
/// $push of several, with $position, $sort and $slice.
template <class P, class Range>
[[nodiscard]] Update<detail::Root<P>> push_each(const Field<P>& path, const Range& values,
                                                const PushOptions<detail::ElementValue<P>>& options = {}) {
    return Update<detail::Root<P>>(
        UpdateBase::each("$push", detail::target(path), detail::element_operands<P, detail::push>(values))
            .with_push(detail::target(path), options.position, options.slice, options.sort.empty() ? nullptr : &options.sort, options.order));
}
/// $addToSet of one value.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> add_to_set(const Field<P>& path, const O& value) {
    return Update<detail::Root<P>>(
        UpdateBase::each("$addToSet", detail::target(path), detail::element_operand<P, detail::add_to_set>(value)));
}
/// $addToSet of several.
template <class P, class Range>
[[nodiscard]] Update<detail::Root<P>> add_to_set_each(const Field<P>& path, const Range& values) {
    return Update<detail::Root<P>>(
        UpdateBase::each("$addToSet", detail::target(path), detail::element_operands<P, detail::add_to_set>(values)));
}
/// $pop of the first element.
template <class P>
[[nodiscard]] Update<detail::Root<P>> pop_first(const Field<P>& path) {
    detail::must_be_sequence<P, detail::pop>();
    return Update<detail::Root<P>>(UpdateBase::one("$pop", detail::target(path), Operand::int32(-1)));
}
/// $pop of the last element.
template <class P>
[[nodiscard]] Update<detail::Root<P>> pop_last(const Field<P>& path) {
    detail::must_be_sequence<P, detail::pop>();
    return Update<detail::Root<P>>(UpdateBase::one("$pop", detail::target(path), Operand::int32(1)));
}
/// $pull: the elements that meet a filter (of the element's struct, or a function of the element) or equal a value.
template <class P, class What>
[[nodiscard]] Update<detail::Root<P>> pull(const Field<P>& path, const What& what) {
    if constexpr (std::is_base_of_v<FilterBase, What> || requires { what(Field<ElementPath<detail::ElementValue<P>>>()); }) {
        return Update<detail::Root<P>>(UpdateBase::pull_matching(detail::target(path), Field<P>::template on_element<detail::pull>(what)));
    } else {
        return Update<detail::Root<P>>(UpdateBase::pull_values(detail::target(path), detail::element_operand<P, detail::pull>(what)));
    }
}
/// $pullAll: the elements that equal one of the values.
template <class P, class Range>
[[nodiscard]] Update<detail::Root<P>> pull_all(const Field<P>& path, const Range& values) {
    return Update<detail::Root<P>>(UpdateBase::pull_values(detail::target(path), detail::element_operands<P, detail::pull_all>(values)));
}

namespace detail {
template <class P, class O>
[[nodiscard]] Update<Root<P>> bitwise(std::string_view op, const Field<P>& path, const O& mask) {
    if constexpr (!Integer<Pointee<P>> && !FreeForm<Pointee<P>>) {
        (void)sizeof(typename mistake::field<P::name(), typename P::Value>::template is_no_integer<bit>);
    }
    return Update<Root<P>>(UpdateBase::bit(op, target(path), operand<P, Use::compare>(mask)));
}
}  // namespace detail

/// $bit: and, or, xor of an integer with a mask.
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> bit_and(const Field<P>& path, const O& mask) { return detail::bitwise("and", path, mask); }
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> bit_or(const Field<P>& path, const O& mask) { return detail::bitwise("or", path, mask); }
template <class P, class O>
[[nodiscard]] Update<detail::Root<P>> bit_xor(const Field<P>& path, const O& mask) { return detail::bitwise("xor", path, mask); }

/// Which elements `.each("name")` means: `array_filter<Order>("big", field<&Line::qty> > 100)`.
template <class T, class E>
[[nodiscard]] Update<T> array_filter(std::string_view name, const Filter<E>& filter) {
    return Update<T>(UpdateBase::array_filter(name, filter));
}

// The forms by member pointers.
template <auto First, auto... Rest, class O>
[[nodiscard]] auto set(const O& value) { return set(field<First, Rest...>, value); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto set_on_insert(const O& value) { return set_on_insert(field<First, Rest...>, value); }
template <auto First, auto... Rest>
[[nodiscard]] auto unset() { return unset(field<First, Rest...>); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto inc(const O& by) { return inc(field<First, Rest...>, by); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto mul(const O& by) { return mul(field<First, Rest...>, by); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto min(const O& value) { return min(field<First, Rest...>, value); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto max(const O& value) { return max(field<First, Rest...>, value); }
template <auto First, auto... Rest>
[[nodiscard]] auto current_date() { return current_date(field<First, Rest...>); }
template <auto From, auto To>
[[nodiscard]] auto rename_field() { return rename_field(field<From>, field<To>); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto push(const O& value) { return push(field<First, Rest...>, value); }
template <auto First, auto... Rest, class Range>
[[nodiscard]] auto push_each(const Range& values,
                             const PushOptions<detail::ElementValue<StaticPath<First, Rest...>>>& options = {}) {
    return push_each(field<First, Rest...>, values, options);
}
template <auto First, auto... Rest, class O>
[[nodiscard]] auto push_each(std::initializer_list<O> values,
                             const PushOptions<detail::ElementValue<StaticPath<First, Rest...>>>& options = {}) {
    return push_each(field<First, Rest...>, values, options);
}
template <auto First, auto... Rest, class O>
[[nodiscard]] auto add_to_set(const O& value) { return add_to_set(field<First, Rest...>, value); }
template <auto First, auto... Rest, class Range>
[[nodiscard]] auto add_to_set_each(const Range& values) { return add_to_set_each(field<First, Rest...>, values); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto add_to_set_each(std::initializer_list<O> values) { return add_to_set_each(field<First, Rest...>, values); }
template <auto First, auto... Rest>
[[nodiscard]] auto pop_first() { return pop_first(field<First, Rest...>); }
template <auto First, auto... Rest>
[[nodiscard]] auto pop_last() { return pop_last(field<First, Rest...>); }
template <auto First, auto... Rest, class What>
[[nodiscard]] auto pull(const What& what) { return pull(field<First, Rest...>, what); }
template <auto First, auto... Rest, class Range>
[[nodiscard]] auto pull_all(const Range& values) { return pull_all(field<First, Rest...>, values); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto pull_all(std::initializer_list<O> values) { return pull_all(field<First, Rest...>, values); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto bit_and(const O& mask) { return bit_and(field<First, Rest...>, mask); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto bit_or(const O& mask) { return bit_or(field<First, Rest...>, mask); }
template <auto First, auto... Rest, class O>
[[nodiscard]] auto bit_xor(const O& mask) { return bit_xor(field<First, Rest...>, mask); }

/// All of the updates: the same as joining them by |.
template <class T, class... More>
[[nodiscard]] Update<T> update(const Update<T>& first, const Update<More>&... more) {
    return (first | ... | more);
}

}  // namespace tenon::query

namespace tenon {
// Update<T> itself stays in tenon::query: tenon::Update is the operation that stores run.
using query::add_to_set;
using query::add_to_set_each;
using query::array_filter;
using query::bit_and;
using query::bit_or;
using query::bit_xor;
using query::current_date;
using query::inc;
using query::max;
using query::min;
using query::mul;
using query::pop_first;
using query::pop_last;
using query::pull;
using query::pull_all;
using query::push;
using query::push_each;
using query::rename_field;
using query::set;
using query::set_on_insert;
using query::unset;
using query::update;
}  // namespace tenon
