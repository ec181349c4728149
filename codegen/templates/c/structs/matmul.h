// round(sum of (a - z_a) * (b - z_b) * multiplier / 2^shift) + zero_point, for matrices
// a [rows][depth] and b [depth][columns].
typedef struct {
  int32_t sizes[2];          // of the axes before the matrices
  int32_t first_strides[2];  // 0 where `a` is repeated
  int32_t second_strides[2];
  int32_t rows;
  int32_t depth;
  int32_t columns;
  int32_t first_zero_point;
  int32_t second_zero_point;
  int32_t multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkMatmul;
