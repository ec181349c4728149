// The board's serial port, LED, signals and clock.
#ifndef DEVICE_H
#define DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The evaluation kit's power monitor integrates while one is on. They are the pins of its LEDs.
typedef enum { SIGNAL_SYSTEM = 0, SIGNAL_NETWORK = 1 } device_pin;

void device_start(void);

// Waits for that many bytes; false if there are no others.
bool device_read(uint8_t* bytes, size_t count);

// The LED of the result, which is that of SIGNAL_SYSTEM.
void device_light(bool is_on);

void device_signal(device_pin pin, bool is_on);

// Of the processor; wraps around.
uint32_t device_cycles(void);

// Cycles of a second.
uint32_t device_clock_hz(void);

void device_pause_ms(uint32_t ms);

// Sleeps until an interrupt has set the flag.
void device_wait(const volatile uint32_t* flag);

#endif  // DEVICE_H
