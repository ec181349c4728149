// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef SLEEP_H
#define SLEEP_H

#include <stdint.h>

int msleep(uint64_t msec);

#endif  // SLEEP_H
