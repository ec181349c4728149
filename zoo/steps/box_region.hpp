// A box as a region. The numpy form is in zoo/step.py.
#pragma once

#include <cmath>
#include <cstdint>

#include "frame.hpp"

namespace zoo {

// The value in units of 1/n, for n a power of two; exact but for the rounding
// itself.
inline std::int64_t to_fixed_point(double value, double n) {
  return static_cast<std::int64_t>(std::floor(value * n + 0.5));
}

// The box in 1/256 pixel, rounded. Throws Error for an invalid box.
inline Region box_region(const Box& box) {
  check_box(box);
  return {to_fixed_point(box.x, 256), to_fixed_point(box.y, 256), to_fixed_point(box.width, 256),
          to_fixed_point(box.height, 256)};
}

}  // namespace zoo
