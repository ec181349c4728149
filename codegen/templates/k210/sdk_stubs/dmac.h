// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef DMAC_H
#define DMAC_H

typedef enum { DMAC_CHANNEL0 = 0, DMAC_CHANNEL5 = 5 } dmac_channel_number_t;

#endif  // DMAC_H
