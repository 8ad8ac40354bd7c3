#include "bson/number_expansion.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "bson/decimal_parts.hpp"

namespace tenon::bson::detail {

namespace {

constexpr std::uint64_t ten_to_19    = 10'000'000'000'000'000'000ULL;
constexpr std::uint64_t five_to_27   = 7'450'580'596'923'828'125ULL;  // the largest power of 5 in 64 bits
constexpr int           chunk_digits = 19;

constexpr auto digit_pairs = [] {
    std::array<std::uint8_t, 200> pairs{};
    for (std::size_t i = 0; i < 100; ++i) {
        pairs[2 * i]     = static_cast<std::uint8_t>(i / 10);
        pairs[2 * i + 1] = static_cast<std::uint8_t>(i % 10);
    }
    return pairs;
}();

constexpr std::uint64_t power_of_5(int n) noexcept {
    std::uint64_t power = 1;
    for (; n > 0; --n) power *= 5U;
    return power;
}

// Eight digits at once, in the bytes of a word: halves of four, then of two, then of one.
void write_8(std::uint32_t value, std::uint8_t* to) noexcept {
    const std::uint64_t fours = value / 10'000U + (static_cast<std::uint64_t>(value % 10'000U) << 32U);
    const std::uint64_t highs = ((fours * 10'486U) >> 20U) & 0x0000007F0000007FULL;  // each four / 100
    const std::uint64_t pairs = highs + ((fours - 100U * highs) << 16U);
    const std::uint64_t tens  = ((pairs * 103U) >> 10U) & 0x000F000F000F000FULL;     // each pair / 10
    const std::uint64_t ones  = tens + ((pairs - 10U * tens) << 8U);
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(to, &ones, 8);
}

// All 20 digits that a 64-bit number may have, leading zeros included, so that they end before `end`.
void write_20(std::uint64_t value, std::uint8_t* end) noexcept {
    constexpr std::uint64_t eight = 100'000'000;
    write_8(static_cast<std::uint32_t>(value % eight), end - 8);
    value /= eight;
    write_8(static_cast<std::uint32_t>(value % eight), end - 16);
    auto top = static_cast<std::uint32_t>(value / eight);
    for (int i = 17; i <= 20; ++i, top /= 10U) end[-i] = static_cast<std::uint8_t>(top % 10U);
}

// The digits of a number that is mostly short, without leading zeros, so that they end before `end`; returns the first.
std::uint8_t* write_short(std::uint64_t value, std::uint8_t* end) noexcept {
    for (; value >= 100U; value /= 100U) {
        end -= 2;
        std::memcpy(end, &digit_pairs[2 * (value % 100U)], 2);
    }
    if (value >= 10U) {
        end -= 2;
        std::memcpy(end, &digit_pairs[2 * value], 2);
    } else {
        *--end = static_cast<std::uint8_t>(value);
    }
    return end;
}

// Takes over the digits [first, last) of an integer, not zero, that counts units of 10^scale.
void take_digits(const std::uint8_t* first, const std::uint8_t* last, int scale, Expansion& out) noexcept {
    while (*first == 0) ++first;
    out.kind     = Expansion::Kind::finite;
    out.exponent = static_cast<int>(last - first) + scale;
    while (last[-1] == 0) --last;
    out.count = static_cast<int>(last - first);
    std::memcpy(out.digits.data(), first, static_cast<std::size_t>(out.count));
}

void from_u64(std::uint64_t value, int scale, Expansion& out) noexcept {
    std::array<std::uint8_t, 20> buffer;  // NOLINT: written before it is read
    std::uint8_t* const          end = buffer.data() + buffer.size();
    take_digits(write_short(value, end), end, scale, out);
}

// 2^64 * high + low divided by 10^19, where high is below 10^19, by multiplication with the reciprocal
// (Moller and Granlund, "Improved division by invariant integers", algorithm 4; 10^19 has its top bit set).
std::uint64_t divide_2_by_1(std::uint64_t high, std::uint64_t low, std::uint64_t& remainder) noexcept {
    constexpr auto reciprocal = static_cast<std::uint64_t>(~Uint128{0} / ten_to_19);  // the low 64 of its 65 bits
    const Uint128  estimate   = static_cast<Uint128>(reciprocal) * high + ((static_cast<Uint128>(high) << 64U) | low);
    std::uint64_t  quotient   = static_cast<std::uint64_t>(estimate >> 64U) + 1U;
    remainder                 = low - quotient * ten_to_19;
    if (remainder > static_cast<std::uint64_t>(estimate)) {
        --quotient;
        remainder += ten_to_19;
    }
    if (remainder >= ten_to_19) {
        ++quotient;
        remainder -= ten_to_19;
    }
    return quotient;
}

// A natural number of up to 2,560 bits: a double's 53 bits times 5^1074 need 2,548.
class BigNatural {
public:
    explicit BigNatural(std::uint64_t value) noexcept { words_[0] = value; }
    BigNatural(std::uint64_t low, std::uint64_t high) noexcept : size_(2) {  // high is not zero
        words_[0] = low;
        words_[1] = high;
    }

    void multiply(std::uint64_t factor) noexcept {
        std::uint64_t carry = 0;
        for (int i = 0; i < size_; ++i) {
            const Uint128 product = static_cast<Uint128>(word(i)) * factor + carry;
            word(i)               = static_cast<std::uint64_t>(product);
            carry                 = static_cast<std::uint64_t>(product >> 64U);
        }
        if (carry != 0) {
            word(size_) = carry;
            ++size_;
        }
    }

    [[nodiscard]] bool small() const noexcept { return size_ == 1; }
    [[nodiscard]] std::uint64_t lowest() const noexcept { return words_[0]; }

    /// Divides by 10^19 and returns the remainder.
    std::uint64_t divide_chunk() noexcept {
        std::uint64_t remainder = 0;
        for (int i = size_ - 1; i >= 0; --i) word(i) = divide_2_by_1(remainder, word(i), remainder);
        while (size_ > 1 && word(size_ - 1) == 0) --size_;
        return remainder;
    }

private:
    std::uint64_t& word(int i) noexcept { return words_[static_cast<std::size_t>(i)]; }

    std::array<std::uint64_t, 42> words_;  // set as far as size_
    int                           size_ = 1;
};

void from_big(BigNatural& value, int scale, Expansion& out) noexcept {
    std::array<std::uint8_t, 820> buffer;  // NOLINT: written before it is read
    std::uint8_t*                 end   = buffer.data() + buffer.size();
    std::uint8_t*                 first = end;
    // A chunk's twentieth digit is zero and makes way for the next chunk.
    for (; !value.small(); first -= chunk_digits) write_20(value.divide_chunk(), first);
    write_20(value.lowest(), first);
    take_digits(first - 20, end, scale, out);
}

void from_u128(Uint128 value, int scale, Expansion& out) noexcept {
    const auto high = static_cast<std::uint64_t>(value >> 64U);
    if (high == 0) return from_u64(static_cast<std::uint64_t>(value), scale, out);
    BigNatural natural(static_cast<std::uint64_t>(value), high);
    from_big(natural, scale, out);
}

void set_zero(Expansion& out) noexcept {
    out.kind     = Expansion::Kind::zero;
    out.negative = false;
    out.exponent = 0;
    out.count    = 0;
}

void set_special(Expansion::Kind kind, Expansion& out) noexcept {
    set_zero(out);
    out.kind     = kind;
    out.negative = kind == Expansion::Kind::neg_inf;
}

}  // namespace

void expand(std::int64_t value, Expansion& out) noexcept {
    if (value == 0) return set_zero(out);
    out.negative = value < 0;
    // Negating the unsigned copy is right for int64's minimum too.
    from_u64(value < 0 ? 0U - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value), 0, out);
}

void expand(double value, Expansion& out) noexcept {
    const auto bits     = std::bit_cast<std::uint64_t>(value);
    const bool negative = (bits >> 63U) != 0;
    const int  raw      = static_cast<int>((bits >> 52U) & 0x7FFU);
    auto       mantissa = bits & 0xFFFFFFFFFFFFFULL;
    if (raw == 0x7FF) {
        if (mantissa != 0) return set_special(Expansion::Kind::nan, out);
        return set_special(negative ? Expansion::Kind::neg_inf : Expansion::Kind::pos_inf, out);
    }
    if (raw == 0 && mantissa == 0) return set_zero(out);
    if (raw != 0) mantissa |= 1ULL << 52U;
    int binary_exponent = (raw == 0 ? 1 : raw) - 1075;
    // An odd mantissa makes whole numbers and short binary fractions small.
    const int zeros = std::countr_zero(mantissa);
    mantissa >>= static_cast<unsigned>(zeros);
    binary_exponent += zeros;
    out.negative = negative;

    if (binary_exponent >= 0) {
        if (binary_exponent <= std::countl_zero(mantissa)) {
            return from_u64(mantissa << static_cast<unsigned>(binary_exponent), 0, out);
        }
        BigNatural whole(mantissa);
        for (; binary_exponent >= 63; binary_exponent -= 63) whole.multiply(1ULL << 63U);
        whole.multiply(1ULL << static_cast<unsigned>(binary_exponent));
        return from_big(whole, 0, out);
    }
    // m / 2^k is m * 5^k / 10^k.
    int k = -binary_exponent;
    if (k <= 27) return from_u128(static_cast<Uint128>(mantissa) * power_of_5(k), -k, out);
    BigNatural fraction(mantissa);
    const int  scale = -k;
    for (; k >= 27; k -= 27) fraction.multiply(five_to_27);
    fraction.multiply(power_of_5(k));
    from_big(fraction, scale, out);
}

void expand(const Decimal128& value, Expansion& out) noexcept {
    const DecimalParts parts = unpack(value);
    if (parts.kind == DecimalParts::Kind::nan) return set_special(Expansion::Kind::nan, out);
    if (parts.kind == DecimalParts::Kind::infinite) {
        return set_special(parts.negative ? Expansion::Kind::neg_inf : Expansion::Kind::pos_inf, out);
    }
    if (parts.coefficient == 0) return set_zero(out);
    out.negative = parts.negative;
    from_u128(parts.coefficient, parts.exponent, out);
}

int compare(const Expansion& a, const Expansion& b) noexcept {
    const auto rank = [](const Expansion& e) {  // zero lies between the finite ones by its sign of 0
        switch (e.kind) {
            case Expansion::Kind::nan:     return -3;
            case Expansion::Kind::neg_inf: return -2;
            case Expansion::Kind::zero:    return 0;
            case Expansion::Kind::finite:  return e.negative ? -1 : 1;
            case Expansion::Kind::pos_inf: return 2;
        }
        return 0;
    };
    const int ra = rank(a);
    const int rb = rank(b);
    if (ra != rb) return ra < rb ? -1 : 1;
    if (a.kind != Expansion::Kind::finite) return 0;
    int order = a.exponent == b.exponent ? 0 : (a.exponent < b.exponent ? -1 : 1);
    if (order == 0) {
        const auto shared = static_cast<std::size_t>(std::min(a.count, b.count));
        const int  bytes  = std::memcmp(a.digits.data(), b.digits.data(), shared);
        order             = bytes != 0 ? (bytes < 0 ? -1 : 1) : (a.count == b.count ? 0 : (a.count < b.count ? -1 : 1));
    }
    return a.negative ? -order : order;
}

}  // namespace tenon::bson::detail
