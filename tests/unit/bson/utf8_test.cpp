#include <memory>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tenon/bson/utf8.hpp>

#include "bson/utf8_scalar.hpp"


namespace {

// The definition, letter by letter: decode a code point, refuse what has a shorter form, surrogates and what lies above.
bool reference(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size()) {
        const auto  lead  = static_cast<std::uint8_t>(text[i]);
        std::size_t tail  = 0;
        std::uint32_t point = 0;
        if (lead < 0x80) { tail = 0; point = lead; }
        else if ((lead & 0xE0U) == 0xC0) { tail = 1; point = lead & 0x1FU; }
        else if ((lead & 0xF0U) == 0xE0) { tail = 2; point = lead & 0x0FU; }
        else if ((lead & 0xF8U) == 0xF0) { tail = 3; point = lead & 0x07U; }
        else return false;
        if (i + tail >= text.size() && tail > 0) return false;
        for (std::size_t n = 1; n <= tail; ++n) {
            const auto byte = static_cast<std::uint8_t>(text[i + n]);
            if ((byte & 0xC0U) != 0x80) return false;
            point = point << 6U | (byte & 0x3FU);
        }
        constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
        if (point < least[tail] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
        i += tail + 1;
    }
    return true;
}

// The check, and the one of processors without vectors; a difference counts as a wrong answer. The text stands in an exact
// allocation, so that a sanitizer sees a read outside.
bool wrong_about(std::string_view text) {
    const auto copy = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), copy.get());
    const bool want = reference(text);
    return tenon::bson::valid_utf8(copy.get(), text.size()) != want ||
           tenon::bson::detail::utf8_scalar(copy.get(), text.size()) != want ||
           tenon::bson::detail::valid_utf8_any(copy.get(), text.size()) != want;
}

using tenon::bson::valid_utf8;

std::string encode(std::uint32_t point) {
    const auto c = [](std::uint32_t byte) { return static_cast<char>(byte); };
    if (point < 0x80) return {c(point)};
    if (point < 0x800) return {c(0xC0 | point >> 6U), c(0x80 | (point & 0x3FU))};
    if (point < 0x10000) return {c(0xE0 | point >> 12U), c(0x80 | (point >> 6U & 0x3FU)), c(0x80 | (point & 0x3FU))};
    return {c(0xF0 | point >> 18U), c(0x80 | (point >> 12U & 0x3FU)), c(0x80 | (point >> 6U & 0x3FU)), c(0x80 | (point & 0x3FU))};
}

}  // namespace

TEST_CASE("every code point is valid, every surrogate is not") {
    std::size_t wrong = 0;
    for (std::uint32_t point = 0; point <= 0x10FFFF; ++point) {
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        wrong += valid_utf8(encode(point)) == surrogate || wrong_about(encode(point)) ? 1U : 0U;
    }
    CHECK(wrong == 0);
    CHECK_FALSE(valid_utf8(encode(0x110000)));
}

TEST_CASE("all sequences of one and two bytes, and three and four from the bytes that matter, are judged as by the definition") {
    std::size_t wrong = 0;
    const auto  check = [&wrong](std::string_view text) { wrong += wrong_about(text) ? 1U : 0U; };
    char s[4];
    for (int a = 0; a < 256; ++a) {
        s[0] = static_cast<char>(a);
        check({s, 1});
        for (int b = 0; b < 256; ++b) {
            s[1] = static_cast<char>(b);
            check({s, 2});
        }
    }
    // Both sides of every border that the definition knows.
    const std::uint8_t borders[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
                                    0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF7, 0xF8, 0xFF};
    for (const auto a : borders) {
        for (const auto b : borders) {
            for (const auto c : borders) {
                for (const auto d : borders) {
                    s[0] = static_cast<char>(a), s[1] = static_cast<char>(b), s[2] = static_cast<char>(c), s[3] = static_cast<char>(d);
                    check({s, 3});
                    check({s, 4});
                }
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("a sequence is judged alike wherever it stands in a text of any length") {
    const std::uint8_t borders[] = {0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0,
                                    0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
    std::mt19937             random(1);
    std::vector<std::string> sequences;
    for (std::size_t size = 1; size <= 4; ++size) {
        for (int n = 0; n < 60; ++n) {
            std::string s;
            for (std::size_t i = 0; i < size; ++i) s += static_cast<char>(borders[random() % std::size(borders)]);
            sequences.push_back(s);
        }
    }
    for (const std::uint32_t point : {0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU, 0xD800U}) {
        sequences.push_back(encode(point));
        sequences.push_back(encode(point).substr(0, encode(point).size() - 1));
    }
    std::size_t wrong = 0;
    for (const auto& sequence : sequences) {
        for (std::size_t length = sequence.size(); length <= 140; length += length < 70 ? 1 : 7) {
            for (std::size_t at = 0; at + sequence.size() <= length; ++at) {
                std::string text(length, 'x');
                text.replace(at, sequence.size(), sequence);
                wrong += wrong_about(text) ? 1U : 0U;
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("random texts, valid and with one byte changed, are judged as by the definition") {
    std::mt19937 random(2);
    std::size_t  wrong = 0;
    std::size_t  valid = 0;
    for (int round = 0; round < 40000; ++round) {
        std::string       text;
        const std::size_t length = random() % 300;
        const auto        kind   = random() % 4;
        while (text.size() < length) {
            const std::uint32_t limit = kind == 0 ? 0x80 : kind == 1 ? 0x800 : kind == 2 ? 0xD800 : 0x110000;
            std::uint32_t       point = static_cast<std::uint32_t>(random()) % limit;
            if (random() % 2 == 0) point %= 0x80;
            if (point >= 0xD800 && point <= 0xDFFF) point = 'x';
            text += encode(point);
        }
        if (random() % 2 == 0 && !text.empty()) text[random() % text.size()] = static_cast<char>(random());
        if (random() % 8 == 0 && !text.empty()) text.pop_back();
        valid += reference(text) ? 1U : 0U;
        wrong += wrong_about(text) ? 1U : 0U;
    }
    CHECK(wrong == 0);
    CHECK(valid > 10000);
}

TEST_CASE("the empty text and NUL are valid") {
    CHECK(valid_utf8(nullptr, 0));
    CHECK(valid_utf8(std::string_view("\0", 1)));
    CHECK(valid_utf8(std::string(100, '\0')));
}
