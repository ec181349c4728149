// Kernels for ARM's microcontrollers with vectors of integers and floats (MVE, also called Helium),
// such as the Cortex-M55. One instruction adds sixteen products of bytes to a sum.
#ifndef NETWORK_MVE_H
#define NETWORK_MVE_H

#include <arm_mve.h>

#define MVE_INLINE __attribute__((always_inline)) static inline

// How the sums of four channels become levels: in floats, or by high words of products, or by
// shifts alone.  shifts: numbers of bits to the left.
typedef struct {
  int in_floats;
  int takes_high_words;
  float32x4_t factors;
  int32x4_t multipliers;
  int32x4_t shifts;
} FactorsMve;

// Whether sums become levels in one of these ways.
static inline int is_rescaled_mve(const NetworkRescale* rescale) {
  const NetworkRounding rounding = rescale->rounding;
  return rescale->fits_float || rounding == NETWORK_SHIFT || rounding == NETWORK_HIGH_WORD;
}

// Returns the factors of channels with these multipliers and shifts to the right.
MVE_INLINE FactorsMve factors_mve(const NetworkRescale* rescale, int32x4_t multipliers,
                                  uint32x4_t shifts) {
  FactorsMve found;
  found.in_floats = rescale->fits_float;
  found.takes_high_words = !found.in_floats && rescale->rounding != NETWORK_SHIFT;
  found.multipliers = multipliers;
  found.shifts = vnegq_s32(vreinterpretq_s32_u32(shifts));
  // 2^n as a float has the exponent 127 + n.
  const int32_t doublings = __builtin_ctz((uint32_t)rescale->sum_factor);
  const int32x4_t power = vshlq_n_s32(vaddq_n_s32(found.shifts, 127 + doublings), 23);
  found.factors = vmulq_f32(vcvtq_f32_s32(multipliers), vreinterpretq_f32_s32(power));
  if (found.takes_high_words) found.shifts = vaddq_n_s32(found.shifts, 32);
  return found;
}

// Returns the levels of four sums, with the zero point, within the bounds.
MVE_INLINE int32x4_t levels_mve(int32x4_t sums, const FactorsMve* factors,
                                const NetworkRescale* rescale) {
  int32x4_t levels;
  if (factors->in_floats) {
    // Added to 1.5 * 2^23, a number is rounded to an integer, which the low bits hold.
    const float32x4_t large = vdupq_n_f32(12582912.0f);
    const float32x4_t rounded = vfmaq_f32(large, vcvtq_f32_s32(sums), factors->factors);
    const int32x4_t start = vreinterpretq_s32_f32(large);
    levels = vsubq_s32(vreinterpretq_s32_f32(rounded), start);
  } else {
    if (factors->takes_high_words) {
      const int32x4_t doubled = vmulq_n_s32(sums, rescale->sum_factor);
      sums = vmulhq_s32(doubled, factors->multipliers);
    }
    levels = vrshlq_s32(sums, factors->shifts);  // ties up
  }
  levels = vaddq_n_s32(levels, rescale->zero_point);
  levels = vmaxq_s32(levels, vdupq_n_s32(rescale->low));
  return vminq_s32(levels, vdupq_n_s32(rescale->high));
}

// Where sixteen weights of a channel begin: four words, which lie apart.
MVE_INLINE uint32x4_t places_mve(const int8_t* weights) {
  const uint32x4_t steps = vmulq_n_u32(vidupq_n_u32(0, 1), 4 * TILE);
  return vaddq_n_u32(steps, (uint32_t)(uintptr_t)weights);
}

// Whether words can be loaded from there: the processor refuses other addresses.
static inline int has_words_mve(const int8_t* weights) { return (uintptr_t)weights % 4 == 0; }

// Returns the bias, and the sums of the weights of four channels times 128: inputs are multiplied
// as int8, 128 smaller.
NOT_INLINED static int32x4_t start_mve(const Patches* patches, const int8_t* weights,
                                       const int32_t* bias) {
  uint32x4_t places = places_mve(weights);
  int32_t sum0 = 0;
  int32_t sum1 = 0;
  int32_t sum2 = 0;
  int32_t sum3 = 0;
  for (int32_t line = 0; line < patches->count; ++line) {
    for (int32_t left = patches->line_bytes; left > 0; left -= 16) {
      const mve_pred16_t some = vctp8q((uint32_t)left);
      const int32x4_t w0 = vldrwq_gather_base_z_s32(places, 0, some);
      sum0 = vaddvaq_s8(sum0, vreinterpretq_s8_s32(w0));
      const int32x4_t w1 = vldrwq_gather_base_z_s32(places, 4, some);
      sum1 = vaddvaq_s8(sum1, vreinterpretq_s8_s32(w1));
      const int32x4_t w2 = vldrwq_gather_base_z_s32(places, 8, some);
      sum2 = vaddvaq_s8(sum2, vreinterpretq_s8_s32(w2));
      const int32x4_t w3 = vldrwq_gather_base_z_s32(places, 12, some);
      sum3 = vaddvaq_s8(sum3, vreinterpretq_s8_s32(w3));
      places = vaddq_n_u32(places, (uint32_t)minimum(16, left) * TILE);
    }
  }
  const int32_t sums[4] = {sum0, sum1, sum2, sum3};
  return vmlaq_n_s32(vldrwq_s32(bias), vldrwq_s32(sums), 128);
}

// Adds the products of a line of two pixels and of four channels, `sums` of each pixel.
MVE_INLINE void multiply_mve(const uint8_t* x, const uint8_t* y, int32_t left,
                             const int8_t* weights, uint8_t flip, int32_t* sums) {
  const uint8x16_t flips = vdupq_n_u8(flip);
  uint32x4_t places = places_mve(weights);
  int32_t x0 = sums[0];
  int32_t y0 = sums[4];
  int32_t x1 = sums[1];
  int32_t y1 = sums[5];
  int32_t x2 = sums[2];
  int32_t y2 = sums[6];
  int32_t x3 = sums[3];
  int32_t y3 = sums[7];
  for (; left >= 16; left -= 16, x += 16, y += 16) {
    const int8x16_t x16 = vreinterpretq_s8_u8(veorq_u8(vldrbq_u8(x), flips));
    const int8x16_t y16 = vreinterpretq_s8_u8(veorq_u8(vldrbq_u8(y), flips));
    const int8x16_t w0 = vreinterpretq_s8_s32(vldrwq_gather_base_s32(places, 0));
    x0 = vmladavaq_s8(x0, x16, w0);
    y0 = vmladavaq_s8(y0, y16, w0);
    const int8x16_t w1 = vreinterpretq_s8_s32(vldrwq_gather_base_s32(places, 4));
    x1 = vmladavaq_s8(x1, x16, w1);
    y1 = vmladavaq_s8(y1, y16, w1);
    const int8x16_t w2 = vreinterpretq_s8_s32(vldrwq_gather_base_s32(places, 8));
    x2 = vmladavaq_s8(x2, x16, w2);
    y2 = vmladavaq_s8(y2, y16, w2);
    const int8x16_t w3 = vreinterpretq_s8_s32(vldrwq_gather_base_s32(places, 12));
    x3 = vmladavaq_s8(x3, x16, w3);
    y3 = vmladavaq_s8(y3, y16, w3);
    places = vaddq_n_u32(places, 16 * TILE);
  }
  if (left > 0) {
    const mve_pred16_t some = vctp8q((uint32_t)left);
    const int8x16_t x16 = vreinterpretq_s8_u8(veorq_u8(vldrbq_z_u8(x, some), flips));
    const int8x16_t y16 = vreinterpretq_s8_u8(veorq_u8(vldrbq_z_u8(y, some), flips));
    const int8x16_t w0 = vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(places, 0, some));
    x0 = vmladavaq_s8(x0, x16, w0);
    y0 = vmladavaq_s8(y0, y16, w0);
    const int8x16_t w1 = vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(places, 4, some));
    x1 = vmladavaq_s8(x1, x16, w1);
    y1 = vmladavaq_s8(y1, y16, w1);
    const int8x16_t w2 = vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(places, 8, some));
    x2 = vmladavaq_s8(x2, x16, w2);
    y2 = vmladavaq_s8(y2, y16, w2);
    const int8x16_t w3 = vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(places, 12, some));
    x3 = vmladavaq_s8(x3, x16, w3);
    y3 = vmladavaq_s8(y3, y16, w3);
  }
  sums[0] = x0;
  sums[4] = y0;
  sums[1] = x1;
  sums[5] = y1;
  sums[2] = x2;
  sums[6] = y2;
  sums[3] = x3;
  sums[7] = y3;
}

// Computes the channels `first` to `last` of some pixels.  flip: 0x80 if inputs are uint8.
NOT_INLINED static void layer_mve(const Patches* patches, int32_t pixels, const int8_t* weights,
                                  const int32_t* bias, int32_t first, int32_t last,
                                  const NetworkRescale* rescale, uint8_t flip, int8_t* output,
                                  int32_t stride) {
  const int32_t line_weights = patches->line_bytes * TILE;
  for (int32_t k = first; k < last; k += 4) {
    const int32_t done = k - first;
    const int8_t* w = weights + done / TILE * patches->count * line_weights + done % TILE * 4;
    const mve_pred16_t some = vctp32q((uint32_t)(last - k));
    int32x4_t multipliers = vdupq_n_s32(0);
    if (rescale->multiplier) multipliers = vldrwq_z_s32(rescale->multiplier + k, some);
    const uint32x4_t shifts = vldrbq_z_u32(rescale->shift + k, some);
    const FactorsMve factors = factors_mve(rescale, multipliers, shifts);
    const int32x4_t start = start_mve(patches, w, bias + done);
    int8_t* stored = output + k;
    for (int32_t pixel = 0; pixel < pixels; pixel += 2, stored += 2 * stride) {
      const int32_t place = pixel * patches->step;
      const int32_t next = pixel + 1 < pixels ? patches->step : 0;
      int32_t sums[8];
      vstrwq_s32(sums, start);
      vstrwq_s32(sums + 4, start);
      for (int32_t line = 0; line < patches->count; ++line) {
        const uint8_t* x = (const uint8_t*)patches->lines[line] + place;
        multiply_mve(x, x + next, patches->line_bytes, w + line * line_weights, flip, sums);
      }
      vstrbq_p_s32(stored, levels_mve(vldrwq_s32(sums), &factors, rescale), some);
      if (!next) continue;
      vstrbq_p_s32(stored + stride, levels_mve(vldrwq_s32(sums + 4), &factors, rescale), some);
    }
  }
}

// Copies a pixel of the input as numbers from -128 to 127.
MVE_INLINE void widen_pixel_u8_mve(const uint8_t* pixel, int32_t channels, int16_t* wide) {
  for (int32_t k = 0; k < channels; k += 8) {
    const mve_pred16_t some = vctp16q((uint32_t)(channels - k));
    const int16x8_t values = vreinterpretq_s16_u16(vldrbq_z_u16(pixel + k, some));
    vstrhq_p_s16(wide + k, vsubq_n_s16(values, 128), some);
  }
}

MVE_INLINE void widen_pixel_s8_mve(const int8_t* pixel, int32_t channels, int16_t* wide) {
  for (int32_t k = 0; k < channels; k += 8) {
    const mve_pred16_t some = vctp16q((uint32_t)(channels - k));
    vstrhq_p_s16(wide + k, vldrbq_z_s16(pixel + k, some), some);
  }
}

// Computes a row of at least eight channels.  lines: of padded inputs.  w: of nine taps, `channels`
// apart.  Even channels of eight are computed apart from odd ones.
NOT_INLINED static void depthwise_line_mve(const int16_t* const* lines, const int16_t* w,
                                           const NetworkDepthwise* settings, int8_t* output) {
  const NetworkWindow* window = settings->window;
  const NetworkRescale* rescale = settings->rescale;
  const int32_t channels = window->channels;
  const int32_t step = window->stride_x * channels;
  for (int32_t k = 0; k < channels; k += 8) {
    const int32_t first = minimum(k, channels - 8);  // the last eight, some of them again
    const int32x4x2_t bias = vld2q_s32(settings->bias + first);
    int32x4x2_t multipliers = {{vdupq_n_s32(0), vdupq_n_s32(0)}};
    if (rescale->multiplier) multipliers = vld2q_s32(rescale->multiplier + first);
    const uint16x8_t shifts = vldrbq_u16(rescale->shift + first);
    const FactorsMve even = factors_mve(rescale, multipliers.val[0], vmovlbq_u16(shifts));
    const FactorsMve odd = factors_mve(rescale, multipliers.val[1], vmovltq_u16(shifts));
    const int16_t* x0 = lines[0] + first;
    const int16_t* x1 = lines[1] + first;
    const int16_t* x2 = lines[2] + first;
    int8_t* stored = output + first;
    for (int32_t x = 0; x < window->output_width; ++x) {
      int32x4_t sums[2] = {bias.val[0], bias.val[1]};
      int16x8_t p0 = vldrhq_s16(x0 + 0 * channels);
      p0 = vmulq_s16(p0, vldrhq_s16(w + 0 * channels + first));
      int16x8_t p1 = vldrhq_s16(x0 + 1 * channels);
      p1 = vmulq_s16(p1, vldrhq_s16(w + 1 * channels + first));
      p1 = vaddq_s16(p1, p0);  // two products fit 16 bits
      sums[0] = vaddq_s32(sums[0], vmovlbq_s16(p1));
      sums[1] = vaddq_s32(sums[1], vmovltq_s16(p1));
      int16x8_t p2 = vldrhq_s16(x0 + 2 * channels);
      p2 = vmulq_s16(p2, vldrhq_s16(w + 2 * channels + first));
      int16x8_t p3 = vldrhq_s16(x1 + 0 * channels);
      p3 = vmulq_s16(p3, vldrhq_s16(w + 3 * channels + first));
      p3 = vaddq_s16(p3, p2);  // two products fit 16 bits
      sums[0] = vaddq_s32(sums[0], vmovlbq_s16(p3));
      sums[1] = vaddq_s32(sums[1], vmovltq_s16(p3));
      int16x8_t p4 = vldrhq_s16(x1 + 1 * channels);
      p4 = vmulq_s16(p4, vldrhq_s16(w + 4 * channels + first));
      int16x8_t p5 = vldrhq_s16(x1 + 2 * channels);
      p5 = vmulq_s16(p5, vldrhq_s16(w + 5 * channels + first));
      p5 = vaddq_s16(p5, p4);  // two products fit 16 bits
      sums[0] = vaddq_s32(sums[0], vmovlbq_s16(p5));
      sums[1] = vaddq_s32(sums[1], vmovltq_s16(p5));
      int16x8_t p6 = vldrhq_s16(x2 + 0 * channels);
      p6 = vmulq_s16(p6, vldrhq_s16(w + 6 * channels + first));
      int16x8_t p7 = vldrhq_s16(x2 + 1 * channels);
      p7 = vmulq_s16(p7, vldrhq_s16(w + 7 * channels + first));
      p7 = vaddq_s16(p7, p6);  // two products fit 16 bits
      sums[0] = vaddq_s32(sums[0], vmovlbq_s16(p7));
      sums[1] = vaddq_s32(sums[1], vmovltq_s16(p7));
      int16x8_t p8 = vldrhq_s16(x2 + 2 * channels);
      p8 = vmulq_s16(p8, vldrhq_s16(w + 8 * channels + first));
      sums[0] = vaddq_s32(sums[0], vmovlbq_s16(p8));
      sums[1] = vaddq_s32(sums[1], vmovltq_s16(p8));
      int16x8_t levels = vmovnbq_s32(vdupq_n_s16(0), levels_mve(sums[0], &even, rescale));
      levels = vmovntq_s32(levels, levels_mve(sums[1], &odd, rescale));
      vstrbq_s16(stored, levels);
      x0 += step;
      x1 += step;
      x2 += step;
      stored += channels;
    }
  }
}

#endif  // NETWORK_MVE_H
