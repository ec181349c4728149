// test: one call for each node, in order.
#include "network.h"

#include "network_kernels.h"
#include "network_weights.h"
#ifdef NETWORK_THREADS
#include "network_rows.h"
#endif

// Activations; memory is reused once its last reader has run. Words, because some are aligned.
static int32_t memory[(NETWORK_ARENA_BYTES + 3) / 4];

static const NetworkWindow stem_conv_window = {
    .input_height = 6,
    .input_width = 6,
    .channels = 3,
    .output_height = 6,
    .output_width = 6,
    .kernel_height = 3,
    .kernel_width = 3,
    .stride_y = 1,
    .stride_x = 1,
    .dilation_y = 1,
    .dilation_x = 1,
    .pad_top = 1,
    .pad_left = 1,
};

static const NetworkRescale stem_conv_rescale = {
    .sum_factor = 1,
    .multiplier = network_stem_conv_multiplier,
    .shift = network_stem_conv_shift,
    .zero_point = 0,
    .low = 0,
    .high = 255,
    .rounding = NETWORK_HALF_EVEN,
    .fits_float = 1,
    .pairs_fit = 1,
};

static const NetworkConv stem_conv_settings = {
    .window = &stem_conv_window,
    .input_zero_point = 87,
    .outputs = 4,
    .groups = 1,
    .patch_size = 36,
    .weights = network_stem_conv_weights,
    .bias = network_stem_conv_bias,
    .rescale = &stem_conv_rescale,
};

static const NetworkWindow depthwise_conv_window = {
    .input_height = 6,
    .input_width = 6,
    .channels = 4,
    .output_height = 6,
    .output_width = 6,
    .kernel_height = 3,
    .kernel_width = 3,
    .stride_y = 1,
    .stride_x = 1,
    .dilation_y = 1,
    .dilation_x = 1,
    .pad_top = 1,
    .pad_left = 1,
};

static const NetworkRescale depthwise_conv_rescale = {
    .sum_factor = 1,
    .multiplier = network_depthwise_conv_multiplier,
    .shift = network_depthwise_conv_shift,
    .zero_point = 0,
    .low = 0,
    .high = 255,
    .rounding = NETWORK_HALF_EVEN,
    .fits_float = 1,
    .pairs_fit = 1,
};

static const NetworkDepthwise depthwise_conv_settings = {
    .window = &depthwise_conv_window,
    .input_zero_point = 0,
    .weights = network_depthwise_conv_weights,
    .bias = network_depthwise_conv_bias,
    .rescale = &depthwise_conv_rescale,
};

static const NetworkRescale pointwise_conv_rescale = {
    .sum_factor = 1,
    .multiplier = network_pointwise_conv_multiplier,
    .shift = network_pointwise_conv_shift,
    .zero_point = 122,
    .low = 0,
    .high = 255,
    .rounding = NETWORK_HALF_EVEN,
    .fits_float = 1,
    .pairs_fit = 1,
};

static const NetworkDense pointwise_conv_settings = {
    .rows = 36,
    .inputs = 4,
    .outputs = 4,
    .weights = network_pointwise_conv_weights,
    .bias = network_pointwise_conv_bias,
    .rescale = &pointwise_conv_rescale,
};

static const NetworkAddWide residual_add_settings = {
    .sizes = {1, 1, 1, 144},
    .first_strides = {0, 0, 0, 1},
    .second_strides = {0, 0, 0, 1},
    .first_zero_point = 0,
    .second_zero_point = 122,
    .first_multiplier = 1073741824,
    .second_multiplier = 1073741824,
    .shift = 31,
    .zero_point = 61,
    .low = 0,
    .high = 255,
    .rounding = NETWORK_HALF_EVEN,
};

static const NetworkRequantize joined_concat_part0_settings = {
    .rows = 36,
    .row_size = 4,
    .output_stride = 8,
    .input_zero_point = 0,
    .multiplier = 1073741824,
    .shift = 31,
    .zero_point = 61,
    .low = 0,
    .high = 255,
    .rounding = NETWORK_HALF_EVEN,
};

static const NetworkCopy joined_concat_part1_settings = {
    .sizes = {1, 1, 36, 4},
    .input_strides = {0, 0, 4, 1},
    .output_strides = {0, 0, 8, 1},
};

static const NetworkClip clipped_clip_settings = {
    .count = 288,
    .low = 61,
    .high = 253,
};

static const NetworkWindow pooled_average_pool_window = {
    .input_height = 6,
    .input_width = 6,
    .channels = 8,
    .output_height = 1,
    .output_width = 1,
    .kernel_height = 6,
    .kernel_width = 6,
    .stride_y = 1,
    .stride_x = 1,
    .dilation_y = 1,
    .dilation_x = 1,
    .pad_top = 0,
    .pad_left = 0,
};

static const NetworkAveragePool pooled_average_pool_settings = {
    .window = &pooled_average_pool_window,
    .input_zero_point = 61,
    .multiplier = network_pooled_average_pool_multiplier,
    .shift = network_pooled_average_pool_shift,
    .factor_step = 0,
    .zero_point = 0,
    .low = 0,
    .high = 255,
    .rounding = NETWORK_HIGH_WORD,
};

static const NetworkRescale landmarks_dense_rescale = {
    .sum_factor = 1,
    .multiplier = network_landmarks_dense_multiplier,
    .shift = network_landmarks_dense_shift,
    .zero_point = 132,
    .low = 0,
    .high = 255,
    .rounding = NETWORK_HALF_EVEN,
    .fits_float = 1,
    .pairs_fit = 1,
};

static const NetworkDense landmarks_dense_settings = {
    .rows = 1,
    .inputs = 8,
    .outputs = 10,
    .weights = network_landmarks_dense_weights,
    .bias = network_landmarks_dense_bias,
    .rescale = &landmarks_dense_rescale,
};

void network_run(const uint8_t* image, uint8_t* landmarks) {
  uint8_t* const arena = (uint8_t*)memory;
  uint8_t* const stem = arena;
  uint8_t* const depthwise = arena + 144;
  uint8_t* const pointwise = arena + 432;
  uint8_t* const residual = arena + 432;
  uint8_t* const joined = arena + 144;
  uint8_t* const clipped = arena + 144;
  uint8_t* const pooled = arena;
  uint8_t* const flat = arena;

  // stem_conv: conv, [6 x 6 x 4]
  network_conv_u8(&stem_conv_settings, image, stem, arena + 144);

  // depthwise_conv: conv, [6 x 6 x 4]
  network_depthwise_3x3_u8(&depthwise_conv_settings, stem, depthwise, (int16_t*)(arena + 288));

  // pointwise_conv: conv, [6 x 6 x 4]
  network_dense_u8(&pointwise_conv_settings, depthwise, pointwise);

  // residual_add: add, [6 x 6 x 4]
  network_add_wide_u8(&residual_add_settings, stem, pointwise, residual);

  // joined_concat: concat, [6 x 6 x 8]
  network_requantize_u8(&joined_concat_part0_settings, stem, joined);

  // joined_concat: concat, [6 x 6 x 8]
  network_copy_u8(&joined_concat_part1_settings, residual, joined + 4);

  // clipped_clip: clip, [6 x 6 x 8]
  network_clip_u8(&clipped_clip_settings, joined, clipped);

  // pooled_average_pool: average_pool, [1 x 1 x 8]
  network_average_pool_u8(&pooled_average_pool_settings, clipped, pooled);

  // landmarks_dense: dense, [10]
  network_dense_u8(&landmarks_dense_settings, flat, landmarks);
}

#ifdef NETWORK_THREADS
void network_run_part(const NetworkPart* part, const uint8_t* image, uint8_t* landmarks) {
  uint8_t* const arena = (uint8_t*)memory;
  uint8_t* const stem = arena;
  uint8_t* const depthwise = arena + 144;
  uint8_t* const pointwise = arena + 432;
  uint8_t* const residual = arena + 432;
  uint8_t* const joined = arena + 144;
  uint8_t* const clipped = arena + 144;
  uint8_t* const pooled = arena;
  uint8_t* const flat = arena;

  network_conv_u8_rows(part, &stem_conv_settings, image, stem, (uint8_t*)part->scratch);
  part->wait(part->meeting);

  network_depthwise_3x3_u8_rows(part, &depthwise_conv_settings, stem, depthwise,
                                (int16_t*)part->scratch);
  part->wait(part->meeting);

  network_dense_u8_rows(part, &pointwise_conv_settings, depthwise, pointwise);
  part->wait(part->meeting);

  network_add_wide_u8_rows(part, &residual_add_settings, stem, pointwise, residual);
  part->wait(part->meeting);

  if (part->index == 0) {
    network_requantize_u8(&joined_concat_part0_settings, stem, joined);
  }
  part->wait(part->meeting);

  if (part->index == 0) {
    network_copy_u8(&joined_concat_part1_settings, residual, joined + 4);
  }
  part->wait(part->meeting);

  if (part->index == 0) {
    network_clip_u8(&clipped_clip_settings, joined, clipped);
  }
  part->wait(part->meeting);

  if (part->index == 0) {
    network_average_pool_u8(&pooled_average_pool_settings, clipped, pooled);
  }
  part->wait(part->meeting);

  network_dense_u8_rows(part, &landmarks_dense_settings, flat, landmarks);
  part->wait(part->meeting);
}
#endif
