// round((a - z_a) * (b - z_b) * multiplier / 2^shift) + zero_point.
typedef struct {
  int32_t sizes[4];
  int32_t first_strides[4];  // 0 where `a` is repeated
  int32_t second_strides[4];
  int32_t factor_strides[4];
  int32_t first_zero_point;
  int32_t second_zero_point;
  const int32_t* multiplier;
  const uint8_t* shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkMul;
