// Picture, network, LED, a JSON line on the serial port; for ever.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "board/device.h"
#include "classifier.h"
#include "contract.h"
#include "labels.h"
#include "network.h"
#include "picture.h"

static uint8_t pixels[NETWORK_INPUT_SIZE];
static int32_t sums[NETWORK_OUTPUT_SIZE];

static size_t largest_sum(void) {
  size_t largest = 0;
  for (size_t i = 1; i < NETWORK_OUTPUT_SIZE; ++i) {
    if (sums[i] > sums[largest]) largest = i;
  }
  return largest;
}

static void print_record(long frame, size_t label, uint32_t cycles) {
  printf("{\"frame\": %ld, \"label\": %s, \"sums\": [", frame, labels[label]);
  for (size_t i = 0; i < NETWORK_OUTPUT_SIZE; ++i) {
    printf("%s%ld", i > 0 ? ", " : "", (long)sums[i]);
  }
  const uint64_t us = (uint64_t)cycles * 1000000u / device_clock_hz();
  printf("], \"inference_us\": %lu}\n", (unsigned long)us);
}

// Returns the processor's cycles from the input to the sums.
static uint32_t classify(void) {
  const uint32_t begin = device_cycles();
  classifier_load(classifier_input(pixels, sizeof pixels));
  device_signal(SIGNAL_NETWORK, true);
  classifier_compute();
  device_signal(SIGNAL_NETWORK, false);
  classifier_read(sums);
  return device_cycles() - begin;
}

int main(void) {
  device_start();
  printf("{\"model\": %s, \"weights_sha256\": \"%s\", \"runs_on\": \"%s\"}\n", CONTRACT_MODEL,
         CONTRACT_WEIGHTS_SHA256, classifier_name);
  if (!classifier_start() || !picture_start()) {
    puts("{\"error\": \"the accelerator or the camera does not start\"}");
    return 1;
  }
  for (long frame = 0;;) {
    const picture_result result = picture_read(pixels, sizeof pixels);
    if (result == PICTURE_END) return 0;
    if (result != PICTURE_READ) {
      printf("{\"error\": \"%s\"}\n", picture_error(result));
      continue;
    }
    const uint32_t cycles = classify();
    const size_t label = largest_sum();
    device_light(label > 0);
    print_record(frame++, label, cycles);
  }
}
