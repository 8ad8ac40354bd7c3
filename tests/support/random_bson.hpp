#pragma once
// A seeded source of documents of every BSON type, weighted to the values that break programs.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/bson/document.hpp>

namespace tenon::testing_support {

/// The same seed gives the same documents on every machine. Few keys and values, so that documents often agree.
class RandomBson {
    template <class Container>
    const auto& one_of(const Container& values) {
        return *std::next(std::begin(values), static_cast<std::ptrdiff_t>(below(std::size(values))));
    }

public:
    explicit RandomBson(std::uint64_t seed) : state_(seed) {}

    /// Up to 8 fields, nested up to `max_depth` levels. Keys of one document differ.
    [[nodiscard]] bson::Document document(int max_depth = 4) {
        bson::Builder builder;
        fields(builder, max_depth);
        return builder.take();
    }

    /// A value of any type; documents and arrays in it nest up to `depth` levels.
    [[nodiscard]] bson::Value value(int depth = 3) {
        bson::Builder builder;
        append(builder, "v", depth);
        return bson::Value(builder.take()["v"]);
    }

    /// int32, int64, double or decimal128.
    [[nodiscard]] bson::Value number() {
        bson::Builder builder;
        append_number(builder, "v");
        return bson::Value(builder.take()["v"]);
    }

    [[nodiscard]] std::string text() { return std::string(one_of(texts())); }

    /// A number from 0 to below `bound`.
    [[nodiscard]] std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

    /// SplitMix64, whose sequence no standard library changes.
    [[nodiscard]] std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z               = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z               = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }

private:
    [[nodiscard]] bool chance(std::size_t percent) { return below(100) < percent; }

    static const std::vector<std::string>& keys() {
        static const std::vector<std::string> all{"a",   "b",  "c", "x",        "0",            "1",   "10",
                                                  "a.b", "$a", "",  "\xC3\xA9", "\xE6\x97\xA5", "_id", "A"};
        return all;
    }

    static const std::vector<std::string>& texts() {
        using std::string_literals::operator""s;
        static const std::vector<std::string> all{
            "", "a", "ab", "b", "A", "a\0b"s, "\0"s, "a\0"s, "0", "1", "null", "10", "\"", "\\n\n", "\x01\x1F\x7F", "/",
            "\xC3\xA9", "e\xCC\x81", "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF", "\xC2\x80",
            "\xE2\x80\xA8", "a longer text that no small string holds"};
        return all;
    }

    static const std::vector<std::int64_t>& integers() {
        using Small = std::numeric_limits<std::int32_t>;
        using Large = std::numeric_limits<std::int64_t>;
        static const std::vector<std::int64_t> all{
            0, 1, -1, 2, 3, 7, 10, 100, 127, 128, 255, 256, 1000,
            Small::max(), Small::min(), std::int64_t{Small::max()} + 1, std::int64_t{Small::min()} - 1,
            (1LL << 53) - 1, 1LL << 53, (1LL << 53) + 1, -(1LL << 53) - 1, 1LL << 62,
            Large::max(), Large::min(), Large::max() - 1, Large::min() + 1, 1'000'000'000'000'000'000};
        return all;
    }

    static const std::vector<double>& doubles() {
        using Limits = std::numeric_limits<double>;
        static const std::vector<double> all{
            0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 0.1, 1.5, 2.0, 3.0, 7.0, 100.0, 2147483647.0, -2147483648.0,
            9007199254740992.0, 9007199254740994.0, 9223372036854775808.0, -9223372036854775808.0,
            1e18, 1e22, 1e23, 1e300, -1e300, 1e-300, 5e-324,
            Limits::max(), Limits::lowest(), Limits::min(), Limits::infinity(), -Limits::infinity(),
            Limits::quiet_NaN(), 1.0 / 3.0, 0.30000000000000004};
        return all;
    }

    static const std::vector<bson::Decimal128>& decimals() {
        static const std::vector<bson::Decimal128> all = [] {
            std::vector<bson::Decimal128> made;
            for (const char* text :
                 {"0", "-0", "0E+3", "-0.000", "0E-6176", "0E+6111", "1", "1.0", "1.00", "10E-1", "0.1E+1", "-1",
                  "-1.0", "0.1", "0.10", "0.5", "1.5", "3", "7.0", "100", "1E+2", "1.00E+2", "2147483647", "2147483648",
                  "9007199254740993", "9007199254740993.0", "9223372036854775807", "9223372036854775808",
                  "-9223372036854775808", "-9223372036854775809", "9223372036854775807.5", "1E+22", "1E+23",
                  "9999999999999999999999999999999999", "1E+300", "1E+6144", "-1E+6144",
                  "9.999999999999999999999999999999999E+6144", "1E-6176", "-1E-6176", "5E-324", "1E-300",
                  "0.1000000000000000055511151231257827", "0.3333333333333333333333333333333333",
                  "0.30000000000000004", "Infinity", "-Infinity", "NaN"}) {
                made.push_back(bson::Decimal128::parse(text).value());
            }
            return made;
        }();
        return all;
    }

    static const std::vector<std::int64_t>& dates() {
        using Large = std::numeric_limits<std::int64_t>;
        static const std::vector<std::int64_t> all{
            0, 1, -1, 1'356'351'330'501, 1'356'351'330'000, 253'402'300'799'999, 253'402'300'800'000,
            -62'135'596'800'000, Large::max(), Large::min()};
        return all;
    }

    [[nodiscard]] double any_double() {
        if (chance(70)) return one_of(doubles());
        for (;;) {  // any bits but a NaN's: NaNs of other bits do not survive Extended JSON
            const auto d = std::bit_cast<double>(next());
            if (d == d) return d;
        }
    }

    [[nodiscard]] bson::Decimal128 any_decimal() {
        if (chance(70)) return one_of(decimals());
        std::string digits = chance(50) ? "-" : "";
        for (std::size_t n = 1 + below(34); n > 0; --n) digits += static_cast<char>('0' + below(10));
        const std::size_t reach = chance(80) ? 20 : 6100;
        digits += 'E' + std::to_string(static_cast<std::int64_t>(below(2 * reach)) - static_cast<std::int64_t>(reach));
        return bson::Decimal128::parse(digits).value();
    }

    void append_number(bson::Builder& builder, std::string_view key) {
        const std::int64_t n = chance(80) ? one_of(integers()) : static_cast<std::int64_t>(next());
        switch (below(4)) {
            case 0: builder.append(key, static_cast<std::int32_t>(n)); return;
            case 1: builder.append(key, n); return;
            case 2: builder.append(key, any_double()); return;
            default: builder.append(key, any_decimal()); return;
        }
    }

    [[nodiscard]] bson::ObjectId object_id() {
        bson::ObjectId id;
        if (chance(50)) {
            id.bytes.back() = static_cast<std::uint8_t>(below(3));
        } else {
            for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(next());
        }
        return id;
    }

    void append_binary(bson::Builder& builder, std::string_view key) {
        static constexpr std::array<std::uint8_t, 8> subtypes{0, 1, 2, 3, 4, 5, 0x80, 0xFF};
        std::vector<std::uint8_t> bytes(chance(20) ? 16 : below(5));
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(chance(50) ? below(3) : next());
        builder.append_binary(key, bytes, one_of(subtypes));
    }

    static void append_raw(bson::Builder& builder, std::string_view key, bson::Type type,
                           const std::vector<std::uint8_t>& payload) {
        builder.append(key, bson::ValueRef(type, payload.data(), static_cast<std::uint32_t>(payload.size())));
    }

    static void length_to(std::vector<std::uint8_t>& out, std::size_t n) {
        for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(n >> shift));
    }

    [[nodiscard]] std::vector<std::uint8_t> text_payload() {
        const std::string         t = text();
        std::vector<std::uint8_t> payload;
        length_to(payload, t.size() + 1);
        payload.insert(payload.end(), t.begin(), t.end());
        payload.push_back(0);
        return payload;
    }

    void append_deprecated(bson::Builder& builder, std::string_view key, int depth) {
        switch (below(4)) {
            case 0: append_raw(builder, key, bson::Type::undefined, {}); return;
            case 1: append_raw(builder, key, bson::Type::symbol, text_payload()); return;
            case 2: {
                auto       payload = text_payload();
                const auto id      = object_id();
                payload.insert(payload.end(), id.bytes.begin(), id.bytes.end());
                append_raw(builder, key, bson::Type::db_pointer, payload);
                return;
            }
            default: {
                const auto           source = text_payload();
                const bson::Document scope  = document(depth > 0 ? depth - 1 : 0);
                const auto           inner  = scope.view().bytes();
                std::vector<std::uint8_t> payload;
                length_to(payload, 4 + source.size() + inner.size());
                payload.insert(payload.end(), source.begin(), source.end());
                payload.insert(payload.end(), inner.begin(), inner.end());
                append_raw(builder, key, bson::Type::code_scope, payload);
                return;
            }
        }
    }

    void append(bson::Builder& builder, std::string_view key, int depth) {
        switch (below(20)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4: append_number(builder, key); return;
            case 5:
            case 6: builder.append(key, text()); return;
            case 7:
            case 8:
                builder.open_document(key);
                if (depth > 0) fields(builder, depth - 1);
                builder.close();
                return;
            case 9:
            case 10: {
                bson::Builder elements;
                for (std::size_t n = depth > 0 ? below(5) : 0; n > 0; --n) elements.push(value(depth - 1));
                builder.append_array(key, elements.take());
                return;
            }
            case 11: builder.append(key, bson::Null{}); return;
            case 12: builder.append(key, chance(50)); return;
            case 13: builder.append(key, object_id()); return;
            case 14: builder.append(key, bson::DateTime(one_of(dates()))); return;
            case 15: append_binary(builder, key); return;
            case 16: {
                const auto seconds = static_cast<std::uint32_t>(chance(50) ? below(3) : next());
                builder.append(key, bson::Timestamp{seconds, static_cast<std::uint32_t>(below(3))});
                return;
            }
            case 17: append_deprecated(builder, key, depth); return;
            case 18:
                if (chance(50)) {
                    builder.append(key, bson::MinKey{});
                } else {
                    builder.append(key, bson::MaxKey{});
                }
                return;
            default: {
                static const std::vector<std::string> patterns{"", "a", "a|b", "^\xC3\xA9$", "\"\\/"};
                static const std::vector<std::string> options{"", "i", "im", "imsx"};
                if (chance(50)) {
                    builder.append(key, bson::Regex{one_of(patterns), one_of(options)});
                } else {
                    builder.append(key, bson::Code{text()});
                }
                return;
            }
        }
    }

    void fields(bson::Builder& builder, int depth) {
        std::array<bool, 32> used{};
        for (std::size_t n = below(9); n > 0; --n) {
            const std::size_t at = below(keys().size());
            if (used[at]) continue;
            used[at] = true;
            append(builder, keys()[at], depth);
        }
    }

    std::uint64_t state_;
};

}  // namespace tenon::testing_support
