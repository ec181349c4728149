// Changes scale and zero point of rows, which may be apart in the output.
typedef struct {
  int32_t rows;
  int32_t row_size;
  int32_t output_stride;
  int32_t input_zero_point;
  int32_t multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkRequantize;
