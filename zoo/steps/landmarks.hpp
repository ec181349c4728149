// Step landmarks: from the network's coordinates to the photo's pixels.
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
// order: of coordinates, "xyxy" or "xxyy", "yxyx" or "yyxx".  numbers: of each landmark, others
// than x and y last.  normalized: whether they are 0..1, not in pixels of the input.
inline void landmarks(Values& values, const Frame& frame, const std::string& output, int count,
                      const std::vector<std::array<double, 2>>& mean, const std::string& order,
                      int numbers, bool normalized) {
  const std::vector<double>& coordinates = std::get<Tensor>(values.at(output)).data;
  const bool is_planar = order == "xxyy" || order == "yyxx";
  const std::size_t first = order[0] == 'y' ? 1 : 0;
  const std::size_t to_next_axis = is_planar ? static_cast<std::size_t>(count) : 1;
  const std::size_t to_next = is_planar ? 1 : static_cast<std::size_t>(numbers);
  const Region& region = frame.region.value();
  const double origin[2] = {static_cast<double>(region.x0_q8), static_cast<double>(region.y0_q8)};
  const double sides[2] = {static_cast<double>(region.width_q8),
                           static_cast<double>(region.height_q8)};
  const double unit[2] = {normalized ? 1.0 : frame.image->width,
                          normalized ? 1.0 : frame.image->height};
  Tensor photo{{count, 2}, {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double from = mean.empty() ? 0 : mean[i][axis];
      const double place = coordinates[i * to_next + (axis ^ first) * to_next_axis] + from;
      photo.data.push_back((origin[axis] + place / unit[axis] * sides[axis]) / 256 - 0.5);
    }
  }
  values["landmarks"] = std::move(photo);
}

}  // namespace zoo
