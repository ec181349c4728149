// Kernels with the instructions of AVX2. One of them adds two products of 16 bits, for eight sums.
#ifndef NETWORK_AVX2_H
#define NETWORK_AVX2_H

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE __attribute__((always_inline)) AVX2 static inline

// Loads four weights of each of TILE channels, four channels to a vector, as 16 bits.
AVX2_INLINE void load_weights_avx2(const void* weights, int is_packed, __m256i* loaded) {
  (void)is_packed;
  for (int i = 0; i < 4; ++i) {
    const __m128i* bytes = (const __m128i*)weights + i;
    loaded[i] = _mm256_cvtepi8_epi16(_mm_loadu_si128(bytes));
  }
}

// Computes the sums of one or two pixels and TILE channels.
AVX2_INLINE void multiply_avx2(const Patches* patches, int32_t first, int count,
                               const void* weights, int is_packed, int takes_signed,
                               const int32_t* bias, int32_t* sums) {
  const __m128i flip = _mm_set1_epi8((char)(takes_signed ? 0x80 : 0));
  __m256i pairs[2][4];  // each channel has two sums
  for (int pixel = 0; pixel < count; ++pixel) {
    for (int i = 0; i < 4; ++i) pairs[pixel][i] = _mm256_setzero_si256();
  }
  const int8_t* place = (const int8_t*)weights;
  for (int32_t line = 0; line < patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)patches->lines[line] + first * patches->step;
    for (int32_t c = 0; c < patches->line_bytes; c += 4) {
      __m256i w[4];
      load_weights_avx2(place, is_packed, w);
      place += is_packed ? 2 * TILE : 4 * TILE;
#pragma GCC unroll 2
      for (int pixel = 0; pixel < count; ++pixel) {
        const __m128i bytes = _mm_loadu_si32(x + pixel * patches->step + c);
        const __m128i words = _mm_cvtepu8_epi16(_mm_xor_si128(bytes, flip));
        const __m256i inputs = _mm256_broadcastq_epi64(words);
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
          const __m256i products = _mm256_madd_epi16(inputs, w[i]);
          pairs[pixel][i] = _mm256_add_epi32(pairs[pixel][i], products);
        }
      }
    }
  }
  for (int pixel = 0; pixel < count; ++pixel) {
    for (int i = 0; i < 2; ++i) {
      const __m256i crossed = _mm256_hadd_epi32(pairs[pixel][2 * i], pairs[pixel][2 * i + 1]);
      const __m256i sum = _mm256_permute4x64_epi64(crossed, 0xd8);
      const __m256i start = _mm256_loadu_si256((const __m256i*)bias + i);
      __m256i* stored = (__m256i*)(sums + pixel * TILE) + i;
      _mm256_storeu_si256(stored, _mm256_add_epi32(start, sum));
    }
  }
}

AVX2 static void multiply_u8_avx2(const Patches* patches, int32_t first, int32_t count,
                                  const int8_t* weights, const int32_t* bias, int32_t* sums) {
  int32_t i = 0;
  for (; i + 2 <= count; i += 2) {
    multiply_avx2(patches, first + i, 2, weights, 0, 0, bias, sums + i * TILE);
  }
  if (i < count) {
    multiply_avx2(patches, first + i, 1, weights, 0, 0, bias, sums + i * TILE);
  }
}

// Returns the levels of the sums of eight channels, with the zero point, before any bound.
AVX2_INLINE __m256i level_avx2(const NetworkRescale* rescale, int32_t channel, __m256i sums) {
  const __m128i shift_bytes = _mm_loadl_epi64((const __m128i*)(rescale->shift + channel));
  const __m256i shift = _mm256_cvtepu8_epi32(shift_bytes);
  const __m256i zero_point = _mm256_set1_epi32(rescale->zero_point);
  const __m256i one = _mm256_set1_epi32(1);
  if (rescale->rounding == NETWORK_SHIFT) {
    const __m256i half = _mm256_srli_epi32(_mm256_sllv_epi32(one, shift), 1);
    const __m256i level = _mm256_srav_epi32(_mm256_add_epi32(sums, half), shift);
    return _mm256_add_epi32(level, zero_point);
  }
  const int doublings = __builtin_ctz((uint32_t)rescale->sum_factor);
  const __m256i* place = (const __m256i*)(rescale->multiplier + channel);
  const __m256i multiplier = _mm256_loadu_si256(place);
  if (rescale->fits_float) {
    const __m256i exponent = _mm256_sub_epi32(_mm256_set1_epi32(127 + doublings), shift);
    const __m256 power = _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
    const __m256 factor = _mm256_mul_ps(_mm256_cvtepi32_ps(multiplier), power);
    // Added to 1.5 * 2^23, a number is rounded to an integer, which the low bits hold.
    const __m256 large = _mm256_set1_ps(12582912.0f);
    const __m256 rounded = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), factor, large);
    const __m256i start = _mm256_sub_epi32(_mm256_castps_si256(large), zero_point);
    return _mm256_sub_epi32(_mm256_castps_si256(rounded), start);
  }
  const __m256i doubled = _mm256_sll_epi32(sums, _mm_cvtsi32_si128(doublings));
  const __m256i even = _mm256_mul_epi32(doubled, multiplier);
  const __m256i odd =
      _mm256_mul_epi32(_mm256_srli_epi64(doubled, 32), _mm256_srli_epi64(multiplier, 32));
  const __m256i words = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
  const __m256i bits = _mm256_sub_epi32(shift, _mm256_set1_epi32(33));
  const __m256i raised = _mm256_add_epi32(_mm256_srav_epi32(words, bits), one);
  return _mm256_add_epi32(_mm256_srai_epi32(raised, 1), zero_point);
}

// Stores sums, those of eight channels at a time. Returns of how many channels: for a rest, and
// for other roundings, there is no such form.
AVX2_INLINE int32_t store_avx2(const NetworkRescale* rescale, int32_t first, int32_t count,
                               const int32_t* sums, int gives_signed, void* output) {
  const NetworkRounding rounding = rescale->rounding;
  if (rounding != NETWORK_HIGH_WORD && rounding != NETWORK_SHIFT && !rescale->fits_float) return 0;
  const __m128i low = _mm_set1_epi8((char)rescale->low);
  const __m128i high = _mm_set1_epi8((char)rescale->high);
  int32_t k = 0;
  for (; k + 8 <= count; k += 8) {
    const __m256i sum = _mm256_loadu_si256((const __m256i*)(sums + k));
    const __m256i level = level_avx2(rescale, first + k, sum);
    const __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(level), _mm256_extracti128_si256(level, 1));
    __m128i bytes;
    if (gives_signed) {
      bytes = _mm_min_epi8(_mm_max_epi8(_mm_packs_epi16(words, words), low), high);
    } else {
      bytes = _mm_min_epu8(_mm_max_epu8(_mm_packus_epi16(words, words), low), high);
    }
    _mm_storel_epi64((__m128i*)((uint8_t*)output + k), bytes);
  }
  return k;
}

AVX2 static int32_t store_u8_avx2(const NetworkRescale* rescale, int32_t first, int32_t count,
                                  const int32_t* sums, uint8_t* output) {
  return store_avx2(rescale, first, count, sums, 0, output);
}

// As accumulate_3x3, sixteen channels at a time. Returns of how many channels.
AVX2 static int32_t accumulate_3x3_avx2(const int16_t* const* lines, int32_t offset, int32_t step,
                                        const int16_t* w, const int32_t* bias, int32_t count,
                                        int32_t* sums) {
  int32_t k = 0;
  for (; k + 16 <= count; k += 16) {
    __m256i low = _mm256_loadu_si256((const __m256i*)(bias + k));
    __m256i high = _mm256_loadu_si256((const __m256i*)(bias + k + 8));
    __m256i pair = _mm256_setzero_si256();
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      const int16_t* inputs = lines[tap / 3] + offset + tap % 3 * step + k;
      const __m256i x = _mm256_loadu_si256((const __m256i*)inputs);
      const __m256i weights = _mm256_loadu_si256((const __m256i*)(w + tap * step + k));
      pair = _mm256_add_epi16(pair, _mm256_mullo_epi16(x, weights));
      if (tap % 2 == 0 && tap < 8) continue;
      const __m128i last = _mm256_extracti128_si256(pair, 1);
      low = _mm256_add_epi32(low, _mm256_cvtepi16_epi32(_mm256_castsi256_si128(pair)));
      high = _mm256_add_epi32(high, _mm256_cvtepi16_epi32(last));
      pair = _mm256_setzero_si256();
    }
    _mm256_storeu_si256((__m256i*)(sums + k), low);
    _mm256_storeu_si256((__m256i*)(sums + k + 8), high);
  }
  return k;
}

#endif  // NETWORK_AVX2_H
