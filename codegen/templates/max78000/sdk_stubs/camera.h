// Stub of the SDK's header, from its documentation: what the firmware uses.
#ifndef CAMERA_H
#define CAMERA_H

#include <stddef.h>
#include <stdint.h>

#define STATUS_OK 0

typedef enum { PIXFORMAT_RGB888 = 4 } pixformat_t;
typedef enum { FIFO_THREE_BYTE = 0 } fifomode_t;
typedef enum { STREAMING_DMA = 2 } dmamode_t;

typedef struct {
  uint32_t dma_transfer_count;
  uint32_t overflow_count;
} stream_stat_t;

int camera_init(uint32_t freq);
int camera_setup(int xres, int yres, pixformat_t pixformat, fifomode_t fifo_mode,
                 dmamode_t dma_mode, int dma_channel);
int camera_start_capture_image(void);
int camera_is_image_rcv(void);
uint8_t* get_camera_stream_buffer(void);
void release_camera_stream_buffer(void);
stream_stat_t* get_camera_stream_statistic(void);

#endif  // CAMERA_H
