#include "mql/operands.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "mql/decimal_math.hpp"
#include "mql/mql_error.hpp"
#include "mql/regex.hpp"

namespace tenon::mql::detail {

namespace {

using bson::Type;
using bson::ValueRef;

struct Integer {
    std::int64_t     value = 0;
    std::string_view problem{};  ///< why it is none; empty when it is one
};

Integer read_integer(ValueRef value) noexcept {
    if (!value.is_number()) return {0, "expected a number"};
    if (value.type() == Type::float64) {
        const double number = value.as_double();
        if (std::isnan(number)) return {0, "expected an integer, found NaN"};
        if (std::isfinite(number) && std::trunc(number) != number) return {0, "expected an integer"};
    }
    const auto integer = value.to_int64();
    if (!integer) return {0, "cannot be represented as a 64-bit integer"};
    return {*integer, {}};
}

Integer read_not_negative(ValueRef value, std::int64_t most) noexcept {
    Integer read = read_integer(value);
    if (!read.problem.empty()) return read;
    if (read.value < 0) return {0, "expected a non-negative number"};
    if (read.value > most) return {0, "cannot be represented as a 32-bit integer"};
    return read;
}

constexpr std::int64_t int_max = std::numeric_limits<std::int32_t>::max();

std::string said(std::string_view name, std::string_view problem) {
    return std::string(name) + ": " + std::string(problem);
}

// $mod cuts its operands to integers.
Result<std::int64_t> read_mod(ValueRef value, std::string_view which) {
    const std::string prefix = "malformed mod, " + std::string(which);
    if (!value.is_number()) return mql_error(code::bad_value, prefix + " not a number");
    std::optional<std::int64_t> integer;
    if (value.type() == Type::float64) {
        const double number = std::trunc(value.as_double());
        if (number >= -0x1p63 && number < 0x1p63) integer = static_cast<std::int64_t>(number);
    } else if (value.type() == Type::decimal128) {
        integer = decimal_to_int64(value.as_decimal128());
    } else {
        integer = value.to_int64();
    }
    if (!integer) return mql_error(code::bad_value, prefix + " value is invalid: it has no 64-bit integer");
    return *integer;
}

constexpr Type known_types[] = {Type::float64,   Type::string,     Type::document,  Type::array,   Type::binary,
                                Type::undefined, Type::object_id,  Type::boolean,   Type::datetime, Type::null,
                                Type::regex,     Type::db_pointer, Type::code,      Type::symbol,  Type::code_scope,
                                Type::int32,     Type::timestamp,  Type::int64,     Type::decimal128, Type::max_key,
                                Type::min_key};

Result<void> add_type(ValueRef value, TypeSet& types) {
    if (value.type() == Type::string) {
        const std::string_view alias = value.as_string();
        if (alias == "number") {
            for (const Type type : {Type::float64, Type::int32, Type::int64, Type::decimal128}) types.add(type);
            return {};
        }
        const auto* const found = std::ranges::find_if(known_types, [&](Type type) { return bson::name(type) == alias; });
        if (found == std::end(known_types)) {
            return mql_error(code::bad_value, alias == "missing" ? "'missing' is no type name; use {$exists: false}"
                                                                 : "$type: unknown type name alias");
        }
        types.add(*found);
        return {};
    }
    if (!value.is_number()) return mql_error(code::type_mismatch, "type must be represented as a number or a string");
    const auto number = value.to_int64();
    const bool known  = number && (*number == -1 || *number == 127 || (*number >= 1 && *number <= 19));
    if (!known) {
        return mql_error(code::bad_value, number == 0 ? "invalid numerical type code 0; use {$exists: false}"
                                                      : "$type: invalid numerical type code");
    }
    types.add(*number == -1 ? Type::min_key : static_cast<Type>(*number));
    return {};
}

void add_bit(std::uint32_t position, Node& node) {
    node.bit_positions.push_back(position);
    node.bit_mask |= std::uint64_t{1} << std::min<std::uint32_t>(position, 63);
}

}  // namespace

Result<void> parse_size(bson::Element operand, Node& node) {
    const Integer size = read_not_negative(operand.value, int_max);
    if (!size.problem.empty()) return mql_error(code::bad_value, said("Failed to parse $size", size.problem));
    node.number = size.value;
    return {};
}

Result<void> parse_mod(bson::Element operand, Node& node) {
    if (operand.value.type() != Type::array) return mql_error(code::bad_value, "malformed mod, needs to be an array");
    const bson::View array = operand.value.as_view();
    const auto       count = array.count();
    if (count < 2) return mql_error(code::bad_value, "malformed mod, not enough elements");
    if (count > 2) return mql_error(code::bad_value, "malformed mod, too many elements");
    auto at      = array.begin();
    auto divisor = read_mod(at->value, "divisor");
    if (!divisor) return fail(std::move(divisor.error()));
    ++at;
    auto remainder = read_mod(at->value, "remainder");
    if (!remainder) return fail(std::move(remainder.error()));
    if (*divisor == 0) return mql_error(code::bad_value, "divisor cannot be 0");
    node.divisor = *divisor;
    node.number  = *remainder;
    return {};
}

Result<void> parse_type(bson::Element operand, Node& node) {
    if (operand.value.type() != Type::array) return add_type(operand.value, node.types);
    for (const auto& each : operand.value.as_view()) {
        if (auto added = add_type(each.value, node.types); !added) return added;
    }
    if (node.types.bits == 0) return mql_error(code::failed_to_parse, "$type must match at least one type");
    return {};
}

Result<void> parse_bits(bson::Element operand, Node& node) {
    if (operand.value.type() == Type::array) {
        for (const auto& each : operand.value.as_view()) {
            const Integer position = read_not_negative(each.value, int_max);
            if (!position.problem.empty()) {
                return mql_error(code::bad_value, said("Failed to parse bit position", position.problem));
            }
            add_bit(static_cast<std::uint32_t>(position.value), node);
        }
        return {};
    }
    if (operand.value.is_number()) {
        const Integer mask = read_not_negative(operand.value, std::numeric_limits<std::int64_t>::max());
        if (!mask.problem.empty()) return mql_error(code::failed_to_parse, said(operand.key, mask.problem));
        for (std::uint32_t position = 0; position < 63; ++position) {
            if (((static_cast<std::uint64_t>(mask.value) >> position) & 1U) != 0) add_bit(position, node);
        }
        return {};
    }
    if (operand.value.type() == Type::binary) {
        const auto bytes = operand.value.bytes().subspan(5);
        for (std::uint32_t at = 0; at < bytes.size(); ++at) {
            for (std::uint32_t bit = 0; bit < 8; ++bit) {
                if (((bytes[at] >> bit) & 1U) != 0) add_bit(at * 8 + bit, node);
            }
        }
        return {};
    }
    return mql_error(code::bad_value, std::string(operand.key) + " takes an array, a number or a BinData");
}

Result<void> add_pattern(std::string_view pattern, std::string_view options, Node& node) {
    if (pattern.find('\0') != std::string_view::npos) {
        return mql_error(code::bad_value, "Regular expression cannot contain an embedded null byte");
    }
    auto compiled = Pattern::compile(pattern, options);
    if (!compiled) return fail(std::move(compiled.error()));
    node.patterns.push_back(std::move(*compiled));
    return {};
}

Result<void> require_one(bson::Element operand) {
    const Integer one = read_integer(operand.value);
    if (!one.problem.empty()) return mql_error(code::failed_to_parse, said(operand.key, one.problem));
    if (one.value != 1) return mql_error(code::failed_to_parse, std::string(operand.key) + " must be an integer value of 1");
    return {};
}

}  // namespace tenon::mql::detail
