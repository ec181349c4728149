// Converts the sum of a channel to its stored integer:
// round(sum * sum_factor * multiplier / 2^shift) + zero_point, in [low, high].
// fits_float: one multiply-add of floats rounds as exactly.
// pairs_fit: two products of a weight and an int8 fit 16 bits.
typedef struct {
  int32_t sum_factor;
  const int32_t* multiplier;  // [channels]
  const uint8_t* shift;       // [channels]
{% if kernels.two_stage %}
  const int32_t* add;         // [channels], for NETWORK_TWO_STAGE
{% endif %}
  int32_t zero_point;
  int32_t low;
  int32_t high;
  NetworkRounding rounding;
  int32_t fits_float;
  int32_t pairs_fit;
} NetworkRescale;
