// Kernels of integer networks. Images are stored as height x width x channels.
#ifndef NETWORK_KERNELS_H
#define NETWORK_KERNELS_H

#include <stdint.h>

// How sum * multiplier / 2^shift is rounded to an integer.
typedef enum {
  NETWORK_HALF_EVEN,  // ties to the even integer
  NETWORK_HALF_UP,    // ties up
  NETWORK_HIGH_WORD,  // ties up; every shift is 33 or more
  NETWORK_SHIFT,      // ties up; every multiplier is 1
} NetworkRounding;

// Converts the sum of a channel to its stored integer:
// round(sum * sum_factor * multiplier / 2^shift) + zero_point, in [low, high].
// fits_float: one multiply-add of floats rounds as exactly.
// pairs_fit: two products of a weight and an int8 fit 16 bits.
typedef struct {
  int32_t sum_factor;
  const int32_t* multiplier;  // [channels]
  const uint8_t* shift;       // [channels]
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
  int32_t fits_float;
  int32_t pairs_fit;
} NetworkRescale;

// A window that slides over an image.
typedef struct {
  int32_t input_height;
  int32_t input_width;
  int32_t channels;
  int32_t output_height;
  int32_t output_width;
  int32_t kernel_height;
  int32_t kernel_width;
  int32_t stride_y;
  int32_t stride_x;
  int32_t dilation_y;
  int32_t dilation_x;
  int32_t pad_top;
  int32_t pad_left;
} NetworkWindow;

// round((first_multiplier * (a - z_a) + second_multiplier * (b - z_b)) / 2^shift) + zero_point.
typedef struct {
  int32_t sizes[4];
  int32_t first_strides[4];  // 0 where `a` is repeated
  int32_t second_strides[4];
  int32_t first_zero_point;
  int32_t second_zero_point;
  int32_t first_multiplier;
  int32_t second_multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkAddWide;

// A mean over windows; pads count as the real number 0. With a factor_step of 1 each position of
// the output has its own factor, otherwise all use the first.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  const int32_t* multiplier;
  const uint8_t* shift;
  int32_t factor_step;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkAveragePool;

// Bounds of integers.
typedef struct {
  int32_t count;
  int32_t low;
  int32_t high;
} NetworkClip;

// A convolution. A patch has patch_size inputs, [kernel_height][kernel_width * channels / groups],
// each line padded to a multiple of 4.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  int32_t outputs;
  int32_t groups;
  int32_t patch_size;
  const int8_t* weights;  // [groups][tiles][patch_size / 4][16][4], a group's last tile padded
  const int32_t* bias;    // [groups][tiles][16], with the input's zero point and offset folded in
  const NetworkRescale* rescale;
} NetworkConv;

// Four nested loops that copy.
typedef struct {
  int32_t sizes[4];
  int32_t input_strides[4];
  int32_t output_strides[4];
} NetworkCopy;

// A dense layer on rows, such as the pixels of a 1x1 convolution.
typedef struct {
  int32_t rows;
  int32_t inputs;
  int32_t outputs;
  const int8_t* weights;  // [tiles][inputs / 4][16][4], the last tile padded
  const int32_t* bias;    // [tiles][16], with the input's zero point and offset folded in
  const NetworkRescale* rescale;
} NetworkDense;

// A convolution of each channel with its own filter.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  const int8_t* weights;  // [kernel_height][kernel_width][channels]
  const int32_t* bias;    // [channels], with the input's zero point folded in
  const NetworkRescale* rescale;
} NetworkDepthwise;

// Changes scale and zero point of rows, which may be apart in the output.
typedef struct {
  int32_t rows;
  int32_t row_size;
  int32_t output_stride;
  int32_t input_zero_point;
  int32_t multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkRequantize;

void network_add_wide_u8(const NetworkAddWide* settings, const uint8_t* first,
                         const uint8_t* second, uint8_t* output);
void network_average_pool_u8(const NetworkAveragePool* settings, const uint8_t* input,
                             uint8_t* output);
void network_clip_u8(const NetworkClip* settings, const uint8_t* input, uint8_t* output);
void network_conv_u8(const NetworkConv* settings, const uint8_t* input, uint8_t* output,
                     uint8_t* scratch);
void network_copy_u8(const NetworkCopy* settings, const uint8_t* input, uint8_t* output);
void network_dense_u8(const NetworkDense* settings, const uint8_t* input, uint8_t* output);
void network_depthwise_3x3_u8(const NetworkDepthwise* settings, const uint8_t* input,
                              uint8_t* output, int16_t* scratch);
void network_requantize_u8(const NetworkRequantize* settings, const uint8_t* input,
                           uint8_t* output);

#endif  // NETWORK_KERNELS_H
