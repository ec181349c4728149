// Pictures in files.
#pragma once

#include <string>

#include "steps/frame.hpp"

namespace zoo {

// Whether the name has a picture's suffix: png, jpg, jpeg, bmp, ppm.
bool is_picture(const std::string& path);

// Decodes the content of a picture's file to RGB, the right way up; throws Error.
Image decode_picture(const std::string& content);

// Reads a picture as RGB, the right way up; throws Error.
Image read_image(const std::string& path);

// Encodes an RGB image as JPEG. quality: 1 to 100.  Throws Error.
std::string encode_jpeg(const Image& image, int quality);

// Writes an RGB image, whole or not at all; throws Error.
void write_png(const std::string& path, const Image& image);

}  // namespace zoo
