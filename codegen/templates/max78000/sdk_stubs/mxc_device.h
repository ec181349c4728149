// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef MXC_DEVICE_H
#define MXC_DEVICE_H

#include <stdint.h>

typedef struct {
  volatile uint32_t CTRL;
  volatile uint32_t CYCCNT;
} DWT_Type;

typedef struct {
  volatile uint32_t DEMCR;
} CoreDebug_Type;

extern DWT_Type* DWT;
extern CoreDebug_Type* CoreDebug;

#define DWT_CTRL_CYCCNTENA_Msk 1u
#define CoreDebug_DEMCR_TRCENA_Msk (1u << 24)

#endif  // MXC_DEVICE_H
