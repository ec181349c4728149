// A convolution of each channel with a filter of its own.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  const int8_t* weights;  // [kernel_height][kernel_width][channels]
  const int32_t* bias;    // [channels], with the input's zero point worked in
  const NetworkRescale* rescale;
} NetworkDepthwise;
