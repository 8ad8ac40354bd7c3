#pragma once
// field<&T::a, &A::b>: a field of an entity, and every condition that can be set on it.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <tenon/query/filter.hpp>
#include <tenon/query/operand.hpp>
#include <tenon/query/path.hpp>

namespace tenon::query {

template <class P>
class Field;
template <class R>
class SortTerm;

namespace detail {

// The compiled part. A path without text is an array's element: its condition is `{$gt: 5}` and not `{path: {$gt: 5}}`.
[[nodiscard]] FilterBase condition(const PathRef& path, std::string_view op, const Operand& operand);
[[nodiscard]] FilterBase list_condition(const PathRef& path, std::string_view op, std::span<const Operand> operands);
[[nodiscard]] FilterBase nested_condition(const PathRef& path, std::string_view op, const FilterBase& inner);
[[nodiscard]] FilterBase all_nested(const PathRef& path, std::span<const FilterBase> inner);
[[nodiscard]] FilterBase exists_condition(const PathRef& path, bool exists);
[[nodiscard]] FilterBase type_condition(const PathRef& path, std::span<const bson::Type> types);
[[nodiscard]] FilterBase type_condition(const PathRef& path, std::string_view alias);
[[nodiscard]] FilterBase size_condition(const PathRef& path, std::int64_t size);
[[nodiscard]] FilterBase regex_condition(const PathRef& path, std::string_view pattern, std::string_view options);
[[nodiscard]] FilterBase prefix_condition(const PathRef& path, std::string_view prefix);
[[nodiscard]] FilterBase mod_condition(const PathRef& path, std::int64_t divisor, std::int64_t remainder);
[[nodiscard]] FilterBase bits_condition(const PathRef& path, std::string_view op, std::uint64_t mask);
[[nodiscard]] FilterBase bits_condition(const PathRef& path, std::string_view op, std::span<const std::uint32_t> positions);
[[nodiscard]] FilterBase field_comparison(const PathRef& a, std::string_view op, const PathRef& b);

template <class T>
inline constexpr bool is_field = false;
template <class P>
inline constexpr bool is_field<Field<P>> = true;
template <class T>
concept NoValue = std::same_as<T, std::nullopt_t>;

/// Whether a condition on V is met by an element that may be null.
template <class V>
inline constexpr bool has_null_elements = false;
template <reflect::Sequence V>
inline constexpr bool has_null_elements<V> = reflect::is_nullable<typename V::value_type> || FreeForm<typename V::value_type>;
/// Whether nothing may stand beside (or become) the value.
template <class P, Use How>
inline constexpr bool takes_null = FreeForm<reflect::pointee<typename P::Value>> ||
                                   (How == Use::store ? reflect::is_nullable<typename P::Value>
                                                      : P::nullable || has_null_elements<reflect::pointee<typename P::Value>>);
/// No value, for a path that takes none: a member that may be empty is then stored as its mapping says.
template <class P, Use How>
[[nodiscard]] Operand no_value() {
    return How == Use::store && reflect::is_nullable<typename P::Value> ? Operand::empty() : Operand::null();
}

/// A value as an operand of a field with path P, or the mistake it is.
template <class P, Use How, class O>
[[nodiscard]] Operand operand(const O& o) {
    using V = typename P::Value;
    using U = reflect::pointee<V>;
    if constexpr (is_field<O>) {
        (void)sizeof(typename mistake::field<P::name(), V>::template cannot_be_compared_without_expr<O>);
        return Operand::null();
    } else if constexpr (NoValue<O> && takes_null<P, How>) {
        return no_value<P, How>();
    } else if constexpr (reflect::is_nullable<O> && takes_null<P, How>) {
        if (!o) return no_value<P, How>();
        return operand<P, How>(*o);
    } else if constexpr (std::is_enum_v<U> && std::same_as<U, O>) {
        if constexpr (P::by_value()) {
            using I = std::underlying_type_t<U>;
            return encode<I, I, How>(static_cast<I>(o));
        } else {
            return encode<U, O, How>(o);
        }
    } else if constexpr (fits<U, O, How>()) {
        if constexpr (How == Use::compare && FineTime<O>) {
            const auto earlier = std::chrono::floor<std::chrono::milliseconds>(o);
            if (earlier != o) return encode<U, O, How>(o).behind(bson::DateTime(earlier));
        }
        return encode<U, O, How>(o);
    } else {
        if constexpr (How == Use::compare) {
            (void)sizeof(typename mistake::field<P::name(), V>::template cannot_be_compared_with<O>);
        } else {
            (void)sizeof(typename mistake::field<P::name(), V>::template cannot_be_set_to<O>);
        }
        return Operand::null();
    }
}

template <class P, Use How, class Range>
[[nodiscard]] std::vector<Operand> operands(const Range& values) {
    std::vector<Operand> out;
    out.reserve(values.size());
    for (const auto& value : values) out.push_back(operand<P, How>(value));
    return out;
}

/// The path of an array's elements, for operands that are elements.
template <class P>
struct ElementsOf {
    using Root                          = typename P::Root;
    using Value                         = reflect::element_of<typename P::Value>;
    static constexpr bool nullable      = reflect::is_nullable<Value>;
    [[nodiscard]] static constexpr auto name() { return P::name(); }
    [[nodiscard]] static constexpr bool by_value() { return P::by_value(); }
};

template <class U>
inline constexpr bool is_number = (std::is_arithmetic_v<U> && !std::same_as<U, bool>) || std::same_as<U, bson::Decimal128>;

/// The scalar a condition looks at: arrays are searched.
template <class V>
using scalar_of = reflect::pointee<reflect::reached<V>>;

// Names of operations, as the compiler prints them.
struct size;
struct all;
struct elem_match;
struct regex;
struct starts_with;
struct mod;
struct bits;
struct at;
struct each;
struct key;
struct comparison;

}  // namespace detail

/// A field of an entity. Made by `field<...>`; cheap, without state unless the path was extended at run time.
///
/// Operands convert only without loss and are encoded as the field itself would be stored. On an array's field a condition is
/// met by any element (or, with a whole container as operand, by the array itself), as in MongoDB.
template <class P>
class Field : public P {
public:
    using Root  = typename P::Root;
    using Value = typename P::Value;

    constexpr Field() = default;
    constexpr explicit Field(P from) : P(std::move(from)) {}

    // Further steps ---------------------------------------------------------------------------------------------------

    /// Members of what this field holds: `field<&Order::lines>.at(0).then<&Line::qty>()`.
    template <auto First, auto... Rest>
    [[nodiscard]] auto then() const {
        using Next = StaticPath<First, Rest...>;
        if constexpr (!std::is_same_v<reflect::reached<Value>, typename Next::Root>) {
            (void)sizeof(typename mistake::field<P::name(), Value>::template has_no_member<First>);
        }
        return extended<typename Next::Value, Next, P::through_array || reflect::goes_through_array<Value> || Next::through_array>(
            detail::step(this->text(), Next::ref().text), nullptr);
    }
    /// One element of an array, from 0.
    [[nodiscard]] auto at(std::size_t index) const {
        return to_element<detail::at>(detail::step(this->text(), index), nullptr);
    }
    /// In updates: every element, `$[]`.
    [[nodiscard]] auto each() const { return to_element<detail::each>(detail::step(this->text(), "$[]"), nullptr); }
    /// In updates: the elements that an array_filter of this name lets through, `$[name]`.
    [[nodiscard]] auto each(std::string_view name) const {
        return to_element<detail::each>(detail::step(this->text(), "$[" + std::string(name) + "]"),
                                        detail::check_identifier(this->text(), name));
    }
    /// In updates: the first element that the filter matched, `$`.
    [[nodiscard]] auto matched() const { return to_element<detail::each>(detail::step(this->text(), "$"), nullptr); }
    /// The value under a key of a map or of a free-form document. A key that MongoDB would split or read as an operator
    /// (holds '.', starts with '$', is empty) is invalid_argument when the filter or update is used.
    [[nodiscard]] auto key(std::string_view key) const {
        using U = reflect::pointee<Value>;
        if constexpr (reflect::Map<U>) {
            return extended<typename U::mapped_type, detail::Key>(detail::step(this->text(), key), detail::check_key(this->text(), key));
        } else {
            if constexpr (!std::is_same_v<U, bson::Document> && !detail::FreeForm<U>) {
                (void)sizeof(typename mistake::field<P::name(), Value>::template is_no_map<detail::key>);
            }
            return extended<bson::Value, detail::Key>(detail::step(this->text(), key), detail::check_key(this->text(), key));
        }
    }
    /// A variant's alternative: its fields lie at the variant's own path.
    template <class Alternative>
    [[nodiscard]] auto as() const {
        if constexpr (!detail::is_alternative<detail::scalar_of<Value>, Alternative>) {
            (void)sizeof(typename mistake::field<P::name(), Value>::template has_no_alternative<Alternative>);
        }
        return extended<Alternative, P, P::through_array || reflect::goes_through_array<Value>>(std::string(this->text()), nullptr);
    }

    // Comparison: also as ==, !=, <, <=, >, >= ------------------------------------------------------------------------

    // lt, lte, gt and gte match values of the operand's type alone, of a number's operand numbers of every type. A field that is not there
    // matches eq, lte and gte of null, and ne of all else.
    template <class O>
    [[nodiscard]] Filter<Root> eq(const O& value) const { return compare("$eq", value); }
    template <class O>
    [[nodiscard]] Filter<Root> ne(const O& value) const { return compare("$ne", value); }
    template <class O>
    [[nodiscard]] Filter<Root> lt(const O& value) const { return compare("$lt", value); }
    template <class O>
    [[nodiscard]] Filter<Root> lte(const O& value) const { return compare("$lte", value); }
    template <class O>
    [[nodiscard]] Filter<Root> gt(const O& value) const { return compare("$gt", value); }
    template <class O>
    [[nodiscard]] Filter<Root> gte(const O& value) const { return compare("$gte", value); }

    /// One of the values; none at all matches nothing.
    template <class O>
    [[nodiscard]] Filter<Root> in(std::initializer_list<O> values) const { return list("$in", values); }
    template <class Range>
    [[nodiscard]] Filter<Root> in(const Range& values) const { return list("$in", values); }
    /// None of the values.
    template <class O>
    [[nodiscard]] Filter<Root> nin(std::initializer_list<O> values) const { return list("$nin", values); }
    template <class Range>
    [[nodiscard]] Filter<Root> nin(const Range& values) const { return list("$nin", values); }

    // Element ---------------------------------------------------------------------------------------------------------

    /// The field is there, null or not; `false`: it is not.
    [[nodiscard]] Filter<Root> exists(bool exists = true) const {
        return Filter<Root>(detail::exists_condition(this->ref(), exists));
    }
    /// The value, or an element of it, is of the type, or of one of the types.
    [[nodiscard]] Filter<Root> type(bson::Type type) const {
        return Filter<Root>(detail::type_condition(this->ref(), std::span(&type, 1)));
    }
    [[nodiscard]] Filter<Root> type(std::initializer_list<bson::Type> types) const {
        return Filter<Root>(detail::type_condition(this->ref(), std::span(types.begin(), types.size())));
    }
    /// By alias: "string", "objectId", "number", ...
    [[nodiscard]] Filter<Root> type(std::string_view alias) const {
        return Filter<Root>(detail::type_condition(this->ref(), alias));
    }

    // Array -----------------------------------------------------------------------------------------------------------

    /// The array holds all of the values.
    template <class O>
    [[nodiscard]] Filter<Root> all(std::initializer_list<O> values) const { return all_of(values); }
    template <class Range>
    [[nodiscard]] Filter<Root> all(const Range& values) const { return all_of(values); }
    /// One element meets the whole of the inner filter: a Filter of the element's struct, or for plain values
    /// `[](auto it) { return it > 5 && it < 9; }`.
    template <class Inner>
    [[nodiscard]] Filter<Root> elem_match(const Inner& inner) const {
        return Filter<Root>(detail::nested_condition(this->ref(), "$elemMatch", on_element<detail::elem_match>(inner)));
    }
    /// For each of the filters some element meets it: `{$all: [{$elemMatch: ...}, ...]}`.
    template <class... Inner>
    [[nodiscard]] Filter<Root> all_elem_match(const Inner&... inner) const {
        const FilterBase each[] = {on_element<detail::elem_match>(inner)...};
        return Filter<Root>(detail::all_nested(this->ref(), each));
    }
    /// The array has exactly so many elements. @errors invalid_argument below 0.
    [[nodiscard]] Filter<Root> size(std::int64_t size) const {
        must_be_array<detail::size>();
        return Filter<Root>(detail::size_condition(this->ref(), size));
    }

    // Evaluation ------------------------------------------------------------------------------------------------------

    /// PCRE; options of "imsx".
    [[nodiscard]] Filter<Root> regex(std::string_view pattern, std::string_view options = {}) const {
        must_be_string<detail::regex>();
        return Filter<Root>(detail::regex_condition(this->ref(), pattern, options));
    }
    /// Begins with the text as it stands; an index on the field serves it.
    [[nodiscard]] Filter<Root> starts_with(std::string_view prefix) const {
        must_be_string<detail::starts_with>();
        return Filter<Root>(detail::prefix_condition(this->ref(), prefix));
    }
    /// The number, cut to an integer, has this remainder by the divisor. @errors invalid_argument: the divisor is 0.
    [[nodiscard]] Filter<Root> mod(std::int64_t divisor, std::int64_t remainder) const {
        using U = detail::scalar_of<Value>;
        if constexpr (!detail::is_number<U> && !detail::FreeForm<U>) {
            (void)sizeof(typename mistake::field<P::name(), Value>::template is_no_number<detail::mod>);
        }
        return Filter<Root>(detail::mod_condition(this->ref(), divisor, remainder));
    }
    /// All or any of the bits are set or clear: by mask, below 2^63, or by positions counted from the lowest bit. @errors invalid_argument.
    [[nodiscard]] Filter<Root> bits_all_set(std::uint64_t mask) const { return bits("$bitsAllSet", mask); }
    [[nodiscard]] Filter<Root> bits_all_clear(std::uint64_t mask) const { return bits("$bitsAllClear", mask); }
    [[nodiscard]] Filter<Root> bits_any_set(std::uint64_t mask) const { return bits("$bitsAnySet", mask); }
    [[nodiscard]] Filter<Root> bits_any_clear(std::uint64_t mask) const { return bits("$bitsAnyClear", mask); }
    [[nodiscard]] Filter<Root> bits_all_set(std::initializer_list<std::uint32_t> at) const { return bits("$bitsAllSet", at); }
    [[nodiscard]] Filter<Root> bits_all_clear(std::initializer_list<std::uint32_t> at) const { return bits("$bitsAllClear", at); }
    [[nodiscard]] Filter<Root> bits_any_set(std::initializer_list<std::uint32_t> at) const { return bits("$bitsAnySet", at); }
    [[nodiscard]] Filter<Root> bits_any_clear(std::initializer_list<std::uint32_t> at) const { return bits("$bitsAnyClear", at); }

    /// `field<&T::qty>.not_([](auto it) { return it > 5; })` is `{qty: {$not: {$gt: 5}}}`.
    template <class Inner>
    [[nodiscard]] Filter<Root> not_(const Inner& inner) const {
        if constexpr (requires { inner(Field<ElementPath<Value>>()); }) {
            return Filter<Root>(detail::nested_condition(this->ref(), "$not", inner(Field<ElementPath<Value>>())));
        } else {
            return Filter<Root>(detail::nested_condition(this->ref(), "$not", Filter<Element<Value>>(inner)));
        }
    }

    // Sort keys; also as asc<...> and desc<...> -----------------------------------------------------------------------

    /// Lowest value first, and highest; of an array its least and greatest element.
    [[nodiscard]] SortTerm<Root> asc() const { return SortTerm<Root>(this->ref(), 1); }
    [[nodiscard]] SortTerm<Root> desc() const { return SortTerm<Root>(this->ref(), -1); }

    /// A filter on the elements of this array: of a struct's type, of Element, or a function of the element.
    template <class Operation, class Inner>
    [[nodiscard]] static FilterBase on_element(const Inner& inner) {
        must_be_array<Operation>();
        using E = reflect::pointee<std::conditional_t<detail::FreeForm<reflect::pointee<Value>>, bson::Value,
                                                      reflect::element_of<Value>>>;
        if constexpr (requires { inner(Field<ElementPath<E>>()); }) {
            return inner(Field<ElementPath<E>>());
        } else {
            if constexpr (!std::is_same_v<Inner, Filter<E>> && !std::is_same_v<Inner, Filter<Element<E>>>) {
                (void)sizeof(typename mistake::field<P::name(), Value>::template has_elements_that_do_not_match_with<Inner>);
            }
            return inner;
        }
    }

private:
    template <class Operation>
    static constexpr void must_be_array() {
        using U = reflect::pointee<Value>;
        if constexpr (!reflect::Sequence<U> && !detail::FreeForm<U>) {
            (void)sizeof(typename mistake::field<P::name(), Value>::template is_no_array<Operation>);
        }
    }
    template <class Operation>
    static constexpr void must_be_string() {
        using U = detail::scalar_of<Value>;
        if constexpr (!detail::Text<U> && !detail::FreeForm<U>) {
            (void)sizeof(typename mistake::field<P::name(), Value>::template is_no_string<Operation>);
        }
    }
    template <class Operation>
    static consteval auto element_type() {
        must_be_array<Operation>();
        if constexpr (reflect::Sequence<reflect::pointee<Value>>) {
            return std::type_identity<reflect::element_of<Value>>();
        } else {
            return std::type_identity<bson::Value>();
        }
    }
    template <class Operation>
    using ElementFor = typename decltype(element_type<Operation>())::type;

    template <class V, class End, bool Through = P::through_array>
    [[nodiscard]] Field<DynamicPath<Root, V, End, Through>> extended(std::string to, std::shared_ptr<const Error> mistake) const {
        auto before = this->ref();
        return Field<DynamicPath<Root, V, End, Through>>({std::move(to), before.error ? std::move(before.error) : std::move(mistake)});
    }
    template <class Operation>
    [[nodiscard]] auto to_element(std::string to, std::shared_ptr<const Error> mistake) const {
        using E = ElementFor<Operation>;
        return extended<E, detail::Place<E>>(std::move(to), std::move(mistake));
    }
    template <class O>
    [[nodiscard]] Filter<Root> compare(std::string_view op, const O& value) const {
        return Filter<Root>(detail::condition(this->ref(), op, detail::operand<P, Use::compare>(value)));
    }
    template <class Range>
    [[nodiscard]] Filter<Root> list(std::string_view op, const Range& values) const {
        return Filter<Root>(detail::list_condition(this->ref(), op, detail::operands<P, Use::compare>(values)));
    }
    template <class Range>
    [[nodiscard]] Filter<Root> all_of(const Range& values) const {
        must_be_array<detail::all>();
        return list("$all", values);
    }
    template <class Bits>
    [[nodiscard]] Filter<Root> bits(std::string_view op, const Bits& mask) const {
        using U = detail::scalar_of<Value>;
        if constexpr (!detail::Integer<U> && !std::is_same_v<U, bson::Binary> && !reflect::Bytes<U> && !detail::FreeForm<U>) {
            (void)sizeof(typename mistake::field<P::name(), Value>::template is_no_integer<detail::bits>);
        }
        if constexpr (std::is_same_v<Bits, std::uint64_t>) {
            return Filter<Root>(detail::bits_condition(this->ref(), op, mask));
        } else {
            return Filter<Root>(detail::bits_condition(this->ref(), op, std::span(mask.begin(), mask.size())));
        }
    }
};

namespace detail {
template <class P, class O>
[[nodiscard]] auto compared(const Field<P>& field, std::string_view op, const O& value) {
    return Filter<typename P::Root>(condition(field.ref(), op, operand<P, Use::compare>(value)));
}
template <class A, class B>
[[nodiscard]] FieldComparison<typename A::Root> compared_fields(const Field<A>& a, std::string_view op, const Field<B>& b) {
    using U = reflect::pointee<typename A::Value>;
    using V = reflect::pointee<typename B::Value>;
    if constexpr (!std::is_same_v<typename A::Root, typename B::Root>) {
        (void)sizeof(typename mistake::entity<typename A::Root>::template has_a_clause_of_another_entity<typename B::Root>);
    }
    if constexpr (!fits<U, V, Use::compare>() && !fits<V, U, Use::compare>() && !(is_number<U> && is_number<V>)) {
        (void)sizeof(typename mistake::field<A::name(), typename A::Value>::template cannot_be_compared_with<V>);
    }
    if constexpr (A::through_array) {
        (void)sizeof(typename mistake::field<A::name(), typename A::Value>::template lies_in_an_array<comparison>);
    }
    if constexpr (B::through_array) {
        (void)sizeof(typename mistake::field<B::name(), typename B::Value>::template lies_in_an_array<comparison>);
    }
    return FieldComparison<typename A::Root>(field_comparison(a.ref(), op, b.ref()));
}
}  // namespace detail

// `field == value` is `{path: {$eq: value}}`, always: no value is read as an operator. `field == std::nullopt` is `{$eq: null}`, which
// a missing field meets too.
template <class P, class O>
[[nodiscard]] Filter<typename P::Root> operator==(const Field<P>& field, const O& value) { return field.eq(value); }
template <class P, class O>
[[nodiscard]] Filter<typename P::Root> operator!=(const Field<P>& field, const O& value) { return field.ne(value); }
template <class P, class O>
[[nodiscard]] Filter<typename P::Root> operator<(const Field<P>& field, const O& value) { return field.lt(value); }
template <class P, class O>
[[nodiscard]] Filter<typename P::Root> operator<=(const Field<P>& field, const O& value) { return field.lte(value); }
template <class P, class O>
[[nodiscard]] Filter<typename P::Root> operator>(const Field<P>& field, const O& value) { return field.gt(value); }
template <class P, class O>
[[nodiscard]] Filter<typename P::Root> operator>=(const Field<P>& field, const O& value) { return field.gte(value); }

// Two fields: only expr() takes these.
template <class A, class B>
[[nodiscard]] FieldComparison<typename A::Root> operator==(const Field<A>& a, const Field<B>& b) { return detail::compared_fields(a, "$eq", b); }
template <class A, class B>
[[nodiscard]] FieldComparison<typename A::Root> operator!=(const Field<A>& a, const Field<B>& b) { return detail::compared_fields(a, "$ne", b); }
template <class A, class B>
[[nodiscard]] FieldComparison<typename A::Root> operator<(const Field<A>& a, const Field<B>& b) { return detail::compared_fields(a, "$lt", b); }
template <class A, class B>
[[nodiscard]] FieldComparison<typename A::Root> operator<=(const Field<A>& a, const Field<B>& b) { return detail::compared_fields(a, "$lte", b); }
template <class A, class B>
[[nodiscard]] FieldComparison<typename A::Root> operator>(const Field<A>& a, const Field<B>& b) { return detail::compared_fields(a, "$gt", b); }
template <class A, class B>
[[nodiscard]] FieldComparison<typename A::Root> operator>=(const Field<A>& a, const Field<B>& b) { return detail::compared_fields(a, "$gte", b); }

}  // namespace tenon::query

namespace tenon {

/// A field of an entity, through optional, unique_ptr, vector and array: `field<&Order::lines, &Line::qty>`.
template <auto First, auto... Rest>
inline constexpr query::Field<query::StaticPath<First, Rest...>> field{};

/// An array's element of type V in a condition without a path: `element<int> > 5`.
template <class V>
inline constexpr query::Field<query::ElementPath<V>> element{};

using query::Element;

}  // namespace tenon
