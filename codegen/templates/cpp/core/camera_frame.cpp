#include "core/camera_frame.hpp"

#include <algorithm>
#include <string>

#include "core/image_file.hpp"

namespace zoo {

namespace {

std::uint8_t to_byte(int value_q8) {
  return static_cast<std::uint8_t>(std::clamp((value_q8 + 128) / 256, 0, 255));
}

Image yuyv_to_rgb(const CameraFrame& frame) {
  const auto rows = static_cast<std::size_t>(frame.height);
  // Two pixels share four bytes.
  const auto row_bytes = 4 * ((static_cast<std::size_t>(frame.width) + 1) / 2);
  if (frame.size_bytes < (rows - 1) * frame.stride_bytes + row_bytes) {
    throw Error("its frames are not whole");
  }
  Image image{frame.height, frame.width, 3, {}};
  image.pixels.reserve(rows * static_cast<std::size_t>(frame.width) * 3);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint8_t* line = frame.bytes + row * frame.stride_bytes;
    for (int column = 0; column < frame.width; ++column) {
      const std::uint8_t* pair = line + 4 * (column / 2);
      const int y = 298 * (pair[2 * (column % 2)] - 16);
      const int u = pair[1] - 128;
      const int v = pair[3] - 128;
      image.pixels.push_back(to_byte(y + 409 * v));
      image.pixels.push_back(to_byte(y - 100 * u - 208 * v));
      image.pixels.push_back(to_byte(y + 516 * u));
    }
  }
  return image;
}

Image mjpg_to_rgb(const CameraFrame& frame) {
  const std::string content(reinterpret_cast<const char*>(frame.bytes), frame.size_bytes);
  if (content.empty()) throw Error("its frames are empty");
  Image image = decode_picture(content);
  if (image.width != frame.width || image.height != frame.height) {
    throw Error("its frames have another size than the camera says");
  }
  return image;
}

}  // namespace

Image to_rgb(const CameraFrame& frame) {
  return frame.stride_bytes == 0 ? mjpg_to_rgb(frame) : yuyv_to_rgb(frame);
}

}  // namespace zoo
