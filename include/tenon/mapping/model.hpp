#pragma once
// Model<T>: what a developer declares about an entity, and the stored name of each field that follows from it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenon/reflect/fields.hpp>

namespace tenon {

/// How the names of fields that have no rename are stored.
enum class Naming : std::uint8_t {
    as_written,  ///< created_at -> created_at
    camel_case,  ///< created_at -> createdAt
};

/// The stored name of one field; made by rename.
template <class T>
struct Rename {
    std::size_t      index = 0;
    std::string_view name{};
};
/// Stores a member under another name: `rename<&User::mail>("email")`.
template <auto Member>
[[nodiscard]] consteval Rename<reflect::member_class<Member>> rename(std::string_view name) {
    return {reflect::index_of<Member>, name};
}

/// A list of renames; made by renames.
template <class T, std::size_t N>
struct Renames {
    Rename<T> items[N];
};
/// `static constexpr auto rename = tenon::renames(tenon::rename<&User::mail>("email"), ...);`
template <class T, class... More>
[[nodiscard]] consteval Renames<T, 1 + sizeof...(More)> renames(Rename<T> first, More... more) {
    return {{first, more...}};
}

/// A set of members of one struct; made by members.
template <class T, std::size_t N>
struct Members {
    std::size_t index[N];
};
/// `static constexpr auto ignore = tenon::members<&User::cached, &User::scratch>;`
template <auto First, auto... More>
inline constexpr Members<reflect::member_class<First>, 1 + sizeof...(More)> members{
    {reflect::index_of<First>, reflect::index_of<More>...}};

/// Nothing declared.
struct Undeclared {};

/// What the fields of a struct are mapped by, when nothing else is declared. A nested struct that needs other rules
/// specialises Mapping and inherits from this: `template <> struct tenon::Mapping<Line> : tenon::MappingDefaults { ... };`
struct MappingDefaults {
    static constexpr Undeclared rename{};                  ///< stored names: tenon::renames(tenon::rename<&T::a>("b"), ...)
    static constexpr Undeclared ignore{};                  ///< members that are neither stored nor read: tenon::members<&T::a, ...>
    static constexpr Undeclared hidden{};                  ///< members that to_json leaves out and from_json refuses
    static constexpr Undeclared read_only{};               ///< members that to_json shows and from_json refuses
    static constexpr Naming     naming          = Naming::as_written;
    static constexpr bool       lenient         = false;   ///< a missing field keeps the member's default
    static constexpr bool       null_when_empty = false;   ///< an empty optional is stored as null, not left out
    static constexpr Undeclared enum_by_value{};           ///< enum members that are stored as integers: tenon::members<&T::a, ...>
    static constexpr std::string_view discriminator = "_type";  ///< as a variant's alternative: the key that holds its name
    static constexpr Undeclared tag{};                     ///< as a variant's alternative: its name, else the type's own
};

/// Rules of a struct that is no root entity.
template <class T>
struct Mapping : MappingDefaults {};

namespace detail {
// ChatMessage -> chat_message, in a buffer of the program.
template <class T>
struct SnakeName {
    char        text[2 * reflect::type_name<T>.size() + 1]{};
    std::size_t size = 0;

    consteval SnakeName() {
        char before = '_';
        for (const char c : reflect::type_name<T>) {
            const bool upper = c >= 'A' && c <= 'Z';
            if (upper && before != '_' && !(before >= 'A' && before <= 'Z')) text[size++] = '_';
            text[size++] = upper ? static_cast<char>(c - 'A' + 'a') : c;
            before       = c;
        }
    }
};
template <class T>
inline constexpr SnakeName<T> snake_name{};
}  // namespace detail

/// What a root entity's Model inherits from; each member may be redeclared in the Model.
template <class T>
struct Defaults : MappingDefaults {
    /// The collection's name. Default: the type's own name in snake case, ChatMessage -> chat_message.
    static constexpr std::string_view collection{detail::snake_name<T>.text, detail::snake_name<T>.size};
    static constexpr Undeclared indexes{};      ///< tenon::indexes(...)
    static constexpr Undeclared shard_key{};    ///< tenon::shard_key<asc<&T::tenant>, hashed<&T::id>>(), for Database::shard
    static constexpr bool       soft_delete = false;  ///< true, or tenon::soft_delete_on<&T::deleted_at>; inserts store it empty
    static constexpr Undeclared created_at{};   ///< &T::member of type DateTime, set on insert
    static constexpr Undeclared updated_at{};   ///< &T::member of type DateTime, set on each write
    static constexpr Undeclared versioned{};    ///< &T::member of type int32_t or int64_t, the optimistic lock
};

/// What the library knows of a root entity. Not defined: each entity specialises it, were it only
/// `template <> struct tenon::Model<Message> : tenon::Defaults<Message> {};`, before its first use and wherever it is used.
template <class T>
struct Model;

/// An entity with a Model: what a Repository can hold.
template <class T>
concept RootEntity = reflect::is_entity<T> && requires { sizeof(Model<T>); };

/// A member that a remove sets to one value and a restore to another; made by SoftDeleteOn::also.
template <auto Member, class OnDelete, class OnRestore>
struct AlsoSet {
    static constexpr auto member = Member;
    OnDelete              on_delete;
    OnRestore             on_restore;
};

/// A soft delete that names a member, and members to set with it; made by soft_delete_on.
template <auto Member, class... Also>
struct SoftDeleteOn : Also... {
    static constexpr auto member = Member;

    /// A further member that changes with the deletion: `.also<&User::status>("removed", "active")`.
    template <auto Other, class D, class R>
    [[nodiscard]] consteval SoftDeleteOn<Member, Also..., AlsoSet<Other, D, R>> also(D removed, R restored) const {
        return {static_cast<const Also&>(*this)..., {removed, restored}};
    }
};

/// `static constexpr auto soft_delete = tenon::soft_delete_on<&User::deleted_at>;` where the member is optional<DateTime>.
template <auto Member>
inline constexpr SoftDeleteOn<Member> soft_delete_on{};

namespace mapping {

namespace detail {
template <class T>
struct RulesOf {
    using type = Mapping<T>;
};
template <RootEntity T>
struct RulesOf<T> {
    using type = Model<T>;
};
}  // namespace detail

/// Model<T> of a root entity, Mapping<T> of any other struct.
template <class T>
using Rules = typename detail::RulesOf<T>::type;

namespace detail {

template <class D>
inline constexpr bool declared = !std::is_same_v<std::remove_const_t<D>, Undeclared>;

template <std::size_t N>
struct Names {
    std::string_view at[N == 0 ? 1 : N]{};
};

// The characters of all names in camel case, one after the other, each at the offset of the name as written.
template <class T>
struct CamelNames {
    static constexpr std::size_t total() {
        std::size_t n = 1;
        for (const auto name : reflect::field_names<T>) n += name.size();
        return n;
    }
    char text[total()]{};

    consteval CamelNames() {
        std::size_t start = 0;
        for (const auto name : reflect::field_names<T>) {
            std::size_t at    = start;
            bool        raise = false;
            for (std::size_t i = 0; i < name.size(); ++i) {
                const char c = name[i];
                if (c == '_' && i > 0 && i + 1 < name.size()) {
                    raise = true;
                    continue;
                }
                text[at++] = raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
                raise      = false;
            }
            start += name.size();
        }
    }
};
template <class T>
inline constexpr CamelNames<T> camel_names{};

// Plain loops over characters: the compiler runs these for every struct.
consteval bool storable(std::string_view name) {
    const char* const text = name.data();
    const std::size_t size = name.size();
    if (size == 0 || text[0] == '$') return false;
    for (std::size_t i = 0; i < size; ++i) {
        if (text[i] == '.' || text[i] == '\0') return false;
    }
    return true;
}
consteval bool same_text(const std::string_view& a, const std::string_view& b) {
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    const char* const left  = a.data();
    const char* const right = b.data();
    for (std::size_t i = 0; i < size; ++i) {
        if (left[i] != right[i]) return false;
    }
    return true;
}

template <class T>
[[nodiscard]] consteval auto wire_names_of() {
    constexpr std::size_t n = reflect::field_count<T>;
    Names<n>              out{};
    std::size_t           offset = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const auto name = reflect::field_names<T>[i];
        out.at[i]       = name;
        if constexpr (Rules<T>::naming == Naming::camel_case) {
            std::size_t size = 0;
            while (size < name.size() && camel_names<T>.text[offset + size] != '\0') ++size;
            out.at[i] = std::string_view(camel_names<T>.text + offset, size);
            offset += name.size();
        }
        if constexpr (RootEntity<T>) {
            if (name == "id") out.at[i] = "_id";
        }
    }
    if constexpr (declared<decltype(Rules<T>::rename)>) {
        for (const Rename<T>& r : Rules<T>::rename.items) out.at[r.index] = r.name;
    }
    return out;
}

template <class T>
[[nodiscard]] consteval bool wire_names_are_storable(const auto& names) {
    for (std::size_t i = 0; i < reflect::field_count<T>; ++i) {
        if (!storable(names.at[i])) return false;
        for (std::size_t j = 0; j < i; ++j) {
            if (same_text(names.at[i], names.at[j])) return false;
        }
    }
    return true;
}

template <class T>
struct WireNames {
    static constexpr auto value = wire_names_of<T>();
    static_assert(wire_names_are_storable<T>(value),
                  "two fields have one stored name, or a name is empty, starts with '$' or holds '.'");
};

template <class T, std::size_t N>
[[nodiscard]] consteval bool holds(const Members<T, N>& members, std::size_t index) {
    for (const std::size_t i : members.index) {
        if (i == index) return true;
    }
    return false;
}
template <class T>
[[nodiscard]] consteval bool holds(const Undeclared&, std::size_t) {
    return false;
}

}  // namespace detail

/// The stored name of field I: the member's name, its rename, or `_id` for the member `id` of a root entity.
template <class T, std::size_t I>
inline constexpr std::string_view wire_name = detail::WireNames<T>::value.at[I];

/// The stored name of a member: wire_name_of<&Message::id> is "_id".
template <auto Member>
inline constexpr std::string_view wire_name_of =
    detail::WireNames<reflect::member_class<Member>>::value.at[reflect::index_of<Member>];

/// True for a member that is neither stored nor read.
template <class T, std::size_t I>
inline constexpr bool is_ignored = detail::holds<T>(Rules<T>::ignore, I);

}  // namespace mapping

}  // namespace tenon
