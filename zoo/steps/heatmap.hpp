// Step heatmap: from a map for each landmark to landmarks in the photo's pixels. The formulas are
// in the numpy form, zoo/steps/heatmap.py.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>

#include "exponential.hpp"
#include "frame.hpp"
#include "map_axes.hpp"

namespace zoo {

// The pixel with the highest number, of equal ones the first.
inline std::size_t highest_pixel(const Maps& maps, std::size_t channel) {
  std::size_t best = 0;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < maps.rows * maps.columns; ++i) {
    if (maps.at(channel, i) > highest) highest = maps.at(channel, best = i);
  }
  return best;
}

// x and y of the mean pixel, weighted by the map's softmax.
inline std::array<double, 2> mean_pixel(const Maps& maps, std::size_t channel) {
  const double highest = maps.at(channel, highest_pixel(maps, channel));
  double total = 0;
  double across = 0;
  double down = 0;
  for (std::size_t i = 0; i < maps.rows * maps.columns; ++i) {
    const double power = portable_exp(maps.at(channel, i) - highest);
    total += power;
    across += power * static_cast<double>(i % maps.columns);
    down += power * static_cast<double>(i / maps.columns);
  }
  return {across / total, down / total};
}

// Parts of a pixel from the highest number to the place of the top between its neighbours.
inline double sub_pixel_shift(double before, double top, double after,
                              const std::string& sub_pixel) {
  if (sub_pixel == "quarter") return after > before ? 0.25 : after < before ? -0.25 : 0;
  const double curvature = 2 * top - after - before;
  const bool is_finite = curvature > 0 && curvature < std::numeric_limits<double>::infinity();
  return sub_pixel == "parabola" && is_finite ? 0.5 * (after - before) / curvature : 0;
}

// Adds values "landmarks" [K, 2], pixel centres at integers, and "landmark_scores" [K].
inline void heatmap(Values& values, const Frame& frame, const std::string& output,
                    const std::string& channels, const std::string& sub_pixel,
                    const std::string& alignment) {
  const Maps maps(values, output, channels);
  const Region& region = frame.region.value();
  const double origin[2] = {static_cast<double>(region.x0_q8), static_cast<double>(region.y0_q8)};
  const double spans[2] = {static_cast<double>(region.width_q8),
                           static_cast<double>(region.height_q8)};
  const std::size_t sides[2] = {maps.columns, maps.rows};
  const std::size_t steps[2] = {1, maps.columns};
  Tensor landmarks{{static_cast<std::int64_t>(maps.channels), 2}, {}};
  Tensor scores{{static_cast<std::int64_t>(maps.channels)}, {}};
  for (std::size_t k = 0; k < maps.channels; ++k) {
    const std::size_t best = highest_pixel(maps, k);
    const std::size_t places[2] = {best % maps.columns, best / maps.columns};
    const std::array<double, 2> mean =
        sub_pixel == "soft" ? mean_pixel(maps, k) : std::array<double, 2>{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      double place = sub_pixel == "soft" ? mean[axis] : static_cast<double>(places[axis]);
      if (sub_pixel != "soft" && places[axis] > 0 && places[axis] + 1 < sides[axis]) {
        place += sub_pixel_shift(maps.at(k, best - steps[axis]), maps.at(k, best),
                                 maps.at(k, best + steps[axis]), sub_pixel);
      }
      const auto n = static_cast<double>(sides[axis]);
      landmarks.data.push_back(alignment == "top_left"
                                   ? (origin[axis] + place / n * spans[axis]) / 256
                                   : (origin[axis] + (place + 0.5) / n * spans[axis]) / 256 - 0.5);
    }
    scores.data.push_back(maps.at(k, best));
  }
  values["landmarks"] = std::move(landmarks);
  values["landmark_scores"] = std::move(scores);
}

}  // namespace zoo
