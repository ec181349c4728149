#include "board/cnn_memory.h"

#define FIRST 0x50400000u
#define QUADRANT 0x400000u
#define MEMORY 0x8000u

volatile uint32_t* cnn_memory(size_t index) {
  return (volatile uint32_t*)(FIRST + index / 4 * QUADRANT + index % 4 * MEMORY);
}
