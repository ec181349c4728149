// The function multiply_tile of network_kernels.c with instructions of x86 processors.
#ifndef NETWORK_X86_H
#define NETWORK_X86_H

#include <immintrin.h>

#ifdef __AVX512VNNI__
// One instruction adds four products to each of sixteen sums.
static inline void multiply_tile(const uint8_t* rows, int32_t size, int32_t count,
                                 const int8_t* weights, const int32_t* bias, int32_t* sums) {
  __m512i tile[ROWS];
  for (int32_t row = 0; row < count; ++row) tile[row] = _mm512_loadu_si512(bias);
  for (int32_t c = 0; c < size; c += 4) {
    const __m512i w = _mm512_loadu_si512(weights + c * TILE);
    for (int32_t row = 0; row < count; ++row) {
      const __m512i x = _mm512_broadcastd_epi32(_mm_loadu_si32(rows + row * size + c));
      tile[row] = _mm512_dpbusd_epi32(tile[row], x, w);
    }
  }
  for (int32_t row = 0; row < count; ++row) _mm512_storeu_si512(sums + row * BLOCK, tile[row]);
}
#else
// One instruction adds two products of 16 bits; each channel has two sums, added up at the end.
static inline void multiply_tile(const uint8_t* rows, int32_t size, int32_t count,
                                 const int8_t* weights, const int32_t* bias, int32_t* sums) {
  for (int32_t row = 0; row < count; ++row) {
    __m256i pairs[4] = {_mm256_setzero_si256()};
    for (int32_t c = 0; c < size; c += 4) {
      const __m128i bytes = _mm_broadcastd_epi32(_mm_loadu_si32(rows + row * size + c));
      const __m256i x = _mm256_cvtepu8_epi16(bytes);
      const __m128i* w = (const __m128i*)(weights + c * TILE);
      for (int32_t i = 0; i < 4; ++i) {
        const __m256i products = _mm256_madd_epi16(x, _mm256_cvtepi8_epi16(_mm_loadu_si128(w + i)));
        pairs[i] = _mm256_add_epi32(pairs[i], products);
      }
    }
    for (int32_t i = 0; i < 2; ++i) {
      const __m256i crossed = _mm256_hadd_epi32(pairs[2 * i], pairs[2 * i + 1]);
      const __m256i sum = _mm256_permute4x64_epi64(crossed, 0xd8);
      const __m256i start = _mm256_loadu_si256((const __m256i*)bias + i);
      _mm256_storeu_si256((__m256i*)(sums + row * BLOCK) + i, _mm256_add_epi32(start, sum));
    }
  }
}
#endif

#endif  // NETWORK_X86_H
