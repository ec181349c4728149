// Kernels for ARM's microcontrollers with DSP instructions, such as the Cortex-M4. One of them adds
// two products of 16 bits to a sum.
#ifndef NETWORK_DSP_H
#define NETWORK_DSP_H

#include <arm_acle.h>

static inline uint32_t four_bytes(const void* bytes) {
  uint32_t word;
  __builtin_memcpy(&word, bytes, sizeof word);
  return word;
}

// Adds the products of a line of two pixels and of two channels, `sums` of each pixel.
NOT_INLINED static void multiply_u8_line(const uint8_t* x, const uint8_t* y, const uint8_t* end,
                                         const int8_t* w, int32_t* sums) {
  int32_t x0_sum = sums[0];
  int32_t x1_sum = sums[1];
  int32_t y0_sum = sums[TILE];
  int32_t y1_sum = sums[TILE + 1];
  for (; x < end; x += 4, y += 4, w += 4 * TILE) {
    const uint32_t w0 = four_bytes(w);
    const uint32_t w1 = four_bytes(w + 4);
    const uint32_t x4 = four_bytes(x);
    const uint32_t y4 = four_bytes(y);
    const int16x2_t x_even = (int16x2_t)__uxtb16(x4);
    const int16x2_t y_even = (int16x2_t)__uxtb16(y4);
    const int16x2_t w0_even = __sxtb16((int8x4_t)(w0));
    const int16x2_t w1_even = __sxtb16((int8x4_t)(w1));
    x0_sum = __smlad(w0_even, x_even, x0_sum);
    x1_sum = __smlad(w1_even, x_even, x1_sum);
    y0_sum = __smlad(w0_even, y_even, y0_sum);
    y1_sum = __smlad(w1_even, y_even, y1_sum);
    const int16x2_t x_odd = (int16x2_t)__uxtb16(x4 >> 8);
    const int16x2_t y_odd = (int16x2_t)__uxtb16(y4 >> 8);
    const int16x2_t w0_odd = __sxtb16((int8x4_t)(w0 >> 8));
    const int16x2_t w1_odd = __sxtb16((int8x4_t)(w1 >> 8));
    x0_sum = __smlad(w0_odd, x_odd, x0_sum);
    x1_sum = __smlad(w1_odd, x_odd, x1_sum);
    y0_sum = __smlad(w0_odd, y_odd, y0_sum);
    y1_sum = __smlad(w1_odd, y_odd, y1_sum);
  }
  sums[0] = x0_sum;
  sums[1] = x1_sum;
  sums[TILE] = y0_sum;
  sums[TILE + 1] = y1_sum;
}

#endif  // NETWORK_DSP_H
