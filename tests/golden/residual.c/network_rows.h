// Kernels for some rows of a layer, for threads that compute it together. A row is of the output.
#ifndef NETWORK_ROWS_H
#define NETWORK_ROWS_H

#include "network.h"
#include "network_kernels.h"

typedef struct {
  int32_t first;
  int32_t count;
} Rows;

// Returns the share of a thread.
static inline Rows rows_of(const NetworkPart* part, int32_t count) {
  const int32_t first = (int32_t)((int64_t)count * part->index / part->count);
  const int32_t last = (int32_t)((int64_t)count * (part->index + 1) / part->count);
  const Rows rows = {first, last - first};
  return rows;
}

static void network_add_wide_u8_rows(const NetworkPart* part, const NetworkAddWide* whole,
                                     const uint8_t* first, const uint8_t* second, uint8_t* output) {
  NetworkAddWide settings = *whole;
  int32_t axis = 0;
  int32_t row = 1;
  while (axis < 3 && whole->sizes[axis] == 1) ++axis;
  for (int32_t inner = axis + 1; inner < 4; ++inner) row *= whole->sizes[inner];
  const Rows rows = rows_of(part, whole->sizes[axis]);
  settings.sizes[axis] = rows.count;
  first += rows.first * whole->first_strides[axis];
  second += rows.first * whole->second_strides[axis];
  output += rows.first * row;
  if (rows.count == 0) return;
  network_add_wide_u8(&settings, first, second, output);
}

static void network_conv_u8_rows(const NetworkPart* part, const NetworkConv* whole,
                                 const uint8_t* input, uint8_t* output, uint8_t* scratch) {
  NetworkConv settings = *whole;
  NetworkWindow window = *whole->window;
  const Rows rows = rows_of(part, window.output_height);
  window.output_height = rows.count;
  window.pad_top -= rows.first * window.stride_y;  // negative: the input begins above
  settings.window = &window;
  output += rows.first * window.output_width * whole->outputs;
  if (rows.count == 0) return;
  network_conv_u8(&settings, input, output, scratch);
}

static void network_dense_u8_rows(const NetworkPart* part, const NetworkDense* whole,
                                  const uint8_t* input, uint8_t* output) {
  NetworkDense settings = *whole;
  const Rows rows = rows_of(part, whole->rows);
  settings.rows = rows.count;
  input += rows.first * whole->inputs;
  output += rows.first * whole->outputs;
  if (rows.count == 0) return;
  network_dense_u8(&settings, input, output);
}

static void network_depthwise_3x3_u8_rows(const NetworkPart* part, const NetworkDepthwise* whole,
                                          const uint8_t* input, uint8_t* output, int16_t* scratch) {
  NetworkDepthwise settings = *whole;
  NetworkWindow window = *whole->window;
  const Rows rows = rows_of(part, window.output_height);
  window.output_height = rows.count;
  window.pad_top -= rows.first * window.stride_y;  // negative: the input begins above
  settings.window = &window;
  output += rows.first * window.output_width * window.channels;
  if (rows.count == 0) return;
  network_depthwise_3x3_u8(&settings, input, output, scratch);
}

#endif  // NETWORK_ROWS_H
