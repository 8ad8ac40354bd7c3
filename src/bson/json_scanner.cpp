#include "bson/json_scanner.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include <tenon/bson/utf8.hpp>

#include "bson/hex.hpp"

namespace tenon::bson::detail {

namespace {

// Bytes that end the plain part of a string.
constexpr auto ends_plain = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = true;
    table['"']  = true;
    table['\\'] = true;
    return table;
}();

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::size_t digits_from(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

// How much of the text is a number; 0 when it begins with none.
std::size_t number_length(std::string_view text, bool& integer) noexcept {
    integer        = true;
    std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
    if (at == text.size() || !is_digit(text[at])) return 0;
    at = text[at] == '0' ? at + 1 : digits_from(text, at);
    if (at < text.size() && text[at] == '.') {
        const std::size_t end = digits_from(text, at + 1);
        if (end == at + 1) return 0;
        integer = false;
        at      = end;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        std::size_t digits = at + 1;
        if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
        const std::size_t end = digits_from(text, digits);
        if (end == digits) return 0;
        integer = false;
        at      = end;
    }
    return at;
}

void append_utf8(unsigned c, std::string& out) {
    const auto byte = [&out](unsigned b) { out += static_cast<char>(b); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xC0U | (c >> 6U));
        byte(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        byte(0xE0U | (c >> 12U));
        byte(0x80U | ((c >> 6U) & 0x3FU));
        byte(0x80U | (c & 0x3FU));
    } else {
        byte(0xF0U | (c >> 18U));
        byte(0x80U | ((c >> 12U) & 0x3FU));
        byte(0x80U | ((c >> 6U) & 0x3FU));
        byte(0x80U | (c & 0x3FU));
    }
}

}  // namespace

char JsonScanner::peek() noexcept {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
        ++at_;
    }
    return '\0';
}

bool JsonScanner::take(char c) noexcept {
    if (peek() != c) return false;
    ++at_;
    return true;
}

bool JsonScanner::expect(char c) {
    return take(c) || wrong(at_, std::string("expected '") + c + "'");
}

bool JsonScanner::word(std::string_view word) {
    const std::size_t begin = position();
    if (text_.substr(begin, word.size()) != word) return wrong(begin, "expected a value");
    at_ = begin + word.size();
    return true;
}

std::optional<std::string_view> JsonScanner::string(std::string& held) {
    const std::size_t begin = position();
    if (!take('"')) {
        wrong(begin, "expected a string");
        return std::nullopt;
    }
    bool escaped = false;
    std::size_t from = at_;
    for (;; ++at_) {
        while (at_ < text_.size() && !ends_plain[static_cast<unsigned char>(text_[at_])]) ++at_;
        if (at_ == text_.size()) {
            wrong(begin, "this string has no end");
            return std::nullopt;
        }
        if (text_[at_] == '"') break;
        if (text_[at_] != '\\') {
            wrong(at_, "a control character in a string must be escaped");
            return std::nullopt;
        }
        if (!escaped) held.clear();
        escaped = true;
        held.append(text_.substr(from, at_ - from));
        if (!unescape(held)) return std::nullopt;
        from = at_ + 1;
    }
    std::string_view value = text_.substr(from, at_ - from);
    ++at_;
    if (escaped) {
        held.append(value);
        value = held;
    }
    if (!valid_utf8(value)) {
        wrong(begin, "this string is not valid UTF-8");
        return std::nullopt;
    }
    return value;
}

// At the backslash; ends on the last character of the escape.
bool JsonScanner::unescape(std::string& held) {
    const std::size_t begin = at_;
    const char        c     = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    ++at_;
    switch (c) {
        case '"':
        case '\\':
        case '/': held += c; return true;
        case 'b': held += '\b'; return true;
        case 'f': held += '\f'; return true;
        case 'n': held += '\n'; return true;
        case 'r': held += '\r'; return true;
        case 't': held += '\t'; return true;
        case 'u': break;
        default:  return wrong(begin, "this is no escape of JSON");
    }
    const auto unit = four_hex();
    if (!unit) return wrong(begin, "\\u takes four hexadecimal digits");
    unsigned character = *unit;
    if (character >= 0xD800 && character <= 0xDFFF) {
        const bool high = character < 0xDC00 && text_.substr(at_ + 1, 2) == "\\u";
        if (high) at_ += 2;
        const auto low = high ? four_hex() : std::nullopt;
        if (!low || *low < 0xDC00 || *low > 0xDFFF) return wrong(begin, "half of a surrogate pair stands alone");
        character = 0x10000U + ((character - 0xD800U) << 10U) + (*low - 0xDC00U);
    }
    append_utf8(character, held);
    return true;
}

// At the character before the digits; ends on the last digit.
std::optional<unsigned> JsonScanner::four_hex() {
    const std::string_view digits = text_.substr(at_ + 1, 4);
    if (digits.size() != 4) return std::nullopt;
    unsigned value = 0;
    for (const char c : digits) {
        const int digit = hex_digit(c);
        if (digit < 0) return std::nullopt;
        value = value * 16U + static_cast<unsigned>(digit);
    }
    at_ += 4;
    return value;
}

std::optional<std::string_view> JsonScanner::number() {
    const std::size_t begin   = position();
    bool              integer = false;
    const std::size_t length  = number_length(text_.substr(begin), integer);
    if (length == 0) {
        wrong(begin, "expected a number");
        return std::nullopt;
    }
    at_ = begin + length;
    return text_.substr(begin, length);
}

bool JsonScanner::at_end() {
    const std::size_t begin = position();
    return begin == text_.size() || wrong(begin, "there is more after the value");
}

bool JsonScanner::wrong(std::size_t position, std::string what) {
    if (what_.empty()) {
        wrong_at_ = position;
        what_     = std::move(what);
    }
    return false;
}

Error JsonScanner::error() const {
    const std::string_view before = text_.substr(0, wrong_at_);
    const auto             lines  = std::count(before.begin(), before.end(), '\n');
    const auto             start  = before.rfind('\n') + 1;  // npos + 1 is 0
    // Columns count characters: the later bytes of one are 10xxxxxx.
    const auto column = std::count_if(before.begin() + static_cast<std::ptrdiff_t>(start), before.end(),
                                      [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    Error error;
    error.code    = Errc::invalid_argument;
    error.message = "JSON line " + std::to_string(lines + 1) + ", column " + std::to_string(column + 1) + ": " + what_;
    return error;
}

bool is_json_number(std::string_view text, bool& integer) noexcept {
    return !text.empty() && number_length(text, integer) == text.size();
}

std::optional<double> json_double(std::string_view number) noexcept {
    double     value = 0;
    const auto read  = std::from_chars(number.data(), number.data() + number.size(), value);
    if (read.ec == std::errc() && std::isfinite(value)) return value;
    // Out of range is said of both ends; below the smallest double the nearest one is zero.
    const bool             negative = number.front() == '-';
    const std::size_t      e        = std::min(number.find_first_of("eE"), number.size());
    const std::string_view digits   = number.substr(0, e);
    const auto             first    = static_cast<std::int64_t>(std::min(digits.find_first_of("123456789"), e));
    const auto             point    = static_cast<std::int64_t>(std::min(digits.find('.'), e));
    std::int64_t           power    = point - first;  // of ten: positive for a number of 1 and more
    bool                   downward = false;
    std::int64_t           written  = 0;
    for (const char c : number.substr(std::min(e + 1, number.size()))) {
        downward = downward || c == '-';
        if (is_digit(c)) written = std::min<std::int64_t>(written * 10 + (c - '0'), 1'000'000'000'000'000);
    }
    power += downward ? -written : written;
    if (first != static_cast<std::int64_t>(e) && power > 0) return std::nullopt;
    return negative ? -0.0 : 0.0;
}

}  // namespace tenon::bson::detail
