// Pictures over the serial port: "PICT", the number of pixels' bytes, the pixels, and their CRC-32
// (as zlib computes it), numbers with the lowest byte first. What is between pictures is skipped.
#include "picture.h"

#include <string.h>

#include "board/device.h"

static const uint8_t mark[4] = {'P', 'I', 'C', 'T'};

static bool read_number(uint32_t* number) {
  uint8_t bytes[4];
  if (!device_read(bytes, sizeof bytes)) return false;
  *number = 0;
  for (int i = 0; i < 4; ++i) *number |= (uint32_t)bytes[i] << 8 * i;
  return true;
}

static bool find_mark(void) {
  uint8_t last[sizeof mark] = {0};
  while (memcmp(last, mark, sizeof mark) != 0) {
    memmove(last, last + 1, sizeof last - 1);
    if (!device_read(last + sizeof last - 1, 1)) return false;
  }
  return true;
}

static uint32_t crc32(const uint8_t* bytes, size_t count) {
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < count; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xEDB88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

bool picture_start(void) { return true; }

picture_result picture_read(uint8_t* pixels, size_t size) {
  uint32_t count, wanted;
  if (!find_mark() || !read_number(&count)) return PICTURE_END;
  if (count != size) return PICTURE_OTHER_SIZE;
  if (!device_read(pixels, size) || !read_number(&wanted)) return PICTURE_END;
  return crc32(pixels, size) == wanted ? PICTURE_READ : PICTURE_DAMAGED;
}
