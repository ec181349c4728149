// Resizes by taking the nearest pixel.
typedef struct {
  int32_t input_height;
  int32_t input_width;
  int32_t channels;
  int32_t output_height;
  int32_t output_width;
  const uint16_t* rows;     // [output_height]
  const uint16_t* columns;  // [output_width]
} NetworkResizeNearest;
