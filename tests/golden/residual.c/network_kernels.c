#include "network_kernels.h"

static inline int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }

// Sums are computed for ROWS pixels and BLOCK channels at once, or for SUMS channels of one pixel.
// Weights lie in tiles of TILE channels: [inputs / 4][TILE][4].
enum { ROWS = 8, TILE = 16, BLOCK = 32, SUMS = ROWS * BLOCK };

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
  const int32_t* restrict multiplier = rescale->multiplier + first;
  const uint8_t* restrict shift = rescale->shift + first;
  const int32_t factor = rescale->sum_factor;
  const int32_t zero_point = rescale->zero_point;
  const int32_t low = rescale->low;
  const int32_t high = rescale->high;
  const NetworkRounding rounding = rescale->rounding;
  if (rounding == NETWORK_HIGH_WORD) {
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

#ifdef __AVX2__
#include "network_x86.h"
#else
// Computes bias[k] + the sum of rows[row][c] * weights[c / 4][k][c % 4] for `count` rows and TILE
// channels k.
static inline void multiply_tile(const uint8_t* rows, int32_t size, int32_t count,
                                 const int8_t* weights, const int32_t* bias,
                                 int32_t* restrict sums) {
  for (int32_t row = 0; row < count; ++row) {
    for (int32_t k = 0; k < TILE; ++k) sums[row * BLOCK + k] = bias[k];
  }
  for (int32_t c = 0; c < size; c += 4) {
    for (int32_t row = 0; row < count; ++row) {
      const uint8_t* x = rows + row * size + c;
      for (int32_t k = 0; k < TILE; ++k) {
        const int8_t* w = weights + c * TILE + 4 * k;
        sums[row * BLOCK + k] += x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + x[3] * w[3];
      }
    }
  }
}
#endif

// Computes the sums of up to ROWS rows and BLOCK channels.
static void multiply(const uint8_t* rows, int32_t size, int32_t count, const int8_t* weights,
                     const int32_t* bias, int32_t channels, int32_t* sums) {
  for (int32_t k = 0; k < channels; k += TILE) {
    const int8_t* tile = weights + k * size;
    if (count == ROWS) {
      multiply_tile(rows, size, ROWS, tile, bias + k, sums + k);
    } else {
      for (int32_t row = 0; row < count; ++row) {
        multiply_tile(rows + row * size, size, 1, tile, bias + k, sums + row * BLOCK + k);
      }
    }
  }
}

// Computes the channels `first` to `last` of up to ROWS rows.
static void layer_u8(const uint8_t* rows, int32_t size, int32_t count, const int8_t* weights,
                     const int32_t* bias, int32_t first, int32_t last,
                     const NetworkRescale* rescale, uint8_t* output, int32_t stride) {
  int32_t sums[ROWS * BLOCK];
  for (int32_t k = first; k < last; k += BLOCK) {
    const int32_t channels = minimum(BLOCK, last - k);
    multiply(rows, size, count, weights, bias, channels, sums);
    for (int32_t row = 0; row < count; ++row) {
      store_u8(rescale, k, channels, sums + row * BLOCK, output + row * stride + k);
    }
    weights += BLOCK * size;
    bias += BLOCK;
  }
}

// Copies a line of the padded input, `width` pixels, as numbers from -128 to 127.
static void widen_u8(const NetworkDepthwise* settings, const uint8_t* input, int32_t line,
                     int32_t width, int16_t* restrict wide) {
  const int32_t channels = settings->window->channels;
  for (int32_t x = 0; x < width; ++x) {
    const uint8_t* pixel = tap_u8(settings->window, input, 0, 0, line, x, 0);
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

void network_add_u8(const NetworkAdd* settings, const uint8_t* first, const uint8_t* second,
                    uint8_t* output) {
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
  for (int32_t y = 0; y < window->output_height; ++y) {
    for (int32_t x = 0; x < window->output_width; ++x) {
      for (int32_t k = 0; k < window->channels; ++k) {
        int32_t sum = 0;
        for (int32_t i = 0; i < window->kernel_height; ++i) {
          for (int32_t j = 0; j < window->kernel_width; ++j) {
            const uint8_t* pixel = tap_u8(window, input, y, x, i, j, 0);
            if (pixel) sum += pixel[k] - settings->input_zero_point;
          }
        }
        const int32_t level = round_shift((int64_t)sum * *multiplier, *shift, settings->rounding);
        *output++ = (uint8_t)clamp(level + settings->zero_point, settings->low, settings->high);
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

// Gathers one group's input pixels for the output's (y, x).
static void gather_u8_u8(const NetworkConv* settings, const uint8_t* input, int32_t y, int32_t x,
                         int32_t group, uint8_t* patch) {
  const NetworkWindow* window = settings->window;
  const int32_t channels = window->channels / settings->groups;
  const int32_t left = x * window->stride_x - window->pad_left;
  const int is_inside = left >= 0 && left + window->kernel_width <= window->input_width;
  const int is_dense = settings->groups == 1 && window->dilation_x == 1;
  // Adjacent pixels are copied at once.
  const int32_t step = is_inside && is_dense ? window->kernel_width : 1;
  for (int32_t i = 0; i < window->kernel_height; ++i) {
    for (int32_t j = 0; j < window->kernel_width; j += step) {
      const uint8_t* pixel = tap_u8(window, input, y, x, i, j, 0);
      for (int32_t c = 0; c < step * channels; ++c) {
        const int32_t value = pixel ? pixel[group * channels + c] : settings->input_zero_point;
        *patch++ = (uint8_t)(value);
      }
    }
  }
}

void network_conv_u8(const NetworkConv* settings, const uint8_t* input, uint8_t* output,
                     uint8_t* scratch) {
  const int32_t size = settings->patch_size;
  const int32_t outputs = settings->outputs;
  const int32_t group_outputs = outputs / settings->groups;
  const int32_t group_tiles = (group_outputs + TILE - 1) / TILE * TILE;
  const int32_t width = settings->window->output_width;
  const int32_t pixels = settings->window->output_height * width;
  for (int32_t pixel = 0; pixel < pixels; pixel += ROWS) {
    const int32_t count = minimum(ROWS, pixels - pixel);
    for (int32_t group = 0; group < settings->groups; ++group) {
      for (int32_t row = 0; row < count; ++row) {
        const int32_t y = (pixel + row) / width;
        const int32_t x = (pixel + row) % width;
        gather_u8_u8(settings, input, y, x, group, scratch + row * size);
      }
      const int32_t first = group * group_outputs;
      layer_u8(scratch, size, count, settings->weights + group * group_tiles * size,
               settings->bias + group * group_tiles, first, first + group_outputs,
               settings->rescale, output + pixel * outputs, outputs);
    }
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
  const int32_t size = settings->inputs;
  const int32_t outputs = settings->outputs;
  for (int32_t row = 0; row < settings->rows; row += ROWS) {
    const int32_t count = minimum(ROWS, settings->rows - row);
    layer_u8(input + row * size, size, count, settings->weights, settings->bias, 0, outputs,
             settings->rescale, output + row * outputs, outputs);
  }
}

// The scratch holds the weights, and three lines of the padded input.
void network_depthwise_3x3_u8(const NetworkDepthwise* settings, const uint8_t* input,
                              uint8_t* output, int16_t* scratch) {
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
