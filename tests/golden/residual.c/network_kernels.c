#include "network_kernels.h"

static inline int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

// Sums are computed for ROWS pixels and TILE channels at once, or for SUMS channels of one pixel.
// Weights lie in tiles: [inputs / 4][TILE][4]. PAST_LINE: bytes that may be read behind a line.
enum { ROWS = 7, TILE = 16, SUMS = 256, PAST_LINE = 4 };

#ifdef __GNUC__
#define NOT_INLINED __attribute__((noinline))  // so that loops keep their values in registers
#else
#define NOT_INLINED
#endif

enum { MAX_LINES = 11 };

// The inputs of output pixels, `step` bytes apart: of each line `line_bytes`, a multiple of 4.
typedef struct {
  const void* lines[MAX_LINES];
  int32_t count;
  int32_t line_bytes;
  int32_t step;
} Patches;

// Copies a line of the padded input, `width` pixels of bytes.
static void copy_line(const NetworkWindow* window, const void* input, int32_t line, int32_t outside,
                      int32_t width, uint8_t* copied) {
  const int32_t channels = window->channels;
  const int32_t y = line - window->pad_top;
  const int is_inside = y >= 0 && y < window->input_height;
  const int32_t first = minimum(window->pad_left, width) * channels;
  const int32_t row_bytes = window->input_width * channels;
  const int32_t last = is_inside ? minimum(first + row_bytes, width * channels) : first;
  const uint8_t* row = (const uint8_t*)input + (is_inside ? y * row_bytes : 0);
  for (int32_t i = 0; i < first; ++i) copied[i] = (uint8_t)outside;
  for (int32_t i = first; i < last; ++i) copied[i] = row[i - first];
  for (int32_t i = last; i < width * channels; ++i) copied[i] = (uint8_t)outside;
}

#if defined(__x86_64__) && defined(__GNUC__)
#define NETWORK_X86
#include "network_x86.h"
#endif

#if defined(__aarch64__) && defined(__linux__) && defined(__GNUC__)
#define NETWORK_ARM
#include "network_neon.h"
#endif
#if defined(__ARM_FEATURE_MVE) && __ARM_FEATURE_MVE & 2  // of floats, too
#define NETWORK_MVE
#include "network_mve.h"
#endif

#ifdef __wasm_simd128__
#include "network_simd128.h"
#endif

#ifdef __ARM_FEATURE_DSP
#define NETWORK_DSP
#include "network_dsp.h"
#endif

static inline int32_t clamp(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : value > high ? high : value;
}

// Returns round(product / 2^shift), for shifts of at least 1.
static inline int32_t round_shift(int64_t product, int32_t shift, NetworkRounding rounding) {
  const int64_t half = (int64_t)1 << (shift - 1);
  const int64_t rounded = (product + half) >> shift;
  const int is_tie = (product & (2 * half - 1)) == half;
  return (int32_t)(rounding == NETWORK_HALF_EVEN && is_tie ? rounded & ~(int64_t)1 : rounded);
}

// Stores the sums of some channels, from the channel `first` on, and overwrites them.
static void store_u8(const NetworkRescale* rescale, int32_t first, int32_t count,
                     int32_t* restrict sums, uint8_t* restrict output) {
#ifdef NETWORK_X86
  if (has_avx2()) {
    const int32_t done = store_u8_avx2(rescale, first, count, sums, output);
    first += done;
    count -= done;
    sums += done;
    output += done;
  }
#endif
  const int32_t* restrict multiplier = rescale->multiplier ? rescale->multiplier + first : 0;
  const uint8_t* restrict shift = rescale->shift + first;
  const int32_t factor = rescale->sum_factor;
  const int32_t zero_point = rescale->zero_point;
  const int32_t low = rescale->low;
  const int32_t high = rescale->high;
  const NetworkRounding rounding = rescale->rounding;
  if (rounding == NETWORK_SHIFT) {
    for (int32_t k = 0; k < count; ++k) {
      const int32_t half = 1 << (shift[k] - 1);
      sums[k] = clamp(((sums[k] + half) >> shift[k]) + zero_point, low, high);
    }
  } else if (rounding == NETWORK_HIGH_WORD) {
    for (int32_t k = 0; k < count; ++k) {
      const int32_t word = (int32_t)(((int64_t)(sums[k] * factor) * multiplier[k]) >> 32);
      const int32_t level = ((word >> (shift[k] - 33)) + 1) >> 1;
      sums[k] = clamp(level + zero_point, low, high);
    }
  } else {
    for (int32_t k = 0; k < count; ++k) {
      const int32_t level = round_shift((int64_t)sums[k] * multiplier[k], shift[k], rounding);
      sums[k] = clamp(level + zero_point, low, high);
    }
  }
  for (int32_t k = 0; k < count; ++k) output[k] = (uint8_t)sums[k];
}

// Returns the input pixel that the output's (y, x) reads through the kernel's
// (i, j), or `outside`.
static inline const uint8_t* tap_u8(const NetworkWindow* window, const uint8_t* input, int32_t y,
                                    int32_t x, int32_t i, int32_t j, const uint8_t* outside) {
  const int32_t row = y * window->stride_y - window->pad_top + i * window->dilation_y;
  const int32_t column = x * window->stride_x - window->pad_left + j * window->dilation_x;
  if (row < 0 || row >= window->input_height) return outside;
  if (column < 0 || column >= window->input_width) return outside;
  return input + (row * window->input_width + column) * window->channels;
}

#ifndef NETWORK_DSP
// Adds the products of four inputs of each of `count` pixels, `step` bytes apart, and four weights
// of each of TILE channels.
NOT_INLINED static void add_products_u8(const uint8_t* x, int32_t step, int32_t count,
                                        const int8_t* weights, int32_t* restrict sums) {
  const int8_t* restrict w = weights;
  for (int32_t pixel = 0; pixel < count; ++pixel) {
    const int32_t x0 = x[0];
    const int32_t x1 = x[1];
    const int32_t x2 = x[2];
    const int32_t x3 = x[3];
    for (int32_t k = 0; k < TILE; ++k) {
      sums[k] += x0 * w[4 * k] + x1 * w[4 * k + 1] + x2 * w[4 * k + 2] + x3 * w[4 * k + 3];
    }
    x += step;
    sums += TILE;
  }
}
#endif

// Computes bias[k] + the sum of inputs[c] * weights[c / 4][k][c % 4] of `count` pixels, from
// `first` on, for TILE channels k. There are sums for an even number of pixels.
static void multiply_u8(const Patches* patches, int32_t first, int32_t count, const int8_t* weights,
                        const int32_t* bias, int32_t* restrict sums) {
  const int32_t rows = count + count % 2;
  for (int32_t i = 0; i < rows * TILE; ++i) sums[i] = bias[i % TILE];
  for (int32_t line = 0; line < patches->count; ++line) {
    const uint8_t* x = (const uint8_t*)patches->lines[line] + first * patches->step;
#ifdef NETWORK_DSP
    for (int32_t i = 0; i < count; i += 2, x += 2 * patches->step) {
      const uint8_t* y = i + 1 < count ? x + patches->step : x;
      for (int32_t k = 0; k < TILE; k += 2) {
        multiply_u8_line(x, y, x + patches->line_bytes, weights + 4 * k, sums + i * TILE + k);
      }
    }
    weights += TILE * patches->line_bytes;
#else
    for (int32_t c = 0; c < patches->line_bytes; c += 4) {
      add_products_u8(x + c, patches->step, count, weights, sums);
      weights += 4 * TILE;
    }
#endif
  }
}

// Computes the channels `first` to `last` of some pixels.
static void layer_u8_u8(const Patches* patches, int32_t pixels, const int8_t* weights,
                        const int32_t* bias, int32_t first, int32_t last,
                        const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
#ifdef NETWORK_X86
  if (has_avx512()) {
    layer_u8_u8_512(patches, pixels, weights, bias, first, last, rescale, output, stride);
    return;
  }
#ifdef NETWORK_AVX_VNNI
  if (has_avx_vnni()) {
    layer_u8_u8_vnni(patches, pixels, weights, bias, first, last, rescale, output, stride);
    return;
  }
#endif
  if (has_avx2()) {
    layer_u8_u8_avx2(patches, pixels, weights, bias, first, last, rescale, output, stride);
    return;
  }
#endif
#ifdef NETWORK_ARM
  if (is_rescaled_neon(rescale) && has_dot()) {
    layer_u8_u8_dot(patches, pixels, weights, bias, first, last, rescale, output, stride);
    return;
  }
  if (is_rescaled_neon(rescale) && rescale->pairs_fit) {
    layer_u8_u8_neon(patches, pixels, weights, bias, first, last, rescale, output, stride);
    return;
  }
#endif
#ifdef NETWORK_MVE
  if (is_rescaled_mve(rescale) && has_words_mve(weights)) {
    layer_mve(patches, pixels, weights, bias, first, last, rescale, 0x80, (int8_t*)output, stride);
    return;
  }
#endif
#ifdef __wasm_simd128__
  if (is_rescaled_wasm(rescale)) {
    layer_u8_u8_wasm(patches, pixels, weights, bias, first, last, rescale, output, stride);
    return;
  }
#endif
  const int32_t channel_bytes = patches->count * patches->line_bytes;
  int32_t sums[(ROWS + 1) * TILE];
  for (int32_t k = first; k < last; k += TILE) {
    for (int32_t pixel = 0; pixel < pixels; pixel += ROWS) {
      const int32_t count = minimum(ROWS, pixels - pixel);
      multiply_u8(patches, pixel, count, weights, bias, sums);
      for (int32_t i = 0; i < count; ++i) {
        uint8_t* stored = output + (pixel + i) * stride + k;
        store_u8(rescale, k, minimum(TILE, last - k), sums + i * TILE, stored);
      }
    }
    weights += TILE * channel_bytes;
    bias += TILE;
  }
}

// Copies a line of the padded input, `width` pixels, as numbers from -128 to 127.
static void widen_u8(const NetworkDepthwise* settings, const uint8_t* input, int32_t line,
                     int32_t width, int16_t* restrict wide) {
  const int32_t channels = settings->window->channels;
  for (int32_t x = 0; x < width; ++x) {
    const uint8_t* pixel = tap_u8(settings->window, input, 0, 0, line, x, 0);
#ifdef NETWORK_MVE
    if (pixel) {
      widen_pixel_u8_mve(pixel, channels, wide + x * channels);
      continue;
    }
#endif
    for (int32_t k = 0; k < channels; ++k) {
      const int32_t value = pixel ? pixel[k] : settings->input_zero_point;
      wide[x * channels + k] = (int16_t)(value - 128);
    }
  }
}

// Sums the nine taps of some channels; neighbouring pixels, and the weights of neighbouring taps,
// are `step` apart. Two products fit 16 bits.
static void accumulate_3x3(const int16_t* const* lines, int32_t offset, int32_t step,
                           const int16_t* restrict w, const int32_t* restrict bias, int32_t count,
                           int32_t* restrict sums) {
  const int16_t* restrict x0 = lines[0] + offset;
  const int16_t* restrict x1 = lines[1] + offset;
  const int16_t* restrict x2 = lines[2] + offset;
  for (int32_t k = 0; k < count; ++k) {
    const int16_t p0 = (int16_t)(x0[0 * step + k] * w[0 * step + k]);
    const int16_t p1 = (int16_t)(x0[1 * step + k] * w[1 * step + k]);
    const int16_t p2 = (int16_t)(x0[2 * step + k] * w[2 * step + k]);
    const int16_t p3 = (int16_t)(x1[0 * step + k] * w[3 * step + k]);
    const int16_t p4 = (int16_t)(x1[1 * step + k] * w[4 * step + k]);
    const int16_t p5 = (int16_t)(x1[2 * step + k] * w[5 * step + k]);
    const int16_t p6 = (int16_t)(x2[0 * step + k] * w[6 * step + k]);
    const int16_t p7 = (int16_t)(x2[1 * step + k] * w[7 * step + k]);
    const int16_t p8 = (int16_t)(x2[2 * step + k] * w[8 * step + k]);
    sums[k] = bias[k] + p8;
    sums[k] += (int16_t)(p0 + p1);
    sums[k] += (int16_t)(p2 + p3);
    sums[k] += (int16_t)(p4 + p5);
    sums[k] += (int16_t)(p6 + p7);
  }
}

void network_add_wide_u8(const NetworkAddWide* settings, const uint8_t* first,
                         const uint8_t* second, uint8_t* output) {
  const int32_t* sizes = settings->sizes;
  const int32_t* a_steps = settings->first_strides;
  const int32_t* b_steps = settings->second_strides;
  const int32_t a_step = a_steps[3];
  const int32_t b_step = b_steps[3];
  const int64_t first_multiplier = settings->first_multiplier;
  const int64_t second_multiplier = settings->second_multiplier;
  int32_t levels[SUMS];
  for (int32_t i = 0; i < sizes[0]; ++i) {
    for (int32_t j = 0; j < sizes[1]; ++j) {
      for (int32_t k = 0; k < sizes[2]; ++k) {
        const uint8_t* a = first + i * a_steps[0] + j * a_steps[1] + k * a_steps[2];
        const uint8_t* b = second + i * b_steps[0] + j * b_steps[1] + k * b_steps[2];
        for (int32_t done = 0; done < sizes[3]; done += SUMS) {
          const int32_t count = minimum(SUMS, sizes[3] - done);
          for (int32_t n = 0; n < count; ++n) {
            const int32_t left = a[n * a_step] - settings->first_zero_point;
            const int32_t right = b[n * b_step] - settings->second_zero_point;
            const int64_t sum = first_multiplier * left + second_multiplier * right;
            const int32_t level = round_shift(sum, settings->shift, settings->rounding);
            levels[n] = clamp(level + settings->zero_point, settings->low, settings->high);
          }
          // The output may overlap an input, whose elements have been read by now.
          for (int32_t n = 0; n < count; ++n) output[n] = (uint8_t)levels[n];
          a += count * a_step;
          b += count * b_step;
          output += count;
        }
      }
    }
  }
}

void network_average_pool_u8(const NetworkAveragePool* settings, const uint8_t* input,
                             uint8_t* output) {
  const NetworkWindow* window = settings->window;
  const int32_t* multiplier = settings->multiplier;
  const uint8_t* shift = settings->shift;
  const int32_t zero_point = settings->input_zero_point;
  int32_t sums[SUMS];
  for (int32_t y = 0; y < window->output_height; ++y) {
    for (int32_t x = 0; x < window->output_width; ++x) {
      for (int32_t first = 0; first < window->channels; first += SUMS) {
        const int32_t count = minimum(SUMS, window->channels - first);
        for (int32_t k = 0; k < count; ++k) sums[k] = 0;
        for (int32_t i = 0; i < window->kernel_height; ++i) {
          for (int32_t j = 0; j < window->kernel_width; ++j) {
            const uint8_t* pixel = tap_u8(window, input, y, x, i, j, 0);
            if (!pixel) continue;
            for (int32_t k = 0; k < count; ++k) sums[k] += pixel[first + k] - zero_point;
          }
        }
        for (int32_t k = 0; k < count; ++k) {
          const int32_t level =
              round_shift((int64_t)sums[k] * *multiplier, *shift, settings->rounding);
          *output++ = (uint8_t)clamp(level + settings->zero_point, settings->low, settings->high);
        }
      }
      multiplier += settings->factor_step;
      shift += settings->factor_step;
    }
  }
}

void network_clip_u8(const NetworkClip* settings, const uint8_t* input, uint8_t* output) {
  for (int32_t k = 0; k < settings->count; ++k) {
    output[k] = (uint8_t)clamp(input[k], settings->low, settings->high);
  }
}

void network_conv_u8(const NetworkConv* settings, const uint8_t* input, uint8_t* output,
                     uint8_t* scratch) {
  const NetworkWindow* window = settings->window;
  const int32_t lines = window->kernel_height;
  const int32_t width = (window->output_width - 1) * window->stride_x + window->kernel_width;
  const int32_t line_bytes = width * window->channels + PAST_LINE;
  Patches patches;
  patches.count = lines;
  patches.line_bytes = settings->patch_size / lines;
  patches.step = window->stride_x * window->channels;
  int32_t next = 0;
  for (int32_t y = 0; y < window->output_height; ++y) {
    const int32_t top = y * window->stride_y;
    for (next = next < top ? top : next; next < top + lines; ++next) {
      uint8_t* copied = scratch + next % lines * line_bytes;
      copy_line(window, input, next, settings->input_zero_point, width, copied);
    }
    for (int32_t i = 0; i < lines; ++i) {
      patches.lines[i] = scratch + (top + i) % lines * line_bytes;
    }
    layer_u8_u8(&patches, window->output_width, settings->weights, settings->bias, 0,
                settings->outputs, settings->rescale, output, settings->outputs);
    output += window->output_width * settings->outputs;
  }
}

void network_copy_u8(const NetworkCopy* settings, const uint8_t* input, uint8_t* output) {
  const int32_t* sizes = settings->sizes;
  const int32_t* from = settings->input_strides;
  const int32_t* to = settings->output_strides;
  for (int32_t i = 0; i < sizes[0]; ++i) {
    for (int32_t j = 0; j < sizes[1]; ++j) {
      for (int32_t k = 0; k < sizes[2]; ++k) {
        const uint8_t* source = input + i * from[0] + j * from[1] + k * from[2];
        uint8_t* target = output + i * to[0] + j * to[1] + k * to[2];
        for (int32_t n = 0; n < sizes[3]; ++n) target[n * to[3]] = source[n * from[3]];
      }
    }
  }
}

void network_dense_u8(const NetworkDense* settings, const uint8_t* input, uint8_t* output) {
  Patches patches;
  patches.lines[0] = input;
  patches.count = 1;
  patches.line_bytes = settings->inputs;
  patches.step = settings->inputs;
  layer_u8_u8(&patches, settings->rows, settings->weights, settings->bias, 0, settings->outputs,
              settings->rescale, output, settings->outputs);
}

// The scratch holds the weights, and three lines of the padded input.
void network_depthwise_3x3_u8(const NetworkDepthwise* settings, const uint8_t* input,
                              uint8_t* output, int16_t* scratch) {
#ifdef NETWORK_X86
  if (has_avx512() && settings->window->stride_x <= 2) {
    depthwise_3x3_u8_u8_512(settings, input, output);
    return;
  }
  if (has_avx2() && settings->window->channels % 16 == 0 && settings->window->stride_x <= 2) {
    depthwise_3x3_u8_u8_avx2(settings, input, output);
    return;
  }
#endif
#ifdef NETWORK_ARM
  if (settings->window->channels >= 16 && is_rescaled_neon(settings->rescale)) {
    depthwise_3x3_u8_u8_neon(settings, input, output, scratch);
    return;
  }
#endif
  const NetworkWindow* window = settings->window;
  const int32_t channels = window->channels;
  const int32_t width = (window->output_width - 1) * window->stride_x + 3;
  int16_t* wide = scratch + 9 * channels;
  const int16_t* lines[3];
  int32_t sums[SUMS];
  int32_t next = 0;
  for (int32_t k = 0; k < 9 * channels; ++k) scratch[k] = settings->weights[k];
  for (int32_t y = 0; y < window->output_height; ++y) {
    const int32_t top = y * window->stride_y;
    for (next = next < top ? top : next; next < top + 3; ++next) {
      widen_u8(settings, input, next, width, wide + next % 3 * width * channels);
    }
    for (int32_t i = 0; i < 3; ++i) lines[i] = wide + (top + i) % 3 * width * channels;
#ifdef NETWORK_MVE
    if (channels >= 8 && is_rescaled_mve(settings->rescale)) {
      depthwise_line_mve(lines, scratch, settings, (int8_t*)output);
      output += window->output_width * channels;
      continue;
    }
#endif
#ifdef __wasm_simd128__
    if (channels >= 8 && is_rescaled_wasm(settings->rescale)) {
      depthwise_line_wasm(lines, scratch, settings, (uint8_t*)output);
      output += window->output_width * channels;
      continue;
    }
#endif
    for (int32_t x = 0; x < window->output_width; ++x) {
      for (int32_t first = 0; first < channels; first += SUMS) {
        const int32_t count = minimum(SUMS, channels - first);
        const int32_t offset = x * window->stride_x * channels + first;
        accumulate_3x3(lines, offset, channels, scratch + first, settings->bias + first, count,
                       sums);
        store_u8(settings->rescale, first, count, sums, output + first);
      }
      output += channels;
    }
  }
}

void network_requantize_u8(const NetworkRequantize* settings, const uint8_t* input,
                           uint8_t* output) {
  for (int32_t row = 0; row < settings->rows; ++row) {
    for (int32_t k = 0; k < settings->row_size; ++k) {
      const int32_t centred = *input++ - settings->input_zero_point;
      const int64_t product = (int64_t)centred * settings->multiplier;
      const int32_t level = round_shift(product, settings->shift, settings->rounding);
      output[k] = (uint8_t)clamp(level + settings->zero_point, settings->low, settings->high);
    }
    output += settings->output_stride;
  }
}
