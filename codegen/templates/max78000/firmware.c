// The firmware's loop: picture, network, LED, a JSON line on the serial port.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "board/device.h"
#include "contract.h"
#include "network.h"

static uint8_t pixels[NETWORK_INPUT_SIZE];
static int8_t input[NETWORK_INPUT_SIZE];
static int32_t sums[NETWORK_OUTPUT_SIZE];

static void print_record(long frame, size_t label, uint32_t cycles) {
  printf("{\"frame\": %ld, \"label\": %s, \"sums\": [", frame, contract_labels[label]);
  for (size_t i = 0; i < NETWORK_OUTPUT_SIZE; ++i) {
    printf("%s%ld", i > 0 ? ", " : "", (long)sums[i]);
  }
  printf("], \"cycles\": %lu}\n", (unsigned long)cycles);
}

int main(void) {
  device_start();
  printf("{\"model\": %s, \"weights_sha256\": \"%s\"}\n", contract_model, contract_weights_sha256);
  for (long frame = 0; device_read(pixels, sizeof pixels); ++frame) {
    for (size_t i = 0; i < sizeof pixels; ++i) input[i] = (int8_t)(pixels[i] - 128);
    const uint32_t begin = device_cycles();
    network_run(input, sums);
    const uint32_t cycles = device_cycles() - begin;
    size_t largest = 0;
    for (size_t i = 1; i < NETWORK_OUTPUT_SIZE; ++i) {
      if (sums[i] > sums[largest]) largest = i;
    }
    device_light(largest > 0);
    print_record(frame, largest, cycles);
  }
  return 0;
}
