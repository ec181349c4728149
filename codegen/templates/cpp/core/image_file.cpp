#include "core/image_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include "core/files.hpp"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_PNM
#include <stb_image.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb_image_write.h>

namespace zoo {

bool is_picture(const std::string& path) {
  static const std::array<std::string, 5> suffixes = {"png", "jpg", "jpeg", "bmp", "ppm"};
  return std::find(suffixes.begin(), suffixes.end(), lower_suffix(path)) != suffixes.end();
}

Image read_image(const std::string& path) {
  if (!is_file(path)) throw Error(path + ": no such picture");
  Image image;
  int found_channels = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load(path.c_str(), &image.width, &image.height, &found_channels, image.channels),
      stbi_image_free);
  if (!pixels) {
    throw Error(path + ": cannot be read as a picture (" + stbi_failure_reason() +
                "); PNG, JPEG, BMP and PPM are");
  }
  const std::ptrdiff_t size = std::ptrdiff_t{image.width} * image.height * image.channels;
  image.pixels.assign(pixels.get(), pixels.get() + size);
  return image;
}

void write_png(const std::string& path, const Image& image) {
  const int stride = image.width * image.channels;
  if (stbi_write_png(path.c_str(), image.width, image.height, image.channels, image.pixels.data(),
                     stride) == 0) {
    throw Error(path + ": cannot be written");
  }
}

}  // namespace zoo
