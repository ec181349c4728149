// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef GPIOHS_H
#define GPIOHS_H

#include <stdint.h>

typedef enum { GPIO_DM_OUTPUT = 3 } gpio_drive_mode_t;
typedef enum { GPIO_PV_LOW, GPIO_PV_HIGH } gpio_pin_value_t;

void gpiohs_set_drive_mode(uint8_t pin, gpio_drive_mode_t mode);
void gpiohs_set_pin(uint8_t pin, gpio_pin_value_t value);

#endif  // GPIOHS_H
