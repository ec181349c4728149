// A dense layer on rows, such as the pixels of a 1x1 convolution.
typedef struct {
  int32_t rows;
  int32_t inputs;
  int32_t outputs;
{% if packed %}
  const uint8_t* weights;  // two in a byte, [tiles][inputs / 4][16][4 / 2], the last tile padded
{% else %}
  const int8_t* weights;  // [tiles][inputs / 4][16][4], the last tile padded
{% endif %}
  const int32_t* bias;{{ " " if packed }}    // [tiles][16], with the input's zero point and offset folded in
  const NetworkRescale* rescale;
} NetworkDense{{ "W4" if packed }};
