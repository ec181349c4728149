// A dense layer for each of some rows, such as the pixels of a 1x1 convolution.
typedef struct {
  int32_t rows;
  int32_t inputs;
  int32_t outputs;
  const int8_t* weights;  // [outputs][inputs]
  const int32_t* bias;    // [outputs], with zero point and offset of the input worked in
  const NetworkRescale* rescale;
} NetworkDense;
