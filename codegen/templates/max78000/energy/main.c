// For the power monitor of the evaluation kit, which integrates while a signal is on: the idle
// board, then repeated weights, inputs, and inputs with inferences. Its display shows the energy of
// each; the JSON line has the time of an inference.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "board/device.h"
#include "classifier.h"
#include "contract.h"
#include "network.h"

#define REPEATS 100
#define IDLE_MS 1000
#define PAUSE_MS 500

// Its values do not matter: the accelerator's time does not depend on them, its energy little.
static int8_t input[NETWORK_INPUT_SIZE];

static void load_input(void) { classifier_load(input); }

static void infer(void) {
  load_input();
  classifier_compute();
}

// Returns the processor's cycles for each repeat.
static uint32_t measure(void (*step)(void)) {
  device_pause_ms(PAUSE_MS);
  const uint32_t begin = device_cycles();
  device_signal(SIGNAL_NETWORK, true);
  for (int i = 0; i < REPEATS; ++i) step();
  device_signal(SIGNAL_NETWORK, false);
  return (device_cycles() - begin) / REPEATS;
}

int main(void) {
  device_start();
  for (size_t i = 0; i < sizeof input; ++i) input[i] = (int8_t)(i * 37u % 256u - 128u);
  device_signal(SIGNAL_SYSTEM, true);
  device_pause_ms(IDLE_MS);
  device_signal(SIGNAL_SYSTEM, false);
  if (!classifier_start()) {
    puts("{\"error\": \"the accelerator does not start\"}");
    return 1;
  }
  measure(classifier_load_weights);
  measure(load_input);
  const uint64_t us = (uint64_t)measure(infer) * 1000000u / device_clock_hz();
  printf("{\"model\": %s, \"runs_on\": \"%s\", \"repeats\": %d, \"inference_us\": %lu}\n",
         CONTRACT_MODEL, classifier_name, REPEATS, (unsigned long)us);
  return 0;
}
