// One value everywhere.
typedef struct {
  int32_t count;
  int32_t value;
} NetworkFill;
