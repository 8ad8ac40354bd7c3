#pragma once
// Generator: entities made up from their reflection, the same ones for the same seed.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenon/bson/document.hpp>
#include <tenon/mapping/codec.hpp>
#include <tenon/mapping/model.hpp>
#include <tenon/reflect/path.hpp>

namespace tenon::testing {

/// How large generated values are.
struct GeneratorOptions {
    std::size_t longest_string = 24;  ///< bytes
    std::size_t most_elements  = 4;   ///< of a vector, set, map or free-form document
    int         deepest        = 4;   ///< levels of optionals, containers and free-form documents; below they are empty
};

/// Makes entities and values of any mapped type. The same seed gives the same ones on every machine. Not thread-safe.
/// What it makes can be stored and reads back as it was. A member `id` is filled; one that the model ignores keeps its default. A type
/// with a Mapper is made from a value that its from_bson takes: of one that takes none of 64 the default is kept.
class Generator {
public:
    explicit Generator(std::uint64_t seed, GeneratorOptions options = {}) : state_(seed), options_(options) {}

    template <class T>
    [[nodiscard]] T make() {
        T value{};
        fill(value, 0);
        return value;
    }

    /// 0 to count - 1.
    [[nodiscard]] std::uint64_t below(std::uint64_t count) noexcept { return count == 0 ? 0 : next() % count; }
    /// The next 64 bits (splitmix64).
    std::uint64_t next() noexcept {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z               = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z               = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }

private:
    [[nodiscard]] std::string text();
    void                      bytes(std::uint8_t* out, std::size_t size);
    [[nodiscard]] double      real();

    // Free-form values: of any BSON type, under keys that every store takes and that begin with `prefix`.
    [[nodiscard]] bson::Document document(int depth, std::string_view prefix = {});
    [[nodiscard]] bson::Array    array(int depth);
    [[nodiscard]] bson::Value    value(int depth);
    [[nodiscard]] bson::Value    scalar();
    [[nodiscard]] std::int64_t   milliseconds() { return static_cast<std::int64_t>(below(4'102'444'800'000)); }  // 1970 to 2100

    template <class T>
    void fill(T& value, int depth) {
        if constexpr (Mapped<T>) {
            by_mapper(value, depth);
        } else if constexpr (std::is_same_v<T, bool>) {
            value = below(2) == 1;
        } else if constexpr (std::is_same_v<T, std::byte>) {
            value = static_cast<std::byte>(below(256));
        } else if constexpr (std::is_enum_v<T>) {
            pick_enumerator(value);
        } else if constexpr (std::is_integral_v<T>) {
            integer(value);
        } else if constexpr (std::is_floating_point_v<T>) {
            value = static_cast<T>(real());
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = text();
        } else if constexpr (requires { fill_value(value, depth); }) {
            fill_value(value, depth);
        } else if constexpr (requires { typename T::value_type; value.value; }) {  // a strong id
            fill(value.value, depth);
        } else if constexpr (mapping::Variant<T>) {
            alternative(value, depth, std::make_index_sequence<mapping::Codec<T>::Alternatives::count>{});
        } else if constexpr (requires { value.reset(); *value; }) {  // optional, unique_ptr
            if (depth < options_.deepest && below(3) != 0) {
                std::remove_cvref_t<decltype(*value)> inner{};
                fill(inner, depth + 1);
                if constexpr (requires { value = std::move(inner); }) value = std::move(inner);
                else value.reset(new std::remove_cvref_t<decltype(*value)>(std::move(inner)));
            }
        } else if constexpr (requires { typename T::mapped_type; }) {
            for (auto n = count(depth); n > 0; --n) {
                typename T::key_type    key{};
                typename T::mapped_type mapped{};
                fill(key, depth + 1);
                fill(mapped, depth + 1);
                value.emplace(std::move(key), std::move(mapped));
            }
        } else if constexpr (requires { value.push_back(std::declval<typename T::value_type>()); }) {
            for (auto n = count(depth); n > 0; --n) {
                typename T::value_type element{};
                fill(element, depth + 1);
                value.push_back(std::move(element));
            }
        } else if constexpr (requires { typename T::key_type; value.insert(std::declval<typename T::key_type>()); }) {
            for (auto n = count(depth); n > 0; --n) {
                typename T::key_type element{};
                fill(element, depth + 1);
                value.insert(std::move(element));
            }
        } else if constexpr (requires { value.fill(std::declval<typename T::value_type>()); }) {  // std::array
            for (auto& element : value) fill(element, depth + 1);
        } else {
            static_assert(reflect::is_entity<T>, "tenon: the generator makes values of mapped types only");
            reflect::for_each(value, [&]<std::size_t I>(auto& field) {
                if constexpr (!mapping::is_ignored<T, I>) fill(field, depth);
            });
        }
    }

    // The value types of BSON, and the chrono types that are stored as one of them.
    void fill_value(bson::ObjectId& value, int) { bytes(value.bytes.data(), value.bytes.size()); }
    void fill_value(bson::Uuid& value, int) { bytes(value.bytes.data(), value.bytes.size()); }
    void fill_value(bson::DateTime& value, int) { value = bson::DateTime(milliseconds()); }
    void fill_value(bson::Decimal128& value, int) { value = bson::Decimal128::from_int64(static_cast<std::int64_t>(next() >> 16U)); }
    // A server puts its own time in the place of the timestamp 0.
    void fill_value(bson::Timestamp& value, int) { value = {1 + static_cast<std::uint32_t>(below(4'000'000'000)), static_cast<std::uint32_t>(below(100))}; }
    void fill_value(bson::Binary& value, int);
    void fill_value(bson::Regex& value, int) { value = {text(), below(2) == 0 ? "" : "im"}; }
    void fill_value(bson::Code& value, int) { value.source = text(); }
    void fill_value(bson::MinKey&, int) {}
    void fill_value(bson::MaxKey&, int) {}
    void fill_value(bson::Null&, int) {}
    void fill_value(bson::Document& value, int depth) { value = document(depth); }
    void fill_value(bson::Array& value, int depth) { value = array(depth); }
    void fill_value(bson::Value& out, int depth) { out = value(depth); }
    void fill_value(Extra& extra, int depth) { extra.fields = document(depth, "extra "); }  // no member's name has a space
    // Whole milliseconds, so that they are still the same when they were stored, in whole units of the member.
    template <class D>
    void fill_value(std::chrono::time_point<std::chrono::system_clock, D>& value, int) {
        const std::chrono::milliseconds since(milliseconds());
        if constexpr (std::ratio_less_v<std::milli, typename D::period> && !std::is_floating_point_v<typename D::rep>) {
            value = std::chrono::time_point<std::chrono::system_clock, D>(std::chrono::floor<D>(since));
        } else {
            value = std::chrono::time_point<std::chrono::system_clock, D>(std::chrono::duration_cast<D>(since));
        }
    }
    template <class Rep, class Period>
    void fill_value(std::chrono::duration<Rep, Period>& value, int depth) {
        Rep units{};
        fill(units, depth);
        value = std::chrono::duration<Rep, Period>(units);
    }

    template <class T>
    void by_mapper(T& value, int depth) {
        for (int tries = 0; tries < 64; ++tries) {
            typename mapping::Codec<T>::Stored stored{};
            fill(stored, depth);
            if (auto made = Mapper<T>::from_bson(stored)) {
                value = std::move(*made);
                return;
            }
        }
    }

    template <class V, std::size_t... I>
    void alternative(V& value, int depth, std::index_sequence<I...>) {
        const auto one = [&]<std::size_t N>() {
            auto& held = value.template emplace<N>();
            if constexpr (!mapping::detail::is_monostate<std::remove_cvref_t<decltype(held)>>) fill(held, depth);
        };
        const auto chosen = below(sizeof...(I));
        ((I == chosen ? one.template operator()<I>() : void()), ...);
    }

    [[nodiscard]] std::uint64_t count(int depth) { return depth < options_.deepest ? below(options_.most_elements + 1) : 0; }

    template <class E>
    void pick_enumerator(E& value) {
        std::size_t names = 0;
        for ([[maybe_unused]] const auto& name : mapping::detail::Enumerators<E>{}) ++names;
        auto wanted = below(names);
        for (const auto& name : mapping::detail::Enumerators<E>{}) {
            if (wanted-- == 0) value = name.value;
        }
    }

    // Small numbers, the ends of the type, and any bits: each as often. Unsigned 64-bit ones stay within int64's range.
    template <class N>
    void integer(N& value) {
        switch (below(3)) {
            case 0: value = static_cast<N>(below(100)); break;
            case 1: value = below(2) == 0 ? std::numeric_limits<N>::min() : largest<N>(); break;
            default: value = static_cast<N>(std::is_same_v<N, std::uint64_t> ? next() >> 1U : next()); break;
        }
    }
    template <class N>
    [[nodiscard]] static constexpr N largest() {
        if constexpr (std::is_unsigned_v<N> && sizeof(N) == 8) return static_cast<N>(std::numeric_limits<std::int64_t>::max());
        else return std::numeric_limits<N>::max();
    }

    std::uint64_t    state_;
    GeneratorOptions options_;
};

}  // namespace tenon::testing
