// A convolution. A patch has patch_size inputs, [kernel_height][kernel_width * channels / groups],
// each line padded to a multiple of 4.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  int32_t outputs;
  int32_t groups;
  int32_t patch_size;
{% if packed %}
  const uint8_t* weights;  // two in a byte, [groups][tiles][patch_size / 4][16][4 / 2]
{% else %}
  const int8_t* weights;  // [groups][tiles][patch_size / 4][16][4], a group's last tile padded
{% endif %}
  const int32_t* bias;{{ " " if packed }}    // [groups][tiles][16], with the input's zero point and offset folded in
  const NetworkRescale* rescale;
} NetworkConv{{ "W4" if packed }};
