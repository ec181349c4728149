// Step gray: one channel of integer luma. The numpy form is zoo/steps/gray.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "frame.hpp"

namespace zoo {

// Replaces RGB by luma, (77 R + 150 G + 29 B + 128) / 256.
inline void gray(Frame& frame) {
  const Image& color = *frame.image;
  Image luma{color.height, color.width, 1, {}};
  luma.pixels.reserve(color.pixels.size() / 3);
  for (std::size_t i = 0; i + 2 < color.pixels.size(); i += 3) {
    const std::uint8_t* rgb = &color.pixels[i];
    luma.pixels.push_back(
        static_cast<std::uint8_t>((77U * rgb[0] + 150U * rgb[1] + 29U * rgb[2] + 128U) / 256U));
  }
  frame.image = std::make_shared<const Image>(std::move(luma));
}

}  // namespace zoo
