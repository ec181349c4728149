// The network in the accelerator, by the code that ai8xize.py made: cnn.c, cnn.h, weights.h.
#include "classifier.h"

#include "mxc.h"
// After mxc.h, whose types it uses.
#include "board/cnn_memory.h"
#include "board/device.h"
#include "cnn.h"
#include "contract.h"

// Channels of a memory, which are the bytes of its words.
#define SHARED 4

const char classifier_name[] = "accelerator";

// Set by cnn.c when the accelerator is done.
volatile uint32_t cnn_time;

bool classifier_start(void) {
  return cnn_enable(MXC_S_GCR_PCLKDIV_CNNCLKSEL_PCLK, MXC_S_GCR_PCLKDIV_CNNCLKDIV_DIV1) == CNN_OK &&
         cnn_init() == CNN_OK && cnn_load_weights() == CNN_OK && cnn_load_bias() == CNN_OK &&
         cnn_configure() == CNN_OK;
}

void classifier_load_weights(void) { cnn_load_weights(); }

void classifier_load(const int8_t* input) {
  for (size_t first = 0; first < CONTRACT_CHANNELS; first += SHARED) {
    volatile uint32_t* const memory = cnn_memory(first / SHARED);
    const size_t left = CONTRACT_CHANNELS - first;
    const size_t count = left < SHARED ? left : SHARED;
    for (size_t pixel = 0; pixel < CONTRACT_HEIGHT * CONTRACT_WIDTH; ++pixel) {
      const int8_t* const values = input + pixel * CONTRACT_CHANNELS + first;
      uint32_t word = 0;
      for (size_t i = 0; i < count; ++i) word |= (uint32_t)(uint8_t)values[i] << 8 * i;
      memory[pixel] = word;
    }
  }
}

void classifier_compute(void) {
  cnn_start();
  device_wait(&cnn_time);
}

void classifier_read(int32_t* sums) { cnn_unload((uint32_t*)sums); }
