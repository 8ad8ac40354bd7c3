#include <charconv>
#include <cstdlib>

#include <tenon/bson/values.hpp>

namespace tenon::bson {

namespace {

constexpr std::int64_t ms_per_day = 86'400'000;

struct Civil {
    std::int64_t year;
    int          month;
    int          day;
};

// The proleptic Gregorian calendar in eras of 400 years that begin on 1 March, so that the leap day comes last.
// std::chrono's year ends at 32767; an int64 of milliseconds reaches 292 million.
constexpr std::int64_t days_from_civil(Civil c) noexcept {
    const std::int64_t y   = c.month <= 2 ? c.year - 1 : c.year;
    const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
    const std::int64_t yoe = y - era * 400;
    const std::int64_t doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
    const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146'097 + doe - 719'468;
}

constexpr Civil civil_from_days(std::int64_t days) noexcept {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const std::int64_t doe = days - era * 146'097;
    const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
    const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const std::int64_t mp  = (5 * doy + 2) / 153;
    const int          day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1);
    const int          mon = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
    return {yoe + era * 400 + (mon <= 2 ? 1 : 0), mon, day};
}

constexpr bool leap(std::int64_t year) noexcept { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

constexpr int days_in(std::int64_t year, int month) noexcept {
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

/// Reads the text front to back; the first thing that does not fit makes all later reads fail.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
        return value;
    }
    std::size_t digits_ahead() const {
        std::size_t n = 0;
        while (n < text_.size() && is_digit(text_[n])) ++n;
        return n;
    }
    bool accept(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(char c) { good_ = accept(c) && good_; }
    void require(bool condition) { good_ = condition && good_; }
    bool complete() const { return good_ && text_.empty(); }

private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    int digit() {
        if (text_.empty() || !is_digit(text_.front())) {
            good_ = false;
            return 0;
        }
        const int d = text_.front() - '0';
        text_.remove_prefix(1);
        return d;
    }

    std::string_view text_;
    bool             good_ = true;
};

// Four digits, or a sign and four to nine: what to_string prints.
std::int64_t read_year(Reader& in) {
    const bool        minus  = in.accept('-');
    const bool        sign   = minus || in.accept('+');
    const std::size_t digits = in.digits_ahead();
    in.require(sign ? digits >= 4 && digits <= 9 : digits == 4);
    const std::int64_t year = in.number(digits <= 9 ? digits : 0);
    return minus ? -year : year;
}

int read_fraction(Reader& in) {
    const std::size_t digits = in.digits_ahead();
    in.require(digits >= 1 && digits <= 9);
    if (digits > 9) return 0;
    int value = in.number(digits);
    for (std::size_t n = digits; n < 3; ++n) value *= 10;
    for (std::size_t n = digits; n > 3; --n) value /= 10;
    return value;
}

void append_padded(std::string& to, std::uint64_t value, std::size_t width) {
    char       digits[20];
    const auto end    = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const auto length = static_cast<std::size_t>(end - digits);
    if (length < width) to.append(width - length, '0');
    to.append(digits, length);
}

}  // namespace

DateTime DateTime::now() noexcept { return DateTime(std::chrono::system_clock::now()); }

Result<DateTime> DateTime::parse(std::string_view text) {
    Reader     in(text);
    Civil      date{read_year(in), 1, 1};
    const auto part = [&in](int low, int high) {
        const int value = in.number(2);
        in.require(value >= low && value <= high);
        return value;
    };
    in.expect('-');
    date.month = part(1, 12);
    in.expect('-');
    date.day = part(1, 31);
    in.require(date.month >= 1 && date.month <= 12 && date.day <= days_in(date.year, date.month));
    in.require(in.accept('T') || in.accept('t'));
    const int hour = part(0, 23);
    in.expect(':');
    const int minute = part(0, 59);
    in.expect(':');
    const int second = part(0, 59);
    const int fraction = in.accept('.') ? read_fraction(in) : 0;
    int offset = 0;  // minutes east
    if (!in.accept('Z') && !in.accept('z')) {
        const bool west = in.accept('-');
        if (!west) in.expect('+');
        offset = part(0, 23) * 60;
        in.expect(':');
        offset += part(0, 59);
        if (west) offset = -offset;
    }
    if (!in.complete()) {
        return fail(Errc::invalid_argument, "a date is written as 2026-11-21T06:35:33.123Z or with an offset such as +02:00");
    }
    const std::int64_t day_ms = ((hour * 60LL + minute - offset) * 60 + second) * 1000 + fraction;
    std::int64_t ms = 0;
    std::int64_t days = days_from_civil(date);
    std::int64_t rest = day_ms;
    if (days < 0) {  // the last day before the epoch's side of the range: subtract after, so that the product stays inside
        ++days;
        rest -= ms_per_day;
    }
    if (__builtin_mul_overflow(days, ms_per_day, &ms) || __builtin_add_overflow(ms, rest, &ms)) {
        return fail(Errc::invalid_argument, "a date of this year does not fit 64 bits of milliseconds");
    }
    return DateTime(ms);
}

std::string DateTime::to_string() const {
    std::int64_t days = ms / ms_per_day;
    std::int64_t rest = ms % ms_per_day;
    if (rest < 0) {
        rest += ms_per_day;
        --days;
    }
    const Civil date = civil_from_days(days);
    std::string text;
    text.reserve(32);
    if (date.year < 0) text += '-';
    if (date.year > 9999) text += '+';
    append_padded(text, static_cast<std::uint64_t>(std::llabs(date.year)), 4);
    const auto part = [&text](char before, std::int64_t value, std::size_t width = 2) {
        text += before;
        append_padded(text, static_cast<std::uint64_t>(value), width);
    };
    part('-', date.month);
    part('-', date.day);
    part('T', rest / 3'600'000);
    part(':', rest / 60'000 % 60);
    part(':', rest / 1000 % 60);
    if (rest % 1000 != 0) part('.', rest % 1000, 3);
    text += 'Z';
    return text;
}

}  // namespace tenon::bson
