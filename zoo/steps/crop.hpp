// Step crop: choose a square region around a box. The numpy form is zoo/steps/crop.py.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "floor_div.hpp"
#include "frame.hpp"

namespace zoo {

// The value in units of 1/n, for n a power of two; exact but for the rounding itself.
inline std::int64_t to_fixed_point(double value, double n) {
  return static_cast<std::int64_t>(std::floor(value * n + 0.5));
}

// Sets the region to a square around the box's centre, side = scale * longer side.
inline void crop(Frame& frame, double scale) {
  check_box(frame.box);
  const std::int64_t x = to_fixed_point(frame.box.x, 256);
  const std::int64_t y = to_fixed_point(frame.box.y, 256);
  const std::int64_t width = to_fixed_point(frame.box.width, 256);
  const std::int64_t height = to_fixed_point(frame.box.height, 256);
  const std::int64_t factor_q16 = to_fixed_point(scale, 65536);
  const std::int64_t side = floor_div(std::max(width, height) * factor_q16 + 32768, 65536);
  frame.region =
      Region{floor_div(2 * x + width - side, 2), floor_div(2 * y + height - side, 2), side, side};
}

}  // namespace zoo
