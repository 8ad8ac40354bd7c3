#pragma once
// Paths of member pointers: what a step may go through, and a path's text joined at compile time.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

#include <tenon/reflect/fields.hpp>

namespace tenon::reflect {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// unique_ptr, by its shape: <memory> is not needed to say so.
template <class T>
concept OwningPointer = requires {
    typename T::element_type;
    typename T::deleter_type;
};

/// May hold nothing: optional and unique_ptr.
template <class T>
inline constexpr bool is_nullable = is_optional<T> || OwningPointer<T>;

/// map and unordered_map.
template <class T>
concept Map = requires(const T& t) {
    typename T::key_type;
    typename T::mapped_type;
    t.begin();
};

/// Plain bytes side by side, stored as a BSON binary.
template <class T>
concept Bytes = requires(const T& t) {
    typename T::value_type;
    t.data();
} && (std::is_same_v<typename T::value_type, std::uint8_t> || std::is_same_v<typename T::value_type, std::byte>);

/// vector, array, set and their like: stored as a BSON array. Not strings, maps or bytes.
template <class T>
concept Sequence = !Map<T> && !Bytes<T> && !opaque<T> && requires(const T& t) {
    typename T::value_type;
    typename T::const_iterator;
    t.begin();
    t.end();
    t.size();
} && !requires { typename T::traits_type; };

namespace detail {
template <class T>
struct Pointee {
    using type = T;
};
template <class T>
struct Pointee<std::optional<T>> : Pointee<T> {};
template <OwningPointer T>
struct Pointee<T> : Pointee<typename T::element_type> {};

template <class T>
struct ElementOf {
    using type = void;
};
template <Sequence T>
struct ElementOf<T> {
    using type = typename T::value_type;
};

template <class T>
struct Reached {
    using type = T;
};
template <class T>
    requires is_nullable<T>
struct Reached<T> : Reached<typename Pointee<T>::type> {};
template <Sequence T>
struct Reached<T> : Reached<typename T::value_type> {};

template <class T>
struct GoesThroughArray : std::bool_constant<false> {};
template <class T>
    requires is_nullable<T>
struct GoesThroughArray<T> : GoesThroughArray<typename Pointee<T>::type> {};
template <Sequence T>
struct GoesThroughArray<T> : std::bool_constant<true> {};
}  // namespace detail

/// A type without optional and unique_ptr around it.
template <class T>
using pointee = typename detail::Pointee<T>::type;
/// The element type of a sequence (behind optional or unique_ptr), void for any other type.
template <class T>
using element_of = typename detail::ElementOf<pointee<T>>::type;
/// The type whose members the next step of a path names: through optional, unique_ptr, vector and array.
template <class T>
using reached = typename detail::Reached<T>::type;
/// True when `reached` went through an array.
template <class T>
inline constexpr bool goes_through_array = detail::GoesThroughArray<T>::value;

/// A text as a template argument, so that compilers print it.
template <std::size_t N>
struct Name {
    char text[N]{};

    consteval Name() = default;
    consteval Name(const char (&literal)[N]) {  // NOLINT(google-explicit-constructor): a literal is a name
        for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {text, N - 1}; }
};

namespace detail {
template <const std::string_view&... Parts>
[[nodiscard]] consteval auto join() {
    Name<(Parts.size() + ...) + sizeof...(Parts)> out;
    std::size_t at  = 0;
    const auto  add = [&](std::string_view part) {
        if (at != 0) out.text[at++] = '.';
        for (const char c : part) out.text[at++] = c;
    };
    (add(Parts), ...);
    out.text[at] = '\0';  // written so that clang prints the text and not its codes
    return out;
}
}  // namespace detail

/// Parts with dots between them, as one constant of the program: joined<first, second>.view() is "first.second".
template <const std::string_view&... Parts>
inline constexpr auto joined = detail::join<Parts...>();

}  // namespace tenon::reflect
