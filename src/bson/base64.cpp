#include "bson/base64.hpp"

#include <array>

namespace tenon::bson::detail {

namespace {

constexpr std::uint8_t no_digit = 0xFF;

struct Digits {
    std::array<char, 64>          text{};
    std::array<std::uint8_t, 256> values{};

    constexpr Digits(char digit62, char digit63) {
        constexpr std::string_view first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        for (std::size_t i = 0; i < first.size(); ++i) text[i] = first[i];
        text[62] = digit62;
        text[63] = digit63;
        values.fill(no_digit);
        for (std::uint8_t i = 0; i < 64; ++i) values[static_cast<unsigned char>(text[i])] = i;
    }
};

constexpr Digits        padded('+', '/');
constexpr Digits        url('-', '_');
constexpr const Digits& digits_of(Base64 form) noexcept { return form == Base64::padded ? padded : url; }

}  // namespace

void append_base64(std::span<const std::uint8_t> bytes, std::string& out, Base64 form) {
    const auto& digits = digits_of(form).text;
    const auto  digit  = [&](unsigned three, unsigned shift) { out += digits[(three >> shift) & 63U]; };
    std::size_t at     = 0;
    for (; at + 3 <= bytes.size(); at += 3) {
        const unsigned three = (unsigned{bytes[at]} << 16U) | (unsigned{bytes[at + 1]} << 8U) | bytes[at + 2];
        for (const unsigned shift : {18U, 12U, 6U, 0U}) digit(three, shift);
    }
    const std::size_t left = bytes.size() - at;
    if (left == 0) return;
    const unsigned last = (unsigned{bytes[at]} << 16U) | (left == 2 ? unsigned{bytes[at + 1]} << 8U : 0U);
    digit(last, 18);
    digit(last, 12);
    if (left == 2) digit(last, 6);
    if (form == Base64::padded) out += left == 2 ? "=" : "==";
}

bool read_base64(std::string_view text, std::vector<std::uint8_t>& out, Base64 form) {
    if (form == Base64::padded) {
        if (text.size() % 4 != 0) return false;
        for (int most = 2; most > 0 && text.ends_with('='); --most) text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) return false;
    const auto& values = digits_of(form).values;
    out.reserve(out.size() + text.size() * 3 / 4);
    std::uint32_t bits  = 0;
    unsigned      count = 0;
    for (const char c : text) {
        const std::uint8_t value = values[static_cast<unsigned char>(c)];
        if (value == no_digit) return false;
        bits = (bits << 6U) | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<std::uint8_t>(bits >> count));
    }
    return (bits & ((1U << count) - 1U)) == 0;
}

}  // namespace tenon::bson::detail
