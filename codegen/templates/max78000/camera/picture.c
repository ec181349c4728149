// Pictures of the board's camera, by the SDK's driver, row by row. The driver scales them.
#include "picture.h"

#include "camera.h"
#include "contract.h"
#include "dma.h"

#if CONTRACT_CHANNELS != 3
#error "the camera has red, green and blue; send folded pictures over the serial port"
#endif

#define CAMERA_HZ 10000000
// Red, green, blue, and one that the camera's interface adds.
#define BYTES_OF_A_PIXEL 4

bool picture_start(void) {
  MXC_DMA_Init();
  if (camera_init(CAMERA_HZ) != STATUS_OK) return false;
  return camera_setup(CONTRACT_WIDTH, CONTRACT_HEIGHT, PIXFORMAT_RGB888, FIFO_THREE_BYTE,
                      STREAMING_DMA, MXC_DMA_AcquireChannel()) == STATUS_OK;
}

static const uint8_t* next_row(void) {
  const uint8_t* row = get_camera_stream_buffer();
  while (row == NULL && !camera_is_image_rcv()) row = get_camera_stream_buffer();
  return row;
}

picture_result picture_read(uint8_t* pixels, size_t size) {
  if (size != CONTRACT_WIDTH * CONTRACT_HEIGHT * CONTRACT_CHANNELS) return PICTURE_OTHER_SIZE;
  camera_start_capture_image();
  for (size_t y = 0; y < CONTRACT_HEIGHT; ++y) {
    const uint8_t* row = next_row();
    if (row == NULL) return PICTURE_DAMAGED;
    for (size_t x = 0; x < CONTRACT_WIDTH; ++x) {
      for (size_t c = 0; c < CONTRACT_CHANNELS; ++c) *pixels++ = row[x * BYTES_OF_A_PIXEL + c];
    }
    release_camera_stream_buffer();
  }
  return get_camera_stream_statistic()->overflow_count > 0 ? PICTURE_DAMAGED : PICTURE_READ;
}
