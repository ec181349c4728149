// What a picture's file says before its pixels: which files are read, and which way up they are.
#pragma once

#include <cstdint>
#include <string>

#include "steps/frame.hpp"

namespace zoo {

// Pixels of a picture at most: 134 megapixels, 0.4 GB as RGB.
constexpr std::int64_t kPixelsMax = 1 << 27;

// Size as stored. orientation: as Exif has it, 1 to 8; 1 is the way it is stored.
struct PictureHeader {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int orientation = 1;
};

// Reads the header of a PNG, JPEG, BMP or PPM file; throws Error with the reason for one that is
// not read.
PictureHeader read_picture_header(const std::string& content);

// Returns an image the right way up.
Image turned(Image image, int orientation);

}  // namespace zoo
