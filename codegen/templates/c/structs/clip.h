// Bounds of integers.
typedef struct {
  int32_t count;
  int32_t low;
  int32_t high;
} NetworkClip;
