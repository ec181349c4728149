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

// What a layer computes with: constants of a function. Signed inputs become 128 larger.
typedef struct {
  int is_packed;
  int takes_signed;
  int gives_signed;
} Layer512;

// How sums become levels: in floats, by shifts alone, by the high words of products, or in 64 bits.
typedef enum { IN_FLOATS, BY_SHIFTS, BY_HIGH_WORDS, IN_64_BITS } Form512;

static inline Form512 form_512(const NetworkRescale* rescale) {
  if (rescale->fits_float) return IN_FLOATS;
  if (rescale->rounding == NETWORK_SHIFT) return BY_SHIFTS;
  return rescale->rounding == NETWORK_HIGH_WORD ? BY_HIGH_WORDS : IN_64_BITS;
}

// The factors of sixteen channels: floats in `multiplier`, or halves if there are only shifts.
// shift: beyond a high word's 33 bits.
typedef struct {
  __m512i multiplier;
  __m512i shift;
} Factors512;

AVX512_INLINE Factors512 prepared_512(__m512i multiplier, __m512i shift,
                                      const NetworkRescale* rescale, Form512 form) {
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
AVX512_INLINE Factors512 factors_512(const NetworkRescale* rescale, Form512 form, int32_t first,
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
AVX512_INLINE __m512i level_512(__m512i sums, Factors512 factors, const NetworkRescale* rescale,
                                Form512 form) {
  const __m512i zero_point = _mm512_set1_epi32(rescale->zero_point);
  if (form == IN_FLOATS) {
    // Added to 1.5 * 2^23, a number is rounded to an integer, which the low bits hold.
    const __m512 large = _mm512_set1_ps(12582912.0f);
    const __m512 factor = _mm512_castsi512_ps(factors.multiplier);
    const __m512 rounded = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums), factor, large);
    const __m512i start = _mm512_sub_epi32(_mm512_castps_si512(large), zero_point);
    return _mm512_sub_epi32(_mm512_castps_si512(rounded), start);
  }
  if (form == BY_SHIFTS) {
    const __m512i raised = _mm512_add_epi32(sums, factors.multiplier);
    return _mm512_add_epi32(_mm512_srav_epi32(raised, factors.shift), zero_point);
  }
  const __m512i odd_multiplier = _mm512_srli_epi64(factors.multiplier, 32);
  if (form == BY_HIGH_WORDS) {
    const __m128i doublings = _mm_cvtsi32_si128(__builtin_ctz((uint32_t)rescale->sum_factor));
    const __m512i doubled = _mm512_sll_epi32(sums, doublings);
    const __m512i even = _mm512_mul_epi32(doubled, factors.multiplier);
    const __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(doubled, 32), odd_multiplier);
    const __m512i word = _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB);
    const __m512i half = _mm512_set1_epi32(2 * rescale->zero_point + 1);
    return _mm512_srai_epi32(_mm512_add_epi32(_mm512_srav_epi32(word, factors.shift), half), 1);
  }
  const __m512i to_even = _mm512_set1_epi64(rescale->rounding == NETWORK_HALF_EVEN);
  const __m512i low_words = _mm512_set1_epi64(0xffffffff);
  const __m512i even = round_shift_512(_mm512_mul_epi32(sums, factors.multiplier),
                                       _mm512_and_si512(factors.shift, low_words), to_even);
  const __m512i odd = round_shift_512(_mm512_mul_epi32(_mm512_srli_epi64(sums, 32), odd_multiplier),
                                      _mm512_srli_epi64(factors.shift, 32), to_even);
  const __m512i level = _mm512_mask_shuffle_epi32(even, 0xaaaa, odd, _MM_PERM_CCAA);
  return _mm512_add_epi32(level, zero_point);
}

// Returns four vectors of levels as bytes within the bounds. Each 128 bits hold four bytes of each.
AVX512_INLINE __m512i bytes_512(const __m512i* levels, const NetworkRescale* rescale,
                                int is_signed) {
  const __m512i words[2] = {
      _mm512_packs_epi32(levels[0], levels[1]),
      _mm512_packs_epi32(levels[2], levels[3]),
  };
  const __m512i low = _mm512_set1_epi8((char)rescale->low);
  const __m512i high = _mm512_set1_epi8((char)rescale->high);
  if (is_signed) {
    const __m512i bytes = _mm512_packs_epi16(words[0], words[1]);
    return _mm512_min_epi8(_mm512_max_epi8(bytes, low), high);
  }
  const __m512i bytes = _mm512_packus_epi16(words[0], words[1]);
  return _mm512_min_epu8(_mm512_max_epu8(bytes, low), high);
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
  const NetworkRescale* rescale;
  Form512 form;
  Factors512 factors[2];
  uint32_t stored;
  uint8_t* output;
  int32_t stride;
} Tiles512;

// Stores the levels of some pixels.
AVX512_INLINE void store_tiles_512(const Tiles512* t, __m512i (*sums)[8], int pixels, int tiles,
                                   int is_signed, Form512 form) {
  const int step = 4 / tiles;  // pixels that are stored at once
#pragma GCC unroll 8
  for (int pixel = 0; pixel < pixels; pixel += step) {
    __m512i levels[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const int from = pixel + i / tiles < pixels ? pixel + i / tiles : pixel;
      levels[i] = level_512(sums[i % tiles][from], t->factors[i % tiles], t->rescale, form);
    }
    // The bytes of each of the four vectors lie in all four lanes.
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i bytes = _mm512_permutexvar_epi32(order, bytes_512(levels, t->rescale, is_signed));
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
                             int tiles, Layer512 layer) {
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
  switch (t->form) {  // once, not for each vector
    case IN_FLOATS:
      store_tiles_512(&from_first, sums, pixels, tiles, layer.gives_signed, IN_FLOATS);
      break;
    case BY_SHIFTS:
      store_tiles_512(&from_first, sums, pixels, tiles, layer.gives_signed, BY_SHIFTS);
      break;
    case BY_HIGH_WORDS:
      store_tiles_512(&from_first, sums, pixels, tiles, layer.gives_signed, BY_HIGH_WORDS);
      break;
    default:
      store_tiles_512(&from_first, sums, pixels, tiles, layer.gives_signed, IN_64_BITS);
  }
}

// Computes one or two tiles of all pixels.
AVX512_INLINE void all_pixels_512(const Patches* patches, const Tiles512* t, int32_t pixels,
                                  int tiles, Layer512 layer) {
  const int32_t many = tiles == 1 ? 8 : 7;  // of one tile, four pixels are stored at once
  int32_t i = 0;
  for (; i + many <= pixels; i += many) tiles_512(patches, t, i, many, tiles, layer);
  for (; i + 2 <= pixels; i += 2) tiles_512(patches, t, i, 2, tiles, layer);
  if (i < pixels) tiles_512(patches, t, i, 1, tiles, layer);
}

AVX512 static void layer_u8_u8_512(const Patches* patches, int32_t pixels, const int8_t* weights,
                                   const int32_t* bias, int32_t first, int32_t last,
                                   const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
  const Layer512 layer = {
      .is_packed = 0,
      .takes_signed = 0,
      .gives_signed = 0,
  };
  const int64_t channel_bytes = (int64_t)patches->count * patches->line_bytes;
  const Form512 form = form_512(rescale);
  for (int32_t k = first; k < last; k += 2 * TILE) {
    const Tiles512 tiles = {
        .weights = weights + (k - first) * channel_bytes,
        .bias = bias + (k - first),
        .rescale = rescale,
        .form = form,
        .factors = {factors_512(rescale, form, k, last - k),
                    factors_512(rescale, form, k + TILE, last - k - TILE)},
        .stored = (uint32_t)first_elements(last - k, 2 * TILE),
        .output = (uint8_t*)output + k,
        .stride = stride,
    };
    if (last - k > TILE) {
      all_pixels_512(patches, &tiles, pixels, 2, layer);
    } else {
      all_pixels_512(patches, &tiles, pixels, 1, layer);
    }
  }
}

// Returns 64 bytes of an array of `size` bytes. They repeat if `size` divides 64; `part` counts the
// vectors of a longer array, which repeat, too.
AVX512_INLINE __m512i repeated_512(const void* array, int32_t size, int32_t part) {
  const uint8_t* bytes = (const uint8_t*)array;
  if (size == 16) return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i*)bytes));
  if (size == 32) return _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i*)bytes));
  if (size >= 64 || 64 % size) {
    const int32_t place = 64 * part % size;
    return _mm512_maskz_loadu_epi8(first_elements(size - place, 64), bytes + place);
  }
  uint8_t copies[64];
  for (int32_t i = 0; i < 64; ++i) copies[i] = bytes[i % size];
  return _mm512_loadu_si512(copies);
}

// The elements of 64 channels as 32 bits. Vector i holds the channels 16 * lane + 4 * i to + 3, in
// which order bytes are interleaved, and levels packed, within each 128 bits.
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

// Returns the same of integers in the order of channels.
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

// The constants of a depthwise layer for 64 channels. weights: of a column.
typedef struct {
  Quarters512 weights[3];
  Quarters512 bias;
  Quarters512 multiplier;
  Quarters512 shift;
} Depthwise512;

// Returns the constants of up to 64 channels, from `first` on. Inputs are 128 larger.
AVX512_INLINE Depthwise512 depthwise_512(const NetworkDepthwise* settings, int32_t first,
                                         int32_t channels) {
  const NetworkRescale* rescale = settings->rescale;
  const int32_t all = settings->window->channels;
  const Form512 form = form_512(rescale);
  __m128i shifts[4];
  _mm512_storeu_si512(shifts, repeated_512(rescale->shift + first, channels, 0));
  __m512i bias[4], multiplier[4], shift[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    bias[i] = repeated_512(settings->bias + first, 4 * channels, i);
    const __m512i given = form == BY_SHIFTS
                              ? _mm512_setzero_si512()
                              : repeated_512(rescale->multiplier + first, 4 * channels, i);
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
    found.weights[column] =
        interleaved_512(repeated_512(taps, channels, 0), repeated_512(taps + 3 * all, channels, 0),
                        repeated_512(taps + 6 * all, channels, 0));
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const __m512i sum = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(1),
                                              found.weights[column].quarters[i]);
      found.bias.quarters[i] = _mm512_sub_epi32(found.bias.quarters[i], _mm512_slli_epi32(sum, 7));
    }
  }
  return found;
}

// A row of outputs: `count` vectors, 64 bytes apart in three lines and `step` bytes in the output.
typedef struct {
  const uint8_t* lines[3];
  int32_t columns[3];  // of the first vector, bytes from a line's start
  int32_t count;
  int32_t stored;  // bytes of a vector
  int32_t last;    // and of the last vector
  int32_t step;
} Row512;

// Returns a column of a vector's inputs, as unsigned bytes.
AVX512_INLINE Quarters512 column_512(const Row512* row, int column, int64_t place,
                                     int takes_signed) {
  const int64_t start = row->columns[column] + place;
  const __m512i flip = _mm512_set1_epi8((char)(takes_signed ? 0x80 : 0));
  return interleaved_512(_mm512_xor_si512(_mm512_loadu_si512(row->lines[0] + start), flip),
                         _mm512_xor_si512(_mm512_loadu_si512(row->lines[1] + start), flip),
                         _mm512_xor_si512(_mm512_loadu_si512(row->lines[2] + start), flip));
}

// Computes a row. shared: of a vector's columns, how many are the last ones of the vector before.
AVX512_INLINE void depthwise_row_512(const Row512* row, const Depthwise512* constants,
                                     const NetworkRescale* rescale, Form512 form, int shared,
                                     Layer512 layer, uint8_t* output) {
  Quarters512 columns[3];
#pragma GCC unroll 2
  for (int j = 0; j < shared; ++j)
    columns[3 - shared + j] = column_512(row, j, 0, layer.takes_signed);
  for (int32_t i = 0; i < row->count; ++i) {
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {
      columns[j] = j < shared ? columns[3 - shared + j]
                              : column_512(row, j, 64 * (int64_t)i, layer.takes_signed);
    }
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
    const __m512i bytes = bytes_512(levels, rescale, layer.gives_signed);
    const int32_t stored = i + 1 < row->count ? row->stored : row->last;
    if (stored == 64) {
      _mm512_storeu_si512(output, bytes);
    } else {
      _mm512_mask_storeu_epi8(output, first_elements(stored, 64), bytes);
    }
    output += row->step;
  }
}

// The same for any number of shared columns.
AVX512_INLINE void depthwise_shared_512(const Row512* row, const Depthwise512* constants,
                                        const NetworkRescale* rescale, Form512 form, int shared,
                                        Layer512 layer, uint8_t* output) {
  if (shared == 0) {
    depthwise_row_512(row, constants, rescale, form, 0, layer, output);
  } else if (shared == 1) {
    depthwise_row_512(row, constants, rescale, form, 1, layer, output);
  } else {
    depthwise_row_512(row, constants, rescale, form, 2, layer, output);
  }
}

// Copies a line of the padded input for up to 64 channels, `width` pixels of each of up to three
// planes: the plane p holds the columns p, p + stride, ... Writes up to 63 bytes more.
AVX512_INLINE void copy_planes_512(const NetworkWindow* window, const uint8_t* input, int32_t line,
                                   int32_t channels, int32_t pixel_bytes, int32_t width,
                                   __m512i outside, uint8_t* copied) {
  const int32_t stride = window->stride_x;
  const int32_t y = line - window->pad_top;
  const int is_inside = y >= 0 && y < window->input_height;
  const uint8_t* pixels = input + (int64_t)y * window->input_width * window->channels;
  const uint64_t mask = first_elements(channels, 64);
  for (int32_t plane = 0; plane < minimum(stride, 3); ++plane) {
    int32_t x = plane - window->pad_left;
    for (int32_t i = 0; i < width; ++i, x += stride) {
      __m512i bytes = outside;
      if (is_inside && x >= 0 && x < window->input_width) {
        bytes = _mm512_maskz_loadu_epi8(mask, pixels + (int64_t)x * window->channels);
      }
      _mm512_storeu_si512(copied, bytes);
      copied += pixel_bytes;
    }
  }
}

// Computes a depthwise 3 x 3 layer. Pixels of few channels fill a vector together.
AVX512_INLINE void depthwise_3x3_512(const NetworkDepthwise* settings, const uint8_t* input,
                                     uint8_t* output, uint8_t* scratch, Layer512 layer) {
  const NetworkWindow* window = settings->window;
  const NetworkRescale* rescale = settings->rescale;
  const Form512 form = form_512(rescale);
  const int32_t all = window->channels;
  const int32_t stride = window->stride_x;
  const int is_flat = 64 % all == 0;
  const int32_t pixel_bytes = is_flat ? all : 64;
  const int32_t width = window->output_width + 2 / stride;
  const int32_t line_bytes = minimum(stride, 3) * width * pixel_bytes + 64;
  const int32_t row_bytes = window->output_width * all;
  const int shared = pixel_bytes < 64 || stride > 2 ? 0 : 3 - stride;
  const __m512i outside = _mm512_set1_epi8((char)settings->input_zero_point);
  for (int32_t first = 0; first < all; first += 64) {
    const int32_t channels = minimum(all - first, 64);
    const Depthwise512 constants = depthwise_512(settings, first, channels);
    Row512 row = {
        .count = is_flat ? (row_bytes + 63) / 64 : window->output_width,
        .stored = is_flat ? 64 : channels,
        .last = is_flat ? (row_bytes - 1) % 64 + 1 : channels,
        .step = is_flat ? 64 : all,
    };
    for (int32_t j = 0; j < 3; ++j) {
      row.columns[j] = (j % stride * width + j / stride) * pixel_bytes;
    }
    int32_t next = 0;
    for (int32_t y = 0; y < window->output_height; ++y) {
      const int32_t top = y * window->stride_y;
      for (next = next < top ? top : next; next < top + 3; ++next) {
        uint8_t* copied = scratch + next % 3 * line_bytes;
        if (stride == 1 && pixel_bytes == all) {
          copy_line(window, input, next, settings->input_zero_point, width, copied);
        } else {
          copy_planes_512(window, input + first, next, channels, pixel_bytes, width, outside,
                          copied);
        }
      }
      for (int32_t i = 0; i < 3; ++i) row.lines[i] = scratch + (top + i) % 3 * line_bytes;
      uint8_t* outputs = output + (int64_t)y * row_bytes + first;
      switch (form) {
        case IN_FLOATS:
          depthwise_shared_512(&row, &constants, rescale, IN_FLOATS, shared, layer, outputs);
          break;
        case BY_SHIFTS:
          depthwise_shared_512(&row, &constants, rescale, BY_SHIFTS, shared, layer, outputs);
          break;
        case BY_HIGH_WORDS:
          depthwise_shared_512(&row, &constants, rescale, BY_HIGH_WORDS, shared, layer, outputs);
          break;
        default:
          depthwise_row_512(&row, &constants, rescale, IN_64_BITS, 0, layer, outputs);
      }
    }
  }
}

AVX512 static void depthwise_3x3_u8_u8_512(const NetworkDepthwise* settings, const uint8_t* input,
                                           uint8_t* output, void* scratch) {
  const Layer512 layer = {
      .takes_signed = 0,
      .gives_signed = 0,
  };
  depthwise_3x3_512(settings, (const uint8_t*)input, (uint8_t*)output, (uint8_t*)scratch, layer);
}

#endif  // NETWORK_AVX512_H
