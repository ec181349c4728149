// Step letterbox: fit the box into the network's size, the rest in one colour.
// The numpy form is zoo/steps/letterbox.py.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "box_region.hpp"
#include "floor_div.hpp"
#include "frame.hpp"
#include "sampling.hpp"

namespace zoo {

// A picture of one colour, on which another one lies from row top and column
// left on.
inline Image framed(const Image& inner, int height, int width, int top, int left,
                    const std::vector<int>& padding) {
  Image image{height, width, inner.channels, {}};
  image.pixels.reserve(static_cast<std::size_t>(height) * static_cast<std::size_t>(width) *
                       padding.size());
  for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{height} * width; ++i) {
    for (int value : padding) image.pixels.push_back(static_cast<std::uint8_t>(value));
  }
  const std::ptrdiff_t row_bytes = std::ptrdiff_t{inner.width} * inner.channels;
  for (std::ptrdiff_t row = 0; row < inner.height; ++row) {
    std::copy_n(inner.pixels.begin() + row * row_bytes, row_bytes,
                image.pixels.begin() + ((top + row) * width + left) * inner.channels);
  }
  return image;
}

// Replaces the image by its box, fitted into size = {height, width}.
inline void letterbox(Frame& frame, const std::vector<int>& size, const std::vector<int>& padding,
                      const std::string& place, const std::string& interpolation,
                      const std::string& fill) {
  const Region box = box_region(frame.box);
  const std::int64_t box_width = box.width_q8;
  const std::int64_t box_height = box.height_q8;
  std::int64_t height = size[0];
  std::int64_t width = size[1];
  const bool is_narrow = height * box_width <= width * box_height;
  if (fill == "height" || (fill == "either" && is_narrow)) {
    width = std::clamp<std::int64_t>(round_divide(box_width * height, box_height), 1, width);
  } else {
    height = std::clamp<std::int64_t>(round_divide(box_height * width, box_width), 1, height);
  }
  const std::int64_t top = place == "center" ? (size[0] - height) / 2 : 0;
  const std::int64_t left = place == "center" ? (size[1] - width) / 2 : 0;
  const Image inner =
      sample(*frame.image, box, static_cast<int>(height), static_cast<int>(width), interpolation);
  frame.image = std::make_shared<const Image>(
      framed(inner, size[0], size[1], static_cast<int>(top), static_cast<int>(left), padding));
  frame.region =
      Region{box.x0_q8 - round_divide(left * box_width, width),
             box.y0_q8 - round_divide(top * box_height, height),
             round_divide(size[1] * box_width, width), round_divide(size[0] * box_height, height)};
}

}  // namespace zoo
