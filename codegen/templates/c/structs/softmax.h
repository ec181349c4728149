// Probabilities: power[k] * multiplier / (2^shift * sum of powers), with the powers of the
// distances from the largest value.
typedef struct {
  int32_t sizes[3];  // of the other axes
  int32_t strides[3];
  int32_t classes;
  int32_t class_stride;
  const int32_t* powers;
  int32_t multiplier;
  int32_t shift;
  int32_t zero_point;
  int32_t low;
  int32_t high;
  int32_t half_even;
} NetworkSoftmax;
