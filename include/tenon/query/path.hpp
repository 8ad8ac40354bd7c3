#pragma once
// The two kinds of path: one of member pointers alone, known at compile time; and one with indexes, keys or `$[]` in it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <tenon/bson/document.hpp>
#include <tenon/mapping/model.hpp>
#include <tenon/query/mistakes.hpp>
#include <tenon/reflect/path.hpp>
#include <tenon/result.hpp>

namespace tenon::query {

/// A path as the compiled part takes it.
struct PathRef {
    std::string_view             text{};
    std::shared_ptr<const Error> error{};
};

namespace detail {

template <auto First, auto... Rest>
inline constexpr auto static_name = reflect::joined<mapping::wire_name_of<First>, mapping::wire_name_of<Rest>...>;

template <auto First, auto Second, class Held>
[[nodiscard]] consteval bool chains() {
    if constexpr (!std::is_same_v<Held, reflect::member_class<Second>>) {
        (void)sizeof(typename mistake::field<static_name<First>, Held>::template has_no_member<Second>);
    }
    return true;
}

/// Follows member pointers from the first to the last, checking that each is a member of what the one before it holds.
template <auto First, auto... Rest>
struct Chain {
    using Value                         = reflect::member_type<First>;
    static constexpr bool nullable      = reflect::is_nullable<Value>;
    static constexpr bool optional_step = nullable;
    static constexpr bool through_array = false;
    static constexpr auto last          = First;
};
template <auto First, auto Second, auto... Rest>
struct Chain<First, Second, Rest...> {
    using Next = Chain<Second, Rest...>;
    using Held = reflect::reached<reflect::member_type<First>>;
    static_assert(chains<First, Second, Held>());

    using Value                         = typename Next::Value;
    static constexpr bool nullable      = reflect::is_nullable<reflect::member_type<First>> || Next::nullable ||
                                     reflect::goes_through_array<reflect::member_type<First>>;
    static constexpr bool optional_step = reflect::is_nullable<reflect::member_type<First>> || Next::optional_step;
    static constexpr bool through_array = reflect::goes_through_array<reflect::member_type<First>> || Next::through_array;
    static constexpr auto last          = Next::last;
};

/// `$`-steps, indexes and keys appended to a path; mistakes are kept in it.
[[nodiscard]] std::string step(std::string_view path, std::string_view next);
[[nodiscard]] std::string step(std::string_view path, std::size_t index);
[[nodiscard]] std::shared_ptr<const Error> check_key(std::string_view path, std::string_view key);
[[nodiscard]] std::shared_ptr<const Error> check_identifier(std::string_view path, std::string_view identifier);

}  // namespace detail

/// A path of member pointers. Its stored names and rules are looked up in bodies, not in the class, so that a Model that is not complete yet may name
/// paths of its own entity.
template <auto First, auto... Rest>
class StaticPath {
    static constexpr auto last = detail::Chain<First, Rest...>::last;
    using Holder               = reflect::member_class<last>;

public:
    using Root  = reflect::member_class<First>;
    using Value = typename detail::Chain<First, Rest...>::Value;

    static constexpr bool nullable      = detail::Chain<First, Rest...>::nullable;
    static constexpr bool optional_step = detail::Chain<First, Rest...>::optional_step;  // absent even where arrays are unwound
    static constexpr bool through_array = detail::Chain<First, Rest...>::through_array;

    [[nodiscard]] static constexpr const auto& name() { return detail::static_name<First, Rest...>; }
    [[nodiscard]] static constexpr std::string_view text() { return detail::static_name<First, Rest...>.view(); }
    [[nodiscard]] static PathRef ref() {
        if constexpr (mapping::is_ignored<Holder, reflect::index_of<last>>) {
            (void)sizeof(typename mistake::field<name(), Value>::template is_not_stored<Holder>);
        }
        return {text(), nullptr};
    }
    /// An enum's member may be declared to be stored by value.
    [[nodiscard]] static constexpr bool by_value() {
        return mapping::detail::holds<Holder>(mapping::Rules<Holder>::enum_by_value, reflect::index_of<last>);
    }
    [[nodiscard]] static constexpr bool null_when_empty() { return mapping::Rules<Holder>::null_when_empty; }
    /// Documents without the field can be read.
    [[nodiscard]] static constexpr bool may_be_absent() { return reflect::is_nullable<Value> || mapping::Rules<Holder>::lenient; }
};

namespace detail {

// What a path made at run time ends in, and with it the rules of its value: a path of members (of which the last decides), or one of these.

/// The value under a map's key: empty it is stored as null, and the key may be taken out.
struct Key {
    [[nodiscard]] static constexpr bool by_value() { return false; }
    [[nodiscard]] static constexpr bool null_when_empty() { return true; }
    [[nodiscard]] static constexpr bool may_be_absent() { return true; }
};
/// An element of an array: empty or taken out it is null.
template <class V>
struct Place : Key {
    [[nodiscard]] static constexpr bool may_be_absent() { return reflect::is_nullable<V> || std::is_same_v<reflect::pointee<V>, bson::Value>; }
};

}  // namespace detail

/// A path made at run time. `End`: whose rules its value follows. `Through`: an array lies on it whose elements it does not name.
template <class R, class V, class End, bool Through>
class DynamicPath {
public:
    using Root  = R;
    using Value = V;

    static constexpr bool nullable      = true;  // a key or an element may always be missing
    static constexpr bool optional_step = true;
    static constexpr bool through_array = Through;

    DynamicPath() = default;
    DynamicPath(std::string text, std::shared_ptr<const Error> error) : text_(std::move(text)), error_(std::move(error)) {}

    [[nodiscard]] static constexpr auto name() { return reflect::Name("(path)"); }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] PathRef ref() const { return {text_, error_}; }
    [[nodiscard]] static constexpr bool by_value() { return End::by_value(); }
    [[nodiscard]] static constexpr bool null_when_empty() { return End::null_when_empty(); }
    [[nodiscard]] static constexpr bool may_be_absent() { return End::may_be_absent(); }

private:
    std::string                  text_{};
    std::shared_ptr<const Error> error_{};
};

/// Stands for an element of an array in elem_match, not_, pull and array_filter: its conditions have no path.
template <class V>
struct Element {};
template <class V>
struct ElementPath {
    using Root  = Element<V>;
    using Value = V;

    static constexpr bool nullable      = true;
    static constexpr bool through_array = false;

    [[nodiscard]] static constexpr auto name() { return reflect::Name("(element)"); }
    [[nodiscard]] static constexpr std::string_view text() noexcept { return {}; }
    [[nodiscard]] static PathRef ref() { return {}; }
    [[nodiscard]] static constexpr bool by_value() { return false; }
    [[nodiscard]] static constexpr bool null_when_empty() { return false; }
    [[nodiscard]] static constexpr bool may_be_absent() { return true; }
};

}  // namespace tenon::query
