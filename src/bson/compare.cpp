#include <tenon/bson/compare.hpp>

#include <cmath>
#include <limits>

#include "bson/decimal_compare.hpp"

namespace tenon::bson {

namespace {

template <class T>
int order(T a, T b) noexcept {
    return (a > b) - (a < b);
}

int order_bytes(const void* a, const void* b, std::size_t size) noexcept {
    return size == 0 ? 0 : order(std::memcmp(a, b, size), 0);
}

int order_text(std::string_view a, std::string_view b) noexcept { return order(a.compare(b), 0); }

int order_doubles(double a, double b) noexcept {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a == b) return 0;
    return static_cast<int>(std::isnan(b)) - static_cast<int>(std::isnan(a));
}

// Exact: neither a conversion of 2^53+1 to double nor one of 0.5 to an integer may lose what decides.
int order_integer_double(std::int64_t a, double b) noexcept {
    if (std::isnan(b)) return 1;
    if (b >= 0x1p63) return -1;
    if (b < -0x1p63) return 1;
    const double whole = std::trunc(b);
    const int    by_whole = order(a, static_cast<std::int64_t>(whole));
    return by_whole != 0 ? by_whole : order(whole, b);
}

std::int64_t integer(ValueRef value) noexcept {
    return value.type() == Type::int32 ? value.as_int32() : value.as_int64();
}

int order_numbers(ValueRef a, ValueRef b) noexcept {
    const auto is_integer = [](ValueRef v) { return v.type() == Type::int32 || v.type() == Type::int64; };
    if (is_integer(a)) {
        if (is_integer(b)) return order(integer(a), integer(b));
        if (b.type() == Type::float64) return order_integer_double(integer(a), b.as_double());
        return -detail::compare_decimal(b.as_decimal128(), integer(a));
    }
    if (a.type() == Type::float64) {
        if (is_integer(b)) return -order_integer_double(integer(b), a.as_double());
        if (b.type() == Type::float64) return order_doubles(a.as_double(), b.as_double());
        return -detail::compare_decimal(b.as_decimal128(), a.as_double());
    }
    if (is_integer(b)) return detail::compare_decimal(a.as_decimal128(), integer(b));
    if (b.type() == Type::float64) return detail::compare_decimal(a.as_decimal128(), b.as_double());
    return detail::compare_decimal(a.as_decimal128(), b.as_decimal128());
}

// The length that stands first (of a binary, of a dbPointer's namespace) decides before the bytes do.
int order_sized(ValueRef a, ValueRef b) noexcept {
    const int by_size = order(a.bytes().size(), b.bytes().size());
    return by_size != 0 ? by_size : order_bytes(a.bytes().data() + 4, b.bytes().data() + 4, a.bytes().size() - 4);
}

// MongoDB's woCompare: the bracket decides first, then the key, then the value.
int order_documents(View a, View b) noexcept {
    auto x = a.begin();
    auto y = b.begin();
    for (;; ++x, ++y) {
        const bool x_ends = x == a.end();
        const bool y_ends = y == b.end();
        if (x_ends || y_ends) return static_cast<int>(y_ends) - static_cast<int>(x_ends);
        if (x->value.type() != y->value.type()) {
            if (const int c = order(bracket(x->value.type()), bracket(y->value.type())); c != 0) return c;
        }
        if (const int c = order_text(x->key, y->key); c != 0) return c;
        if (const int c = compare(x->value, y->value); c != 0) return c;
    }
}

}  // namespace

int bracket(Type type) noexcept {
    switch (type) {
        case Type::min_key:    return -1;
        case Type::missing:
        case Type::undefined:  return 0;
        case Type::null:       return 5;
        case Type::float64:
        case Type::int32:
        case Type::int64:
        case Type::decimal128: return 10;
        case Type::string:
        case Type::symbol:     return 15;
        case Type::document:   return 20;
        case Type::array:      return 25;
        case Type::binary:     return 30;
        case Type::object_id:  return 35;
        case Type::boolean:    return 40;
        case Type::datetime:   return 45;
        case Type::timestamp:  return 47;
        case Type::regex:      return 50;
        case Type::db_pointer: return 55;
        case Type::code:       return 60;
        case Type::code_scope: return 65;
        case Type::max_key:    return 127;
    }
    return 127;
}

// Most documents that are equal are so byte for byte, and others differ soon.
int compare(View a, View b) noexcept { return a == b ? 0 : order_documents(a, b); }

int compare(ValueRef a, ValueRef b) noexcept {
    if (a.type() != b.type()) {
        if (const int c = order(bracket(a.type()), bracket(b.type())); c != 0) return c;
    }
    switch (a.type()) {
        case Type::missing:
        case Type::undefined:
        case Type::null:
        case Type::min_key:
        case Type::max_key: return 0;
        case Type::float64:
        case Type::int32:
        case Type::int64:
        case Type::decimal128: return order_numbers(a, b);
        case Type::string:
        case Type::symbol:
        case Type::code: return order_text(a.as_string(), b.as_string());
        case Type::document:
        case Type::array: return order_documents(a.as_view(), b.as_view());
        case Type::binary:
        case Type::db_pointer: return order_sized(a, b);
        case Type::object_id: return order_bytes(a.bytes().data(), b.bytes().data(), 12);
        case Type::boolean: return order(static_cast<int>(a.as_bool()), static_cast<int>(b.as_bool()));
        case Type::datetime: return order(a.as_datetime().ms, b.as_datetime().ms);
        case Type::timestamp:
            return order(detail::load<std::uint64_t>(a.bytes().data()), detail::load<std::uint64_t>(b.bytes().data()));
        case Type::regex: {
            const int c = order_text(a.regex_pattern(), b.regex_pattern());
            return c != 0 ? c : order_text(a.regex_options(), b.regex_options());
        }
        case Type::code_scope: {
            const int c = order_text(a.code_source(), b.code_source());
            return c != 0 ? c : order_documents(a.code_scope(), b.code_scope());
        }
    }
    return 0;
}

}  // namespace tenon::bson
