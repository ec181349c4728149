// Step normalize: from pixels to the network's float input.
// The numpy form is zoo/steps/normalize.py.
#pragma once

#include <cstddef>
#include <vector>

#include "frame.hpp"

namespace zoo {

// Sets what pixels stand for, x = (pixel - mean) / std for each channel, in float32.
inline void normalize_pixels(Frame& frame, const std::vector<float>& mean,
                             const std::vector<float>& std) {
  frame.pixel_values.resize(mean.size());
  for (std::size_t c = 0; c < mean.size(); ++c) {
    for (std::size_t i = 0; i < 256; ++i) {
      frame.pixel_values[c][i] = (static_cast<float>(i) - mean[c]) / std[c];
    }
  }
}

// Sets the input, for a step that follows.
inline void normalize(Frame& frame, const std::vector<float>& mean, const std::vector<float>& std) {
  normalize_pixels(frame, mean, std);
  frame.input_chw = numbers_of(*frame.image, frame.pixel_values);
  frame.pixel_values.clear();
}

}  // namespace zoo
