// value = ((first_weight * a + second_weight * b) * multiplier >> shift) + add, activated.
typedef struct {
  int32_t sizes[4];
  int32_t first_strides[4];  // 0 where `a` is repeated
  int32_t second_strides[4];
  int32_t first_weight;
  int32_t second_weight;
  int32_t multiplier;
  int32_t shift;
  int32_t add;
  int32_t zero_point;
  int32_t low;
  int32_t high;
} NetworkAddTwoStage;
