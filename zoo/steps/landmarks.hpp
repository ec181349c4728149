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

// The origin of a region, and where its upper and its left edge lead, in 1/256 pixel.
struct Sides {
  double origin[2];
  double across[2];
  double down[2];
  bool is_turned;

  // Where a place, 0..1 across the region, is in the photo.
  double at(const double* place, std::size_t axis) const {
    if (is_turned) return origin[axis] + place[0] * across[axis] + place[1] * down[axis];
    return origin[axis] + place[axis] * (axis == 0 ? across[0] : down[1]);
  }
};

inline Sides sides_of(const Region& region) {
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  return {{number(region.x0_q8), number(region.y0_q8)},
          {number(region.width_q8), 0},
          {0, number(region.height_q8)},
          false};
}

inline Sides sides_of(const TurnedRegion& region) {
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  return {{number(region.x0_q8), number(region.y0_q8)},
          {number(region.across_x_q8), number(region.across_y_q8)},
          {number(region.down_x_q8), number(region.down_y_q8)},
          true};
}

// Adds value "landmarks": [count, 2] photo pixels, pixel centres at integers.
// mean: places [x, y] that the output is relative to; none if it is relative to the region.
// order: of coordinates, "xyxy" or "xxyy", "yxyx" or "yyxx".  numbers: of each landmark, others
// than x and y last.  normalized: whether they are 0..1, not in pixels of the input.
//
// Their places in the photo follow from the region, or from the turned one.
inline void landmarks(Values& values, const Frame& frame, const std::string& output, int count,
                      const std::vector<std::array<double, 2>>& mean, const std::string& order,
                      int numbers, bool normalized) {
  const std::vector<double>& coordinates = std::get<Tensor>(values.at(output)).data;
  const bool is_planar = order == "xxyy" || order == "yyxx";
  const std::size_t first = order[0] == 'y' ? 1 : 0;
  const std::size_t to_next_axis = is_planar ? static_cast<std::size_t>(count) : 1;
  const std::size_t to_next = is_planar ? 1 : static_cast<std::size_t>(numbers);
  const Sides sides =
      frame.turned_region ? sides_of(*frame.turned_region) : sides_of(frame.region.value());
  const double unit[2] = {normalized ? 1.0 : frame.image->width,
                          normalized ? 1.0 : frame.image->height};
  Tensor photo{{count, 2}, {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    double place[2];
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double from = mean.empty() ? 0 : mean[i][axis];
      place[axis] = (coordinates[i * to_next + (axis ^ first) * to_next_axis] + from) / unit[axis];
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
      photo.data.push_back(sides.at(place, axis) / 256 - 0.5);
    }
  }
  values["landmarks"] = std::move(photo);
}

}  // namespace zoo
