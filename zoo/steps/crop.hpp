// Step crop: choose a region around a box. The numpy form is zoo/steps/crop.py.
#pragma once

#include <cstdint>
#include <vector>

#include "box_region.hpp"
#include "floor_div.hpp"
#include "frame.hpp"

namespace zoo {

// Sets the region to the smallest rectangle of aspect = {height, width} around
// the box, times scale.
inline void crop(Frame& frame, double scale, const std::vector<int>& aspect) {
  const Region box = box_region(frame.box);
  const std::int64_t factor_q16 = to_fixed_point(scale, 65536);
  const auto scaled = [factor_q16](std::int64_t side, std::int64_t up, std::int64_t down) {
    return floor_div(side * factor_q16 * up + 32768 * down, 65536 * down);
  };
  const std::int64_t high = aspect[0];
  const std::int64_t wide = aspect[1];
  const bool is_wide = box.width_q8 * high >= box.height_q8 * wide;
  const std::int64_t width =
      is_wide ? scaled(box.width_q8, 1, 1) : scaled(box.height_q8, wide, high);
  const std::int64_t height =
      is_wide ? scaled(box.width_q8, high, wide) : scaled(box.height_q8, 1, 1);
  frame.region = Region{floor_div(2 * box.x0_q8 + box.width_q8 - width, 2),
                        floor_div(2 * box.y0_q8 + box.height_q8 - height, 2), width, height};
}

}  // namespace zoo
