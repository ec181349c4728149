// The largest value in each window; pads never win.
typedef struct {
  const NetworkWindow* window;
  int32_t lowest;
} NetworkMaxPool;
