// Stub of the SDK's header, from its source: what the firmware uses.
#ifndef IOMEM_H
#define IOMEM_H

#include <stdint.h>

void* iomem_malloc(uint32_t size);

#endif  // IOMEM_H
