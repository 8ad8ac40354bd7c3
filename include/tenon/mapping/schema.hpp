#pragma once
// What the shape of a mapped type is, as data: for code that walks documents rather than structs (JSON, $jsonSchema).

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <tenon/mapping/codec.hpp>

namespace tenon::mapping {

struct TypeInfo;

/// A stored field of a struct.
struct FieldInfo {
    std::string_view name{};               ///< stored name
    const TypeInfo& (*type)() = nullptr;
    bool nullable  = false;                ///< may be absent or null
    bool required  = true;                 ///< a document that comes from outside must have it
    bool hidden    = false;
    bool read_only = false;
};

/// The shape of a type.
enum class Shape : std::uint8_t { value, structure, array, map, variant, any };

/// One type: which members matter depends on the shape.
struct TypeInfo {
    Shape                   shape = Shape::value;
    Byte                    type  = 0;            ///< BSON type of a value
    const char*             name  = "";
    bool                    nullable = false;
    std::int64_t            lowest  = std::numeric_limits<std::int64_t>::min();  ///< of an integer
    std::int64_t            highest = std::numeric_limits<std::int64_t>::max();
    const std::string_view* names = nullptr;      ///< of an enum stored by name
    std::size_t             name_count = 0;
    const FieldInfo*        fields = nullptr;     ///< of a struct
    std::size_t             field_count = 0;
    bool                    open = false;         ///< a struct that keeps unknown fields
    Result<bson::Document> (*initial)(std::size_t field) = nullptr;  ///< what one field of a new struct holds, as a document of that field
    const TypeInfo& (*element)() = nullptr;       ///< of an array or map
    const TypeInfo& (*const* alternatives)() = nullptr;  ///< of a variant
    const Tag*              tags = nullptr;       ///< and their tags; without a key those that have none
    std::size_t             alternative_count = 0;
    bool                    uuid = false;         ///< a binary that holds a UUID
    bool                    single = false;       ///< a float
    /// Where the type takes less than its BSON type and range say (a Mapper, a fixed size, coarser times): reads one value of it as decode does.
    Result<void> (*takes)(bson::ValueRef value) = nullptr;
};

template <class U>
[[nodiscard]] const TypeInfo& type_info();

namespace detail {

/// Of an error of the field "v": path and message as of that value alone.
[[nodiscard]] Error without_field(Error error);

template <class U>
inline constexpr bool is_strong_id = false;
template <class T, class U>
inline constexpr bool is_strong_id<Id<T, U>> = true;

template <class E>
struct EnumNameList {
    static constexpr std::size_t count = [] {
        std::size_t n = 0;
        for ([[maybe_unused]] const auto& item : Enumerators<E>{}) ++n;
        return n;
    }();
    struct List {
        std::string_view at[count == 0 ? 1 : count]{};
    };
    static constexpr List list = [] {
        List        out;
        std::size_t n = 0;
        for (const auto& item : Enumerators<E>{}) out.at[n++] = item.name;
        return out;
    }();
};

// The library fills these in itself, so that a document from outside may lack them.
template <class T>
[[nodiscard]] consteval bool kept_by_library(std::size_t index) {
    if constexpr (RootEntity<T>) {
        using M = Model<T>;
        if (layout<T>.names[index] == "_id" || deletion_index<T>() == index) return true;
        if constexpr (declared<decltype(M::created_at)>) {
            if (reflect::index_of<M::created_at> == index) return true;
        }
        if constexpr (declared<decltype(M::updated_at)>) {
            if (reflect::index_of<M::updated_at> == index) return true;
        }
        if constexpr (declared<decltype(M::versioned)>) {
            if (reflect::index_of<M::versioned> == index) return true;
        }
    }
    return false;
}

template <class U, Role R>
[[nodiscard]] const TypeInfo& field_type_info() {
    if constexpr (R == Role::by_value) {
        using C = typename FieldCodec<U, R>::type;
        static constexpr TypeInfo info{.type = C::type, .name = C::name};
        return info;
    } else if constexpr (R == Role::skipped || std::is_same_v<U, Extra>) {
        static constexpr TypeInfo none{.shape = Shape::any};
        return none;
    } else {
        return type_info<U>();
    }
}

template <class T>
struct StructFields;
template <class T>
struct StructFields {
    template <class... F, std::size_t... I>
    static const FieldInfo* list(reflect::Types<F...>, std::index_sequence<I...>) {
        static constexpr FieldInfo fields[sizeof...(F) + 1] = {
            {layout<T>.names[I], &field_type_info<F, role_of<T>(I)>, is_optional<F>(),
             (layout<T>.required[I / 64] >> (I % 64) & 1) != 0 && !kept_by_library<T>(I), holds<T>(Rules<T>::hidden, I),
             holds<T>(Rules<T>::read_only, I)}...};
        return fields;
    }
    template <class F>
    static consteval bool is_optional() {
        if constexpr (std::is_same_v<F, Extra>) return true;
        else return requires { Codec<F>::nullable; };
    }
};

template <class V>
struct VariantInfo;
template <class... A>
struct VariantInfo<reflect::Types<A...>> {
    static constexpr const TypeInfo& (*list[sizeof...(A)])() = {&type_info<A>...};
};

/// A value of any type as a field of a document.
template <class U>
struct OneValue {
    U v{};
};

/// Error::path begins behind the value.
template <class U>
[[nodiscard]] Result<void> takes(bson::ValueRef value) {
    bson::Builder document;
    document.append("v", value);
    auto read = decode<OneValue<U>>(document.take());
    if (!read) return fail(without_field(std::move(read).error()));
    return {};
}

template <class U>
[[nodiscard]] Result<bson::Document> initial_field(std::size_t field) {
    const U value{};
    return encode_field(shape<U>, TablesOf<U>::template writers<U>.ops, reflect::addresses<reflect::field_count<U>>(value).at, field);
}

template <class U>
[[nodiscard]] TypeInfo describe() {
    if constexpr (Mapped<U>) {
        TypeInfo info = type_info<typename Codec<U>::Stored>();
        info.takes    = &takes<U>;
        return info;
    } else if constexpr (is_strong_id<U>) {
        return type_info<typename U::value_type>();
    } else if constexpr (std::is_same_v<U, bson::Value> || std::is_same_v<U, bson::Document> || std::is_same_v<U, bson::Array>) {
        return {.shape = Shape::any, .type = Codec<U>::type, .name = Codec<U>::name};
    } else if constexpr (reflect::is_entity<U>) {
        if constexpr (is_monostate<U>) {
            return {.type = 0x0A, .name = "null"};
        } else {
            return {.shape       = Shape::structure,
                    .type        = 0x03,
                    .name        = "object",
                    .fields      = StructFields<U>::list(reflect::field_types<U>{}, std::make_index_sequence<reflect::field_count<U>>{}),
                    .field_count = reflect::field_count<U>,
                    .open        = layout<U>.extra < reflect::field_count<U>,
                    .initial     = &initial_field<U>};
        }
    } else if constexpr (requires { typename U::deleter_type; }) {
        TypeInfo info = type_info<typename U::element_type>();
        info.nullable = true;
        return info;
    } else if constexpr (is_nullable<U>) {
        TypeInfo info = type_info<typename U::value_type>();
        info.nullable = true;
        return info;
    } else if constexpr (Variant<U>) {
        using Types = typename AlternativesOf<U>::type;
        return {.shape             = Shape::variant,
                .name              = "variant",
                .alternatives      = VariantInfo<Types>::list,
                .tags              = Alternatives<Types>::tags,
                .alternative_count = Alternatives<Types>::count};
    } else if constexpr (std::is_enum_v<U> && !enum_by_value<U>) {
        return {.type = 0x02, .name = "enum", .names = EnumNameList<U>::list.at, .name_count = EnumNameList<U>::count};
    } else if constexpr (Codec<U>::type == 0x04) {
        TypeInfo info{.shape = Shape::array, .type = 0x04, .name = "array", .element = &type_info<typename U::value_type>};
        if constexpr (requires { std::tuple_size<U>::value; }) info.takes = &takes<U>;
        return info;
    } else if constexpr (Codec<U>::type == 0x03) {
        return {.shape = Shape::map, .type = 0x03, .name = "object", .element = &type_info<typename U::mapped_type>, .takes = &takes<U>};
    } else {
        TypeInfo info{.type = Codec<U>::type, .name = Codec<U>::name, .uuid = std::is_same_v<U, bson::Uuid>, .single = std::is_same_v<U, float>};
        if constexpr (Codec<U>::type == 0x09 && !std::is_same_v<U, bson::DateTime>) info.takes = &takes<U>;
        if constexpr (StoredInteger<U>) {
            if constexpr (!(std::is_unsigned_v<U> && sizeof(U) == 8)) info.highest = static_cast<std::int64_t>(std::numeric_limits<U>::max());
            info.lowest = static_cast<std::int64_t>(std::numeric_limits<U>::min());
        }
        return info;
    }
}

}  // namespace detail

/// The shape of a type; lives as long as the program.
template <class U>
[[nodiscard]] const TypeInfo& type_info() {
    static const TypeInfo info = detail::describe<U>();
    return info;
}

}  // namespace tenon::mapping
