#include <tenon/bson/view.hpp>

#include <charconv>
#include <cmath>

#include "bson/decimal_compare.hpp"

namespace tenon::bson {

namespace {

constexpr std::uint8_t empty_document[5] = {5, 0, 0, 0, 0};

// Arrays are indexed by position: their stored keys say nothing that matters.
ValueRef array_element(View array, std::string_view part) noexcept {
    if (part.empty() || (part.size() > 1 && part[0] == '0')) return {};
    std::uint32_t index = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (error != std::errc{} || end != part.data() + part.size()) return {};
    for (const Element& element : array) {
        if (index-- == 0) return element.value;
    }
    return {};
}

}  // namespace

View::View() noexcept : data_(empty_document) {}

std::size_t View::count() const noexcept {
    std::size_t n = 0;
    for (auto it = begin(); it != end(); ++it) ++n;
    return n;
}

ValueRef View::at_path(std::string_view path) const noexcept {
    ValueRef at(Type::document, data_, size());
    for (;;) {
        const std::size_t      dot  = path.find('.');
        const std::string_view part = path.substr(0, dot);
        if (at.type() == Type::document) {
            at = at.as_view()[part];
        } else if (at.type() == Type::array) {
            at = array_element(at.as_view(), part);
        } else {
            return {};
        }
        if (dot == std::string_view::npos || at.missing()) return at;
        path.remove_prefix(dot + 1);
    }
}

std::string_view ValueRef::regex_pattern() const noexcept {
    assert(type_ == Type::regex);
    return reinterpret_cast<const char*>(data_);
}

std::string_view ValueRef::regex_options() const noexcept {
    assert(type_ == Type::regex);
    const char* pattern = reinterpret_cast<const char*>(data_);
    return pattern + std::strlen(pattern) + 1;
}

std::string_view ValueRef::code_source() const noexcept {
    if (type_ == Type::code) return as_string();
    assert(type_ == Type::code_scope);
    return {reinterpret_cast<const char*>(data_ + 8), detail::load<std::uint32_t>(data_ + 4) - 1};
}

View ValueRef::code_scope() const noexcept {
    assert(type_ == Type::code_scope);
    return View(data_ + 8 + detail::load<std::uint32_t>(data_ + 4));
}

std::optional<std::int64_t> ValueRef::to_int64() const noexcept {
    switch (type_) {
        case Type::int32: return as_int32();
        case Type::int64: return as_int64();
        case Type::float64: {
            const double value = as_double();
            // 2^63 itself is out of range, and NaN fails both comparisons.
            if (!(value >= -0x1p63 && value < 0x1p63) || value != std::trunc(value)) return std::nullopt;
            return static_cast<std::int64_t>(value);
        }
        case Type::decimal128: return detail::to_int64(as_decimal128());
        default: return std::nullopt;
    }
}

std::optional<double> ValueRef::to_double() const noexcept {
    switch (type_) {
        case Type::int32: return as_int32();
        case Type::int64: return static_cast<double>(as_int64());
        case Type::float64: return as_double();
        case Type::decimal128: return detail::to_double(as_decimal128());
        default: return std::nullopt;
    }
}

bool ValueRef::truthy() const noexcept {
    switch (type_) {
        case Type::missing:
        case Type::undefined:
        case Type::null: return false;
        case Type::boolean: return as_bool();
        case Type::int32: return as_int32() != 0;
        case Type::int64: return as_int64() != 0;
        case Type::float64: return as_double() != 0;
        case Type::decimal128: return detail::compare_decimal(as_decimal128(), std::int64_t{0}) != 0;
        default: return true;
    }
}

}  // namespace tenon::bson
