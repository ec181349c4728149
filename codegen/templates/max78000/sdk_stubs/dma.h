// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef DMA_H
#define DMA_H

int MXC_DMA_Init(void);
int MXC_DMA_AcquireChannel(void);

#endif  // DMA_H
