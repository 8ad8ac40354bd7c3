#include "bson/json_text.hpp"

#include <algorithm>
#include <array>

namespace tenon::bson::detail {

namespace {

constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t no_digit = 0xFF;
constexpr auto         values   = [] {
    std::array<std::uint8_t, 256> table{};
    for (auto& value : table) value = no_digit;
    for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<unsigned char>(digits[i])] = i;
    return table;
}();

}  // namespace

void append_base64(std::span<const std::uint8_t> bytes, std::string& out) {
    const auto digit = [&out](unsigned three, unsigned shift) { out += digits[(three >> shift) & 63U]; };
    std::size_t at   = 0;
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
    out += left == 2 ? "=" : "==";
}

bool read_base64(std::string_view text, std::vector<std::uint8_t>& out) {
    if (text.size() % 4 != 0) return false;
    out.reserve(out.size() + text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const std::string_view four = text.substr(at, 4);
        std::size_t            kept = 4;
        if (at + 4 == text.size() && four[3] == '=') kept = four[2] == '=' ? 2 : 3;
        unsigned three = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::uint8_t value = i < kept ? values[static_cast<unsigned char>(four[i])] : std::uint8_t{0};
            if (value == no_digit) return false;
            three = (three << 6U) | value;
        }
        const unsigned unused = kept == 4 ? 0U : (kept == 3 ? 0xFFU : 0xFFFFU);
        if ((three & unused) != 0) return false;
        for (std::size_t i = 0; i + 1 < kept; ++i) out.push_back(static_cast<std::uint8_t>(three >> (16U - 8U * i)));
    }
    return true;
}

std::string sorted_options(std::string_view options) {
    std::string sorted(options);
    // Sorting bytes would tear longer characters apart; no known option is one.
    if (std::all_of(sorted.begin(), sorted.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
        std::sort(sorted.begin(), sorted.end());
    }
    return sorted;
}

}  // namespace tenon::bson::detail
