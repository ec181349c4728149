// A dense layer for each of some rows, such as the pixels of a 1x1 convolution.
typedef struct {
  int32_t rows;
  int32_t inputs;
  int32_t outputs;
  const int8_t* weights;  // [tiles][inputs / 4][16][4], the last tile filled up
  const int32_t* bias;    // [tiles][16], with zero point and offset of the input worked in
  const NetworkRescale* rescale;
} NetworkDense;
