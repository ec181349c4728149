// How sum * multiplier / 2^shift is rounded to an integer.
typedef enum {
  NETWORK_HALF_EVEN,  // ties to the even integer
  NETWORK_HALF_UP,    // ties up
  NETWORK_HIGH_WORD,  // ties up; every shift is 33 or more
  NETWORK_SHIFT,      // ties up; every multiplier is 1
{% if kernels.two_stage %}
  NETWORK_TWO_STAGE,  // floored, then `add` is added and the sum rounded, ties to even
{% endif %}
} NetworkRounding;
