// value = (q - input_zero_point) * multiplier >> shift, activated.
typedef struct {
  int32_t count;
  int32_t input_zero_point;
  int32_t multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
} NetworkRequantizeTwoStage;
