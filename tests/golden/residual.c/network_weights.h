// Constants of test.
#ifndef NETWORK_WEIGHTS_H
#define NETWORK_WEIGHTS_H

#include <stdint.h>

extern const int8_t network_stem_conv_weights[576];
extern const int32_t network_stem_conv_bias[16];
extern const int32_t network_stem_conv_multiplier[4];
extern const uint8_t network_stem_conv_shift[4];
extern const int8_t network_depthwise_conv_weights[36];
extern const int32_t network_depthwise_conv_bias[4];
extern const int32_t network_depthwise_conv_multiplier[4];
extern const uint8_t network_depthwise_conv_shift[4];
extern const int8_t network_pointwise_conv_weights[64];
extern const int32_t network_pointwise_conv_bias[16];
extern const int32_t network_pointwise_conv_multiplier[4];
extern const uint8_t network_pointwise_conv_shift[4];
extern const int32_t network_pooled_average_pool_multiplier[1];
extern const uint8_t network_pooled_average_pool_shift[1];
extern const int8_t network_landmarks_dense_weights[128];
extern const int32_t network_landmarks_dense_bias[16];
extern const int32_t network_landmarks_dense_multiplier[10];
extern const uint8_t network_landmarks_dense_shift[10];

#endif  // NETWORK_WEIGHTS_H
