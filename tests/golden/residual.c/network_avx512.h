// Kernels with the instructions of AVX-512 VNNI. One of them adds four products of uint8 and int8
// to each of sixteen sums.
#ifndef NETWORK_AVX512_H
#define NETWORK_AVX512_H

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
// GCC moves sums from register to register in loops without it.
#define KEEP_IN_REGISTER(sums) __asm__("" : "+v"(sums))
#define AVX512_INLINE __attribute__((always_inline)) AVX512 static inline

// Returns a mask of the first `count` elements, but at most `size`, which is at most 64.
static inline uint64_t first_elements(int32_t count, int32_t size) {
  return count <= 0 ? 0 : ~(uint64_t)0 >> (64 - (count < size ? count : size));
}

// The bounds of bytes.
typedef struct {
  __m512i low;
  __m512i high;
} Bounds512;

AVX512_INLINE Bounds512 bounds_512(int32_t low, int32_t high) {
  const Bounds512 bounds = {_mm512_set1_epi8((char)low), _mm512_set1_epi8((char)high)};
  return bounds;
}

// Returns four vectors of levels as bytes within the bounds. Each 128 bits hold four bytes of each.
AVX512_INLINE __m512i bytes_512(const __m512i* levels, Bounds512 bounds, int is_signed) {
  const __m512i first = _mm512_packs_epi32(levels[0], levels[1]);
  const __m512i second = _mm512_packs_epi32(levels[2], levels[3]);
  (void)bounds;  // packing saturates to them
  return is_signed ? _mm512_packs_epi16(first, second) : _mm512_packus_epi16(first, second);
}

// Returns the same in the order of the levels.
AVX512_INLINE __m512i ordered_bytes_512(const __m512i* levels, Bounds512 bounds, int is_signed) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, bytes_512(levels, bounds, is_signed));
}

// What all channels of a layer are rescaled with. Outputs may alias what is in memory.
typedef struct {
  __m512i zero_point;
  Bounds512 bounds;
  __m128i doublings;
  __m512i to_even;
} Rescale512;

AVX512_INLINE Rescale512 rescale_512(const NetworkRescale* rescale) {
  const Rescale512 found = {
      .zero_point = _mm512_set1_epi32(rescale->zero_point),
      .bounds = bounds_512(rescale->low, rescale->high),
      .doublings = _mm_cvtsi32_si128(__builtin_ctz((uint32_t)rescale->sum_factor)),
      .to_even = _mm512_set1_epi64(rescale->rounding == NETWORK_HALF_EVEN),
  };
  return found;
}

// The factors of sixteen channels: floats in `multiplier`, or halves if there are only shifts.
// shift: beyond a high word's 33 bits.
typedef struct {
  __m512i multiplier;
  __m512i shift;
} Factors512;

AVX512_INLINE Factors512 prepared_512(__m512i multiplier, __m512i shift,
                                      const NetworkRescale* rescale, RescaleForm form) {
  Factors512 factors = {multiplier, shift};
  if (form == IN_FLOATS) {
    const __m512i doublings = _mm512_set1_epi32(__builtin_ctz((uint32_t)rescale->sum_factor));
    const __m512 exponent = _mm512_cvtepi32_ps(_mm512_sub_epi32(doublings, shift));
    const __m512 factor = _mm512_scalef_ps(_mm512_cvtepi32_ps(multiplier), exponent);
    factors.multiplier = _mm512_castps_si512(factor);
  } else if (form == BY_SHIFTS) {
    factors.multiplier = _mm512_srli_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), shift), 1);
  } else if (form == BY_HIGH_WORDS) {
    factors.shift = _mm512_sub_epi32(shift, _mm512_set1_epi32(33));
  }
  return factors;
}

// Returns the factors of up to sixteen channels.
AVX512_INLINE Factors512 factors_512(const NetworkRescale* rescale, RescaleForm form, int32_t first,
                                     int32_t count) {
  const __mmask16 mask = (__mmask16)first_elements(count, 16);
  const __m128i shift = _mm_maskz_loadu_epi8(mask, rescale->shift + first);
  const __m512i multiplier = form == BY_SHIFTS
                                 ? _mm512_setzero_si512()
                                 : _mm512_maskz_loadu_epi32(mask, rescale->multiplier + first);
  return prepared_512(multiplier, _mm512_cvtepu8_epi32(shift), rescale, form);
}

// Returns round(products / 2^shifts) of 64 bits. even: 1 if ties go to the even integer.
AVX512_INLINE __m512i round_shift_512(__m512i products, __m512i shifts, __m512i even) {
  const __m512i one = _mm512_set1_epi64(1);
  const __m512i half = _mm512_srli_epi64(_mm512_sllv_epi64(one, shifts), 1);
  // A tie rounds up if this adds a half, and down if it adds one less.
  const __m512i is_odd = _mm512_and_si512(_mm512_srav_epi64(products, shifts), even);
  const __m512i added = _mm512_add_epi64(_mm512_sub_epi64(half, even), is_odd);
  return _mm512_srav_epi64(_mm512_add_epi64(products, added), shifts);
}

// Returns the levels of sixteen sums, with the zero point, before any bound.
AVX512_INLINE __m512i level_512(__m512i sums, Factors512 factors, const Rescale512* rescale,
                                RescaleForm form) {
  if (form == IN_FLOATS) {
    // Added to 1.5 * 2^23, a number is rounded to an integer, which the low bits hold.
    const __m512 large = _mm512_set1_ps(12582912.0f);
    const __m512 factor = _mm512_castsi512_ps(factors.multiplier);
    const __m512 rounded = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), factor, large);
    const __m512i start = _mm512_sub_epi32(_mm512_castps_si512(large), rescale->zero_point);
    return _mm512_sub_epi32(_mm512_castps_si512(rounded), start);
  }
  if (form == BY_SHIFTS) {
    const __m512i raised = _mm512_add_epi32(sums, factors.multiplier);
    return _mm512_add_epi32(_mm512_srav_epi32(raised, factors.shift), rescale->zero_point);
  }
  const __m512i odd_multiplier = _mm512_srli_epi64(factors.multiplier, 32);
  if (form == BY_HIGH_WORDS) {
    const __m512i doubled = _mm512_sll_epi32(sums, rescale->doublings);
    const __m512i even = _mm512_mul_epi32(doubled, factors.multiplier);
    const __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(doubled, 32), odd_multiplier);
    const __m512i word = _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB);
    const __m512i half =
        _mm512_or_si512(_mm512_slli_epi32(rescale->zero_point, 1), _mm512_set1_epi32(1));
    return _mm512_srai_epi32(_mm512_add_epi32(_mm512_srav_epi32(word, factors.shift), half), 1);
  }
  const __m512i low_words = _mm512_set1_epi64(0xffffffff);
  const __m512i even =
      round_shift_512(_mm512_mul_epi32(sums, factors.multiplier),
                      _mm512_and_si512(factors.shift, low_words), rescale->to_even);
  const __m512i odd = round_shift_512(_mm512_mul_epi32(_mm512_srli_epi64(sums, 32), odd_multiplier),
                                      _mm512_srli_epi64(factors.shift, 32), rescale->to_even);
  const __m512i level = _mm512_mask_shuffle_epi32(even, 0xaaaa, odd, _MM_PERM_CCAA);
  return _mm512_add_epi32(level, rescale->zero_point);
}

// Returns four weights of each of sixteen channels.
AVX512_INLINE __m512i weights_512(const void* weights, int64_t place, int is_packed) {
  (void)is_packed;
  return _mm512_loadu_si512((const int8_t*)weights + place);
}

// One or two tiles of a layer. stored: a mask of their channels.
typedef struct {
  const void* weights;
  const int32_t* bias;
  Rescale512 rescale;
  Factors512 factors[2];
  uint32_t stored;
  uint8_t* output;
  int32_t stride;
} Tiles512;

// Stores the levels of some pixels.
AVX512_INLINE void store_tiles_512(const Tiles512* t, __m512i (*sums)[8], int pixels, int tiles,
                                   int is_signed, RescaleForm form) {
  const int step = 4 / tiles;  // pixels that are stored at once
#pragma GCC unroll 8
  for (int pixel = 0; pixel < pixels; pixel += step) {
    __m512i levels[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const int from = pixel + i / tiles < pixels ? pixel + i / tiles : pixel;
      levels[i] = level_512(sums[i % tiles][from], t->factors[i % tiles], &t->rescale, form);
    }
    const __m512i bytes = ordered_bytes_512(levels, t->rescale.bounds, is_signed);
    uint8_t* output = t->output + (int64_t)pixel * t->stride;
    const int left = pixels - pixel < step ? pixels - pixel : step;
    if (tiles == 2) {
      _mm256_mask_storeu_epi8(output, t->stored, _mm512_castsi512_si256(bytes));
      if (left < 2) continue;
      const __m256i next = _mm512_extracti64x4_epi64(bytes, 1);
      _mm256_mask_storeu_epi8(output + t->stride, t->stored, next);
    } else if (left == 4 && t->stride == TILE) {
      _mm512_storeu_si512(output, bytes);
    } else {
      _mm_mask_storeu_epi8(output, (__mmask16)t->stored, _mm512_castsi512_si128(bytes));
      if (left < 2) continue;
      output += t->stride;
      _mm_mask_storeu_epi8(output, (__mmask16)t->stored, _mm512_extracti32x4_epi32(bytes, 1));
      if (left < 3) continue;
      output += t->stride;
      _mm_mask_storeu_epi8(output, (__mmask16)t->stored, _mm512_extracti32x4_epi32(bytes, 2));
      if (left < 4) continue;
      output += t->stride;
      _mm_mask_storeu_epi8(output, (__mmask16)t->stored, _mm512_extracti32x4_epi32(bytes, 3));
    }
  }
}

// Computes one or two tiles of `pixels`, at most 8, from the pixel `first` on.
AVX512_INLINE void tiles_512(const Patches* patches, const Tiles512* t, int32_t first, int pixels,
                             int tiles, LayerKind layer, RescaleForm form) {
  __m512i sums[2][8];
#pragma GCC unroll 2
  for (int tile = 0; tile < tiles; ++tile) {
    const __m512i bias = _mm512_loadu_si512(t->bias + TILE * tile);
#pragma GCC unroll 8
    for (int i = 0; i < pixels; ++i) sums[tile][i] = bias;
  }
  const int64_t next_tile = (int64_t)TILE * patches->count * patches->line_bytes;
  int64_t place = 0;
  for (int32_t line = 0; line < patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)patches->lines[line] + (int64_t)first * patches->step;
    const uint8_t* end = x + patches->line_bytes;
    for (; x < end; x += 4, place += 4 * TILE) {
      const __m512i w = weights_512(t->weights, place, layer.is_packed);
      const __m512i w_next =
          tiles == 2 ? weights_512(t->weights, next_tile + place, layer.is_packed) : w;
#pragma GCC unroll 8
      for (int i = 0; i < pixels; ++i) {
        __m512i inputs = _mm512_broadcastd_epi32(_mm_loadu_si32(x + (int64_t)i * patches->step));
        if (layer.takes_signed) inputs = _mm512_xor_si512(inputs, _mm512_set1_epi8((char)0x80));
        sums[0][i] = _mm512_dpbusd_epi32(sums[0][i], inputs, w);
        KEEP_IN_REGISTER(sums[0][i]);
        if (tiles == 2) {
          sums[1][i] = _mm512_dpbusd_epi32(sums[1][i], inputs, w_next);
          KEEP_IN_REGISTER(sums[1][i]);
        }
      }
    }
  }
  Tiles512 from_first = *t;
  from_first.output += (int64_t)first * t->stride;
  store_tiles_512(&from_first, sums, pixels, tiles, layer.gives_signed, form);
}

// Computes one or two tiles of all pixels.
AVX512_INLINE void all_pixels_512(const Patches* patches, const Tiles512* t, int32_t pixels,
                                  int tiles, LayerKind layer, RescaleForm form) {
  const int32_t many = tiles == 1 ? 8 : 7;  // of one tile, four pixels are stored at once
  int32_t i = 0;
  for (; i + many <= pixels; i += many) tiles_512(patches, t, i, many, tiles, layer, form);
  for (; i + 2 <= pixels; i += 2) tiles_512(patches, t, i, 2, tiles, layer, form);
  if (i < pixels) tiles_512(patches, t, i, 1, tiles, layer, form);
}

AVX512 static void layer_u8_u8_512(const Patches* patches, int32_t pixels, const int8_t* weights,
                                   const int32_t* bias, int32_t first, int32_t last,
                                   const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
  const LayerKind layer = {
      .is_packed = 0,
      .takes_signed = 0,
      .gives_signed = 0,
  };
  const int64_t channel_bytes = (int64_t)patches->count * patches->line_bytes;
  const RescaleForm form = rescale_form(rescale);
  for (int32_t k = first; k < last; k += 2 * TILE) {
    const Tiles512 tiles = {
        .weights = weights + (k - first) * channel_bytes,
        .bias = bias + (k - first),
        .rescale = rescale_512(rescale),
        .factors = {factors_512(rescale, form, k, last - k),
                    factors_512(rescale, form, k + TILE, last - k - TILE)},
        .stored = (uint32_t)first_elements(last - k, 2 * TILE),
        .output = (uint8_t*)output + k,
        .stride = stride,
    };
    if (last - k > TILE) {
      all_pixels_512(patches, &tiles, pixels, 2, layer, IN_FLOATS);
    } else {
      all_pixels_512(patches, &tiles, pixels, 1, layer, IN_FLOATS);
    }
  }
}

// A vector holds the bytes of 4 / lanes pixels of 16 * lanes channels, where `lanes` is 1 or 2, or
// up to 64 channels of one pixel, where it is 4.

// Returns the bytes of a pixel's channels, repeated.
AVX512_INLINE __m512i channel_bytes_512(const void* bytes, int32_t channels, int lanes) {
  const uint64_t mask = first_elements(channels, 16 * lanes);
  if (lanes == 1) return _mm512_broadcast_i32x4(_mm_maskz_loadu_epi8((__mmask16)mask, bytes));
  if (lanes == 2) return _mm512_broadcast_i64x4(_mm256_maskz_loadu_epi8((__mmask32)mask, bytes));
  return _mm512_maskz_loadu_epi8(mask, bytes);
}

// Returns the integers that belong to part i of four of such bytes.
AVX512_INLINE __m512i channel_integers_512(const int32_t* integers, int32_t channels, int lanes,
                                           int i) {
  const int32_t first = minimum(i % lanes * 16, channels);
  return _mm512_maskz_loadu_epi32((__mmask16)first_elements(channels - first, 16),
                                  integers + first);
}

// The elements of 64 bytes as 32 bits. Vector i holds the bytes 16 * lane + 4 * i to + 3, in which
// order bytes are interleaved, and levels packed, within each 128 bits.
typedef struct {
  __m512i quarters[4];
} Quarters512;

// Returns four bytes of each channel: of three rows, and a zero.
AVX512_INLINE Quarters512 interleaved_512(__m512i top, __m512i middle, __m512i bottom) {
  const __m512i low = _mm512_unpacklo_epi8(top, middle);
  const __m512i high = _mm512_unpackhi_epi8(top, middle);
  const __m512i last_low = _mm512_unpacklo_epi8(bottom, _mm512_setzero_si512());
  const __m512i last_high = _mm512_unpackhi_epi8(bottom, _mm512_setzero_si512());
  Quarters512 found;
  found.quarters[0] = _mm512_unpacklo_epi16(low, last_low);
  found.quarters[1] = _mm512_unpackhi_epi16(low, last_low);
  found.quarters[2] = _mm512_unpacklo_epi16(high, last_high);
  found.quarters[3] = _mm512_unpackhi_epi16(high, last_high);
  return found;
}

// Returns the same of integers in the order of bytes.
AVX512_INLINE Quarters512 quarters_512(const __m512i* channels) {
  const __m512i low_01 = _mm512_shuffle_i32x4(channels[0], channels[1], 0x44);
  const __m512i low_23 = _mm512_shuffle_i32x4(channels[2], channels[3], 0x44);
  const __m512i high_01 = _mm512_shuffle_i32x4(channels[0], channels[1], 0xee);
  const __m512i high_23 = _mm512_shuffle_i32x4(channels[2], channels[3], 0xee);
  Quarters512 found;
  found.quarters[0] = _mm512_shuffle_i32x4(low_01, low_23, 0x88);
  found.quarters[1] = _mm512_shuffle_i32x4(low_01, low_23, 0xdd);
  found.quarters[2] = _mm512_shuffle_i32x4(high_01, high_23, 0x88);
  found.quarters[3] = _mm512_shuffle_i32x4(high_01, high_23, 0xdd);
  return found;
}

// The constants of a depthwise layer for a vector's bytes. weights: of a column.
typedef struct {
  Quarters512 weights[3];
  Quarters512 bias;
  Quarters512 multiplier;
  Quarters512 shift;
} Depthwise512;

// Returns the constants of some channels, from `first` on. Inputs are 128 larger.
AVX512 NOT_INLINED static Depthwise512 depthwise_512(const NetworkDepthwise* settings,
                                                     int32_t first, int32_t channels, int lanes) {
  const NetworkRescale* rescale = settings->rescale;
  const int32_t all = settings->window->channels;
  const RescaleForm form = rescale_form(rescale);
  __m128i shifts[4];
  _mm512_storeu_si512(shifts, channel_bytes_512(rescale->shift + first, channels, lanes));
  __m512i bias[4], multiplier[4], shift[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    bias[i] = channel_integers_512(settings->bias + first, channels, lanes, i);
    const __m512i given =
        form == BY_SHIFTS ? _mm512_setzero_si512()
                          : channel_integers_512(rescale->multiplier + first, channels, lanes, i);
    const Factors512 factors = prepared_512(given, _mm512_cvtepu8_epi32(shifts[i]), rescale, form);
    multiplier[i] = factors.multiplier;
    shift[i] = factors.shift;
  }
  Depthwise512 found;
  found.bias = quarters_512(bias);
  found.multiplier = quarters_512(multiplier);
  found.shift = quarters_512(shift);
#pragma GCC unroll 3
  for (int column = 0; column < 3; ++column) {
    const int8_t* taps = settings->weights + column * all + first;
    found.weights[column] = interleaved_512(channel_bytes_512(taps, channels, lanes),
                                            channel_bytes_512(taps + 3 * all, channels, lanes),
                                            channel_bytes_512(taps + 6 * all, channels, lanes));
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const __m512i sum = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(1),
                                              found.weights[column].quarters[i]);
      found.bias.quarters[i] = _mm512_sub_epi32(found.bias.quarters[i], _mm512_slli_epi32(sum, 7));
    }
  }
  return found;
}

// The inputs of a row of outputs, and the row.
typedef struct {
  const uint8_t* lines[3];
  uint64_t is_inside[3];  // masks of lines: all bits, or none outside of the image
  int32_t width;
  int32_t pixel_bytes;
  uint64_t channels;  // a mask of a vector's bytes
  __m512i outside;    // bytes of the padding
  int32_t pad_left;
  int32_t output_width;
  uint8_t* output;
} Row512;

// Returns a mask of the pixels from x on that are in the image.
AVX512_INLINE uint64_t inside_512(const Row512* row, int32_t x, int lanes) {
  const int vector = 4 / lanes;
  if (x >= 0 && x + vector <= row->width) return row->channels;
  if (x <= -vector || x >= row->width) return 0;
  const uint64_t left = x < 0 ? first_elements(-x * 16 * lanes, 64) : 0;
  return first_elements((row->width - x) * 16 * lanes, 64) & ~left;
}

// Writes the pixels from x on of three lines, as unsigned bytes.
AVX512_INLINE void pixels_512(const Row512* row, int32_t x, int lanes, int takes_signed,
                              __m512i* found) {
  const int64_t start = (int64_t)x * (lanes == 4 ? row->pixel_bytes : 16 * lanes);
  const uint64_t inside = inside_512(row, x, lanes);
  const __m512i flip = _mm512_set1_epi8((char)(takes_signed ? 0x80 : 0));
  if ((inside & row->is_inside[0] & row->is_inside[2]) + 1 == 0) {  // so is the line between
#pragma GCC unroll 3
    for (int i = 0; i < 3; ++i) found[i] = _mm512_loadu_si512(row->lines[i] + start);
  } else {
#pragma GCC unroll 3
    for (int i = 0; i < 3; ++i) {
      const uint64_t mask = inside & row->is_inside[i];
      found[i] = _mm512_mask_loadu_epi8(row->outside, mask, row->lines[i] + start);
    }
  }
  if (takes_signed) {
#pragma GCC unroll 3
    for (int i = 0; i < 3; ++i) found[i] = _mm512_xor_si512(found[i], flip);
  }
}

// Returns a column of a vector of windows.
AVX512_INLINE Quarters512 column_512(const Row512* row, int32_t x, int lanes, int takes_signed) {
  __m512i lines[3];
  pixels_512(row, x, lanes, takes_signed, lines);
  return interleaved_512(lines[0], lines[1], lines[2]);
}

// Writes the columns of the pixels x, x + 2, ..., and of those between.
AVX512_INLINE void two_columns_512(const Row512* row, int32_t x, int lanes, int takes_signed,
                                   Quarters512* even, Quarters512* odd) {
  if (lanes == 4) {
    *even = column_512(row, x, lanes, takes_signed);
    *odd = column_512(row, x + 1, lanes, takes_signed);
    return;
  }
  __m512i first[3], next[3], evens[3], odds[3];
  pixels_512(row, x, lanes, takes_signed, first);
  pixels_512(row, x + 4 / lanes, lanes, takes_signed, next);
#pragma GCC unroll 3
  for (int i = 0; i < 3; ++i) {
    evens[i] = lanes == 1 ? _mm512_shuffle_i32x4(first[i], next[i], 0x88)
                          : _mm512_shuffle_i32x4(first[i], next[i], 0x44);
    odds[i] = lanes == 1 ? _mm512_shuffle_i32x4(first[i], next[i], 0xdd)
                         : _mm512_shuffle_i32x4(first[i], next[i], 0xee);
  }
  *even = interleaved_512(evens[0], evens[1], evens[2]);
  *odd = interleaved_512(odds[0], odds[1], odds[2]);
}

// Returns the column of the pixels `count` further than `first`; `next` is that of the vector that
// follows.
AVX512_INLINE Quarters512 further_512(Quarters512 first, Quarters512 next, int count, int lanes) {
  if (count * lanes == 4) return next;
  Quarters512 found;
#pragma GCC unroll 4
  for (int q = 0; q < 4; ++q) {
    found.quarters[q] = count * lanes == 1
                            ? _mm512_alignr_epi64(next.quarters[q], first.quarters[q], 2)
                            : _mm512_alignr_epi64(next.quarters[q], first.quarters[q], 4);
  }
  return found;
}

// Returns the levels of a vector of windows as bytes.
AVX512_INLINE __m512i window_bytes_512(const Quarters512* columns, const Depthwise512* constants,
                                       const Rescale512* rescale, RescaleForm form,
                                       int gives_signed) {
  __m512i levels[4];
#pragma GCC unroll 4
  for (int q = 0; q < 4; ++q) {
    __m512i sums = constants->bias.quarters[q];
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {
      sums = _mm512_dpbusd_epi32(sums, columns[j].quarters[q], constants->weights[j].quarters[q]);
    }
    const Factors512 factors = {constants->multiplier.quarters[q], constants->shift.quarters[q]};
    levels[q] = level_512(sums, factors, rescale, form);
  }
  return bytes_512(levels, rescale->bounds, gives_signed);
}

// Computes a row. Its windows share columns with those before.
AVX512_INLINE void depthwise_row_512(const Row512* row, const Depthwise512* constants,
                                     const Rescale512* rescale, RescaleForm form, int stride,
                                     int lanes, LayerKind layer) {
  const int vector = 4 / lanes;  // pixels
  int32_t from = -row->pad_left;
  Quarters512 columns[3], next, between;
  if (stride == 2) {
    two_columns_512(row, from, lanes, layer.takes_signed, &next, &between);
  } else {
    next = column_512(row, from, lanes, layer.takes_signed);
    if (lanes == 4) between = column_512(row, from + 1, lanes, layer.takes_signed);
  }
  for (int32_t x = 0; x < row->output_width; x += vector) {
    from += vector * stride;
    columns[0] = next;
    if (stride == 2) {
      columns[1] = between;
      two_columns_512(row, from, lanes, layer.takes_signed, &next, &between);
      columns[2] = further_512(columns[0], next, 1, lanes);
    } else if (lanes == 4) {
      columns[1] = next = between;
      columns[2] = between = column_512(row, from + 1, lanes, layer.takes_signed);
    } else {
      next = column_512(row, from, lanes, layer.takes_signed);
      columns[1] = further_512(columns[0], next, 1, lanes);
      columns[2] = further_512(columns[0], next, 2, lanes);
    }
    const __m512i bytes = window_bytes_512(columns, constants, rescale, form, layer.gives_signed);
    uint8_t* output = row->output + (int64_t)x * row->pixel_bytes;
    const int32_t left = row->output_width - x;
    if (row->channels + 1 == 0 && left >= vector) {
      _mm512_storeu_si512(output, bytes);
    } else {
      const uint64_t pixels = left < vector ? first_elements(left * 16 * lanes, 64) : row->channels;
      _mm512_mask_storeu_epi8(output, pixels, bytes);
    }
  }
}

// Computes all rows of some channels, from `first` on.
AVX512_INLINE void depthwise_rows_512(const NetworkDepthwise* settings, const uint8_t* input,
                                      uint8_t* output, int32_t first, int stride, int lanes,
                                      LayerKind layer) {
  const NetworkWindow* window = settings->window;
  const Rescale512 rescale = rescale_512(settings->rescale);
  const int32_t all = window->channels;
  const int32_t channels = minimum(all - first, 16 * lanes);
  const Depthwise512 constants = depthwise_512(settings, first, channels, lanes);
  Row512 row = {
      .width = window->input_width,
      .pixel_bytes = all,
      .channels = first_elements(lanes == 4 ? channels : 64, 64),
      .outside = _mm512_set1_epi8((char)settings->input_zero_point),
      .pad_left = window->pad_left,
      .output_width = window->output_width,
      .output = output + first,
  };
  for (int32_t y = 0; y < window->output_height; ++y) {
    for (int32_t i = 0; i < 3; ++i) {
      const int32_t line = y * window->stride_y - window->pad_top + i;
      const int is_inside = line >= 0 && line < window->input_height;
      row.is_inside[i] = is_inside ? ~(uint64_t)0 : 0;
      row.lines[i] = input + (is_inside ? (int64_t)line * window->input_width * all : 0) + first;
    }
    depthwise_row_512(&row, &constants, &rescale, IN_FLOATS, stride, lanes, layer);
    row.output += (int64_t)window->output_width * all;
  }
}

// Computes a depthwise 3 x 3 layer with steps of one or two columns.
AVX512_INLINE void depthwise_3x3_512(const NetworkDepthwise* settings, const uint8_t* input,
                                     uint8_t* output, int stride, LayerKind layer) {
  const int32_t channels = settings->window->channels;
  if (channels == 16) {
    depthwise_rows_512(settings, input, output, 0, stride, 1, layer);
  } else if (channels == 32) {
    depthwise_rows_512(settings, input, output, 0, stride, 2, layer);
  } else {
    for (int32_t first = 0; first < channels; first += 64) {
      depthwise_rows_512(settings, input, output, first, stride, 4, layer);
    }
  }
}

AVX512 static void depthwise_3x3_u8_u8_512(const NetworkDepthwise* settings, const uint8_t* input,
                                           uint8_t* output) {
  const LayerKind layer = {
      .takes_signed = 0,
      .gives_signed = 0,
  };
  if (settings->window->stride_x == 1) {
    depthwise_3x3_512(settings, (const uint8_t*)input, (uint8_t*)output, 1, layer);
  } else {
    depthwise_3x3_512(settings, (const uint8_t*)input, (uint8_t*)output, 2, layer);
  }
}

#endif  // NETWORK_AVX512_H
