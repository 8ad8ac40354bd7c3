#include "mql/bits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "mql/decimal_math.hpp"

namespace tenon::mql {

namespace {

using bson::Type;

// MongoDB rounds a decimal here, and reads one without an int64 as the lowest int64; $mod does neither.
std::int64_t bits_of(bson::Decimal128 value) noexcept {
    return decimal_to_int64(round_integral(value, DecimalRounding::nearest_even))
        .value_or(std::numeric_limits<std::int64_t>::min());
}

std::optional<std::int64_t> bits_of(bson::ValueRef value) noexcept {
    switch (value.type()) {
        case Type::int32:      return value.as_int32();
        case Type::int64:      return value.as_int64();
        case Type::decimal128: return bits_of(value.as_decimal128());
        case Type::float64: {
            const double number = value.as_double();
            if (!(number >= -0x1p63 && number < 0x1p63) || std::trunc(number) != number) return std::nullopt;
            return static_cast<std::int64_t>(number);
        }
        default: return std::nullopt;
    }
}

bool is_set(std::span<const std::uint8_t> bytes, std::uint32_t position) noexcept {
    const std::size_t at = position / 8;
    return at < bytes.size() && ((bytes[at] >> (position % 8)) & 1U) != 0;
}

}  // namespace

bool bits_hold(const Node& node, bson::ValueRef value) noexcept {
    if (value.type() == Type::binary) {
        const auto bytes = value.bytes().subspan(5);  // all that follows length and subtype, as MongoDB counts the bits
        const auto set   = [&](std::uint32_t position) { return is_set(bytes, position); };
        switch (node.op) {
            case Op::bits_all_set:   return std::ranges::all_of(node.bit_positions, set);
            case Op::bits_all_clear: return std::ranges::none_of(node.bit_positions, set);
            case Op::bits_any_set:   return std::ranges::any_of(node.bit_positions, set);
            default:                 return !std::ranges::all_of(node.bit_positions, set);
        }
    }
    const auto number = bits_of(value);
    if (!number) return false;
    const std::uint64_t set = static_cast<std::uint64_t>(*number) & node.bit_mask;
    switch (node.op) {
        case Op::bits_all_set:   return set == node.bit_mask;
        case Op::bits_all_clear: return set == 0;
        case Op::bits_any_set:   return set != 0;
        default:                 return set != node.bit_mask;
    }
}

}  // namespace tenon::mql
