// Data memory of the accelerator.
#ifndef CNN_MEMORY_H
#define CNN_MEMORY_H

#include <stddef.h>
#include <stdint.h>

// index: of the memory, below 16; four channels share one, a word for each pixel.
volatile uint32_t* cnn_memory(size_t index);

#endif  // CNN_MEMORY_H
