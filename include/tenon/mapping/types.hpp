#pragma once
// Types a struct may use and what a developer may specialise for types of their own: Id, Extra, Mapper, names of enumerators.

#include <compare>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include <tenon/bson/document.hpp>
#include <tenon/reflect/fields.hpp>

namespace tenon {

/// A strong id: an id of T that holds a U (ObjectId, Uuid, std::string or int64_t) and is stored as one. Ids of two entities do not mix:
/// `struct User; using UserId = tenon::Id<User, tenon::ObjectId>;`
template <class T, class U = bson::ObjectId>
struct Id {
    using value_type = U;

    U value{};

    Id() = default;
    explicit Id(U v) : value(std::move(v)) {}

    friend bool operator==(const Id&, const Id&)  = default;
    friend auto operator<=>(const Id&, const Id&) = default;
};

/// A member of this type keeps the fields of a document that the struct does not name, and writes them back behind its own.
struct Extra {
    bson::Document fields{};

    friend bool operator==(const Extra&, const Extra&) = default;
};

/// How a type of the user's own is stored. Not defined; a specialisation has both ways, over any type the mapping knows:
///
///     template <> struct tenon::Mapper<Money> {
///         static std::string          to_bson(const Money& m);             // what is stored
///         static tenon::Result<Money> from_bson(const std::string& text);  // the error's message is kept, its path is filled in
///     };
template <class U>
struct Mapper;

/// A type with a Mapper.
template <class U>
concept Mapped = requires { sizeof(Mapper<U>); };

/// Enumerators are stored by name; specialise with true to store the underlying integer: values that no enumerator names are kept.
template <class E>
inline constexpr bool enum_by_value = false;

/// The stored name of one enumerator.
template <class E>
struct EnumName {
    E                value{};
    std::string_view name{};
};

/// Names of enumerators, for an enum whose stored names differ from C++ or whose values lie outside -128 to 127:
/// `template <> inline constexpr auto tenon::enum_names<Color> = std::array{tenon::EnumName<Color>{Color::red, "RED"}, ...};`
/// Default: the enumerators' own names, found for values -128 to 127 (0 to 127 of an unsigned underlying type).
template <class E>
inline constexpr auto enum_names = nullptr;

namespace reflect {
template <class T, class U>
inline constexpr bool opaque<Id<T, U>> = true;
template <>
inline constexpr bool opaque<Extra> = true;
template <Mapped T>
inline constexpr bool opaque<T> = true;
}  // namespace reflect

}  // namespace tenon

template <class T, class U>
struct std::hash<tenon::Id<T, U>> {
    std::size_t operator()(const tenon::Id<T, U>& id) const noexcept(noexcept(std::hash<U>{}(id.value))) {
        return std::hash<U>{}(id.value);
    }
};
