// Offsets of landmarks plus a correction, which is turned and scaled back.
typedef struct {
  const NetworkSimilarity* similarity;
  int32_t correction_zero_point;
  int32_t correction_multiplier;
  int32_t correction_shift;
  int32_t multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
} NetworkTurnBack;
