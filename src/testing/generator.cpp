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

void Generator::fill_value(bson::Binary& value, int) {
    static constexpr std::array<std::uint8_t, 5> subtypes{0, 5, 6, 0x80, 0xFF};
    value.bytes.resize(below(options_.longest_string + 1));
    bytes(value.bytes.data(), value.bytes.size());
    value.subtype = subtypes[below(subtypes.size())];
}

bson::Document Generator::document(int depth, std::string_view prefix) {
    static constexpr std::array<std::string_view, 6> names{"a", "name", "Ärger", "日", "with space", "0"};
    bson::Builder builder;
    for (auto left = count(depth); left > 0; --left) {
        // The number keeps the keys of one document apart.
        const auto name = names[below(names.size())];
        builder.append(std::string(prefix).append(name).append("_").append(std::to_string(left)), value(depth + 1).ref());
    }
    return builder.take();
}

bson::Array Generator::array(int depth) {
    bson::Builder builder;
    for (auto left = count(depth); left > 0; --left) builder.push(value(depth + 1).ref());
    return bson::Array(builder.take());
}

bson::Value Generator::value(int depth) {
    if (depth < options_.deepest && below(4) == 0) return below(2) == 0 ? bson::Value(document(depth)) : bson::Value(array(depth));
    return scalar();
}

bson::Value Generator::scalar() {
    const auto made = [this]<class T>(T value) {
        fill(value, 0);
        return bson::Value(value);
    };
    switch (below(16)) {
        case 0: return made(double{});
        case 1: return made(std::int32_t{});
        case 2: return made(std::int64_t{});
        case 3: return made(bool{});
        case 4: return made(bson::ObjectId{});
        case 5: return made(bson::DateTime{});
        case 6: return made(bson::Decimal128{});
        case 7: return made(bson::Uuid{});
        case 8: return made(bson::Binary{});
        case 9: return made(bson::Regex{});
        case 10: return made(bson::Code{});
        case 11: return made(bson::Timestamp{});
        case 12: return bson::Value(bson::MinKey{});
        case 13: return bson::Value(bson::MaxKey{});
        case 14: return bson::Value(bson::Null{});
        default: return made(std::string{});
    }
}

}  // namespace tenon::testing
