// Kernels with WebAssembly's SIMD128: only instructions whose result every engine must give, none
// of "relaxed SIMD". One of them adds two products of 16 bits, for four sums.
#ifndef NETWORK_SIMD128_H
#define NETWORK_SIMD128_H

#include <wasm_simd128.h>

#define WASM_INLINE __attribute__((always_inline)) static inline

// How sums become levels, for eight channels: word * factors + offsets, rounded to the next
// integer. Words are sums, or high words of their products with the multipliers.
// takes_high_words: which of both.  There are two numbers to a vector.
typedef struct {
  int takes_high_words;
  int32_t doublings;
  v128_t multipliers[2];
  v128_t factors[4];
  v128_t offsets[4];
} FactorsWasm;

// Whether such factors exist: they round ties up, or as floats do.
static inline int is_rescaled_wasm(const NetworkRescale* rescale) {
  const NetworkRounding rounding = rescale->rounding;
  return rescale->fits_float || rounding == NETWORK_SHIFT || rounding == NETWORK_HIGH_WORD;
}

// Returns 2^exponent: as a double it has the exponent 1023 + n.
static inline double power_of_two(int32_t exponent) {
  const uint64_t bits = (uint64_t)(1023 + exponent) << 52;
  double power;
  __builtin_memcpy(&power, &bits, sizeof power);
  return power;
}

// Returns the factors of up to eight channels, from `first` on. Doubles hold words, products and
// offsets exactly: sums that fit floats have 24 bits, as their multipliers. The offset makes a tie
// a little more than a half.
WASM_INLINE FactorsWasm factors_wasm(const NetworkRescale* rescale, int32_t first, int32_t count) {
  const int is_shift = rescale->rounding == NETWORK_SHIFT;
  double factors[8], offsets[8];
  int32_t multipliers[8];
  FactorsWasm found;
  found.takes_high_words = !rescale->fits_float && !is_shift;
  found.doublings = __builtin_ctz((uint32_t)rescale->sum_factor);
  for (int32_t i = 0; i < 8; ++i) {
    const int32_t k = first + minimum(i, count - 1);
    const int32_t shift = rescale->shift[k] - (found.takes_high_words ? 32 : 0);
    multipliers[i] = is_shift ? 0 : rescale->multiplier[k];
    factors[i] = power_of_two(-shift);
    offsets[i] = power_of_two(-shift - 1);
    if (rescale->fits_float) {
      factors[i] = multipliers[i] * power_of_two(found.doublings - shift);
      offsets[i] = 0.0;
    }
  }
  for (int i = 0; i < 2; ++i) found.multipliers[i] = wasm_v128_load(multipliers + 4 * i);
  for (int i = 0; i < 4; ++i) found.factors[i] = wasm_v128_load(factors + 2 * i);
  for (int i = 0; i < 4; ++i) found.offsets[i] = wasm_v128_load(offsets + 2 * i);
  return found;
}

// Returns the levels of four sums, with the zero point. half: which channels of the eight.
WASM_INLINE v128_t levels_wasm(v128_t sums, const FactorsWasm* factors, int half,
                               const NetworkRescale* rescale, int in_floats) {
  // Added to 1.5 * 2^52, a number is rounded to an integer, which the low bits hold.
  const v128_t large = wasm_f64x2_const_splat(6755399441055744.0);
  v128_t words = sums;
  if (!in_floats && factors->takes_high_words) {
    const v128_t doubled = wasm_i32x4_shl(sums, (uint32_t)factors->doublings);
    const v128_t low = wasm_i64x2_extmul_low_i32x4(doubled, factors->multipliers[half]);
    const v128_t high = wasm_i64x2_extmul_high_i32x4(doubled, factors->multipliers[half]);
    words = wasm_i32x4_shuffle(low, high, 1, 3, 5, 7);
  }
  v128_t low = wasm_f64x2_convert_low_i32x4(words);
  v128_t high = wasm_f64x2_convert_low_i32x4(wasm_i32x4_shuffle(words, words, 2, 3, 2, 3));
  low = wasm_f64x2_mul(low, factors->factors[2 * half]);
  high = wasm_f64x2_mul(high, factors->factors[2 * half + 1]);
  if (!in_floats) {
    low = wasm_f64x2_add(low, factors->offsets[2 * half]);
    high = wasm_f64x2_add(high, factors->offsets[2 * half + 1]);
  }
  low = wasm_f64x2_add(low, large);
  high = wasm_f64x2_add(high, large);
  const v128_t levels = wasm_i32x4_shuffle(low, high, 0, 2, 4, 6);
  return wasm_i32x4_add(levels, wasm_i32x4_splat(rescale->zero_point));
}

// Stores the levels of the sums of up to eight channels. Saturation to 16 bits comes before the
// bounds, which are smaller: it changes nothing.
WASM_INLINE void store_wasm(const v128_t* sums, const FactorsWasm* factors,
                            const NetworkRescale* rescale, int in_floats, int32_t channels,
                            uint8_t* output) {
  v128_t words = wasm_i16x8_narrow_i32x4(levels_wasm(sums[0], factors, 0, rescale, in_floats),
                                         levels_wasm(sums[1], factors, 1, rescale, in_floats));
  words = wasm_i16x8_max(words, wasm_i16x8_splat((int16_t)rescale->low));
  words = wasm_i16x8_min(words, wasm_i16x8_splat((int16_t)rescale->high));
  // The low bytes, of signed or unsigned numbers.
  const v128_t bytes =
      wasm_i8x16_shuffle(words, words, 0, 2, 4, 6, 8, 10, 12, 14, 0, 2, 4, 6, 8, 10, 12, 14);
  if (channels >= 8) {
    wasm_v128_store64_lane(output, bytes, 0);
    return;
  }
  uint8_t stored[8];
  wasm_v128_store64_lane(stored, bytes, 0);
  for (int32_t k = 0; k < channels; ++k) output[k] = stored[k];
}

// Returns four weights of two channels as 16 bits. place: of the first weight, in weights.
WASM_INLINE v128_t weights_wasm(const void* weights, int32_t place, int is_packed) {
  (void)is_packed;
  return wasm_i16x8_load8x8((const int8_t*)weights + place);
}

// Pixels that are computed at once, eight channels of each, and where their weights begin.
typedef struct {
  const Patches* patches;
  int32_t first;
  int is_signed;
  const void* weights;
  int is_packed;
  int32_t place;
  const int32_t* bias;
} PixelsWasm;

// Computes the sums of one or two pixels. Bytes widened to 16 bits lose nothing, and two products
// fit 32 bits.
WASM_INLINE void multiply_wasm(PixelsWasm p, int count, v128_t (*sums)[2]) {
  const v128_t flip = wasm_i8x16_splat((int8_t)(p.is_signed ? 0x80 : 0));
  const int32_t step = p.patches->step;
  int32_t place = p.place;
  v128_t pairs[2][4];  // each channel has two sums
#pragma GCC unroll 2
  for (int pixel = 0; pixel < count; ++pixel) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) pairs[pixel][i] = wasm_i32x4_const_splat(0);
  }
  for (int32_t line = 0; line < p.patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)p.patches->lines[line] + p.first * step;
    for (int32_t c = 0; c < p.patches->line_bytes; c += 4, place += 4 * TILE) {
      v128_t w[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) w[i] = weights_wasm(p.weights, place + 8 * i, p.is_packed);
#pragma GCC unroll 2
      for (int pixel = 0; pixel < count; ++pixel) {
        const v128_t bytes = wasm_v128_load32_splat(x + pixel * step + c);
        const v128_t four = wasm_u16x8_extend_low_u8x16(wasm_v128_xor(bytes, flip));
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
          const v128_t products = wasm_i32x4_dot_i16x8(four, w[i]);
          pairs[pixel][i] = wasm_i32x4_add(pairs[pixel][i], products);
        }
      }
    }
  }
#pragma GCC unroll 2
  for (int pixel = 0; pixel < count; ++pixel) {
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
      const v128_t a = pairs[pixel][2 * i];
      const v128_t b = pairs[pixel][2 * i + 1];
      const v128_t even = wasm_i32x4_shuffle(a, b, 0, 2, 4, 6);
      const v128_t sum = wasm_i32x4_add(even, wasm_i32x4_shuffle(a, b, 1, 3, 5, 7));
      sums[pixel][i] = wasm_i32x4_add(sum, wasm_v128_load(p.bias + 4 * i));
    }
  }
}

// Computes up to eight channels of some pixels.  channels: of them.  output: of the first pixel.
WASM_INLINE void layer_wasm(PixelsWasm p, int32_t pixels, const FactorsWasm* factors,
                            const NetworkRescale* rescale, int in_floats, int32_t channels,
                            uint8_t* output, int32_t stride) {
  v128_t sums[2][2];
  for (; p.first + 2 <= pixels; p.first += 2) {
    multiply_wasm(p, 2, sums);
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i, output += stride) {
      store_wasm(sums[i], factors, rescale, in_floats, channels, output);
    }
  }
  if (p.first < pixels) {
    multiply_wasm(p, 1, sums);
    store_wasm(sums[0], factors, rescale, in_floats, channels, output);
  }
}

// Computes the channels `first` to `last` of some pixels.
static void layer_u8_u8_wasm(const Patches* patches, int32_t pixels, const int8_t* weights,
                             const int32_t* bias, int32_t first, int32_t last,
                             const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
  const int32_t tile_weights = patches->count * patches->line_bytes * TILE;
  for (int32_t k = first; k < last; k += 8) {
    const int32_t done = k - first;
    const int32_t channels = minimum(8, last - k);
    const FactorsWasm factors = factors_wasm(rescale, k, channels);
    const PixelsWasm p = {
        .patches = patches,
        .is_signed = 0,
        .weights = weights,
        .is_packed = 0,
        .place = done / TILE * tile_weights + done % TILE * 4,
        .bias = bias + done,
    };
    uint8_t* stored = (uint8_t*)output + k;
    if (rescale->fits_float) {
      layer_wasm(p, pixels, &factors, rescale, 1, channels, stored, stride);
    } else {
      layer_wasm(p, pixels, &factors, rescale, 0, channels, stored, stride);
    }
  }
}

// Computes a row of eight channels.  lines: of padded inputs, from the first of the channels on.
// w: of nine taps, `channels` apart.
WASM_INLINE void depthwise_row_wasm(const int16_t* const* lines, const int16_t* w, int32_t first,
                                    const NetworkDepthwise* settings, int in_floats,
                                    uint8_t* output) {
  const NetworkWindow* window = settings->window;
  const int32_t channels = window->channels;
  const int32_t step = window->stride_x * channels;
  const FactorsWasm factors = factors_wasm(settings->rescale, first, 8);
  const v128_t bias[2] = {wasm_v128_load(settings->bias + first),
                          wasm_v128_load(settings->bias + first + 4)};
  v128_t weights[9];
#pragma GCC unroll 9
  for (int tap = 0; tap < 9; ++tap) weights[tap] = wasm_v128_load(w + tap * channels + first);
  for (int32_t x = 0, place = first; x < window->output_width; ++x, place += step) {
    v128_t sums[2] = {bias[0], bias[1]};
    v128_t pair = wasm_i16x8_const_splat(0);  // two products fit 16 bits
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      const v128_t taken = wasm_v128_load(lines[tap / 3] + place + tap % 3 * channels);
      pair = wasm_i16x8_add(pair, wasm_i16x8_mul(taken, weights[tap]));
      if (tap % 2 == 0 && tap < 8) continue;
      sums[0] = wasm_i32x4_add(sums[0], wasm_i32x4_extend_low_i16x8(pair));
      sums[1] = wasm_i32x4_add(sums[1], wasm_i32x4_extend_high_i16x8(pair));
      pair = wasm_i16x8_const_splat(0);
    }
    store_wasm(sums, &factors, settings->rescale, in_floats, 8, output + x * channels);
  }
}

// Computes a row of at least eight channels.
static void depthwise_line_wasm(const int16_t* const* lines, const int16_t* w,
                                const NetworkDepthwise* settings, uint8_t* output) {
  const int32_t channels = settings->window->channels;
  for (int32_t k = 0; k < channels; k += 8) {
    const int32_t first = minimum(k, channels - 8);  // the last eight, some of them again
    if (settings->rescale->fits_float) {
      depthwise_row_wasm(lines, w, first, settings, 1, output + first);
    } else {
      depthwise_row_wasm(lines, w, first, settings, 0, output + first);
    }
  }
}

#endif  // NETWORK_SIMD128_H
