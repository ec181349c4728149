// How detectors code boxes: from a location's numbers to edges in 1/256 pixel of the input. The
// formulas are in the numpy form, zoo/steps/box_codings.py.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "box_cells.hpp"
#include "exponential.hpp"

namespace zoo {

using BoxXy = std::array<double, 2>;

// A location; x is before y. unit: what a decoded number counts, in pixels.
struct BoxPlace {
  BoxXy centre;
  BoxXy size;
  double stride;
  BoxXy unit;
  BoxXy variances;
};

inline BoxPlace place_of(const BoxLevel& level, std::size_t cell, std::size_t anchor, double offset,
                         const BoxXy& unit, const BoxXy& variances) {
  const auto column = static_cast<double>(cell % level.columns);
  const auto row = static_cast<double>(cell / level.columns);
  return {{(column + offset) * level.pitch[0], (row + offset) * level.pitch[1]},
          level.anchors[anchor],
          level.stride,
          unit,
          variances};
}

// From y, x, height, width or two corners of these to x before y.
inline void swap_axes(std::vector<double>& numbers) {
  const std::size_t side = numbers.size() / 4;
  for (std::size_t k = 0; k < side; ++k) {
    std::swap(numbers[k], numbers[side + k]);
    std::swap(numbers[2 * side + k], numbers[3 * side + k]);
  }
}

inline std::int64_t rounded_q8(double pixels, double least) {
  if (std::isnan(pixels)) return 0;
  return static_cast<std::int64_t>(std::clamp(std::floor(pixels * 256 + 0.5), least, 16777216.0));
}

inline std::int64_t edge_q8(double pixels) { return rounded_q8(pixels, -16777216.0); }

// A distance in strides, as in zoo/detections.py.
inline std::int64_t distance_q8(double distance, double stride) {
  if (std::isnan(distance)) return 0;
  const double exact = distance * (stride * 256);
  return static_cast<std::int64_t>(std::clamp(std::floor(exact + 0.5), 0.0, 16777216.0));
}

// The expected bin of a side: 0, 1, 2, ... weighted by the softmax of its numbers.
inline double expected_bin(const double* numbers, std::size_t bins) {
  const double highest = *std::max_element(numbers, numbers + bins);
  double total = 0;
  double moment = 0;
  for (std::size_t k = 0; k < bins; ++k) {
    const double power = portable_exp(numbers[k] - highest);
    total += power;
    moment += static_cast<double>(k) * power;
  }
  return moment / total;
}

// exp(x), where no box is wider than exp(16) anchors.
inline double box_exp(double x) { return portable_exp(x > 16 ? 16 : x); }

// x0 y0 x1 y1 in pixels, of every coding but distances.
inline std::array<double, 4> box_edges(const std::string& coding, const std::vector<double>& v,
                                       const BoxPlace& at) {
  if (coding == "corners") {
    return {v[0] * at.unit[0], v[1] * at.unit[1], v[2] * at.unit[0], v[3] * at.unit[1]};
  }
  BoxXy centre = {};
  BoxXy size = {};
  for (std::size_t i = 0; i < 2; ++i) {
    const double place = v[i];
    const double side = v[i + 2];
    if (coding == "center_size") {
      centre[i] = place * at.unit[i];
      size[i] = side * at.unit[i];
    } else if (coding == "ssd") {
      centre[i] = at.centre[i] + (place * at.variances[0]) * at.size[i];
      size[i] = box_exp(side * at.variances[1]) * at.size[i];
    } else if (coding == "blazeface") {
      centre[i] = at.centre[i] + place * at.size[i];
      size[i] = side * at.size[i];
    } else if (coding == "yolov3") {
      centre[i] = at.centre[i] + (portable_sigmoid(place) - 0.5) * at.stride;
      size[i] = box_exp(side) * at.size[i];
    } else {  // yolov5
      const double doubled = 2 * portable_sigmoid(side);
      centre[i] = at.centre[i] + (2 * portable_sigmoid(place) - 1) * at.stride;
      size[i] = (doubled * doubled) * at.size[i];
    }
  }
  return {centre[0] - size[0] / 2, centre[1] - size[1] / 2, centre[0] + size[0] / 2,
          centre[1] + size[1] / 2};
}

// x0 y0 x1 y1 in 1/256 pixel.
inline std::array<std::int64_t, 4> to_box_q8(const std::string& coding,
                                             const std::vector<double>& numbers,
                                             const BoxPlace& at) {
  std::array<std::int64_t, 4> box = {};
  if (coding == "distances" || coding == "distance_bins") {
    const std::size_t bins = numbers.size() / 4;
    for (std::size_t side = 0; side < 4; ++side) {
      const double distance = bins == 1 ? numbers[side] : expected_bin(&numbers[side * bins], bins);
      const std::int64_t sign = side < 2 ? -1 : 1;
      box[side] = edge_q8(at.centre[side % 2]) + sign * distance_q8(distance, at.stride);
    }
  } else {
    const std::array<double, 4> edges = box_edges(coding, numbers, at);
    std::transform(edges.begin(), edges.end(), box.begin(), edge_q8);
  }
  box[2] = std::max(box[0], box[2]);
  box[3] = std::max(box[1], box[3]);
  return box;
}

// x or y (axis i) of a key point in 1/256 pixel, from its number v.
inline std::int64_t to_point_q8(const std::string& coding, double v, std::size_t i,
                                const BoxPlace& at) {
  if (coding == "corners" || coding == "center_size") return edge_q8(v * at.unit[i]);
  if (coding == "ssd") return edge_q8(at.centre[i] + (v * at.variances[0]) * at.size[i]);
  if (coding == "blazeface") return edge_q8(at.centre[i] + v * at.size[i]);
  if (coding == "distances") return edge_q8(at.centre[i] + v * at.stride);
  if (coding == "distance_bins") return edge_q8(at.centre[i] + (2 * v - 0.5) * at.stride);
  return edge_q8((at.centre[i] - at.stride / 2) + v * at.size[i]);  // yolov3, yolov5
}

}  // namespace zoo
