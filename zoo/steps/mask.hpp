// Step mask: the class of each pixel, from a map for each class. The formulas are in the numpy
// form, zoo/steps/mask.py.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "floor_div.hpp"
#include "frame.hpp"
#include "map_axes.hpp"
#include "mask_grid.hpp"

namespace zoo {

// Two pixels along an axis of the maps, the second one weighted by weight / 256.
struct MaskTap {
  std::size_t low;
  std::size_t high;
  double weight;
};

// begin: the grid's first pixel of the photo.  start_q8, span_q8: the region.  length: of the maps.
inline std::vector<MaskTap> mask_taps(std::int64_t begin, std::int64_t count, std::int64_t side,
                                      std::int64_t start_q8, std::int64_t span_q8,
                                      std::size_t length, bool is_bilinear) {
  const auto n = static_cast<std::int64_t>(length);
  const auto inside = [n](std::int64_t i) {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, n - 1));
  };
  std::vector<MaskTap> taps;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t centre = 256 * begin + 128 * side * (2 * i + 1);
    const std::int64_t place = floor_div((centre - start_q8) * (256 * n), span_q8) - 128;
    const std::int64_t low = floor_div(place, 256);
    if (is_bilinear) {
      taps.push_back({inside(low), inside(low + 1), static_cast<double>(place - 256 * low)});
    } else {
      const std::size_t nearest = inside(floor_div(place + 128, 256));
      taps.push_back({nearest, nearest, 0});
    }
  }
  return taps;
}

// The class at a place of the maps: the highest number, of equal ones the first.
inline std::int64_t class_at(const Maps& maps, const MaskTap& x, const MaskTap& y,
                             double threshold) {
  const std::size_t upper_row = y.low * maps.columns;
  const std::size_t lower_row = y.high * maps.columns;
  std::int64_t best = 0;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < maps.channels; ++k) {
    const double upper = maps.at(k, upper_row + x.low) * (256 - x.weight) +
                         maps.at(k, upper_row + x.high) * x.weight;
    const double lower = maps.at(k, lower_row + x.low) * (256 - x.weight) +
                         maps.at(k, lower_row + x.high) * x.weight;
    const double number = upper * (256 - y.weight) + lower * y.weight;
    if (maps.channels == 1) return number / 65536 >= threshold ? 1 : 0;
    if (number > highest) {
      highest = number;
      best = static_cast<std::int64_t>(k);
    }
  }
  return best;
}

// The colours of PASCAL VOC.
inline std::array<std::int64_t, 3> class_color(std::int64_t index) {
  std::array<std::int64_t, 3> color = {};
  for (int bit = 0; bit < 8; ++bit) {
    for (int channel = 0; channel < 3; ++channel) {
      color[static_cast<std::size_t>(channel)] |= (index >> (3 * bit + channel) & 1) << (7 - bit);
    }
  }
  return color;
}

// Adds values "mask" [N, 2], runs of class and length by rows and columns of "mask_size", over
// "mask_box" of the photo, "mask_shares" and "mask_colors" of the classes, and "mask_labels" if
// there are labels.
inline void mask(Values& values, const Frame& frame, const std::string& output,
                 const std::string& channels, double threshold, const std::string& interpolation,
                 int pixels, const std::vector<std::string>& labels,
                 const std::vector<std::array<std::int64_t, 3>>& colors) {
  const Maps maps(values, output, channels);
  const Region& region = frame.region.value();
  const MaskGrid grid = mask_grid(frame.box, region, pixels);
  const bool is_bilinear = interpolation == "bilinear";
  const std::vector<MaskTap> across = mask_taps(grid.x, grid.columns, grid.side, region.x0_q8,
                                                region.width_q8, maps.columns, is_bilinear);
  const std::vector<MaskTap> down = mask_taps(grid.y, grid.rows, grid.side, region.y0_q8,
                                              region.height_q8, maps.rows, is_bilinear);
  std::vector<std::int64_t> counts(std::max<std::size_t>(maps.channels, 2));
  Integers runs{{0, 2}, {}};
  for (const MaskTap& y : down) {
    for (const MaskTap& x : across) {
      const std::int64_t found = class_at(maps, x, y, threshold);
      ++counts[static_cast<std::size_t>(found)];
      if (runs.data.empty() || runs.data[runs.data.size() - 2] != found) {
        runs.data.insert(runs.data.end(), {found, 0});
      }
      ++runs.data.back();
    }
  }
  runs.shape[0] = static_cast<std::int64_t>(runs.data.size() / 2);
  const auto classes = static_cast<std::int64_t>(counts.size());
  Tensor shares{{classes}, {}};
  Integers tints{{classes, 3}, {}};
  for (std::int64_t k = 0; k < classes; ++k) {
    const auto at = static_cast<std::size_t>(k);
    shares.data.push_back(static_cast<double>(counts[at]) /
                          static_cast<double>(grid.rows * grid.columns));
    const std::array<std::int64_t, 3> color = colors.empty() ? class_color(k) : colors[at];
    tints.data.insert(tints.data.end(), color.begin(), color.end());
  }
  values["mask"] = std::move(runs);
  values["mask_size"] = Integers{{2}, {grid.rows, grid.columns}};
  values["mask_box"] = Tensor{
      {4},
      {static_cast<double>(grid.x), static_cast<double>(grid.y),
       static_cast<double>(grid.columns * grid.side), static_cast<double>(grid.rows * grid.side)}};
  values["mask_shares"] = std::move(shares);
  values["mask_colors"] = std::move(tints);
  if (!labels.empty()) values["mask_labels"] = Texts{{classes}, labels};
}

}  // namespace zoo
