// A convolution of 16 bits. A patch has patch_size inputs, [kernel_height][kernel_width][channels /
// groups].
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  int32_t outputs;
  int32_t groups;
  int32_t patch_size;
{% if packed %}
  const uint8_t* weights;  // two in a byte, [groups][tiles][patch_size][16 / 2]
{% else %}
  const int8_t* weights;  // [groups][tiles][patch_size][16], a group's last tile padded
{% endif %}
  const int64_t* bias;{{ " " if packed }}    // [groups][tiles][16], with the input's zero point and offset folded in
  const NetworkRescale* rescale;
} NetworkConvWide{{ "W4" if packed }};
