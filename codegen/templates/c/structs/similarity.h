// The turn, scale and shift that bring points closest to places, where 2^16 is the picture's side.
typedef struct {
  const int32_t* places;  // [2 * points], x and y
  int32_t points;
  int32_t zero_point;  // of the offsets from the places
  int32_t multiplier;
  int32_t shift;
} NetworkSimilarity;
