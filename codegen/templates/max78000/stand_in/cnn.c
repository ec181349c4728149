// Stands in for the accelerator and cnn.c: takes the words of its data memory apart and runs the
// network in C. It starts only if everything was done before, in order.
#include "cnn.h"

#include <stddef.h>

#include "board/cnn_memory.h"
#include "contract.h"
#include "network.h"

static uint32_t memories[16][8192];
static int32_t sums[NETWORK_OUTPUT_SIZE];
static int done;

volatile uint32_t* cnn_memory(size_t index) { return memories[index]; }

static int step(int number) {
  if (done != number) return CNN_FAIL;
  done = number + 1;
  return CNN_OK;
}

int cnn_enable(uint32_t clock_source, uint32_t clock_divider) {
  return clock_source == 0 && clock_divider == 0 ? step(0) : CNN_FAIL;
}

int cnn_init(void) { return step(1); }

int cnn_load_weights(void) { return done > 2 ? CNN_OK : step(2); }

int cnn_load_bias(void) { return step(3); }

int cnn_configure(void) { return step(4); }

int cnn_start(void) {
  static int8_t input[NETWORK_INPUT_SIZE];
  cnn_time = 0;
  if (done != 5) return CNN_FAIL;
  for (size_t i = 0; i < NETWORK_INPUT_SIZE; ++i) {
    const size_t pixel = i / CONTRACT_CHANNELS, channel = i % CONTRACT_CHANNELS;
    input[i] = (int8_t)(memories[channel / 4][pixel] >> channel % 4 * 8);
  }
  network_run(input, sums);
  cnn_time = 1;
  return CNN_OK;
}

int cnn_unload(uint32_t* out_buf) {
  for (size_t i = 0; i < NETWORK_OUTPUT_SIZE; ++i) out_buf[i] = (uint32_t)sums[i];
  return CNN_OK;
}
