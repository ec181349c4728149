// Stands in for the KPU and the SDK's runtime: the network of facedet_160.wider as C.
#include "kpu.h"

#include <string.h>

#include "network.h"

// Version 3 begins with its number, later ones with "LDMK".
enum { KMODEL_V3 = 3 };

static uint8_t input[108];
static uint8_t output_0[2000];
static uint8_t output_1[500];
static uint8_t output_2[125];
static float reals_0[2000];
static float reals_1[500];
static float reals_2[125];

int kpu_load_kmodel(kpu_model_context_t* ctx, const uint8_t* buffer) {
  ctx->model_buffer = buffer;
  return buffer[0] == KMODEL_V3 || memcmp(buffer, "LDMK", 4) == 0 ? 0 : -1;
}

int kpu_run_kmodel(kpu_model_context_t* ctx, const uint8_t* src, dmac_channel_number_t dma_ch,
                   kpu_done_callback_t done_callback, void* userdata) {
  (void)ctx;
  (void)dma_ch;
  // From planes to pixels.
  for (int i = 0; i < 108; ++i) {
    input[i % 36 * 3 + i / 36] = (uint8_t)src[i];
  }
  network_run(input, output_0, output_1, output_2);
  for (int i = 0; i < 2000; ++i) {
    const int integer = output_0[i % 400 * 5 + i / 400];
    reals_0[i] = (float)(integer - 148) * 0.013898087665438652f;
  }
  for (int i = 0; i < 500; ++i) {
    const int integer = output_1[i % 100 * 5 + i / 100];
    reals_1[i] = (float)(integer - 148) * 0.013898087665438652f;
  }
  for (int i = 0; i < 125; ++i) {
    const int integer = output_2[i % 25 * 5 + i / 25];
    reals_2[i] = (float)(integer - 148) * 0.013898087665438652f;
  }
  done_callback(userdata);
  return 0;
}

int kpu_get_output(kpu_model_context_t* ctx, uint32_t index, uint8_t** data, size_t* size) {
  (void)ctx;
  switch (index) {
    case 0:
      *data = (uint8_t*)reals_0;
      *size = sizeof reals_0;
      return 0;
    case 1:
      *data = (uint8_t*)reals_1;
      *size = sizeof reals_1;
      return 0;
    case 2:
      *data = (uint8_t*)reals_2;
      *size = sizeof reals_2;
      return 0;
    default:
      return -1;
  }
}

void kpu_model_free(kpu_model_context_t* ctx) { (void)ctx; }
