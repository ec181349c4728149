// Reads the pictures that it is given: "HEIGHT WIDTH HEX", or "no REASON", in a line for each.
#include <cstdio>

#include "core/image_file.hpp"

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) {
    try {
      const zoo::Image image = zoo::read_image(words[i]);
      std::printf("%d %d ", image.height, image.width);
      for (const std::uint8_t value : image.pixels) std::printf("%02x", value);
      std::printf("\n");
    } catch (const zoo::Error& error) {
      std::printf("no %s\n", error.what());
    }
  }
  return 0;
}
