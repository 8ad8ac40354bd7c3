#pragma once
// The check of UTF-8 by 32 bytes at a time. Included by utf8.cpp alone.

#if defined(__x86_64__)

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "bson/utf8_lookup.hpp"

namespace tenon::bson::detail {

#define TENON_AVX2 __attribute__((target("avx2"))) inline

[[nodiscard]] TENON_AVX2 __m256i table32(const std::array<std::uint8_t, 16>& table) noexcept {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table.data())));
}

/// What is wrong with the bytes of `text`, given those one, two and three places before each.
[[nodiscard]] TENON_AVX2 __m256i utf8_faults(__m256i text, __m256i before1, __m256i before2, __m256i before3) noexcept {
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    const __m256i pairs  = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(table32(utf8_tables.first_high), _mm256_and_si256(_mm256_srli_epi16(before1, 4), nibble)),
            _mm256_shuffle_epi8(table32(utf8_tables.first_low), _mm256_and_si256(before1, nibble))),
        _mm256_shuffle_epi8(table32(utf8_tables.second_high), _mm256_and_si256(_mm256_srli_epi16(text, 4), nibble)));
    // The top bit is left where a lead of three stands two places before, or one of four three places before: there, and
    // nowhere else, this byte has to be the second of two continuations.
    const __m256i third  = _mm256_subs_epu8(before2, _mm256_set1_epi8(0xE0 - 0x80));
    const __m256i fourth = _mm256_subs_epu8(before3, _mm256_set1_epi8(0xF0 - 0x80));
    const __m256i wanted = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(static_cast<char>(two_continuations)));
    return _mm256_xor_si256(wanted, pairs);
}

/// The faults of a block that nothing stands before.
[[nodiscard]] TENON_AVX2 __m256i utf8_faults_first(__m256i text) noexcept {
    const __m256i low_half_up = _mm256_permute2x128_si256(text, text, 0x08);  // zeros, then the lower 16 bytes
    return utf8_faults(text, _mm256_alignr_epi8(text, low_half_up, 15), _mm256_alignr_epi8(text, low_half_up, 14),
                       _mm256_alignr_epi8(text, low_half_up, 13));
}

/// Fewer than 32 bytes, zeros behind them, put together in registers: a copy through memory would stall the load.
[[nodiscard]] TENON_AVX2 __m256i load_short(const char* text, std::size_t size) noexcept {
    if (size >= 16) {
        alignas(32) static constexpr std::uint8_t slide[32] = {
            0,    1,    2,    3,    4,    5,    6,    7,    8,    9,    10,   11,   12,   13,   14,   15,
            0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
        const __m128i low  = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
        const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + size - 16));
        const __m128i by   = size == 16 ? _mm_set1_epi8(static_cast<char>(0x80))
                                        : _mm_loadu_si128(reinterpret_cast<const __m128i*>(slide + (32 - size)));
        return _mm256_set_m128i(_mm_shuffle_epi8(last, by), low);
    }
    std::uint64_t low  = 0;
    std::uint64_t high = 0;
    if (size >= 8) {
        std::memcpy(&low, text, 8);
        std::memcpy(&high, text + size - 8, 8);
        high = size == 8 ? 0 : high >> (8 * (16 - size));
    } else if (size >= 4) {
        std::uint32_t begin = 0;
        std::uint32_t end   = 0;
        std::memcpy(&begin, text, 4);
        std::memcpy(&end, text + size - 4, 4);
        low = begin | (std::uint64_t{end} >> (8 * (8 - size))) << 32U;
    } else {
        for (std::size_t i = 0; i < size; ++i) low |= std::uint64_t{static_cast<std::uint8_t>(text[i])} << (8 * i);
    }
    return _mm256_set_epi64x(0, 0, static_cast<std::int64_t>(high), static_cast<std::int64_t>(low));
}

[[nodiscard]] TENON_AVX2 bool utf8_short(const char* text, std::size_t size) noexcept {
    const __m256i faults = utf8_faults_first(load_short(text, size));  // a lead that the text cuts off meets a zero
    return _mm256_testz_si256(faults, faults) != 0;
}

[[nodiscard]] TENON_AVX2 __m256i utf8_faults_at(const char* at) noexcept {
    const auto* block = reinterpret_cast<const __m256i*>(at);
    return utf8_faults(_mm256_loadu_si256(block), _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at - 1)),
                       _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at - 2)),
                       _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at - 3)));
}

[[nodiscard]] TENON_AVX2 bool utf8_avx2(const char* text, std::size_t size) noexcept {
    if (size < 32) return utf8_short(text, size);
    if (size < 35) {
        // The last block would need bytes before the text. Two halves, parted where no character goes on: four
        // continuations in a row are wrong in either half.
        std::size_t part = 16;
        while (part > 13 && (static_cast<std::uint8_t>(text[part]) & 0xC0U) == 0x80) --part;
        return utf8_short(text, part) && utf8_short(text + part, size - part);
    }
    __m256i faults = utf8_faults_first(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(text)));
    for (std::size_t i = 32; i + 32 <= size; i += 32) faults = _mm256_or_si256(faults, utf8_faults_at(text + i));
    // The last block overlaps the one before: a byte that is looked at twice is judged alike.
    faults = _mm256_or_si256(faults, utf8_faults_at(text + size - 32));
    if (_mm256_testz_si256(faults, faults) == 0) return false;
    // No lead may stand too near to the end.
    const auto back = [text, size](std::size_t n) { return static_cast<std::uint8_t>(text[size - n]); };
    return back(1) < 0xC0 && back(2) < 0xE0 && back(3) < 0xF0;
}

#undef TENON_AVX2

}  // namespace tenon::bson::detail

#endif
