// Four nested loops that copy.
typedef struct {
  int32_t sizes[4];
  int32_t input_strides[4];
  int32_t output_strides[4];
} NetworkCopy;
