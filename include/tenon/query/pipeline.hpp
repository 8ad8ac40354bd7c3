#pragma once
// Pipeline<T, U>: typed stages of an aggregation. T is the entity that it reads, U what its documents are at this point.
//
//   pipeline<Order>()
//       .match(field<&Order::state> == State::paid)
//       .unwind<&Order::lines>()
//       .group<BySku>(acc::by<&BySku::sku>(field<&Order::lines, &Line::sku>),
//                     acc::sum<&BySku::pieces>(field<&Order::lines, &Line::pieces>),
//                     acc::count<&BySku::orders>())
//       .sort(desc<&BySku::pieces>)
//       .limit(10)
//
// What has no typed stage goes through raw(), and what comes out of it is named by as<U>().

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <tenon/query/field.hpp>
#include <tenon/query/filter.hpp>
#include <tenon/query/projection.hpp>
#include <tenon/query/sort.hpp>

namespace tenon::query {

namespace detail {

/// One field of a $group: where it goes, the accumulator (empty: a key of the groups) and what it is fed with (no path: 1).
struct GroupField {
    std::string_view target{};
    std::string_view accumulator{};
    PathRef          source{};
};

}  // namespace detail

/// A pipeline with its types erased: what is compiled once. Holds the first mistake made in building it, as a Clause does.
class PipelineBase {
public:
    PipelineBase() = default;
    explicit PipelineBase(std::vector<bson::Document> stages) : stages_(std::move(stages)) {}

    /// MongoDB's form. Without meaning when there is an error.
    [[nodiscard]] const std::vector<bson::Document>& stages() const noexcept { return stages_; }
    /// The first mistake, or null.
    [[nodiscard]] const Error* error() const noexcept { return error_ ? &*error_ : nullptr; }
    /// The stages, or the mistake. @errors invalid_argument or encode, with the path.
    [[nodiscard]] Result<std::vector<bson::Document>> checked() const;
    /// Relaxed Extended JSON, an array of the stages; of a mistaken pipeline "(invalid: <message>)".
    [[nodiscard]] std::string to_json() const;

protected:
    void add(bson::Document stage) { stages_.push_back(std::move(stage)); }
    void add(std::string_view name, const Clause& clause);
    void add(std::string_view name, std::int64_t documents, std::int64_t least);
    void add_count(std::string_view field);
    void add_unwind(const PathRef& path, bool keep_empty);
    void add_group(std::span<const detail::GroupField> fields);

private:
    void keep(Error error);

    std::vector<bson::Document> stages_{};
    std::optional<Error>        error_{};
};

namespace detail {

struct sum;
struct average;

/// What an accumulator yields of a field, before it is read into its target.
template <class V>
using summed = std::conditional_t<std::is_same_v<V, bson::Decimal128>, bson::Decimal128,
                                  std::conditional_t<std::is_integral_v<V>, std::int64_t, double>>;
template <class V>
using averaged = std::conditional_t<std::is_same_v<V, bson::Decimal128>, bson::Decimal128, double>;
template <bool Nullable, class V>
using maybe = std::conditional_t<Nullable, std::optional<V>, V>;

template <auto Target, class From>
consteval bool target_holds() {
    using To = reflect::member_type<Target>;
    if constexpr (!readable<From, To>()) {
        (void)sizeof(typename mistake::field<static_name<Target>, To>::template cannot_be_read_from<From>);
    }
    return true;
}

}  // namespace detail

/// One field of Pipeline::group; made by the functions of tenon::acc.
template <auto Target, class P>
struct GroupTerm {
    using Into = reflect::member_class<Target>;
    using Path = P;

    std::string_view accumulator{};
    P                path{};

    [[nodiscard]] detail::GroupField erased() const {
        if constexpr (std::is_void_v<typename P::Root>) return {mapping::wire_name_of<Target>, accumulator, {}};
        else return {mapping::wire_name_of<Target>, accumulator, path.ref()};
    }
};

namespace detail {

/// The path of an unwound array: it names one element.
template <auto First, auto... Rest>
struct UnwoundPath : StaticPath<First, Rest...> {
    using Value                         = reflect::element_of<typename StaticPath<First, Rest...>::Value>;
    static constexpr bool through_array = true;
};

/// Stands for "each document" where an accumulator takes no field.
struct NoPath {
    using Root                          = void;
    static constexpr bool through_array = false;
};

}  // namespace detail

namespace acc {

/// A key: documents with one value of it are one group. An absent field is a group of its own, so that its target is optional.
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> by(const Field<P>& source) {
    static_assert(detail::target_holds<Target, detail::maybe<P::optional_step, reflect::pointee<typename P::Value>>>());
    return {"", source};
}
/// The sum: of integers an int64, of doubles a double. Absent values are left out; of none at all it is 0.
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> sum(const Field<P>& source) {
    using V = reflect::pointee<typename P::Value>;
    if constexpr (!detail::is_number<V>) (void)sizeof(typename mistake::field<P::name(), V>::template is_no_number<detail::sum>);
    else static_assert(detail::target_holds<Target, detail::summed<V>>());
    return {"$sum", source};
}
/// The mean, a double. Of a field that may be absent the target is optional: a group may hold no value.
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> average(const Field<P>& source) {
    using V = reflect::pointee<typename P::Value>;
    if constexpr (!detail::is_number<V>) (void)sizeof(typename mistake::field<P::name(), V>::template is_no_number<detail::average>);
    else static_assert(detail::target_holds<Target, detail::maybe<P::optional_step, detail::averaged<V>>>());
    return {"$avg", source};
}
/// The least and greatest value, and those of the first and last document in the pipeline's order. Absent ones as in average.
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> min(const Field<P>& source) {
    static_assert(detail::target_holds<Target, detail::maybe<P::optional_step, reflect::pointee<typename P::Value>>>());
    return {"$min", source};
}
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> max(const Field<P>& source) {
    static_assert(detail::target_holds<Target, detail::maybe<P::optional_step, reflect::pointee<typename P::Value>>>());
    return {"$max", source};
}
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> first(const Field<P>& source) {
    static_assert(detail::target_holds<Target, detail::maybe<P::optional_step, reflect::pointee<typename P::Value>>>());
    return {"$first", source};
}
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> last(const Field<P>& source) {
    static_assert(detail::target_holds<Target, detail::maybe<P::optional_step, reflect::pointee<typename P::Value>>>());
    return {"$last", source};
}
/// All values, in the pipeline's order; all different ones, in no promised order. Absent ones are left out.
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> push(const Field<P>& source) {
    static_assert(detail::target_holds<Target, std::vector<reflect::pointee<typename P::Value>>>());
    return {"$push", source};
}
template <auto Target, class P>
[[nodiscard]] GroupTerm<Target, Field<P>> add_to_set(const Field<P>& source) {
    static_assert(detail::target_holds<Target, std::vector<reflect::pointee<typename P::Value>>>());
    return {"$addToSet", source};
}
/// How many documents; the target is an int64.
template <auto Target>
[[nodiscard]] GroupTerm<Target, detail::NoPath> count() {
    static_assert(detail::target_holds<Target, std::int64_t>());
    return {"$sum", {}};
}

}  // namespace acc

/// What Pipeline::count ends in: one document, or none when there was nothing to count.
struct Counted {
    std::int64_t n = 0;
};

/// T: the entity; U: what a document is at this point; Whole: false after unwind, where a U's array holds one element and cannot be
/// read as a U any more. A regular value type; each stage returns a longer pipeline.
template <class T, class U = T, bool Whole = true>
class Pipeline : public PipelineBase {
public:
    using Entity = T;
    using Into   = U;

    Pipeline() = default;
    explicit Pipeline(PipelineBase base) : PipelineBase(std::move(base)) {}

    /// The documents that a filter lets through.
    template <class V>
    [[nodiscard]] Pipeline match(const Filter<V>& filter) const {
        if constexpr (!std::is_same_v<U, V>) (void)sizeof(typename mistake::entity<U>::template has_a_clause_of_another_entity<V>);
        return with([&](Pipeline& p) { p.add("$match", filter); });
    }
    /// `sort(desc<&U::a>, asc<&U::b>)`.
    template <class... Keys>
    [[nodiscard]] Pipeline sort(const Keys&... keys) const {
        return with([&](Pipeline& p) { p.add("$sort", Sort<U>(keys...)); });
    }
    [[nodiscard]] Pipeline skip(std::int64_t documents) const {  ///< 0 or more
        return with([&](Pipeline& p) { p.add("$skip", documents, 0); });
    }
    [[nodiscard]] Pipeline limit(std::int64_t documents) const {  ///< 1 or more
        return with([&](Pipeline& p) { p.add("$limit", documents, 1); });
    }

    /// One document for each element of an array, with the element in the array's place: paths into it (`field<&U::lines, &Line::sku>`)
    /// then name one value. A document whose array is empty or absent goes, unless `keep_empty`.
    template <auto First, auto... Rest>
    [[nodiscard]] Pipeline<T, U, false> unwind(bool keep_empty = false) const {
        using Path = StaticPath<First, Rest...>;
        if constexpr (!std::is_same_v<U, typename Path::Root>) {
            (void)sizeof(typename mistake::entity<U>::template has_a_clause_of_another_entity<typename Path::Root>);
        }
        if constexpr (!reflect::Sequence<reflect::pointee<typename Path::Value>>) {
            (void)sizeof(typename mistake::field<Path::name(), typename Path::Value>::template is_no_array<Pipeline>);
        }
        return next<U, false>([&](auto& p) { p.add_unwind(Path::ref(), keep_empty); });
    }

    /// One V for each group: its members by acc::by (keys), acc::sum, acc::count and their like. Without a key all documents are one group.
    template <class V, class... Terms>
    [[nodiscard]] Pipeline<T, V> group(const Terms&... terms) const {
        static_assert(sizeof...(Terms) > 0, "a group has a key or an accumulator");
        (check_term<V, Terms>(), ...);
        const std::array<detail::GroupField, sizeof...(Terms)> fields{terms.erased()...};
        return next<V, true>([&](auto& p) { p.add_group(fields); });
    }

    /// The fields of V, which are fields of U by name and type.
    template <class V>
    [[nodiscard]] Pipeline<T, V> project() const {
        return project(Projection<U, V>());
    }
    /// The same by a projection of one's own: Projection<U, V>::raw and from_json.
    template <class V>
    [[nodiscard]] Pipeline<T, V> project(const Projection<U, V>& projection) const {
        return next<V, true>([&](auto& p) { p.add("$project", projection); });
    }

    /// How many documents came so far.
    [[nodiscard]] Pipeline<T, Counted> count() const {
        return next<Counted, true>([](auto& p) { p.add_count("n"); });
    }

    /// MongoDB's own form of a stage. It is sent as it is.
    [[nodiscard]] Pipeline raw(bson::Document stage) const {
        return with([&](Pipeline& p) { p.add(std::move(stage)); });
    }
    /// Says that the documents are Vs now; what is not becomes an error of decoding.
    template <class V>
    [[nodiscard]] Pipeline<T, V> as() const {
        return Pipeline<T, V>(static_cast<const PipelineBase&>(*this));
    }

private:
    template <class, class, bool>
    friend class Pipeline;

    template <class Change>
    [[nodiscard]] Pipeline with(Change change) const {
        Pipeline out = *this;
        change(out);
        return out;
    }
    template <class V, bool W, class Change>
    [[nodiscard]] Pipeline<T, V, W> next(Change change) const {
        Pipeline<T, V, W> out(static_cast<const PipelineBase&>(*this));
        change(out);
        return out;
    }
    template <class V, class Term>
    static consteval void check_term() {
        if constexpr (!std::is_same_v<typename Term::Into, V>) {
            (void)sizeof(typename mistake::entity<V>::template has_a_clause_of_another_entity<typename Term::Into>);
        }
        using Path = typename Term::Path;
        if constexpr (!std::is_void_v<typename Path::Root>) {
            if constexpr (!std::is_same_v<typename Path::Root, U>) {
                (void)sizeof(typename mistake::entity<U>::template has_a_clause_of_another_entity<typename Path::Root>);
            }
            if constexpr (Whole && Path::through_array) {
                (void)sizeof(typename mistake::field<Path::name(), typename Path::Value>::template must_be_unwound<V>);
            }
        }
    }
};

/// The empty pipeline of an entity: all its documents as they are.
template <class T>
[[nodiscard]] Pipeline<T> pipeline() {
    return {};
}

}  // namespace tenon::query

namespace tenon {

/// An array's element behind Pipeline::unwind, where elements have no members to name: `acc::by<&ByTag::tag>(unwound<&Post::tags>)`.
template <auto First, auto... Rest>
inline constexpr query::Field<query::detail::UnwoundPath<First, Rest...>> unwound{};

namespace acc = query::acc;
using query::Counted;
using query::Pipeline;
using query::pipeline;
}  // namespace tenon
