// Step landmarks: from the network's normalised coordinates to the photo's pixels.
// The numpy form is zoo/steps/landmarks.py.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "frame.hpp"

namespace zoo {

// Adds value "landmarks": [count, 2] photo pixels, pixel centres at integers.
// mean: places [x, y] that the output is relative to; none if it is relative to the region.
inline void landmarks(Values& values, const Frame& frame, const std::string& output, int count,
                      const std::vector<std::array<double, 2>>& mean) {
  const std::vector<double>& normalized = std::get<Tensor>(values.at(output)).data;
  const Region& region = frame.region.value();
  const double origin[2] = {static_cast<double>(region.x0_q8), static_cast<double>(region.y0_q8)};
  const double sides[2] = {static_cast<double>(region.width_q8),
                           static_cast<double>(region.height_q8)};
  Tensor photo{{count, 2}, {}};
  for (std::size_t i = 0; i < normalized.size(); ++i) {
    const double from = mean.empty() ? 0 : mean[i / 2][i % 2];
    photo.data.push_back((origin[i % 2] + (normalized[i] + from) * sides[i % 2]) / 256 - 0.5);
  }
  values["landmarks"] = std::move(photo);
}

}  // namespace zoo
