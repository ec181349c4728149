// Sums of weighted pixels by SSE2, which every x86-64 has.
#pragma once

#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sampling_plain.hpp"

namespace zoo::sampling::sse2 {

inline __m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

inline void store(void* to, __m128i values) { _mm_storeu_si128(static_cast<__m128i*>(to), values); }

// Writes 16 sums of the lines' bytes from `at` on. lines: an even number, weights below 2^15.
inline void sum_16(const std::vector<Line>& lines, std::size_t at, std::uint32_t* sums) {
  const __m128i zero = _mm_setzero_si128();
  __m128i sum[4] = {zero, zero, zero, zero};
  for (std::size_t i = 0; i < lines.size(); i += 2) {
    const __m128i a = load(lines[i].bytes + at);
    const __m128i b = load(lines[i + 1].bytes + at);
    const __m128i weights =
        _mm_set1_epi32(static_cast<int>(lines[i].weight | lines[i + 1].weight << 16));
    const __m128i low = _mm_unpacklo_epi8(a, b);
    const __m128i high = _mm_unpackhi_epi8(a, b);
    sum[0] = _mm_add_epi32(sum[0], _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), weights));
    sum[1] = _mm_add_epi32(sum[1], _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), weights));
    sum[2] = _mm_add_epi32(sum[2], _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), weights));
    sum[3] = _mm_add_epi32(sum[3], _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), weights));
  }
  for (int i = 0; i < 4; ++i) store(sums + at + 4 * i, sum[i]);
}

// The same for weights that add up to 256.
inline void sum_16(const std::vector<Line>& lines, std::size_t at, std::uint16_t* sums) {
  const __m128i zero = _mm_setzero_si128();
  __m128i low = zero;
  __m128i high = zero;
  for (const Line& line : lines) {
    const __m128i bytes = load(line.bytes + at);
    const __m128i weight = _mm_set1_epi16(static_cast<short>(line.weight));
    low = _mm_add_epi16(low, _mm_mullo_epi16(_mm_unpacklo_epi8(bytes, zero), weight));
    high = _mm_add_epi16(high, _mm_mullo_epi16(_mm_unpackhi_epi8(bytes, zero), weight));
  }
  store(sums + at, low);
  store(sums + at + 8, high);
}

template <class Sum>
void sum_lines(std::vector<Line>& lines, std::vector<Sum>& sums, std::size_t count) {
  if (lines.size() % 2 != 0) lines.push_back({lines[0].bytes, 0});
  std::size_t at = 0;
  for (; at + 16 <= count; at += 16) sum_16(lines, at, sums.data());
  if (at < count) sum_16(lines, count - 16, sums.data());
}

// A column's sums / 65536 of four channels, rounded, in 32-bit lanes. COUNT: of places, 0 for any.
template <std::size_t COUNT>
__m128i mean_4(const std::uint32_t* sums, const Place* places, std::size_t count,
               std::uint64_t half) {
  __m128i even = _mm_set1_epi64x(static_cast<std::int64_t>(half));
  __m128i odd = even;  // SSE2 multiplies lanes 0 and 2, to 64 bits
  for (std::size_t i = 0; i < (COUNT > 0 ? COUNT : count); ++i) {
    const __m128i weight = _mm_set1_epi32(static_cast<int>(places[i].weight));
    const __m128i sum = load(sums + places[i].index);
    even = _mm_add_epi64(even, _mm_mul_epu32(sum, weight));
    odd = _mm_add_epi64(odd, _mm_mul_epu32(_mm_srli_epi64(sum, 32), weight));
  }
  return _mm_srli_epi32(_mm_or_si128(even, _mm_slli_epi64(odd, 32)), 16);
}

inline __m128i load_4(const std::uint16_t* from) {
  return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
}

// The same for an even number of places. Sums are multiplied as signed, less 32768 each; with n for
// the weights' sum, 256 n, that lacks 32768 times 256 n: 256 times `half`.
template <std::size_t COUNT>
__m128i mean_4(const std::uint16_t* sums, const Place* places, std::size_t count,
               std::uint64_t half) {
  const __m128i bias = _mm_set1_epi16(-32768);
  __m128i sum = _mm_set1_epi32(static_cast<int>(half + 256 * half));
  for (std::size_t i = 0; i < (COUNT > 0 ? COUNT : count); i += 2) {
    const __m128i weights =
        _mm_set1_epi32(static_cast<int>(places[i].weight | places[i + 1].weight << 16));
    const __m128i pairs =
        _mm_unpacklo_epi16(load_4(sums + places[i].index), load_4(sums + places[i + 1].index));
    sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_xor_si128(pairs, bias), weights));
  }
  return _mm_srli_epi32(sum, 16);
}

template <std::size_t COUNT, class Sum>
void mean_pairs(const std::vector<Sum>& sums, const Stencil& columns, int channels,
                const Mean& mean, std::uint8_t* pixels) {
  const std::uint64_t half = mean.half();
  const __m128i factor = _mm_set1_epi16(static_cast<short>(mean.factor_above_one()));
  const __m128i shift = _mm_cvtsi32_si128(mean.shift());
  const auto step = static_cast<std::size_t>(channels);
  const std::size_t size = columns.size() * step;
  const std::size_t count = columns.per_pixel;
  std::size_t column = 0;
  const Place* places = columns.places.data();
  for (; (column + 1) * step + 4 <= size; column += 2, places += 2 * count) {
    const __m128i left = mean_4<COUNT>(sums.data(), places, count, half);
    const __m128i right = mean_4<COUNT>(sums.data(), places + count, count, half);
    const __m128i scaled = _mm_packs_epi32(left, right);
    const __m128i means =
        _mm_srl_epi16(_mm_add_epi16(scaled, _mm_mulhi_epu16(scaled, factor)), shift);
    // Bytes beyond a pixel are those of the next one, which overwrites them.
    const __m128i bytes = _mm_packus_epi16(means, means);
    const std::int32_t pixel = _mm_cvtsi128_si32(bytes);
    const std::int32_t next = _mm_cvtsi128_si32(_mm_srli_epi64(bytes, 32));
    std::memcpy(pixels + column * step, &pixel, sizeof pixel);
    std::memcpy(pixels + (column + 1) * step, &next, sizeof next);
  }
  plain::mean_columns(sums, columns, channels, mean, pixels, column);
}

// As the plain form, for channels up to 4 and means of 32 bits; sums are readable 3 beyond.
template <class Sum>
void mean_columns(const std::vector<Sum>& sums, const Stencil& columns, int channels,
                  const Mean& mean, std::uint8_t* pixels) {
  if (columns.per_pixel == 2) {
    mean_pairs<2>(sums, columns, channels, mean, pixels);
  } else {
    mean_pairs<0>(sums, columns, channels, mean, pixels);
  }
}

}  // namespace zoo::sampling::sse2
