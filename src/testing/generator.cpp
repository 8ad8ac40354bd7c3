#include <tenon/testing/generator.hpp>

namespace tenon::testing {

std::string Generator::text() {
    // One to four bytes of UTF-8 each, and what JSON, paths and patterns have to escape.
    static constexpr std::array<std::string_view, 16> pieces{"a", "b", "Z", "0", " ", ".", "$", "\"", "\\", "\n",
                                                             "é", "ß", "日", "€", "𝄞", "🙂"};
    std::string text;
    const auto  length = below(options_.longest_string + 1);
    while (text.size() < length) {
        const auto piece = pieces[below(pieces.size())];
        if (text.size() + piece.size() > length) break;
        text += piece;
    }
    return text;
}

void Generator::bytes(std::uint8_t* out, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(next() >> 56U);
}

double Generator::real() {
    switch (below(4)) {
        case 0: return static_cast<double>(below(1000));
        case 1: return -0.5 * static_cast<double>(below(1000));
        case 2: return static_cast<double>(next() >> 11U) * 0x1p-53;
        default: return static_cast<double>(static_cast<std::int64_t>(next())) * 1e3;
    }
}

}  // namespace tenon::testing
