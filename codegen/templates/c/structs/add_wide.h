// round((first_multiplier * (a - z_a) + second_multiplier * (b - z_b)) / 2^shift) + zero_point.
typedef struct {
  int32_t sizes[4];
  int32_t first_strides[4];  // 0 where `a` is repeated
  int32_t second_strides[4];
  int32_t first_zero_point;
  int32_t second_zero_point;
  int32_t first_multiplier;
  int32_t second_multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkAddWide;
