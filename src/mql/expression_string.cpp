// Strings: joined, cut, searched, trimmed, by bytes or by code points.

#include <chrono>
#include <cstdio>
#include <limits>

#include "mql/expression_node.hpp"

namespace tenon::mql {

using bson::Type;
using bson::Value;
using bson::ValueRef;

namespace {

Evaluated text(Frame& frame, std::string_view value) { return frame.keep(Value(value)); }

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::size_t code_points(std::string_view s) noexcept {
    std::size_t n = 0;
    for (const char c : s) n += is_continuation(c) ? 0 : 1;
    return n;
}

// Where code point `index` begins; the end when there are fewer.
std::size_t offset_of(std::string_view s, std::size_t index) noexcept {
    std::size_t at = 0;
    while (at < s.size() && index != 0) {
        ++at;
        while (at < s.size() && is_continuation(s[at])) ++at;
        --index;
    }
    return at;
}

// "Nov 14 22:13:20:255": the seconds in UTC without their year, and the increment.
std::string shown(bson::Timestamp stamp) {
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

    const std::chrono::sys_seconds     at{std::chrono::seconds(stamp.seconds)};
    const auto                         day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day  date(day);
    const std::chrono::hh_mm_ss        time(at - day);
    char                               text[64];
    const int                          size = std::snprintf(text, sizeof text, "%s %2u %02d:%02d:%02d:%u", months[unsigned{date.month()} - 1], unsigned{date.day()},
                                   static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                   static_cast<int>(time.seconds().count()), stamp.increment);
    return {text, static_cast<std::size_t>(size)};
}

// How $toUpper, $toLower and $substr read a value. @errors 16007.
Result<std::string> coerced(ValueRef value) {
    if (is_nullish(value)) return std::string();
    switch (value.type()) {
        case Type::string:
        case Type::symbol:
        case Type::code: return std::string(value.as_string());
        case Type::int32: return std::to_string(value.as_int32());
        case Type::int64: return std::to_string(value.as_int64());
        case Type::decimal128: return value.as_decimal128().to_string();
        case Type::datetime: {
            constexpr std::int64_t year_0     = -62'167'219'200'000;
            constexpr std::int64_t year_10000 = 253'402'300'800'000;
            if (const auto at = value.as_datetime().ms; at < year_0 || at >= year_10000) {
                return mql_error(18537, "a date is turned into text from the year 0 to 9999");
            }
            std::string out = value.as_datetime().to_string();
            if (out.find('.') == std::string::npos) out.insert(out.size() - 1, ".000");  // MongoDB prints the milliseconds always
            return out;
        }
        case Type::float64: {
            char       digits[40];
            const auto size = std::snprintf(digits, sizeof digits, "%g", value.as_double());  // six digits: what a 6.0 says
            return std::string(digits, static_cast<std::size_t>(size));
        }
        case Type::timestamp: return shown(value.as_timestamp());
        default: return mql_error(16007, "can't convert from BSON type " + type_name(value) + " to String");
    }
}

Evaluated concat(Frame& frame, const ExpressionNode& self) {
    std::string out;
    for (std::size_t i = 0; i < self.arguments.size(); ++i) {
        auto operand = argument(frame, self, i);
        if (!operand) return operand;
        const ValueRef value = *operand;
        if (is_nullish(value)) return null_value();
        if (value.type() != Type::string) return mql_error(16702, "$concat only supports strings, not " + type_name(value));
        out += value.as_string();
    }
    return text(frame, out);
}

// mode: 1 for upper case. ASCII letters alone change, as in MongoDB.
Evaluated change_case(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    auto out = coerced(*value);
    if (!out) return fail(std::move(out.error()));
    const char from = self.mode != 0 ? 'a' : 'A';
    for (char& c : *out) {
        if (c >= from && c <= from + 25) c = static_cast<char>(c ^ 0x20);
    }
    return text(frame, *out);
}

// mode: 1 counts code points.
Evaluated length(Frame& frame, const ExpressionNode& self) {
    auto value = argument(frame, self, 0);
    if (!value) return value;
    if (value->type() != Type::string) {
        return mql_error(self.mode != 0 ? 34471 : 34473, std::string(self.op) + " requires a string argument, found: " + type_name(*value));
    }
    const std::size_t n = self.mode != 0 ? code_points(value->as_string()) : value->as_string().size();
    return frame.keep(Value(static_cast<std::int32_t>(n)));
}

Evaluated substr_bytes(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    const ValueRef start_value = (*values)[1];
    const ValueRef count_value = (*values)[2];
    if (!start_value.is_number()) return mql_error(16034, "the starting index of $substrBytes must be a number");
    if (!count_value.is_number()) return mql_error(16035, "the length of $substrBytes must be a number");
    auto whole = coerced((*values)[0]);
    if (!whole) return fail(std::move(whole.error()));
    const double wanted = start_value.to_double().value_or(0);
    if (wanted < 0) return mql_error(50752, "the starting index of $substrBytes must be non-negative");
    if (wanted >= static_cast<double>(whole->size())) return text(frame, {});
    const double count  = count_value.to_double().value_or(0);
    const auto   start  = static_cast<std::size_t>(wanted);
    const auto   length = count < 0 || count >= static_cast<double>(whole->size()) ? std::string::npos : static_cast<std::size_t>(count);
    if (is_continuation((*whole)[start])) return mql_error(28656, "the starting index of $substrBytes is a UTF-8 continuation byte");
    std::string    out  = whole->substr(start, length);
    const std::size_t end = start + out.size();
    if (end < whole->size() && is_continuation((*whole)[end])) {
        return mql_error(28657, "the ending index of $substrBytes is in the middle of a UTF-8 character");
    }
    return text(frame, out);
}

Evaluated substr_cp(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    const ValueRef start_value = (*values)[1];
    const ValueRef count_value = (*values)[2];
    auto           whole       = coerced((*values)[0]);
    if (!whole) return fail(std::move(whole.error()));
    if (!start_value.is_number()) return mql_error(34450, "the starting index of $substrCP must be a number");
    const auto start = start_value.to_int64();
    if (!start || *start > std::numeric_limits<std::int32_t>::max()) return mql_error(34451, "the starting index of $substrCP must be a 32-bit integer");
    if (!count_value.is_number()) return mql_error(34452, "the length of $substrCP must be a number");
    const auto count = count_value.to_int64();
    if (!count || *count > std::numeric_limits<std::int32_t>::max()) return mql_error(34453, "the length of $substrCP must be a 32-bit integer");
    if (*count < 0) return mql_error(34454, "the length of $substrCP must be non-negative");
    if (*start < 0) return mql_error(34455, "the starting index of $substrCP must be non-negative");
    const std::size_t from = offset_of(*whole, static_cast<std::size_t>(*start));
    const std::size_t size = offset_of(std::string_view(*whole).substr(from), static_cast<std::size_t>(*count));
    return text(frame, whole->substr(from, size));
}

// mode: 1 searches by code points.
Evaluated index_of(Frame& frame, const ExpressionNode& self) {
    const bool        points = self.mode != 0;
    const std::string name(self.op);
    auto              text   = argument(frame, self, 0);
    if (!text) return text;
    if (is_nullish(*text)) return null_value();
    if (text->type() != Type::string) return mql_error(points ? 40093 : 40091, name + " requires a string as the first argument");
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    if ((*values)[1].type() != Type::string) return mql_error(points ? 40094 : 40092, name + " requires a string as the second argument");
    const std::string_view whole  = (*values)[0].as_string();
    const std::string_view wanted = (*values)[1].as_string();
    std::size_t bounds[] = {0, points ? code_points(whole) : whole.size()};
    const std::size_t size = bounds[1];
    for (std::size_t i = 2; i < values->size(); ++i) {
        const auto bound = (*values)[i].to_int64();
        if (!bound) return mql_error(40096, name + " requires an integral index");
        if (*bound < 0) return mql_error(40097, name + " requires a non-negative index");
        bounds[i - 2] = std::min(static_cast<std::uint64_t>(*bound), std::uint64_t{i == 2 ? size + 1 : size});
    }
    const auto none = frame.keep(Value(std::int32_t{-1}));
    if (bounds[0] > bounds[1]) return none;
    const std::size_t from  = points ? offset_of(whole, bounds[0]) : bounds[0];
    const std::size_t to    = points ? offset_of(whole, bounds[1]) : bounds[1];
    const std::size_t found = whole.substr(0, to).find(wanted, from);
    if (found == std::string_view::npos || (points && found == to)) return none;  // by code points the end is no place to find ""
    return frame.keep(Value(static_cast<std::int32_t>(points ? code_points(whole.substr(0, found)) : found)));
}

Evaluated split(Frame& frame, const ExpressionNode& self) {
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    if (is_nullish((*values)[0]) || is_nullish((*values)[1])) return null_value();
    if ((*values)[0].type() != Type::string) return mql_error(40085, "$split requires a string as its first argument");
    if ((*values)[1].type() != Type::string) return mql_error(40086, "$split requires a string as its second argument");
    const std::string_view separator = (*values)[1].as_string();
    if (separator.empty()) return mql_error(40087, "$split requires a non-empty separator");
    std::string_view      rest = (*values)[0].as_string();
    std::vector<ValueRef> parts;
    while (true) {
        const std::size_t at = rest.find(separator);
        parts.push_back(frame.keep(Value(rest.substr(0, at))));
        if (at == std::string_view::npos) return make_array(frame, parts);
        rest.remove_prefix(at + separator.size());
    }
}

Result<void> parse_trim(ExpressionNode& into, ValueRef argument, const Scope& scope) {
    static constexpr std::string_view names[] = {"input", "chars"};
    if (auto named = parse_named(into, argument, scope, names, 50694, 50696); !named) return named;
    if (!into.arguments[0]) return mql_error(50695, std::string(into.op) + " requires an 'input'");
    return {};
}

std::vector<std::string_view> characters(std::string_view s) {
    std::vector<std::string_view> out;
    while (!s.empty()) {
        const std::size_t size = offset_of(s, 1);
        out.push_back(s.substr(0, size));
        s.remove_prefix(size);
    }
    return out;
}

// mode: 1 trims the left, 2 the right, 3 both.
Evaluated trim(Frame& frame, const ExpressionNode& self) {
    // What MongoDB takes as white space when no characters are given.
    static const std::vector<std::string_view> white = {
        std::string_view("\0", 1), " ", "\t", "\n", "\v", "\f", "\r", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
        "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A"};
    auto values = all_arguments(frame, self);
    if (!values) return fail(std::move(values.error()));
    const ValueRef input = (*values)[0];
    if (is_nullish(input)) return null_value();
    if (input.type() != Type::string) return mql_error(50699, std::string(self.op) + " requires its input to be a string");
    const bool given = self.arguments[1] != nullptr;
    if (given && is_nullish((*values)[1])) return null_value();
    if (given && (*values)[1].type() != Type::string) return mql_error(50700, std::string(self.op) + " requires 'chars' to be a string");
    const auto       drop = given ? characters((*values)[1].as_string()) : white;
    std::string_view rest = input.as_string();
    const auto       cut  = [&](bool left) {
        for (bool again = true; again;) {
            again = false;
            for (const auto& c : drop) {
                if (!(left ? rest.starts_with(c) : rest.ends_with(c))) continue;
                left ? rest.remove_prefix(c.size()) : rest.remove_suffix(c.size());
                again = true;
                break;
            }
        }
    };
    if ((self.mode & 1) != 0) cut(true);
    if ((self.mode & 2) != 0) cut(false);
    return frame.keep(Value(rest));
}

}  // namespace

std::span<const OperatorSpec> string_operators() {
    static constexpr OperatorSpec table[] = {
        {"$concat", 0, any_number, concat, 0, Grouping::in_order},
        {"$toLower", 1, 1, change_case, 0},
        {"$toUpper", 1, 1, change_case, 1},
        {"$strLenBytes", 1, 1, length, 0},
        {"$strLenCP", 1, 1, length, 1},
        {"$substr", 3, 3, substr_bytes},
        {"$substrBytes", 3, 3, substr_bytes},
        {"$substrCP", 3, 3, substr_cp},
        {"$indexOfBytes", 2, 4, index_of, 0},
        {"$indexOfCP", 2, 4, index_of, 1},
        {"$split", 2, 2, split},
        {"$ltrim", 1, 1, trim, 1, Grouping::none, false, parse_trim},
        {"$rtrim", 1, 1, trim, 2, Grouping::none, false, parse_trim},
        {"$trim", 1, 1, trim, 3, Grouping::none, false, parse_trim},
    };
    return table;
}

}  // namespace tenon::mql
