// The board's serial port, LED and cycle counter.
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void device_start(void);

// Waits for that many bytes; false if there are no others.
bool device_read(uint8_t* bytes, size_t count);

void device_light(bool is_on);

// Of the processor; wraps around.
uint32_t device_cycles(void);

#endif  // DEVICE_H
