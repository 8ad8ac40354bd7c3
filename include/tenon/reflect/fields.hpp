#pragma once
// What the compiler knows of a plain struct: its fields by position, their names and types. The one place that knows Boost.PFR.

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/pfr/detail/core.hpp>
#include <boost/pfr/detail/fake_object.hpp>
#include <boost/pfr/detail/fields_count.hpp>

#include <tenon/reflect/addresses.hpp>

namespace tenon::bson {
struct ObjectId;
struct DateTime;
struct Decimal128;
struct Uuid;
struct Binary;
struct Regex;
struct Code;
struct Timestamp;
struct MinKey;
struct MaxKey;
struct Null;
}  // namespace tenon::bson

namespace tenon::reflect {

/// True for class types that look like a plain struct and are one value all the same (an ObjectId, a strong id).
/// The rooms that own such types specialise it; so may a user, who also gives the type a Mapper.
template <class T>
inline constexpr bool opaque = false;
template <> inline constexpr bool opaque<bson::ObjectId>   = true;
template <> inline constexpr bool opaque<bson::DateTime>   = true;
template <> inline constexpr bool opaque<bson::Decimal128> = true;
template <> inline constexpr bool opaque<bson::Uuid>       = true;
template <> inline constexpr bool opaque<bson::Binary>     = true;
template <> inline constexpr bool opaque<bson::Regex>      = true;
template <> inline constexpr bool opaque<bson::Code>       = true;
template <> inline constexpr bool opaque<bson::Timestamp>  = true;
template <> inline constexpr bool opaque<bson::MinKey>     = true;
template <> inline constexpr bool opaque<bson::MaxKey>     = true;
template <> inline constexpr bool opaque<bson::Null>       = true;

/// True for a plain aggregate struct whose fields can be listed: no base, no constructor, no private member.
template <class T>
inline constexpr bool is_entity = std::is_aggregate_v<T> && std::is_class_v<T> && !std::is_const_v<T> && !opaque<T>;
template <class T, std::size_t N>
inline constexpr bool is_entity<std::array<T, N>> = false;

/// A plain aggregate struct whose fields can be listed.
template <class T>
concept Entity = is_entity<T>;

/// The number of fields of an entity, at most 200.
template <Entity T>
inline constexpr std::size_t field_count = boost::pfr::detail::fields_count<T>();

namespace detail {

/// All fields at once: a pack that indexes into references.
template <class T>
[[nodiscard]] constexpr auto tie(T& value) noexcept {
    return boost::pfr::detail::tie_as_tuple(value, boost::pfr::detail::size_t_<field_count<std::remove_const_t<T>>>{});
}
template <std::size_t I, class Tie>
[[nodiscard]] constexpr auto& pick(const Tie& fields) noexcept {
    return boost::pfr::detail::sequence_tuple::get<I>(fields);
}

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif

// An object that is never defined: only addresses within it are used, and only at compile time.
template <class T>
[[nodiscard]] constexpr const T& fake() noexcept {
    return boost::pfr::detail::fake_object<T>();
}

// One function whose printed signature holds the names of all fields: one instantiation and one parse for a type.
template <auto... P>
[[nodiscard]] consteval const char* signature() noexcept {
    return __PRETTY_FUNCTION__;
}

template <class T, std::size_t... I>
[[nodiscard]] consteval std::string_view signature_of(std::index_sequence<I...>) noexcept {
    if constexpr (sizeof...(I) == 0) {
        return {};
    } else {
        constexpr auto fields = addresses<sizeof...(I)>(fake<T>());
        return signature<fields.at[I]...>();
    }
}

template <std::size_t N>
struct NameList {
    std::string_view at[N == 0 ? 1 : N]{};

    [[nodiscard]] constexpr std::string_view        operator[](std::size_t i) const noexcept { return at[i]; }
    [[nodiscard]] static constexpr std::size_t      size() noexcept { return N; }
    [[nodiscard]] constexpr const std::string_view* begin() const noexcept { return at; }
    [[nodiscard]] constexpr const std::string_view* end() const noexcept { return at + N; }
};

// Plain loops over characters, and few of them: the compiler runs this for every struct.
consteval void split_names(const char* text, std::size_t size, std::string_view* out, std::size_t count) noexcept {
#ifdef __clang__
    // ... [P = <&object.value.first, &object.value.second>]
    constexpr std::size_t tail = 2;  // behind the last name
    constexpr std::size_t gap  = 2;  // between a name and what stands in front of the next
    constexpr char        before = '.';
#else
    // ... [with auto ...P = {(& object<T>.Box<T>::value.T::first), (& object<T>.Box<T>::value.T::second)}]
    constexpr std::size_t tail = 3;
    constexpr std::size_t gap  = 3;
    constexpr char        before = ':';
#endif
    // From the back: the type's own name, which may hold anything, stands in front of each field. It is as long in front of each.
    std::size_t end    = size - tail;
    std::size_t prefix = 0;
    for (std::size_t i = count; i-- > 0;) {
        std::size_t start = end;
        while (text[start - 1] != before) --start;
        out[i] = std::string_view(text + start, end - start);
        if (i == 0) return;
        if (prefix == 0) {
            std::size_t at = start;
#ifdef __clang__
            while (!(text[at] == '&' && text[at - 1] == ' ' && text[at - 2] == ',')) --at;
#else
            // The type's name may hold addresses, too, but none of the object that PFR never defines.
            while (!(text[at] == '(' && text[at + 1] == '&' && text[at + 3] == 'b' && std::string_view(text + at, 16) == "(& boost::pfr::d")) --at;
#endif
            prefix = start - at;
        }
        end = start - prefix - gap;
    }
}

template <class T, std::size_t N>
[[nodiscard]] consteval NameList<N> names() noexcept {
    NameList<N> out{};
    if constexpr (N > 0) {
        constexpr std::string_view text = signature_of<T>(std::make_index_sequence<N>{});
        split_names(text.data(), text.size(), out.at, N);
    }
    return out;
}

template <class C, class F>
C class_of(F C::*);
template <class C, class F>
F type_of(F C::*);

template <class T, auto Member, std::size_t... I>
[[nodiscard]] consteval std::size_t find(std::index_sequence<I...>) noexcept {
    const void* wanted = &(fake<T>().*Member);
    std::size_t found  = sizeof...(I);
    const auto  fields = tie(fake<T>());
    ((static_cast<const void*>(&pick<I>(fields)) == wanted ? (void)(found = I) : (void)0), ...);
    return found;
}

#ifdef __clang__
#pragma clang diagnostic pop
#endif

template <class T>
[[nodiscard]] consteval std::string_view unqualified_name() noexcept {
    std::string_view text = __PRETTY_FUNCTION__;  // "... [with T = a::b::Name; std::string_view = ...]" or "... [T = a::b::Name]"
    const std::size_t start = text.find("T = ") + 4;
    const std::size_t end   = text.find_first_of(";]<", start);
    text                    = text.substr(start, end - start);
    return text.substr(text.rfind(':') + 1);
}

}  // namespace detail

/// The names of all fields, in declared order.
template <Entity T>
inline constexpr auto field_names = detail::names<T, field_count<T>>();

/// The C++ name of field I.
template <Entity T, std::size_t I>
inline constexpr std::string_view field_name = field_names<T>[I];

/// Types without values.
template <class... F>
struct Types {};

namespace detail {
template <class Where>
struct TypesOf;
template <class... F>
struct TypesOf<Addresses<F...>> {
    using type = Types<std::remove_cv_t<F>...>;
};
}  // namespace detail

/// The types of all fields, in declared order: Types<ObjectId, std::string, ...>.
template <Entity T>
using field_types = typename detail::TypesOf<decltype(addresses<field_count<T>>(std::declval<const T&>()))>::type;

/// The type of field I.
template <Entity T, std::size_t I>
using field_type = std::remove_cvref_t<decltype(detail::pick<I>(detail::tie(std::declval<T&>())))>;

/// Field I of an object. To visit all fields use for_each: it looks at the object once.
template <std::size_t I, class T>
[[nodiscard]] constexpr auto& get(T& entity) noexcept {
    return detail::pick<I>(detail::tie(entity));
}

/// Calls `visit.template operator()<I>(field)` for each field in declared order.
template <class T, class Visitor>
constexpr void for_each(T& entity, Visitor&& visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        [[maybe_unused]] const auto fields = detail::tie(entity);
        (visit.template operator()<I>(detail::pick<I>(fields)), ...);
    }(std::make_index_sequence<field_count<std::remove_const_t<T>>>{});
}

/// The struct a member pointer belongs to, and the member's type.
template <auto Member>
using member_class = decltype(detail::class_of(Member));
template <auto Member>
using member_type = decltype(detail::type_of(Member));

/// The position of a member: index_of<&Message::sender> is 2.
template <auto Member>
inline constexpr std::size_t index_of =
    detail::find<member_class<Member>, Member>(std::make_index_sequence<field_count<member_class<Member>>>{});

/// The C++ name of a member.
template <auto Member>
inline constexpr std::string_view name_of = field_names<member_class<Member>>[index_of<Member>];

/// The name of a type without its namespaces and template arguments.
template <class T>
inline constexpr std::string_view type_name = detail::unqualified_name<T>();

}  // namespace tenon::reflect
