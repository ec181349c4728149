// A convolution of each channel with its own filter.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
{% if packed %}
  const uint8_t* weights;  // two in a byte, [kernel_height * kernel_width * channels / 2]
{% else %}
  const int8_t* weights;  // [kernel_height][kernel_width][channels]
{% endif %}
  const int32_t* bias;{{ " " if packed }}    // [channels], with the input's zero point folded in
  const NetworkRescale* rescale;
} NetworkDepthwise{{ "W4" if packed }};
