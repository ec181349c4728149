// Kernels with the instructions of AVX2, and of AVX-VNNI. One of AVX2 adds two products of 16 bits,
// for eight sums; one of AVX-VNNI four products of uint8 and int8.
#ifndef NETWORK_AVX2_H
#define NETWORK_AVX2_H

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX2_INLINE __attribute__((always_inline)) AVX2 static inline
// GCC loads values again and again in loops without it.
#define KEEP_IN_YMM(value) __asm__("" : "+x"(value))

// The bounds of bytes.
typedef struct {
  __m256i low;
  __m256i high;
} Bounds256;

AVX2_INLINE Bounds256 bounds_256(int32_t low, int32_t high) {
  const Bounds256 bounds = {_mm256_set1_epi8((char)low), _mm256_set1_epi8((char)high)};
  return bounds;
}

// Returns 32 levels as bytes within the bounds, in their order.
AVX2_INLINE __m256i bytes_256(const __m256i* levels, Bounds256 bounds, int is_signed) {
  const __m256i first = _mm256_packs_epi32(levels[0], levels[1]);
  const __m256i second = _mm256_packs_epi32(levels[2], levels[3]);
  // Each 128 bits hold four bytes of each vector.
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  (void)bounds;  // packing saturates to them
  const __m256i bytes =
      is_signed ? _mm256_packs_epi16(first, second) : _mm256_packus_epi16(first, second);
  return _mm256_permutevar8x32_epi32(bytes, order);
}

// What all channels of a layer are rescaled with. Outputs may alias what is in memory.
typedef struct {
  __m256i zero_point;
  Bounds256 bounds;
  __m128i doublings;
  __m256i to_even;
} Rescale256;

AVX2_INLINE Rescale256 rescale_256(const NetworkRescale* rescale) {
  const Rescale256 found = {
      .zero_point = _mm256_set1_epi32(rescale->zero_point),
      .bounds = bounds_256(rescale->low, rescale->high),
      .doublings = _mm_cvtsi32_si128(__builtin_ctz((uint32_t)rescale->sum_factor)),
      .to_even = _mm256_set1_epi64x(rescale->rounding == NETWORK_HALF_EVEN),
  };
  return found;
}

// The factors of eight channels: floats in `multiplier`, or halves if there are only shifts.
// shift: beyond a high word's 33 bits.
typedef struct {
  __m256i multiplier;
  __m256i shift;
} Factors256;

// Returns the factors of up to eight channels.
AVX2_INLINE Factors256 factors_256(const NetworkRescale* rescale, RescaleForm form, int32_t first,
                                   int32_t count) {
  int32_t multipliers[8] = {0}, shifts[8] = {0};
  for (int32_t k = 0; k < minimum(count, 8); ++k) {
    shifts[k] = rescale->shift[first + k];
    if (form != BY_SHIFTS) multipliers[k] = rescale->multiplier[first + k];
  }
  Factors256 factors = {
      .multiplier = _mm256_loadu_si256((const __m256i*)multipliers),
      .shift = _mm256_loadu_si256((const __m256i*)shifts),
  };
  if (form == IN_FLOATS) {
    const int doublings = __builtin_ctz((uint32_t)rescale->sum_factor);
    const __m256i exponent = _mm256_sub_epi32(_mm256_set1_epi32(127 + doublings), factors.shift);
    const __m256 power = _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
    const __m256 factor = _mm256_mul_ps(_mm256_cvtepi32_ps(factors.multiplier), power);
    factors.multiplier = _mm256_castps_si256(factor);
  } else if (form == BY_SHIFTS) {
    const __m256i power = _mm256_sllv_epi32(_mm256_set1_epi32(1), factors.shift);
    factors.multiplier = _mm256_srli_epi32(power, 1);
  } else if (form == BY_HIGH_WORDS) {
    factors.shift = _mm256_sub_epi32(factors.shift, _mm256_set1_epi32(33));
  }
  return factors;
}

// Returns round(products / 2^shifts) of products below 2^62, in the low 32 bits. even: 1 if ties go
// to the even integer. AVX2 shifts only unsigned integers of 64 bits.
AVX2_INLINE __m256i round_shift_256(__m256i products, __m256i shifts, __m256i even) {
  const __m256i raise = _mm256_set1_epi64x((int64_t)1 << 62);
  const __m256i raised = _mm256_add_epi64(products, raise);
  const __m256i shifted_raise = _mm256_srlv_epi64(raise, shifts);
  const __m256i half = _mm256_srli_epi64(_mm256_sllv_epi64(_mm256_set1_epi64x(1), shifts), 1);
  // A tie rounds up if this adds a half, and down if it adds one less.
  const __m256i floored = _mm256_sub_epi64(_mm256_srlv_epi64(raised, shifts), shifted_raise);
  const __m256i added =
      _mm256_add_epi64(_mm256_sub_epi64(half, even), _mm256_and_si256(floored, even));
  const __m256i rounded = _mm256_srlv_epi64(_mm256_add_epi64(raised, added), shifts);
  return _mm256_sub_epi64(rounded, shifted_raise);
}

// Returns the levels of eight sums, with the zero point, before any bound.
AVX2_INLINE __m256i level_256(__m256i sums, Factors256 factors, const Rescale256* rescale,
                              RescaleForm form) {
  if (form == IN_FLOATS) {
    // Added to 1.5 * 2^23, a number is rounded to an integer, which the low bits hold.
    const __m256 large = _mm256_set1_ps(12582912.0f);
    const __m256 factor = _mm256_castsi256_ps(factors.multiplier);
    const __m256 rounded = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), factor, large);
    const __m256i start = _mm256_sub_epi32(_mm256_castps_si256(large), rescale->zero_point);
    return _mm256_sub_epi32(_mm256_castps_si256(rounded), start);
  }
  if (form == BY_SHIFTS) {
    const __m256i raised = _mm256_add_epi32(sums, factors.multiplier);
    return _mm256_add_epi32(_mm256_srav_epi32(raised, factors.shift), rescale->zero_point);
  }
  const __m256i odd_multiplier = _mm256_srli_epi64(factors.multiplier, 32);
  if (form == BY_HIGH_WORDS) {
    const __m256i doubled = _mm256_sll_epi32(sums, rescale->doublings);
    const __m256i even = _mm256_mul_epi32(doubled, factors.multiplier);
    const __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(doubled, 32), odd_multiplier);
    const __m256i word = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa);
    const __m256i raised =
        _mm256_add_epi32(_mm256_srav_epi32(word, factors.shift), _mm256_set1_epi32(1));
    return _mm256_add_epi32(_mm256_srai_epi32(raised, 1), rescale->zero_point);
  }
  const __m256i low_words = _mm256_set1_epi64x(0xffffffff);
  const __m256i even =
      round_shift_256(_mm256_mul_epi32(sums, factors.multiplier),
                      _mm256_and_si256(factors.shift, low_words), rescale->to_even);
  const __m256i odd = round_shift_256(_mm256_mul_epi32(_mm256_srli_epi64(sums, 32), odd_multiplier),
                                      _mm256_srli_epi64(factors.shift, 32), rescale->to_even);
  const __m256i level = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa);
  return _mm256_add_epi32(level, rescale->zero_point);
}

// Stores sums, those of eight channels at a time. Returns of how many channels.
AVX2 static int32_t store_u8_avx2(const NetworkRescale* rescale, int32_t first, int32_t count,
                                  const int32_t* sums, uint8_t* output) {
  const Rescale256 shared = rescale_256(rescale);
  const RescaleForm form = rescale_form(rescale);
  int32_t k = 0;
  for (; k + 8 <= count; k += 8) {
    const __m256i sum = _mm256_loadu_si256((const __m256i*)(sums + k));
    const __m256i level = level_256(sum, factors_256(rescale, form, first + k, 8), &shared, form);
    const __m256i levels[4] = {level, level, level, level};
    const __m256i bytes = bytes_256(levels, shared.bounds, 0);
    _mm_storel_epi64((__m128i*)(output + k), _mm256_castsi256_si128(bytes));
  }
  return k;
}

// Returns four weights of each of eight channels, of the first or second half of a tile.
AVX2_INLINE __m256i weights_256(const int8_t* weights, int half, int is_packed) {
  (void)is_packed;
  return _mm256_loadu_si256((const __m256i*)weights + half);
}

// A tile of a layer. stored: how many of its channels there are.
typedef struct {
  const void* weights;
  const int32_t* bias;
  Rescale256 rescale;
  Factors256 factors[2];
  int32_t stored;
  uint8_t* output;
  int32_t stride;
} Tile256;

// Stores the levels of one or two pixels, the first of which is `pixel`.
AVX2_INLINE void store_tile_256(const Tile256* t, __m256i (*sums)[2], int32_t pixel, int pixels,
                                int is_signed, RescaleForm form) {
  __m256i levels[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const int from = pixels == 2 ? i / 2 : 0;
    levels[i] = level_256(sums[from][i % 2], t->factors[i % 2], &t->rescale, form);
  }
  const __m256i bytes = bytes_256(levels, t->rescale.bounds, is_signed);
  uint8_t* output = t->output + (int64_t)pixel * t->stride;
  if (t->stored == TILE) {
    _mm_storeu_si128((__m128i*)output, _mm256_castsi256_si128(bytes));
    if (pixels == 1) return;
    _mm_storeu_si128((__m128i*)(output + t->stride), _mm256_extracti128_si256(bytes, 1));
  } else {
    uint8_t channels[2 * TILE];
    _mm256_storeu_si256((__m256i*)channels, bytes);
    for (int32_t k = 0; k < t->stored; ++k) {
      output[k] = channels[k];
      if (pixels == 2) output[t->stride + k] = channels[TILE + k];
    }
  }
}

// Adds the products of a line's inputs of `pixels` pixels, at most 4, and a tile's weights to sums.
// Returns the weights that follow.
AVX2_INLINE const int8_t* add_line_avx2(const uint8_t* x, int32_t line_bytes, int64_t step,
                                        const int8_t* weights, int pixels, LayerKind layer,
                                        __m256i (*sums)[2]) {
  const __m256i flip = _mm256_set1_epi8((char)(layer.takes_signed ? 0x80 : 0));
  for (const uint8_t* end = x + line_bytes; x < end; x += 4) {
    const __m256i w[2] = {
        weights_256(weights, 0, layer.is_packed),
        weights_256(weights, 1, layer.is_packed),
    };
    weights += layer.is_packed ? 2 * TILE : 4 * TILE;
    // As 16 bits, in pairs: the second and fourth of each channel's four weights, and the others.
    __m256i odd[2], even[2];
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
      odd[i] = _mm256_srai_epi16(w[i], 8);
      even[i] = _mm256_srai_epi16(_mm256_slli_epi16(w[i], 8), 8);
      KEEP_IN_YMM(odd[i]);
      KEEP_IN_YMM(even[i]);
    }
#pragma GCC unroll 4
    for (int pixel = 0; pixel < pixels; ++pixel) {
      __m256i inputs = _mm256_broadcastd_epi32(_mm_loadu_si32(x + pixel * step));
      if (layer.takes_signed) inputs = _mm256_xor_si256(inputs, flip);
      const __m256i odd_inputs = _mm256_srli_epi16(inputs, 8);
      const __m256i even_inputs = _mm256_and_si256(inputs, _mm256_set1_epi16(0xff));
#pragma GCC unroll 2
      for (int i = 0; i < 2; ++i) {
        const __m256i products = _mm256_add_epi32(_mm256_madd_epi16(odd_inputs, odd[i]),
                                                  _mm256_madd_epi16(even_inputs, even[i]));
        sums[pixel][i] = _mm256_add_epi32(sums[pixel][i], products);
      }
    }
  }
  return weights;
}

// Computes a tile of `pixels`, at most 4, from the pixel `first` on.
AVX2_INLINE void tile_avx2(const Patches* patches, const Tile256* t, int32_t first, int pixels,
                           LayerKind layer, RescaleForm form) {
  __m256i sums[4][2];
#pragma GCC unroll 4
  for (int i = 0; i < pixels; ++i) {
    sums[i][0] = _mm256_loadu_si256((const __m256i*)t->bias);
    sums[i][1] = _mm256_loadu_si256((const __m256i*)t->bias + 1);
  }
  const int64_t step = patches->step;
  const int8_t* weights = (const int8_t*)t->weights;
  for (int32_t line = 0; line < patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)patches->lines[line] + first * step;
    weights = add_line_avx2(x, patches->line_bytes, step, weights, pixels, layer, sums);
  }
#pragma GCC unroll 2
  for (int i = 0; i < pixels; i += 2) {
    store_tile_256(t, sums + i, first + i, minimum(pixels - i, 2), layer.gives_signed, form);
  }
}

// Computes a tile of all pixels.
AVX2_INLINE void all_pixels_avx2(const Patches* patches, const Tile256* t, int32_t pixels,
                                 LayerKind layer, RescaleForm form) {
  int32_t i = 0;
  for (; i + 4 <= pixels; i += 4) tile_avx2(patches, t, i, 4, layer, form);
  for (; i < pixels; ++i) tile_avx2(patches, t, i, 1, layer, form);
}

AVX2 static void layer_u8_u8_avx2(const Patches* patches, int32_t pixels, const int8_t* weights,
                                  const int32_t* bias, int32_t first, int32_t last,
                                  const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
  const LayerKind layer = {
      .is_packed = 0,
      .takes_signed = 0,
      .gives_signed = 0,
  };
  const int64_t channel_bytes = (int64_t)patches->count * patches->line_bytes;
  const RescaleForm form = rescale_form(rescale);
  for (int32_t k = first; k < last; k += TILE) {
    const Tile256 tile = {
        .weights = weights + (k - first) * channel_bytes,
        .bias = bias + (k - first),
        .rescale = rescale_256(rescale),
        .factors = {factors_256(rescale, form, k, last - k),
                    factors_256(rescale, form, k + 8, last - k - 8)},
        .stored = minimum(last - k, TILE),
        .output = (uint8_t*)output + k,
        .stride = stride,
    };
    all_pixels_avx2(patches, &tile, pixels, layer, IN_FLOATS);
  }
}

#ifdef NETWORK_AVX_VNNI
#define AVX_VNNI __attribute__((target(NETWORK_AVX_VNNI)))
#define AVX_VNNI_INLINE __attribute__((always_inline)) AVX_VNNI static inline

// Adds the products of a line's inputs of `pixels` pixels, at most 4, and a tile's weights to sums.
// Returns the weights that follow.
AVX_VNNI_INLINE const int8_t* add_line_vnni(const uint8_t* x, int32_t line_bytes, int64_t step,
                                            const int8_t* weights, int pixels, LayerKind layer,
                                            __m256i (*sums)[2]) {
  const __m256i flip = _mm256_set1_epi8((char)(layer.takes_signed ? 0x80 : 0));
  for (const uint8_t* end = x + line_bytes; x < end; x += 4) {
    const __m256i w[2] = {
        weights_256(weights, 0, layer.is_packed),
        weights_256(weights, 1, layer.is_packed),
    };
    weights += layer.is_packed ? 2 * TILE : 4 * TILE;
#pragma GCC unroll 4
    for (int pixel = 0; pixel < pixels; ++pixel) {
      __m256i inputs = _mm256_broadcastd_epi32(_mm_loadu_si32(x + pixel * step));
      if (layer.takes_signed) inputs = _mm256_xor_si256(inputs, flip);
#pragma GCC unroll 2
      for (int i = 0; i < 2; ++i) {
        sums[pixel][i] = _mm256_dpbusd_avx_epi32(sums[pixel][i], inputs, w[i]);
        KEEP_IN_YMM(sums[pixel][i]);
      }
    }
  }
  return weights;
}

// Computes a tile of `pixels`, at most 4, from the pixel `first` on.
AVX_VNNI_INLINE void tile_vnni(const Patches* patches, const Tile256* t, int32_t first, int pixels,
                               LayerKind layer, RescaleForm form) {
  __m256i sums[4][2];
#pragma GCC unroll 4
  for (int i = 0; i < pixels; ++i) {
    sums[i][0] = _mm256_loadu_si256((const __m256i*)t->bias);
    sums[i][1] = _mm256_loadu_si256((const __m256i*)t->bias + 1);
  }
  const int64_t step = patches->step;
  const int8_t* weights = (const int8_t*)t->weights;
  for (int32_t line = 0; line < patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)patches->lines[line] + first * step;
    weights = add_line_vnni(x, patches->line_bytes, step, weights, pixels, layer, sums);
  }
#pragma GCC unroll 2
  for (int i = 0; i < pixels; i += 2) {
    store_tile_256(t, sums + i, first + i, minimum(pixels - i, 2), layer.gives_signed, form);
  }
}

// Computes a tile of all pixels.
AVX_VNNI_INLINE void all_pixels_vnni(const Patches* patches, const Tile256* t, int32_t pixels,
                                     LayerKind layer, RescaleForm form) {
  int32_t i = 0;
  for (; i + 4 <= pixels; i += 4) tile_vnni(patches, t, i, 4, layer, form);
  for (; i < pixels; ++i) tile_vnni(patches, t, i, 1, layer, form);
}

AVX_VNNI static void layer_u8_u8_vnni(const Patches* patches, int32_t pixels, const int8_t* weights,
                                      const int32_t* bias, int32_t first, int32_t last,
                                      const NetworkRescale* rescale, uint8_t* output,
                                      int32_t stride) {
  const LayerKind layer = {
      .is_packed = 0,
      .takes_signed = 0,
      .gives_signed = 0,
  };
  const int64_t channel_bytes = (int64_t)patches->count * patches->line_bytes;
  const RescaleForm form = rescale_form(rescale);
  for (int32_t k = first; k < last; k += TILE) {
    const Tile256 tile = {
        .weights = weights + (k - first) * channel_bytes,
        .bias = bias + (k - first),
        .rescale = rescale_256(rescale),
        .factors = {factors_256(rescale, form, k, last - k),
                    factors_256(rescale, form, k + 8, last - k - 8)},
        .stored = minimum(last - k, TILE),
        .output = (uint8_t*)output + k,
        .stride = stride,
    };
    all_pixels_vnni(patches, &tile, pixels, layer, IN_FLOATS);
  }
}
#endif

// The words of three rows and sixteen channels, in pairs that one instruction multiplies and adds.
// low: of the channels 0 to 3 and 8 to 11; high: of the others.
typedef struct {
  __m256i low[2];
  __m256i high[2];
} Column256;

AVX2_INLINE Column256 column_words_256(__m256i top, __m256i middle, __m256i bottom) {
  const __m256i zero = _mm256_setzero_si256();
  const Column256 column = {
      .low = {_mm256_unpacklo_epi16(top, middle), _mm256_unpacklo_epi16(bottom, zero)},
      .high = {_mm256_unpackhi_epi16(top, middle), _mm256_unpackhi_epi16(bottom, zero)},
  };
  return column;
}

// The constants of a depthwise layer for sixteen channels; two halves, as in Column256.
typedef struct {
  Column256 weights[3];
  __m256i bias[2];
  Factors256 factors[2];
} Depthwise256;

AVX2_INLINE __m256i half_256(__m256i first, __m256i second, int is_high) {
  return is_high ? _mm256_permute2x128_si256(first, second, 0x31)
                 : _mm256_permute2x128_si256(first, second, 0x20);
}

// Returns the constants of sixteen channels, from `first` on.
AVX2 NOT_INLINED static Depthwise256 depthwise_256(const NetworkDepthwise* settings, int32_t first,
                                                   RescaleForm form) {
  const int32_t all = settings->window->channels;
  const __m256i* bias = (const __m256i*)(settings->bias + first);
  const __m256i starts[2] = {_mm256_loadu_si256(bias), _mm256_loadu_si256(bias + 1)};
  const Factors256 eight = factors_256(settings->rescale, form, first, 8);
  const Factors256 next = factors_256(settings->rescale, form, first + 8, 8);
  Depthwise256 found;
  for (int i = 0; i < 2; ++i) {
    found.bias[i] = half_256(starts[0], starts[1], i);
    found.factors[i].multiplier = half_256(eight.multiplier, next.multiplier, i);
    found.factors[i].shift = half_256(eight.shift, next.shift, i);
  }
  for (int column = 0; column < 3; ++column) {
    __m256i taps[3];
    for (int i = 0; i < 3; ++i) {
      const int8_t* place = settings->weights + (3 * i + column) * all + first;
      taps[i] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i*)place));
    }
    found.weights[column] = column_words_256(taps[0], taps[1], taps[2]);
  }
  return found;
}

// The inputs of a row of outputs, and the row. lines: 0 outside of the image.
typedef struct {
  const uint8_t* lines[3];
  int32_t width;
  int32_t pixel_bytes;
  __m128i outside;  // bytes of the padding
  int32_t pad_left;
  int32_t output_width;
  uint8_t* output;
} Row256;

// Returns a column of three rows, from -128 to 127.
AVX2_INLINE Column256 column_256(const Row256* row, int32_t x, int takes_signed) {
  const int is_inside = x >= 0 && x < row->width;
  const int64_t start = (int64_t)x * row->pixel_bytes;
  __m256i words[3];
#pragma GCC unroll 3
  for (int i = 0; i < 3; ++i) {
    __m128i bytes = row->outside;
    if (is_inside && row->lines[i]) {
      bytes = _mm_loadu_si128((const __m128i*)(row->lines[i] + start));
    }
    if (!takes_signed) bytes = _mm_xor_si128(bytes, _mm_set1_epi8((char)0x80));
    words[i] = _mm256_cvtepi8_epi16(bytes);
  }
  return column_words_256(words[0], words[1], words[2]);
}

// Returns the level of a window for half of sixteen channels.
AVX2_INLINE __m256i window_level_256(const Column256* columns, const Depthwise256* constants,
                                     const Rescale256* rescale, RescaleForm form, int is_high) {
  __m256i sums = constants->bias[is_high];
#pragma GCC unroll 3
  for (int j = 0; j < 3; ++j) {
    const __m256i* x = is_high ? columns[j].high : columns[j].low;
    const __m256i* w = is_high ? constants->weights[j].high : constants->weights[j].low;
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(x[0], w[0]));
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(x[1], w[1]));
  }
  return level_256(sums, constants->factors[is_high], rescale, form);
}

// Computes a row of sixteen channels. Its windows share columns with those before.
AVX2_INLINE void depthwise_row_256(const Row256* row, const Depthwise256* constants,
                                   const Rescale256* rescale, RescaleForm form, int stride,
                                   LayerKind layer) {
  int32_t from = -row->pad_left;
  Column256 columns[3];
#pragma GCC unroll 2
  for (int j = stride; j < 3; ++j) {
    columns[j] = column_256(row, from + j - stride, layer.takes_signed);
  }
  for (int32_t x = 0; x < row->output_width; ++x, from += stride) {
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {
      columns[j] =
          j + stride < 3 ? columns[j + stride] : column_256(row, from + j, layer.takes_signed);
    }
    const __m256i words =
        _mm256_packs_epi32(window_level_256(columns, constants, rescale, form, 0),
                           window_level_256(columns, constants, rescale, form, 1));
    const __m128i first = _mm256_castsi256_si128(words);
    const __m128i second = _mm256_extracti128_si256(words, 1);
    const __m128i bytes =
        layer.gives_signed ? _mm_packs_epi16(first, second) : _mm_packus_epi16(first, second);
    _mm_storeu_si128((__m128i*)(row->output + (int64_t)x * row->pixel_bytes), bytes);
  }
}

// Computes a depthwise 3 x 3 layer of a multiple of sixteen channels, with steps of one or two
// columns.
AVX2_INLINE void depthwise_3x3_256(const NetworkDepthwise* settings, const uint8_t* input,
                                   uint8_t* output, int stride, LayerKind layer) {
  const NetworkWindow* window = settings->window;
  const int32_t all = window->channels;
  const Rescale256 rescale = rescale_256(settings->rescale);
  const RescaleForm form = rescale_form(settings->rescale);
  for (int32_t channel = 0; channel < all; channel += 16) {
    const Depthwise256 constants = depthwise_256(settings, channel, form);
    Row256 row = {
        .width = window->input_width,
        .pixel_bytes = all,
        .outside = _mm_set1_epi8((char)settings->input_zero_point),
        .pad_left = window->pad_left,
        .output_width = window->output_width,
        .output = output + channel,
    };
    for (int32_t y = 0; y < window->output_height; ++y) {
      for (int32_t i = 0; i < 3; ++i) {
        const int32_t line = y * window->stride_y - window->pad_top + i;
        const int is_inside = line >= 0 && line < window->input_height;
        row.lines[i] = is_inside ? input + (int64_t)line * window->input_width * all + channel : 0;
      }
      depthwise_row_256(&row, &constants, &rescale, IN_FLOATS, stride, layer);
      row.output += (int64_t)window->output_width * all;
    }
  }
}

AVX2 static void depthwise_3x3_u8_u8_avx2(const NetworkDepthwise* settings, const uint8_t* input,
                                          uint8_t* output) {
  const LayerKind layer = {
      .takes_signed = 0,
      .gives_signed = 0,
  };
  if (settings->window->stride_x == 1) {
    depthwise_3x3_256(settings, (const uint8_t*)input, (uint8_t*)output, 1, layer);
  } else {
    depthwise_3x3_256(settings, (const uint8_t*)input, (uint8_t*)output, 2, layer);
  }
}

#endif  // NETWORK_AVX2_H
