// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef KPU_H
#define KPU_H

#include <stddef.h>
#include <stdint.h>

#include "dmac.h"

typedef void (*kpu_done_callback_t)(void* userdata);

typedef struct {
  const uint8_t* model_buffer;
} kpu_model_context_t;

int kpu_load_kmodel(kpu_model_context_t* ctx, const uint8_t* buffer);
int kpu_run_kmodel(kpu_model_context_t* ctx, const uint8_t* src, dmac_channel_number_t dma_ch,
                   kpu_done_callback_t done_callback, void* userdata);
int kpu_get_output(kpu_model_context_t* ctx, uint32_t index, uint8_t** data, size_t* size);
void kpu_model_free(kpu_model_context_t* ctx);

#endif  // KPU_H
