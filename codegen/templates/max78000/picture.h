// Where pictures come from: the serial port or the camera.
#ifndef PICTURE_H
#define PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  PICTURE_READ,
  PICTURE_END,         // no more pictures
  PICTURE_OTHER_SIZE,  // the sender's network is another one
  PICTURE_DAMAGED,     // bytes were lost or changed
} picture_result;

// False if the camera does not start.
bool picture_start(void);

// Waits for the pixels of a picture, height x width x channels. size: of `pixels`.
picture_result picture_read(uint8_t* pixels, size_t size);

// In words. result: neither READ nor END.
static inline const char* picture_error(picture_result result) {
  return result == PICTURE_OTHER_SIZE ? "a picture of another size" : "a damaged picture";
}

#endif  // PICTURE_H
