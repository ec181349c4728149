// Resizes by bilinear interpolation of four neighbours.
typedef struct {
  int32_t input_height;
  int32_t input_width;
  int32_t channels;
  int32_t output_height;
  int32_t output_width;
  const uint16_t* rows;  // [output_height], the neighbour above
  const int32_t* rows_weight;
  int32_t rows_divisor;
  const uint16_t* columns;  // [output_width], the neighbour on the left
  const int32_t* columns_weight;
  int32_t columns_divisor;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  int32_t half_even;
} NetworkResizeLinear;
