// Stands in for the board where an emulator runs the firmware: bytes of the serial port come from
// serial.bin, a file of the machine that emulates (semihosting). LEDs, signals and pauses are JSON
// lines. Each look at the clock takes 5000 cycles.
#include "board/device.h"

#include <stdio.h>

static FILE* serial;

void device_start(void) { serial = fopen("serial.bin", "rb"); }

bool device_read(uint8_t* bytes, size_t count) {
  return serial != NULL && fread(bytes, 1, count, serial) == count;
}

void device_light(bool is_on) { printf("{\"led\": %s}\n", is_on ? "true" : "false"); }

void device_signal(device_pin pin, bool is_on) {
  printf("{\"signal\": %d, \"on\": %s}\n", (int)pin, is_on ? "true" : "false");
}

uint32_t device_cycles(void) {
  static uint32_t cycles;
  return cycles += 5000;
}

uint32_t device_clock_hz(void) { return 100000000; }

void device_pause_ms(uint32_t ms) { printf("{\"pause_ms\": %lu}\n", (unsigned long)ms); }

void device_wait(const volatile uint32_t* flag) {
  if (*flag == 0) puts("{\"error\": \"nothing sets the flag\"}");
}
