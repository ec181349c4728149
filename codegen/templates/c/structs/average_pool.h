// A mean over windows; pads count as the real number 0. With a factor_step of 1 each position of
// the output has its own factor, otherwise all use the first.
typedef struct {
  const NetworkWindow* window;
  int32_t input_zero_point;
  const int32_t* multiplier;
  const uint8_t* shift;
  int32_t factor_step;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkAveragePool;
