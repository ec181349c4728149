// Constants of test.
#include "network_weights.h"

// clang-format off

const int8_t network_stem_conv_weights[128] = {
    6, -62, 20, -7, -31, 51, 32, 2, -6, 5, -115, 67, -26, -11, -33, 18, -61, 17, 64, -36, 45, 47,
    -27, 5, -35, -16, -37, 0, 0, 0, 0, 0, -45, -32, -15, -23, -6, 72, 11, 39, 97, -50, 74, 89, -10,
    -62, 65, -8, 75, 18, 27, 66, -60, 11, 38, 0, 18, 13, 32, 0, 0, 0, 0, 0, -63, -24, 49, 19, 16,
    -30, 21, -13, 90, 34, 78, -65, -58, 65, -33, -33, 31, 46, -22, -109, 2, -58, 3, 99, 86, 34, 9,
    0, 0, 0, 0, 0, -31, -14, -69, -19, 78, 25, -54, -21, 49, -63, -36, -8, 31, 12, -53, 29, 51, 43,
    64, 8, -63, -37, -29, -35, 83, -66, 31, 0, 0, 0, 0, 0,
};

const int32_t network_stem_conv_bias[4] = {
    -7645, -34593, -19903, 9073,
};

const int32_t network_stem_conv_multiplier[4] = {
    1073741824, 1073741824, 1073741824, 1073741824,
};

const uint8_t network_stem_conv_shift[4] = {
    37, 37, 37, 37,
};

const int8_t network_depthwise_conv_weights[36] = {
    -6, 72, -45, 52, 17, 6, 11, 14, 59, -122, 15, 18, -65, -12, 56, 16, 121, -66, -1, 16, 62, -121,
    44, 14, 72, 22, 60, -15, 99, -49, 49, -81, 67, -88, -101, -5,
};

const int32_t network_depthwise_conv_bias[4] = {
    54528, -45824, 11264, 3712,
};

const int32_t network_depthwise_conv_multiplier[4] = {
    1073741824, 1073741824, 1073741824, 1073741824,
};

const uint8_t network_depthwise_conv_shift[4] = {
    37, 37, 36, 36,
};

const int8_t network_pointwise_conv_weights[16] = {
    -51, 69, -18, 5, -54, -33, -1, -95, 10, -3, -38, -77, 66, -38, -68, -30,
};

const int32_t network_pointwise_conv_bias[4] = {
    29761, -816, 710, -48728,
};

const int32_t network_pointwise_conv_multiplier[4] = {
    1073741824, 1073741824, 1073741824, 1073741824,
};

const uint8_t network_pointwise_conv_shift[4] = {
    38, 38, 37, 39,
};

const int32_t network_pooled_average_pool_multiplier[1] = {
    1908874354,
};

const uint8_t network_pooled_average_pool_shift[1] = {
    34,
};

const int8_t network_landmarks_dense_weights[80] = {
    75, 42, 48, 2, 41, 17, 28, -7, -67, 47, -88, -11, -9, -47, 28, -9, -20, 24, -22, 63, 16, -21,
    -88, -59, 49, -2, -13, 74, -58, -27, -21, 27, -30, -28, -73, 33, 36, -22, 7, -58, -21, 62, 6,
    105, -36, 26, -9, 26, 0, -13, -20, 69, -2, -46, -15, 15, -23, 62, 45, -7, -21, -45, -32, -67,
    27, 36, -28, -27, -40, -22, -70, -26, 59, -16, 39, -22, 80, 9, -17, 116,
};

const int32_t network_landmarks_dense_bias[10] = {
    -5316, -20009, 3308, -636, 17471, -15100, 6592, 13971, -5470, 2675,
};

const int32_t network_landmarks_dense_multiplier[10] = {
    1073741824, 1073741824, 1073741824, 1073741824, 1073741824, 1073741824, 1073741824, 1073741824,
    1073741824, 1073741824,
};

const uint8_t network_landmarks_dense_shift[10] = {
    38, 38, 38, 38, 38, 38, 37, 38, 37, 38,
};
