// Stands in for the board where an emulator runs the firmware: pictures come from pictures.bin, a
// file of the machine that emulates (semihosting). There is no cycle counter.
#include "board/device.h"

#include <stdio.h>

static FILE* pictures;

void device_start(void) { pictures = fopen("pictures.bin", "rb"); }

bool device_read(uint8_t* bytes, size_t count) {
  return pictures != NULL && fread(bytes, 1, count, pictures) == count;
}

void device_light(bool is_on) { puts(is_on ? "{\"led\": true}" : "{\"led\": false}"); }

uint32_t device_cycles(void) { return 0; }
