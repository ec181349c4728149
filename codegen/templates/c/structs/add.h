// (first_factor * a + second_factor * b + offset) >> shift, in [low, high].
typedef struct {
  int32_t sizes[4];
  int32_t first_strides[4];  // 0 where `a` is repeated
  int32_t second_strides[4];
  int32_t first_factor;
  int32_t second_factor;
  int32_t offset;
  int32_t shift;
  int32_t low;
  int32_t high;
} NetworkAdd;
