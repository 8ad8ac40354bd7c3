#pragma once
// Codec of enums: by name, as the compiler prints them, or by value.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenon/mapping/detail/containers.hpp>

namespace tenon::mapping {

namespace detail {

template <auto... V>
[[nodiscard]] consteval const char* printed() noexcept {
    return __PRETTY_FUNCTION__;
}

// The names of all enumerators between two values come out of one printed list: a value that none names prints as a cast, "(Color)7".
template <class E, int First, int... I>
[[nodiscard]] consteval auto enumerators(std::integer_sequence<int, I...>) {
    struct Found {
        std::array<EnumName<E>, sizeof...(I)> items{};
        std::size_t                           count = 0;
    } found;
    constexpr std::string_view text = printed<static_cast<E>(First + I)...>();
    // g++: "... [with auto ...V = {Color::red, (Color)1}]"; clang: "... [V = <Color::red, (Color)1>]"
    std::size_t at = text.find_first_of("{<", text.find("V = ")) + 1;
    for (int value = First; value < First + static_cast<int>(sizeof...(I)); ++value) {
        std::size_t end   = at;
        std::size_t start = at;
        bool        named = text[at] != '(' && text[at] != '-' && !(text[at] >= '0' && text[at] <= '9');
        int         depth = 0;  // brackets of "(ns::(anonymous namespace)::E)7" and of template arguments
        for (; end < text.size(); ++end) {
            const char c = text[end];
            if (depth == 0 && (c == ',' || (c == '}' && text[end + 1] == ']') || (c == '>' && text[end + 1] == ']'))) break;
            if (c == '(' || c == '<' || c == '{') ++depth;
            if (c == ')' || c == '>' || c == '}') --depth;
            if (depth == 0 && c == ':') start = end + 1;
        }
        if (text[at] == '(') {
            // "(anonymous namespace)::E::red" is a name, "(ns::E)7" is not: a cast ends in digits.
            const char last = text[end - 1];
            named           = text[start] != '(' && !(last >= '0' && last <= '9' && start == at);
        }
        if (named) found.items[found.count++] = {static_cast<E>(value), text.substr(start, end - start)};
        at = end + 2;
    }
    return found;
}

template <class E>
struct Enumerators {
    static constexpr bool is_signed = std::is_signed_v<std::underlying_type_t<E>>;
    static constexpr auto found =
        enumerators<E, is_signed ? -128 : 0>(std::make_integer_sequence<int, is_signed ? 256 : 128>{});
    static constexpr const EnumName<E>* begin() { return found.items.data(); }
    static constexpr const EnumName<E>* end() { return found.items.data() + found.count; }
};
template <class E>
    requires(!std::is_same_v<std::remove_const_t<decltype(enum_names<E>)>, std::nullptr_t>)
struct Enumerators<E> {
    static constexpr auto begin() { return enum_names<E>.begin(); }
    static constexpr auto end() { return enum_names<E>.end(); }
};

}  // namespace detail

/// The stored name of an enumerator; empty for a value without a name.
template <class E>
[[nodiscard]] constexpr std::string_view name_of_value(E value) noexcept {
    for (const auto& item : detail::Enumerators<E>{}) {
        if (item.value == value) return item.name;
    }
    return {};
}

/// The enumerator of a stored name.
template <class E>
[[nodiscard]] constexpr bool value_of_name(std::string_view name, E& out) noexcept {
    for (const auto& item : detail::Enumerators<E>{}) {
        if (item.name == name) {
            out = item.value;
            return true;
        }
    }
    return false;
}

template <class E>
    requires(std::is_enum_v<E> && !Mapped<E> && !ByteLike<E> && !enum_by_value<E>)
struct Codec<E> : StrictType {
    static constexpr Byte        type  = 0x02;
    static constexpr std::size_t fixed = 0;
    static constexpr const char* name  = "enum";
    static_assert(detail::Enumerators<E>{}.begin() != detail::Enumerators<E>{}.end(),
                  "tenon: no enumerator has a value from -128 to 127; specialise tenon::enum_names or tenon::enum_by_value");

    static Byte* write(Writer& w, Byte* at, const E& value, std::size_t tail) {
        const std::string_view text = name_of_value(value);
        if (text.empty()) w.fault(at, "the value is none of the enum's enumerators");
        return write_string(w, at, text, tail);
    }
    static const Byte* read(Reader& r, const Byte* at, const Byte* end, E& out) {
        std::string_view text;
        const Byte*      next = read_text(r, at, end, text);
        if (next == nullptr) return nullptr;
        if (!value_of_name(text, out)) return r.refused(at, "holds a string that names no enumerator of the entity's enum");
        return next;
    }
    static const Byte* read_other(Reader& r, Byte found, const Byte* at, const Byte*, E&) { return refuse(r, found, at, name); }
};

/// An enum stored as its underlying integer.
template <class E>
struct EnumValueCodec : ViaCodec<E, std::underlying_type_t<E>, EnumValueCodec<E>> {
    static std::underlying_type_t<E> to(E value) { return static_cast<std::underlying_type_t<E>>(value); }
    static bool from(Reader&, const Byte*, std::underlying_type_t<E> value, E& out) {
        out = static_cast<E>(value);
        return true;
    }
};
template <class E>
    requires(std::is_enum_v<E> && !Mapped<E> && !ByteLike<E> && enum_by_value<E>)
struct Codec<E> : EnumValueCodec<E> {};

template <class E>
    requires std::is_enum_v<E>
struct FieldCodec<E, Role::by_value> {
    using type = EnumValueCodec<E>;
};
template <class E>
    requires std::is_enum_v<E>
struct FieldCodec<std::optional<E>, Role::by_value> {
    using type = PointerCodec<std::optional<E>, E, EnumValueCodec<E>>;
};

}  // namespace tenon::mapping
