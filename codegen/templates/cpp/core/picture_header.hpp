// Headers of picture files: which files are supported, and their orientation.
#pragma once

#include <cstdint>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

// Maximum pixels of a picture: 134 megapixels, 0.4 GB as RGB.
constexpr std::int64_t kPixelsMax = 1 << 27;

// Size as stored. orientation: as in Exif, 1 to 8; 1 is upright as stored.
// is_sequential_jpeg: and not progressive, nor of another format.
struct PictureHeader {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int orientation = 1;
  bool is_sequential_jpeg = false;
};

// Reads the header of a PNG, JPEG, BMP or PPM file; throws Error with the reason for one that is
// not supported.
PictureHeader read_picture_header(const std::string& content);

// Returns an image the right way up.
Image turned(Image image, int orientation);

}  // namespace zoo
