#pragma once
// Operand: a C++ value as the BSON value a field of a given type would store: at the field's own width, and only without loss.

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <ratio>
#include <string_view>
#include <type_traits>

#include <tenon/bson/document.hpp>
#include <tenon/mapping/value.hpp>
#include <tenon/query/mistakes.hpp>
#include <tenon/reflect/path.hpp>

namespace tenon::query {

/// An encoded value, or why it could not be encoded.
class Operand {
public:
    explicit Operand(bson::Value value);  ///< a missing one is an error
    explicit Operand(Result<bson::Value> value);
    explicit Operand(Error error);

    [[nodiscard]] static Operand null();
    /// No value, of a member that may be empty: null, and in $set what the mapping makes of an empty one.
    [[nodiscard]] static Operand empty();
    [[nodiscard]] static Operand int32(std::int32_t value);
    [[nodiscard]] static Operand int64(std::int64_t value);
    [[nodiscard]] static Operand uint64(std::uint64_t value);  ///< above int64's range: an error
    [[nodiscard]] static Operand float64(double value);
    [[nodiscard]] static Operand boolean(bool value);
    [[nodiscard]] static Operand string(std::string_view value);
    [[nodiscard]] static Operand date(bson::DateTime value);
    /// The first value of a document that was built for it.
    [[nodiscard]] static Operand built(Result<bson::Document> document);
    /// A time between two milliseconds: an order takes the date to either side, equality is a mistake. Of another value: no change.
    [[nodiscard]] Operand behind(bson::DateTime earlier) &&;
    /// An integer that the member itself must be able to hold.
    [[nodiscard]] Operand within(std::int64_t low, std::int64_t high) &&;

    [[nodiscard]] const bson::Value& value() const noexcept { return value_; }
    [[nodiscard]] const Error* error() const noexcept { return error_.get(); }
    [[nodiscard]] bool is_empty() const noexcept { return empty_; }              ///< made by empty()
    [[nodiscard]] bool between_dates() const noexcept { return between_dates_; }  ///< value() is the date before the time

private:
    bool                         empty_         = false;
    bool                         between_dates_ = false;
    bson::Value                  value_{};
    std::shared_ptr<const Error> error_{};
};

/// How strict a value is taken.
enum class Use : std::uint8_t {
    compare,  ///< beside a value: its width must fit; an array's field takes an element, too
    store,    ///< becomes the value: the member must be able to hold it
};

namespace detail {

template <class T>
concept Integer = mapping::StoredInteger<T>;
/// Integers that the mapping stores as int32.
template <class T>
concept Narrow = Integer<T> && mapping::fits_int32<T>;
/// Integers that int64 may not hold.
template <class T>
concept Wide = Integer<T> && std::is_unsigned_v<T> && sizeof(T) == 8;
template <class T>
concept Text = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;
template <class T>
concept FreeForm = std::same_as<T, bson::Value>;

template <class T>
inline constexpr bool is_variant = false;
template <template <class...> class V, class... Ts>
    requires requires(const V<Ts...>& v) { v.valueless_by_exception(); }
inline constexpr bool is_variant<V<Ts...>> = true;
template <class V, class T>
inline constexpr bool is_alternative = false;
template <template <class...> class V, class... Ts, class T>
inline constexpr bool is_alternative<V<Ts...>, T> = (std::same_as<Ts, T> || ...);

/// Times and durations of chrono, which convert into each other only without loss.
template <class T>
concept Chrono = requires { typename T::period; typename T::rep; };

/// Times that may lie between two milliseconds, as those of system_clock::now() do.
template <class T>
concept FineTime = Chrono<T> && requires { typename T::clock; } &&
                   (!std::integral<typename T::rep> || std::ratio_less<typename T::period, std::milli>::value);

/// Whether an operand of type O can stand beside (or become) a value of type U, which is no optional or pointer.
template <class U, class O, Use How>
[[nodiscard]] consteval bool fits() {
    if constexpr (FreeForm<U>) {
        return requires(bson::Builder b, const O& o) { b.append("", o); } || std::same_as<O, bson::Value>;
    } else if constexpr (std::same_as<U, bool>) {
        return std::same_as<O, bool>;
    } else if constexpr (Integer<U>) {
        return Integer<O> && (!Narrow<U> || Narrow<O>);
    } else if constexpr (std::same_as<U, double>) {
        return std::same_as<O, double> || std::same_as<O, float> || (Integer<O> && sizeof(O) <= 4);
    } else if constexpr (std::same_as<U, float>) {
        return std::same_as<O, float> || (Integer<O> && sizeof(O) <= 4);
    } else if constexpr (Text<U>) {
        return Text<O>;
    } else if constexpr (std::same_as<U, bson::Decimal128>) {
        return std::same_as<O, U> || (Integer<O> && !Wide<O>);
    } else if constexpr (std::same_as<U, bson::DateTime>) {
        return std::convertible_to<const O&, bson::DateTime>;
    } else if constexpr (Chrono<U>) {
        return std::convertible_to<const O&, U> ||
               (std::same_as<O, bson::DateTime> && std::convertible_to<std::chrono::sys_time<std::chrono::milliseconds>, U>);
    } else if constexpr (std::same_as<U, bson::Document>) {
        return std::same_as<O, bson::Document> || std::same_as<O, bson::View>;
    } else if constexpr (is_variant<U>) {
        return std::same_as<O, U> || is_alternative<U, O>;
    } else if constexpr (std::same_as<O, U>) {
        return true;
    } else if constexpr (How == Use::compare && reflect::Sequence<U>) {
        return fits<reflect::pointee<typename U::value_type>, O, How>();
    } else {
        return false;
    }
}

template <class U>
[[nodiscard]] Result<bson::Value> stored(const U& value) {
    return mapping::value_by<mapping::Codec<U>>(value);
}

template <class U, class O, Use How>
[[nodiscard]] Operand encode(const O& o) {
    if constexpr (FreeForm<U>) {
        if constexpr (std::same_as<O, bson::Value>) {
            return Operand(o);
        } else {
            bson::Builder b;
            b.append("v", o);
            return Operand::built(b.finish());
        }
    } else if constexpr (std::same_as<U, bool>) {
        return Operand::boolean(o);
    } else if constexpr (Integer<U>) {
        Operand out = Narrow<U> ? Operand::int32(static_cast<std::int32_t>(o))
                      : Wide<O> ? Operand::uint64(static_cast<std::uint64_t>(o))
                                : Operand::int64(static_cast<std::int64_t>(o));
        if constexpr (How == Use::store && !std::same_as<U, O>) {
            constexpr std::int64_t low = std::is_signed_v<U> ? static_cast<std::int64_t>(std::numeric_limits<U>::min()) : 0;
            constexpr auto high = sizeof(U) == 8 ? std::numeric_limits<std::int64_t>::max()
                                                 : static_cast<std::int64_t>(std::numeric_limits<U>::max());
            return std::move(out).within(low, high);
        } else {
            return out;
        }
    } else if constexpr (std::same_as<U, double> || std::same_as<U, float>) {
        if constexpr (How == Use::store && std::same_as<U, float> && Integer<O>) {
            constexpr std::int64_t exact = std::int64_t{1} << std::numeric_limits<float>::digits;
            return Operand::float64(static_cast<double>(o)).within(-exact, exact);
        } else {
            return Operand::float64(static_cast<double>(o));
        }
    } else if constexpr (Text<U>) {
        return Operand::string(std::string_view(o));
    } else if constexpr (std::same_as<U, bson::Decimal128> && Integer<O>) {
        return Operand(bson::Value(bson::Decimal128::from_int64(static_cast<std::int64_t>(o))));
    } else if constexpr (std::same_as<U, bson::DateTime>) {
        return Operand::date(bson::DateTime(o));
    } else if constexpr (Chrono<U>) {
        if constexpr (std::same_as<O, bson::DateTime>) {
            return Operand(stored(U(o.time())));
        } else {
            return Operand(stored(U(o)));
        }
    } else if constexpr (is_variant<U> && !std::same_as<O, U>) {
        return Operand(stored(U(o)));
    } else if constexpr (reflect::Sequence<U> && !std::same_as<O, U>) {
        return encode<reflect::pointee<typename U::value_type>, O, How>(o);
    } else {
        return Operand(stored(o));
    }
}

}  // namespace detail
}  // namespace tenon::query
