#pragma once
// Projection<T, U>: which part of an entity T is read into a U; derived from U's own fields.

#include <string_view>
#include <type_traits>

#include <tenon/query/clause.hpp>
#include <tenon/query/mistakes.hpp>
#include <tenon/query/operand.hpp>
#include <tenon/query/path.hpp>

namespace tenon::query {

/// A projection with its types erased.
class ProjectionBase : public Clause {
public:
    using Clause::Clause;

    [[nodiscard]] static ProjectionBase parse(std::string_view json);
};

namespace detail {

/// Collects the fields of a projection in the order of U's members.
class ProjectionWriter {
public:
    /// Path of the struct that is projected: outside its own field.
    void open(std::string_view name);
    void close();
    void field(std::string_view source, std::string_view target);
    [[nodiscard]] ProjectionBase finish();

private:
    bson::Builder builder_{};
    std::string   path_{};
    bool          id_  = false;
    bool          any_ = false;
};

template <std::size_t N>
[[nodiscard]] consteval auto to_name(std::string_view text) {
    reflect::Name<N + 1> out;
    for (std::size_t i = 0; i < N; ++i) out.text[i] = text[i];
    out.text[N] = '\0';  // written so that clang prints the text and not its codes
    return out;
}

/// The position in T of the field with this C++ name; field_count<T> when there is none.
template <class T>
[[nodiscard]] consteval std::size_t position_of(std::string_view name) {
    std::size_t i = 0;
    while (i < reflect::field_count<T> && reflect::field_names<T>[i] != name) ++i;
    return i;
}

/// True when T has a field at this position and stores it.
template <class T, std::size_t At>
[[nodiscard]] consteval bool stores() {
    if constexpr (At < reflect::field_count<T>) return !mapping::is_ignored<T, At>;
    return false;
}

template <class T, class U>
[[nodiscard]] consteval bool readable();

template <class T, class U, std::size_t I>
[[nodiscard]] consteval bool field_readable() {
    constexpr auto name  = reflect::field_name<U, I>;
    constexpr auto label = to_name<name.size()>(name);
    using Wanted         = reflect::field_type<U, I>;
    constexpr auto at    = position_of<T>(name);
    if constexpr (mapping::is_ignored<U, I>) {
        return true;
    } else if constexpr (!stores<T, at>()) {
        (void)sizeof(typename mistake::field<label, Wanted>::template is_not_in<T>);
    } else if constexpr (!readable<reflect::field_type<T, at>, Wanted>()) {
        (void)sizeof(typename mistake::field<label, Wanted>::template cannot_be_read_from<reflect::field_type<T, at>>);
    }
    return true;
}
template <class T, class U>
[[nodiscard]] consteval bool fields_readable() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return (field_readable<T, U, I>() && ...);
    }(std::make_index_sequence<reflect::field_count<U>>{});
}

/// Whether a U can hold every value of a T.
template <class T, class U>
[[nodiscard]] consteval bool readable() {
    if constexpr (std::is_same_v<T, U>) {
        return true;
    } else if constexpr (reflect::is_nullable<U>) {
        return readable<reflect::pointee<T>, reflect::pointee<U>>();
    } else if constexpr (reflect::is_nullable<T>) {
        return false;
    } else if constexpr (Integer<T> && Integer<U>) {
        return std::in_range<U>(std::numeric_limits<T>::min()) && std::in_range<U>(std::numeric_limits<T>::max());
    } else if constexpr (std::is_same_v<U, double>) {
        return std::is_same_v<T, float> || Narrow<T>;
    } else if constexpr (std::is_same_v<U, bson::Value>) {
        return true;
    } else if constexpr (reflect::Sequence<T> && reflect::Sequence<U>) {
        return readable<typename T::value_type, typename U::value_type>();
    } else if constexpr (reflect::is_entity<T> && reflect::is_entity<U>) {
        return fields_readable<T, U>();
    } else {
        return false;
    }
}

template <class T, class U, bool Nested>
void project(ProjectionWriter& out);

template <class T, class U, std::size_t I, bool Nested>
void project_field(ProjectionWriter& out) {
    if constexpr (!mapping::is_ignored<U, I>) {
        constexpr auto at = position_of<T>(reflect::field_name<U, I>);
        if constexpr (stores<T, at>()) {
            constexpr auto source = mapping::wire_name<T, at>;
            constexpr auto target = mapping::wire_name<U, I>;
            static_assert(!Nested || source == target, "a field inside a projected struct keeps its stored name");
            using From = reflect::reached<reflect::field_type<T, at>>;
            using To   = reflect::reached<reflect::field_type<U, I>>;
            if constexpr (!std::is_same_v<From, To> && reflect::is_entity<From> && reflect::is_entity<To>) {
                static_assert(source == target, "a projected struct keeps its stored name");
                out.open(source);
                project<From, To, true>(out);
                out.close();
            } else {
                out.field(source, target);
            }
        }
    }
}
template <class T, class U, bool Nested>
void project(ProjectionWriter& out) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (project_field<T, U, I, Nested>(out), ...);
    }(std::make_index_sequence<reflect::field_count<U>>{});
}

}  // namespace detail

/// Which part of a T is read into a U. Default made: every field of U, by its C++ name in T; under another stored name as
/// `{name: "$stored"}`. A field of U that T has not, or that could not hold T's value, does not compile.
template <class T, class U>
class Projection : public ProjectionBase {
public:
    using Entity = T;
    using Into   = U;

    Projection() : ProjectionBase(derived()) {}
    explicit Projection(ProjectionBase base) : ProjectionBase(std::move(base)) {}

    /// MongoDB's own form. It is sent as it is; what it yields is decoded into U.
    [[nodiscard]] static Projection raw(bson::Document document) { return Projection(ProjectionBase(std::move(document))); }
    /// The same from Extended JSON. @errors invalid_argument with the position.
    [[nodiscard]] static Result<Projection> from_json(std::string_view json) {
        Projection projection(ProjectionBase::parse(json));
        if (projection.error() != nullptr) return fail(*projection.error());
        return projection;
    }

private:
    [[nodiscard]] static ProjectionBase derived() {
        static_assert(detail::fields_readable<T, U>());
        detail::ProjectionWriter out;
        detail::project<T, U, false>(out);
        return out.finish();
    }
};

/// The projection of T that a U needs.
template <class T, class U>
[[nodiscard]] Projection<T, U> projection_of() {
    return {};
}

}  // namespace tenon::query

namespace tenon {
using query::Projection;
using query::projection_of;
}  // namespace tenon
