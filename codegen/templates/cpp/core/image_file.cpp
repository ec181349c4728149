#include "core/image_file.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <memory>

#include "core/files.hpp"
#include "core/jpeg_tables.hpp"
#include "core/picture_header.hpp"

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_PNM
#include <stb_image.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>

namespace zoo {

namespace {

// The pixels as stored: the upper 8 of 16 bits, colours without opacity.
Image decode(const std::string& content) {
  if (content.size() > INT_MAX) throw Error("the file has more than 2 GB");
  Image image;
  int found_channels = 0;
  const auto* bytes = reinterpret_cast<const stbi_uc*>(content.data());
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes, static_cast<int>(content.size()), &image.width, &image.height,
                            &found_channels, image.channels),
      stbi_image_free);
  if (!pixels) throw Error(stbi_failure_reason());
  const std::ptrdiff_t size = std::ptrdiff_t{image.width} * image.height * image.channels;
  image.pixels.assign(pixels.get(), pixels.get() + size);
  return image;
}

// For stb_image_write: `to` is a string.
void append_bytes(void* to, void* bytes, int size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes),
                                        static_cast<std::size_t>(size));
}

}  // namespace

bool is_picture(const std::string& path) {
  static const std::array<std::string, 5> suffixes = {"png", "jpg", "jpeg", "bmp", "ppm"};
  return std::find(suffixes.begin(), suffixes.end(), lower_suffix(path)) != suffixes.end();
}

Image decode_picture(const std::string& content) {
  const PictureHeader header = read_picture_header(content);
  return turned(decode(header.is_sequential_jpeg ? with_usual_tables(content) : content),
                header.orientation);
}

Image read_image(const std::string& path) {
  if (is_directory(path) || !is_present(path)) throw Error(path + ": no such picture");
  try {
    return decode_picture(read_file(path));
  } catch (const Error& error) {
    throw Error(path + ": cannot be read as a picture (" + error.what() +
                "); save it again as PNG, JPEG, BMP or PPM");
  }
}

std::string encode_jpeg(const Image& image, int quality) {
  std::string content;
  if (stbi_write_jpg_to_func(append_bytes, &content, image.width, image.height, image.channels,
                             image.pixels.data(), quality) == 0) {
    throw Error("a picture of this size cannot be encoded");
  }
  return content;
}

void write_png(const std::string& path, const Image& image) {
  const int stride = image.width * image.channels;
  std::string content;
  if (stbi_write_png_to_func(append_bytes, &content, image.width, image.height, image.channels,
                             image.pixels.data(), stride) == 0) {
    throw Error(path + ": a picture of this size cannot be encoded");
  }
  write_file(path, content);
}

}  // namespace zoo
