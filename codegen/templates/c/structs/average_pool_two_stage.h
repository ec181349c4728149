// value = sum of (q - input_zero_point) over a window * multiplier >> shift, activated; pads count
// as the real number 0.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  int32_t multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
} NetworkAveragePoolTwoStage;
