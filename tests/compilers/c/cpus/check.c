#include "check.h"

#include "network.h"

static ELEMENT input[NETWORK_INPUT_SIZE];
static ELEMENT output[NETWORK_OUTPUT_SIZE];

void check(void) {
  uint32_t state = 1;
  for (int32_t i = 0; i < NETWORK_INPUT_SIZE; ++i) {
    state = state * 1664525u + 1013904223u;
    input[i] = (ELEMENT)(state >> 24);
  }
  network_run(input, output);
  uint32_t hash = 2166136261u;
  for (int32_t i = 0; i < NETWORK_OUTPUT_SIZE; ++i) {
    hash = (hash ^ (uint8_t)output[i]) * 16777619u;
  }
  char text[10];
  for (int32_t i = 0; i < 8; ++i) text[i] = "0123456789abcdef"[hash >> (28 - 4 * i) & 15];
  text[8] = '\n';
  text[9] = '\0';
  put(text);
}
