// What runs the network: the processor or the accelerator.
#ifndef CLASSIFIER_H
#define CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// "processor" or "accelerator".
extern const char classifier_name[];

// Loads weights and settings; false if that fails.
bool classifier_start(void);

// Loads the weights again.
void classifier_load_weights(void);

// input: integers of the network, height x width x channels; it must stay until `compute` returns.
void classifier_load(const int8_t* input);

void classifier_compute(void);

// sums: one for each class.
void classifier_read(int32_t* sums);

// Turns pixels into the network's integers, pixel - 128, in their place.
static inline const int8_t* classifier_input(uint8_t* pixels, size_t count) {
  for (size_t i = 0; i < count; ++i) pixels[i] ^= 0x80u;
  return (const int8_t*)pixels;
}

#endif  // CLASSIFIER_H
