// Step normalize: from pixels to the network's float input.
// The numpy form is zoo/steps/normalize.py.
#pragma once

#include <cstddef>
#include <vector>

#include "frame.hpp"

namespace zoo {

// Computes x = (pixel - mean) / std for each channel, in float32 and [C, H, W] order.
inline void normalize(Frame& frame, const std::vector<float>& mean, const std::vector<float>& std) {
  const std::vector<std::uint8_t>& pixels = frame.image->pixels;
  const std::size_t channels = mean.size();
  frame.input_chw.clear();
  frame.input_chw.reserve(pixels.size());
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = c; i < pixels.size(); i += channels) {
      frame.input_chw.push_back((static_cast<float>(pixels[i]) - mean[c]) / std[c]);
    }
  }
}

}  // namespace zoo
