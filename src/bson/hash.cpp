#include <bit>
#include <cmath>
#include <limits>

#include <tenon/bson/compare.hpp>

// A hash that agrees with the order: values of one bracket that compare equal must meet, whatever their types.
namespace tenon::bson {

namespace {

[[nodiscard]] std::uint64_t mix(std::uint64_t state, std::uint64_t word) noexcept {
    return std::rotl(state ^ word * 0x9E3779B97F4A7C15U, 29) * 0xD6E8FEB86659FD93U;
}

[[nodiscard]] std::uint64_t mix_bytes(std::uint64_t state, const void* data, std::size_t size) noexcept {
    const auto* at = static_cast<const std::uint8_t*>(data);
    state          = mix(state, size);
    if (size >= 8) {
        // The last word overlaps the one before: the size told above keeps texts of other lengths apart.
        for (std::size_t i = 0; i + 8 < size; i += 8) state = mix(state, detail::load<std::uint64_t>(at + i));
        return mix(state, detail::load<std::uint64_t>(at + size - 8));
    }
    std::uint64_t tail = 0;
    if (size >= 4) {
        tail = detail::load<std::uint32_t>(at) | std::uint64_t{detail::load<std::uint32_t>(at + size - 4)} << 32U;
    } else {
        for (std::size_t i = 0; i < size; ++i) tail = tail << 8U | at[i];
    }
    return mix(state, tail);
}

[[nodiscard]] std::uint64_t mix_text(std::uint64_t state, std::string_view text) noexcept {
    return mix_bytes(state, text.data(), text.size());
}

// Numbers that are equal have the same nearest double; numbers that are not may share it, which a hash may.
[[nodiscard]] std::uint64_t mix_number(std::uint64_t state, ValueRef number) noexcept {
    double value = number.to_double().value_or(0);
    if (value == 0) value = 0;  // -0.0
    if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return mix(state, bits);
}

[[nodiscard]] std::uint64_t mix_value(std::uint64_t state, ValueRef value) noexcept;

[[nodiscard]] std::uint64_t mix_document(std::uint64_t state, View document) noexcept {
    for (const Element& element : document) state = mix_value(mix_text(state, element.key), element.value);
    return mix(state, 0);
}

std::uint64_t mix_value(std::uint64_t state, ValueRef value) noexcept {
    state = mix(state, static_cast<std::uint64_t>(bracket(value.type())));
    switch (value.type()) {
        case Type::missing:
        case Type::undefined:
        case Type::null:
        case Type::min_key:
        case Type::max_key: return state;
        case Type::float64:
        case Type::int32:
        case Type::int64:
        case Type::decimal128: return mix_number(state, value);
        case Type::string:
        case Type::symbol:
        case Type::code: return mix_text(state, value.as_string());
        case Type::document:
        case Type::array: return mix_document(state, value.as_view());
        case Type::boolean: return mix(state, value.as_bool() ? 1 : 0);
        case Type::code_scope: return mix_document(mix_text(state, value.code_source()), value.code_scope());
        case Type::binary:
        case Type::db_pointer:
        case Type::object_id:
        case Type::datetime:
        case Type::timestamp:
        case Type::regex: return mix_bytes(state, value.bytes().data(), value.bytes().size());
    }
    return state;
}

}  // namespace

std::size_t hash(ValueRef value) noexcept {
    const std::uint64_t h = mix_value(0, value);
    return static_cast<std::size_t>(h ^ h >> 32U);  // the multiplications leave the low bits the weakest
}

}  // namespace tenon::bson
