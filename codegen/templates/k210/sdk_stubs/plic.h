// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef PLIC_H
#define PLIC_H

#include <stdint.h>

typedef enum { IRQN_DVP_INTERRUPT = 24 } plic_irq_t;
typedef int (*plic_irq_callback_t)(void* ctx);

void plic_init(void);
int plic_set_priority(plic_irq_t irq_number, uint32_t priority);
void plic_irq_register(plic_irq_t irq, plic_irq_callback_t callback, void* ctx);
int plic_irq_enable(plic_irq_t irq_number);

#endif  // PLIC_H
