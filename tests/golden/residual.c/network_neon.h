// Kernels for 64-bit ARM processors. All of them multiply bytes and add neighbouring products;
// newer ones add four products to each of four sums in one instruction.
#ifndef NETWORK_NEON_H
#define NETWORK_NEON_H

#include <arm_neon.h>
#include <sys/auxv.h>

#define DOT __attribute__((target("arch=armv8.2-a+dotprod")))
#define NEON_INLINE __attribute__((always_inline)) static inline

// Whether there are instructions for dot products, as from the Cortex-A75 on.
static inline int has_dot(void) {
  const unsigned long dot_products = 1ul << 20;  // HWCAP_ASIMDDP
  return (getauxval(AT_HWCAP) & dot_products) != 0;
}

// The factors of sixteen channels: floats, or the numbers of bits of shifts to the left.
typedef struct {
  float32x4_t factors[4];
  int32x4_t shifts[4];
} FactorsNeon;

// Whether sums become levels by floats or by shifts alone.
static inline int is_rescaled_neon(const NetworkRescale* rescale) {
  return rescale->fits_float || rescale->rounding == NETWORK_SHIFT;
}

// Returns the factors of up to sixteen channels, from `first` on.
NEON_INLINE FactorsNeon factors_neon(const NetworkRescale* rescale, int32_t first, int32_t count) {
  const int32_t doublings = __builtin_ctz((uint32_t)rescale->sum_factor);
  const int has_multipliers = rescale->rounding != NETWORK_SHIFT;
  int32_t multipliers[16], shifts[16];
  for (int32_t i = 0; i < 16; ++i) {
    const int32_t k = first + minimum(i, count - 1);
    multipliers[i] = has_multipliers ? rescale->multiplier[k] : 0;
    shifts[i] = -(int32_t)rescale->shift[k];
  }
  FactorsNeon found;
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const float32x4_t multiplier = vcvtq_f32_s32(vld1q_s32(multipliers + 4 * i));
    found.shifts[i] = vld1q_s32(shifts + 4 * i);
    // 2^n as a float has the exponent 127 + n.
    const int32x4_t exponent = vaddq_s32(found.shifts[i], vdupq_n_s32(127 + doublings));
    const float32x4_t power = vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
    found.factors[i] = vmulq_f32(multiplier, power);
  }
  return found;
}

// Returns the levels of sixteen sums as bytes. in_floats: by floats, else by shifts.
NEON_INLINE int8x16_t bytes_neon(const int32x4_t* sums, const FactorsNeon* factors,
                                 const NetworkRescale* rescale, int in_floats) {
  const int32x4_t zero_point = vdupq_n_s32(rescale->zero_point);
  // Added to 1.5 * 2^23, a number is rounded to an integer, which the low bits hold.
  const float32x4_t large = vdupq_n_f32(12582912.0f);
  const int32x4_t start = vsubq_s32(vreinterpretq_s32_f32(large), zero_point);
  int32x4_t levels[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    if (in_floats) {
      const float32x4_t rounded = vfmaq_f32(large, vcvtq_f32_s32(sums[i]), factors->factors[i]);
      levels[i] = vsubq_s32(vreinterpretq_s32_f32(rounded), start);
    } else {
      levels[i] = vaddq_s32(vrshlq_s32(sums[i], factors->shifts[i]), zero_point);
    }
  }
  const int16x8_t low = vdupq_n_s16((int16_t)rescale->low);
  const int16x8_t high = vdupq_n_s16((int16_t)rescale->high);
  int16x8_t words[2];
#pragma GCC unroll 2
  for (int i = 0; i < 2; ++i) {
    words[i] = vqmovn_high_s32(vqmovn_s32(levels[2 * i]), levels[2 * i + 1]);
    words[i] = vminq_s16(vmaxq_s16(words[i], low), high);
  }
  return vmovn_high_s16(vmovn_s16(words[0]), words[1]);
}

// Returns four inputs of a pixel, for each of four channels, as int8: 128 less if they are uint8.
NEON_INLINE int8x16_t inputs_neon(const uint8_t* x, int is_signed) {
  const int8x16_t four = vreinterpretq_s8_s32(vld1q_dup_s32((const int32_t*)(const void*)x));
  return is_signed ? four : veorq_s8(four, vdupq_n_s8(-128));
}

// Returns four weights of each of the channels 4 * i to 4 * i + 3.
NEON_INLINE int8x16_t weights_neon(const void* weights, int64_t place, int i, int is_packed) {
  (void)is_packed;
  return vld1q_s8((const int8_t*)weights + place + 16 * i);
}

// Sums from which inputs that are 128 less give the same: bias + 128 * sum of the weights.
NEON_INLINE void raised_bias_neon(const void* weights, int64_t size, int is_packed,
                                  const int32_t* bias, int32_t* raised) {
  int32x4_t sums[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
  for (int64_t place = 0; place < size; place += 4 * TILE) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const int16x8_t pairs = vpaddlq_s8(weights_neon(weights, place, i, is_packed));
      sums[i] = vpadalq_s16(sums[i], pairs);
    }
  }
  for (int i = 0; i < 4; ++i) {
    vst1q_s32(raised + 4 * i, vaddq_s32(vld1q_s32(bias + 4 * i), vshlq_n_s32(sums[i], 7)));
  }
}

// Stores the sums of up to TILE channels of a pixel.
NEON_INLINE void store_pixel_neon(const int32x4_t* sums, const FactorsNeon* factors,
                                  const NetworkRescale* rescale, int in_floats, int32_t channels,
                                  void* output) {
  const int8x16_t bytes = bytes_neon(sums, factors, rescale, in_floats);
  if (channels == TILE) {
    vst1q_s8((int8_t*)output, bytes);
    return;
  }
  int8_t stored[TILE];
  vst1q_s8(stored, bytes);
  for (int32_t k = 0; k < channels; ++k) ((int8_t*)output)[k] = stored[k];
}

// Pixels that are computed at once, TILE channels of each.
typedef struct {
  const Patches* patches;
  int32_t first;
  int is_signed;
  const void* weights;
  int is_packed;
  const int32_t* bias;
} Pixels;

// Adds products two at a time in 16 bits: they must fit.
NEON_INLINE void multiply_neon(Pixels p, int count, int32x4_t (*sums)[4]) {
  int32x4_t pairs[2][8];  // each channel has two sums
#pragma GCC unroll 2
  for (int pixel = 0; pixel < count; ++pixel) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) pairs[pixel][i] = vdupq_n_s32(0);
  }
  int64_t place = 0;
  const int32_t step = p.patches->step;
  for (int32_t line = 0; line < p.patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)p.patches->lines[line] + p.first * step;
    int32_t c = 0;
    for (; c + 8 <= p.patches->line_bytes; c += 8, place += 8 * TILE) {
      int8x16_t a[2], b[2];
#pragma GCC unroll 2
      for (int pixel = 0; pixel < count; ++pixel) {
        a[pixel] = inputs_neon(x + pixel * step + c, p.is_signed);
        b[pixel] = inputs_neon(x + pixel * step + c + 4, p.is_signed);
      }
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        const int8x16_t w = weights_neon(p.weights, place, i, p.is_packed);
        const int8x16_t v = weights_neon(p.weights, place + 4 * TILE, i, p.is_packed);
#pragma GCC unroll 2
        for (int pixel = 0; pixel < count; ++pixel) {
          int32x4_t* pair = &pairs[pixel][2 * i];
          const int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(a[pixel]));
          const int16x8_t high = vmull_high_s8(w, a[pixel]);
          pair[0] = vpadalq_s16(pair[0], vmlal_s8(low, vget_low_s8(v), vget_low_s8(b[pixel])));
          pair[1] = vpadalq_s16(pair[1], vmlal_high_s8(high, v, b[pixel]));
        }
      }
    }
    for (; c < p.patches->line_bytes; c += 4, place += 4 * TILE) {
#pragma GCC unroll 2
      for (int pixel = 0; pixel < count; ++pixel) {
        const int8x16_t a = inputs_neon(x + pixel * step + c, p.is_signed);
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
          const int8x16_t w = weights_neon(p.weights, place, i, p.is_packed);
          const int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(a));
          pairs[pixel][2 * i] = vpadalq_s16(pairs[pixel][2 * i], low);
          pairs[pixel][2 * i + 1] = vpadalq_s16(pairs[pixel][2 * i + 1], vmull_high_s8(w, a));
        }
      }
    }
  }
#pragma GCC unroll 2
  for (int pixel = 0; pixel < count; ++pixel) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const int32x4_t sum = vpaddq_s32(pairs[pixel][2 * i], pairs[pixel][2 * i + 1]);
      sums[pixel][i] = vaddq_s32(vld1q_s32(p.bias + 4 * i), sum);
    }
  }
}

// The same by dot products.
DOT NEON_INLINE void multiply_dot(Pixels p, int count, int32x4_t (*sums)[4]) {
#pragma GCC unroll 4
  for (int pixel = 0; pixel < count; ++pixel) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) sums[pixel][i] = vld1q_s32(p.bias + 4 * i);
  }
  int64_t place = 0;
  const int32_t step = p.patches->step;
  for (int32_t line = 0; line < p.patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)p.patches->lines[line] + p.first * step;
    for (int32_t c = 0; c < p.patches->line_bytes; c += 4, place += 4 * TILE) {
      int8x16_t w[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) w[i] = weights_neon(p.weights, place, i, p.is_packed);
#pragma GCC unroll 4
      for (int pixel = 0; pixel < count; ++pixel) {
        const int8x16_t a = inputs_neon(x + pixel * step + c, p.is_signed);
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) sums[pixel][i] = vdotq_s32(sums[pixel][i], w[i], a);
      }
    }
  }
}

// Computes the channels `first` to `last` of some pixels.
NEON_INLINE void layer_u8_u8_by_neon(const Patches* patches, int32_t pixels, const int8_t* weights,
                                     const int32_t* bias, int32_t first, int32_t last,
                                     const NetworkRescale* rescale, uint8_t* output, int32_t stride,
                                     int in_floats) {
  const int64_t channel_bytes = (int64_t)patches->count * patches->line_bytes;
  int32_t raised[TILE];
  for (int32_t k = first; k < last; k += TILE) {
    const int32_t channels = minimum(TILE, last - k);
    const FactorsNeon factors = factors_neon(rescale, k, channels);
    raised_bias_neon(weights, TILE * channel_bytes, 0, bias, raised);
    Pixels tile = {
        .patches = patches,
        .is_signed = 0,
        .weights = weights,
        .is_packed = 0,
        .bias = raised,
    };
    uint8_t* stored = output + k;
    int32x4_t sums[2][4];
    for (; tile.first + 2 <= pixels; tile.first += 2) {
      multiply_neon(tile, 2, sums);
#pragma GCC unroll 2
      for (int i = 0; i < 2; ++i, stored += stride) {
        store_pixel_neon(sums[i], &factors, rescale, in_floats, channels, stored);
      }
    }
    for (; tile.first < pixels; ++tile.first, stored += stride) {
      multiply_neon(tile, 1, sums);
      store_pixel_neon(sums[0], &factors, rescale, in_floats, channels, stored);
    }
    weights += TILE * channel_bytes;
    bias += TILE;
  }
}

static void layer_u8_u8_neon(const Patches* patches, int32_t pixels, const int8_t* weights,
                             const int32_t* bias, int32_t first, int32_t last,
                             const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
  if (rescale->fits_float) {
    layer_u8_u8_by_neon(patches, pixels, weights, bias, first, last, rescale, output, stride, 1);
  } else {
    layer_u8_u8_by_neon(patches, pixels, weights, bias, first, last, rescale, output, stride, 0);
  }
}

// Computes the channels `first` to `last` of some pixels.
DOT NEON_INLINE void layer_u8_u8_by_dot(const Patches* patches, int32_t pixels,
                                        const int8_t* weights, const int32_t* bias, int32_t first,
                                        int32_t last, const NetworkRescale* rescale,
                                        uint8_t* output, int32_t stride, int in_floats) {
  const int64_t channel_bytes = (int64_t)patches->count * patches->line_bytes;
  int32_t raised[TILE];
  for (int32_t k = first; k < last; k += TILE) {
    const int32_t channels = minimum(TILE, last - k);
    const FactorsNeon factors = factors_neon(rescale, k, channels);
    raised_bias_neon(weights, TILE * channel_bytes, 0, bias, raised);
    Pixels tile = {
        .patches = patches,
        .is_signed = 0,
        .weights = weights,
        .is_packed = 0,
        .bias = raised,
    };
    uint8_t* stored = output + k;
    int32x4_t sums[4][4];
    for (; tile.first + 4 <= pixels; tile.first += 4) {
      multiply_dot(tile, 4, sums);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i, stored += stride) {
        store_pixel_neon(sums[i], &factors, rescale, in_floats, channels, stored);
      }
    }
    for (; tile.first < pixels; ++tile.first, stored += stride) {
      multiply_dot(tile, 1, sums);
      store_pixel_neon(sums[0], &factors, rescale, in_floats, channels, stored);
    }
    weights += TILE * channel_bytes;
    bias += TILE;
  }
}

DOT static void layer_u8_u8_dot(const Patches* patches, int32_t pixels, const int8_t* weights,
                                const int32_t* bias, int32_t first, int32_t last,
                                const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
  if (rescale->fits_float) {
    layer_u8_u8_by_dot(patches, pixels, weights, bias, first, last, rescale, output, stride, 1);
  } else {
    layer_u8_u8_by_dot(patches, pixels, weights, bias, first, last, rescale, output, stride, 0);
  }
}

// The constants of a depthwise layer for sixteen channels.
typedef struct {
  int8x16_t weights[9];
  int32x4_t bias[4];
  FactorsNeon factors;
} DepthwiseNeon;

NEON_INLINE DepthwiseNeon depthwise_neon(const NetworkDepthwise* settings, int32_t first) {
  DepthwiseNeon found;
#pragma GCC unroll 9
  for (int tap = 0; tap < 9; ++tap) {
    found.weights[tap] = vld1q_s8(settings->weights + tap * settings->window->channels + first);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) found.bias[i] = vld1q_s32(settings->bias + first + 4 * i);
  found.factors = factors_neon(settings->rescale, first, 16);
  return found;
}

// Returns sixteen outputs. lines: of int8.  place: of the left column.  step: between columns.
NEON_INLINE int8x16_t outputs_neon(const int8_t* const* lines, int32_t place, int32_t step,
                                   const DepthwiseNeon* constants, const NetworkRescale* rescale,
                                   int in_floats) {
  int32x4_t sums[4] = {constants->bias[0], constants->bias[1], constants->bias[2],
                       constants->bias[3]};
#pragma GCC unroll 5
  for (int tap = 0; tap < 9; tap += 2) {  // two products fit 16 bits
    const int8x16_t x = vld1q_s8(lines[tap / 3] + place + tap % 3 * step);
    int16x8_t low = vmull_s8(vget_low_s8(x), vget_low_s8(constants->weights[tap]));
    int16x8_t high = vmull_high_s8(x, constants->weights[tap]);
    if (tap < 8) {
      const int next = tap + 1;
      const int8x16_t y = vld1q_s8(lines[next / 3] + place + next % 3 * step);
      low = vmlal_s8(low, vget_low_s8(y), vget_low_s8(constants->weights[next]));
      high = vmlal_high_s8(high, y, constants->weights[next]);
    }
    sums[0] = vaddw_s16(sums[0], vget_low_s16(low));
    sums[1] = vaddw_high_s16(sums[1], low);
    sums[2] = vaddw_s16(sums[2], vget_low_s16(high));
    sums[3] = vaddw_high_s16(sums[3], high);
  }
  return bytes_neon(sums, &constants->factors, rescale, in_floats);
}

// Computes a row of sixteen channels.
NEON_INLINE void depthwise_row_neon(const int8_t* const* lines, int32_t first,
                                    const DepthwiseNeon* constants,
                                    const NetworkDepthwise* settings, int8_t* output) {
  const NetworkWindow* window = settings->window;
  const NetworkRescale* rescale = settings->rescale;
  const int32_t channels = window->channels;
  const int32_t step = window->stride_x * channels;
  if (rescale->fits_float) {
    for (int32_t x = 0; x < window->output_width; ++x, first += step, output += channels) {
      vst1q_s8(output, outputs_neon(lines, first, channels, constants, rescale, 1));
    }
  } else {
    for (int32_t x = 0; x < window->output_width; ++x, first += step, output += channels) {
      vst1q_s8(output, outputs_neon(lines, first, channels, constants, rescale, 0));
    }
  }
}

// Computes a depthwise 3 x 3 layer of at least sixteen channels. flip: what makes inputs signed.
NEON_INLINE void depthwise_3x3_neon(const NetworkDepthwise* settings, const void* input,
                                    int8_t* output, int8_t* scratch, int32_t flip) {
  const NetworkWindow* window = settings->window;
  const int32_t channels = window->channels;
  const int32_t width = (window->output_width - 1) * window->stride_x + 3;
  const int32_t line_bytes = width * channels;
  const int8_t* lines[3];
  int32_t next = 0;
  for (int32_t y = 0; y < window->output_height; ++y) {
    const int32_t top = y * window->stride_y;
    for (next = next < top ? top : next; next < top + 3; ++next) {
      uint8_t* copied = (uint8_t*)scratch + next % 3 * line_bytes;
      copy_line(window, input, next, settings->input_zero_point, width, copied);
      for (int32_t i = 0; i < line_bytes; ++i) copied[i] ^= (uint8_t)flip;
    }
    for (int32_t i = 0; i < 3; ++i) lines[i] = scratch + (top + i) % 3 * line_bytes;
    for (int32_t k = 0; k < channels; k += 16) {
      const int32_t first = minimum(k, channels - 16);  // the last sixteen, some of them again
      const DepthwiseNeon constants = depthwise_neon(settings, first);
      depthwise_row_neon(lines, first, &constants, settings, output + first);
    }
    output += window->output_width * channels;
  }
}

static void depthwise_3x3_u8_u8_neon(const NetworkDepthwise* settings, const uint8_t* input,
                                     uint8_t* output, void* scratch) {
  depthwise_3x3_neon(settings, input, (int8_t*)output, (int8_t*)scratch, 0x80);
}

#endif  // NETWORK_NEON_H
