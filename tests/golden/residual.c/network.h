// test as integer C99: generated, computes one sample.
#ifndef NETWORK_H
#define NETWORK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Memory: activations, which do not outlive a call of `network_run`, and constants.
#define NETWORK_ARENA_BYTES 576
#define NETWORK_WEIGHTS_BYTES 1127

// image: uint8_t [6 x 6 x 3], real = scale * (q - zero_point).
#define NETWORK_INPUT_IMAGE_SIZE 108
#define NETWORK_INPUT_IMAGE_SCALE 0.03125f
#define NETWORK_INPUT_IMAGE_ZERO_POINT 87
#define NETWORK_INPUT_SIZE NETWORK_INPUT_IMAGE_SIZE

// landmarks: uint8_t [10], real = scale * (q - zero_point).
#define NETWORK_OUTPUT_LANDMARKS_SIZE 10
#define NETWORK_OUTPUT_LANDMARKS_SCALE 0.015625f
#define NETWORK_OUTPUT_LANDMARKS_ZERO_POINT 132
#define NETWORK_OUTPUT_SIZE NETWORK_OUTPUT_LANDMARKS_SIZE

// Computes the outputs; images are height x width x channels. Not reentrant: memory is static.
void network_run(const uint8_t* image, uint8_t* landmarks);

#ifdef NETWORK_THREADS
// Scratch memory of a thread.
#define NETWORK_SCRATCH_BYTES 264

// One of the threads that compute the outputs together. `wait` returns once each of the `count`
// threads has called it.
typedef struct {
  int32_t index;
  int32_t count;
  void (*wait)(void* meeting);
  void* meeting;
  int32_t* scratch;
} NetworkPart;

// Computes a thread's part. All threads call it at once, with the same memory, after a first
// `network_run`, which finds out what the processor can do.
void network_run_part(const NetworkPart* part, const uint8_t* image, uint8_t* landmarks);
#endif

#ifdef __cplusplus
}
#endif

#endif  // NETWORK_H
