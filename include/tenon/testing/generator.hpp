#pragma once
// Generator: entities made up from their reflection, the same ones for the same seed.

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenon/mapping/codec.hpp>
#include <tenon/mapping/model.hpp>
#include <tenon/reflect/path.hpp>

namespace tenon::testing {

/// How large generated values are.
struct GeneratorOptions {
    std::size_t longest_string = 24;  ///< bytes
    std::size_t most_elements  = 4;   ///< of a vector, set or map
    int         deepest        = 4;   ///< levels of optionals and containers; below they are empty
};

/// Makes entities and values of any mapped type. The same seed gives the same ones on every machine. Not thread-safe.
/// A member `id` is filled, so that it can be compared after a round trip.
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

    template <class T>
    void fill(T& value, int depth) {
        if constexpr (std::is_same_v<T, bool>) {
            value = below(2) == 1;
        } else if constexpr (std::is_enum_v<T>) {
            pick_enumerator(value);
        } else if constexpr (std::is_integral_v<T>) {
            integer(value);
        } else if constexpr (std::is_floating_point_v<T>) {
            value = static_cast<T>(real());
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = text();
        } else if constexpr (std::is_same_v<T, bson::ObjectId> || std::is_same_v<T, bson::Uuid>) {
            bytes(value.bytes.data(), value.bytes.size());
        } else if constexpr (std::is_same_v<T, bson::DateTime>) {
            value = bson::DateTime(static_cast<std::int64_t>(below(4'102'444'800'000)));  // 1970 to 2100
        } else if constexpr (std::is_same_v<T, bson::Decimal128>) {
            value = bson::Decimal128::from_int64(static_cast<std::int64_t>(next() >> 16U));
        } else if constexpr (requires { typename T::value_type; value.value; }) {  // a strong id
            fill(value.value, depth);
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
        } else if constexpr (reflect::is_entity<T>) {
            reflect::for_each(value, [&]<std::size_t>(auto& field) { fill(field, depth); });
        } else if constexpr (requires { value.fill(std::declval<typename T::value_type>()); }) {  // std::array
            for (auto& element : value) fill(element, depth + 1);
        }
        // Other types (a user's own Mapper, Extra, free-form documents, chrono) keep their default.
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
