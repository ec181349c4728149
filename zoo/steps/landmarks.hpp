// Step landmarks: from the network's normalised coordinates to the photo's pixels.
// The numpy form is zoo/steps/landmarks.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "frame.hpp"

namespace zoo {

// Adds value "landmarks": [count, 2] photo pixels, pixel centres at integers.
inline void landmarks(Values& values, const Frame& frame, const std::string& output, int count) {
  const Tensor& normalized = values.at(output);
  const Region& region = frame.region.value();
  const double origin[2] = {static_cast<double>(region.x0_q8), static_cast<double>(region.y0_q8)};
  const auto side = static_cast<double>(region.side_q8);
  Tensor photo{{count, 2}, {}};
  for (std::size_t i = 0; i < normalized.data.size(); ++i) {
    photo.data.push_back((origin[i % 2] + normalized.data[i] * side) / 256 - 0.5);
  }
  values["landmarks"] = std::move(photo);
}

}  // namespace zoo
