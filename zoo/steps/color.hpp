// Step color: order of the colour channels. The numpy form is zoo/steps/color.py.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "frame.hpp"

namespace zoo {

// Puts the channels of an RGB image into another order, "rgb" or "bgr".
inline void color(Frame& frame, const std::string& order) {
  if (order == "rgb") return;
  Image image = *frame.image;
  for (std::size_t i = 0; i + 2 < image.pixels.size(); i += 3) {
    std::swap(image.pixels[i], image.pixels[i + 2]);
  }
  frame.image = std::make_shared<const Image>(std::move(image));
}

}  // namespace zoo
